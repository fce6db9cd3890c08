/* SPDX-License-Identifier: MIT */
/* The page allocator: free RAM outside scratch, once the incoming map is in the page map. */
#ifndef BATON_MM_PALLOC_H
#define BATON_MM_PALLOC_H

#include "mm/door.h"
#include "mm/pagemap.h"

/**
 * struct palloc
 * @map:   where pages are taken from
 * @door:  gives the pointers
 * @grant: called before pages are first used: makes [base, end) writable; NULL on the host.
 *         Return: false if it could not (no page table left): the allocation then fails.
 * @from:  where the next search begins
 * @taken: pages given out and not returned
 */
struct palloc {
	struct pagemap *map;
	const struct door *door;
	bool (*grant)(paddr_t base, paddr_t end);
	paddr_t from;
	uint64_t taken;
};

/** palloc_init() - begin handing out pages; searches from 16 MiB upwards first, then from 1 MiB. */
void palloc_init(struct palloc *pa, struct pagemap *map, const struct door *door,
		 bool (*grant)(paddr_t base, paddr_t end));

/**
 * palloc_pages() - take @pages contiguous pages, zeroed
 * @at: set to the physical address
 *
 * Return: pointer, or NULL if there is no such run (nothing is then taken).
 */
void *palloc_pages(struct palloc *pa, uint64_t pages, paddr_t *at);

/** palloc_free() - give @pages pages at @at back. */
void palloc_free(struct palloc *pa, paddr_t at, uint64_t pages);

#endif
