/* SPDX-License-Identifier: MIT */
/* Numbers in text. */
#ifndef BATON_LIB_DIGITS_H
#define BATON_LIB_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * digits_read() - read the number that begins at *@s
 * @s:     moved past its digits
 * @end:   of the text
 * @base:  10 or 16
 * @value: set to the number
 *
 * Return: false, with *@s where it was, if there are no digits, or too many for 64 bits.
 */
bool digits_read(const char **s, const char *end, unsigned int base, uint64_t *value);

#endif
