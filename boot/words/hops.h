/* SPDX-License-Identifier: MIT */
/* The command line of the next hop. Pure: host-tested. */
#ifndef BATON_BOOT_WORDS_HOPS_H
#define BATON_BOOT_WORDS_HOPS_H

#include <stddef.h>

#include "lib/fault.h"

/**
 * hops_rewrite() - copy a command line, with another number of hops
 * @buf, @size: room for the copy
 * @cmdline: any text
 * @left, @total: what its baton.hops= says in the copy
 *
 * Every word that options_parse() takes for baton.hops= is replaced, so that the copy says the same
 * whichever of them counts. The number is as wide as @total, so that a line of one such word, once
 * it is rewritten, never grows again.
 *
 * Return: 0; or -1 with fault cmdline-too-long.
 */
int hops_rewrite(char *buf, size_t size, const char *cmdline, unsigned int left, unsigned int total,
		 struct fault *f);

#endif
