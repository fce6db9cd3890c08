/* SPDX-License-Identifier: MIT */
/* Checking the client "memblock" (memblock.h) on its way in. */
#ifndef BATON_KHO_CLIENT_MEMBLOCK_CHECK_H
#define BATON_KHO_CLIENT_MEMBLOCK_CHECK_H

#include "kho/client/claims.h"

/**
 * memblock_regions() - call @fn for each region in the FDT @blob that is one
 * Return: how many nodes are none; -1 if the blob is not of this client.
 */
int memblock_regions(const struct window *window, const struct kho_blob *blob,
		     void (*fn)(const char *name, paddr_t start, uint64_t size, void *arg),
		     void *arg);

/**
 * memblock_check_blob() - claim and check all that @blob, of a known version, leads to
 *
 * Linux restores no key of a region, it only keeps the memory reserved: keys of any order will do,
 * for the whole pages that it preserves (Linux, mm/memblock.c).
 */
void memblock_check_blob(struct claims *c, const struct kho_blob *blob);

#endif
