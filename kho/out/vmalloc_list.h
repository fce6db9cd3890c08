/* SPDX-License-Identifier: MIT */
/* Walking a list of pages as clients hand it over. Private to kho/. */
#ifndef BATON_KHO_OUT_VMALLOC_LIST_H
#define BATON_KHO_OUT_VMALLOC_LIST_H

#include "kho/out/preserve.h"

/** struct listed - the block of @order at @addr in a list; if @chunk, a chunk page of the list itself */
struct listed {
	paddr_t addr;
	unsigned int order;
	bool chunk;
};

/**
 * kho_vmalloc_walk() - call @fn for each block of @v; for a chunk page after all blocks that it lists
 *
 * The list may be foreign: nothing outside RAM is read, and the walk ends, whatever the list holds. A
 * chunk is not read any more once @fn has been called for it. Stops when @fn returns non-zero.
 * Return: 0; what @fn returned; or -1 with fault list-corrupt.
 */
int kho_vmalloc_walk(const struct window *window, const struct kho_vmalloc *v,
		     int (*fn)(const struct listed *l, void *arg), void *arg, struct fault *f);

#endif
