/* SPDX-License-Identifier: MIT */
/* Reading an array that a client keeps in a list of pages (struct kho_vmalloc). */
#ifndef BATON_KHO_CLIENT_VMALLOC_H
#define BATON_KHO_CLIENT_VMALLOC_H

#include "kho/client/piece.h"
#include "kho/out/preserve.h"

/* MAX_PAGE_ORDER of x86_64: no block of the page allocator is larger. */
#define LINUX_MAX_ORDER 10

/**
 * vmalloc_read() - read an array block by block
 * @v:  the list, anything in it
 * @fn: called with the @size bytes of each block, in the order of the list. Return: false to stop.
 *
 * Every chunk and every block is a piece (kho_restore_vmalloc() of Linux frees chunks as single
 * pages, and restores blocks by their exact keys).
 *
 * Return: false with a problem: vmalloc-order, vmalloc-total, vmalloc-empty, or of a piece; also
 * if @fn stopped it.
 */
bool vmalloc_read(struct reader *r, const struct kho_vmalloc *v,
		  bool (*fn)(const void *bytes, uint64_t size, void *arg), void *arg);

#endif
