/* SPDX-License-Identifier: MIT */
/*
 * The client "memblock": memory reserved under a name, which reserve_mem= of the next Linux finds
 * again.
 *
 * The blob is an FDT of one page: compatible "memblock-v1", and for each region a node with
 * compatible "reserve-mem-v1" and its start and size (mm/memblock.c,
 * include/linux/kho/abi/memblock.h of Linux 7.3).
 */
#ifndef BATON_KHO_CLIENT_MEMBLOCK_H
#define BATON_KHO_CLIENT_MEMBLOCK_H

#include "kho/out/restore.h"

#define MEMBLOCK      "memblock"
#define MEMBLOCK_NAME 16 /* RESERVE_MEM_NAME_SIZE: with its NUL */

/**
 * struct memblock_region - @size bytes at a multiple of @align, under @name
 * A name that fills the field to its end is one that is too long.
 */
struct memblock_region {
	uint64_t size, align;
	char name[MEMBLOCK_NAME];
};

/** memblock_version() - "memblock-v1" if the @size @bytes of a blob are that, else NULL. */
const char *memblock_version(const void *bytes, uint64_t size);

/**
 * memblock_check() - is @r a region that Linux takes?
 * An alignment of less than a page is made a page.
 * Return: 0; or -1 with fault bad-name or bad-number.
 */
int memblock_check(struct memblock_region *r, struct fault *f);

/**
 * memblock_find() - find the region called @name among those that are published
 * @start, @size: set if it is there
 *
 * Return: 1, or 0 if there is none of that name; or -1 with fault blob-unknown.
 */
int memblock_find(const struct kho_out *out, const char *name, paddr_t *start, uint64_t *size,
		  struct fault *f);

/**
 * memblock_reserve() - take free memory, zero it, preserve it, and publish it under its name
 * @restore: of the two handovers
 * @r:       good by memblock_check()
 * @start:   set to where it is
 *
 * Return: 0; or -1 with fault blob-unknown, exists, out-of-memory, fdt-full, and nothing changed.
 */
int memblock_reserve(struct kho_restore *restore, const struct memblock_region *r, paddr_t *start,
		     struct fault *f);

#endif
