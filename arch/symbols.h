/* SPDX-License-Identifier: MIT */
/* Names for addresses in baton's own code. */
#ifndef BATON_ARCH_SYMBOLS_H
#define BATON_ARCH_SYMBOLS_H

#include <stdint.h>

/**
 * symbol_name() - the function that @addr lies in
 * @offset: set to the distance from its start, in bytes
 *
 * Return: its name, or NULL if @addr is not in baton's code.
 */
const char *symbol_name(uint64_t addr, uint64_t *offset);

#endif
