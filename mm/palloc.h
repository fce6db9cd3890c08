/* SPDX-License-Identifier: MIT */
/* The page allocator: free RAM outside scratch, once the incoming map is in the page map. */
#ifndef BATON_MM_PALLOC_H
#define BATON_MM_PALLOC_H

#include "mm/borders.h"
#include "mm/window.h"
#include "mm/pagemap.h"

#define PALLOC_ORDERS 38 /* blocks have orders below this */

/**
 * struct palloc
 * @map:   where pages are taken from
 * @window: gives the pointers
 * @grant: called before pages are first used: makes [base, end) writable; NULL on the host.
 *         Return: false if it could not (no page table left): the allocation then fails.
 * @from:  where the next search begins
 * @block_from: by order: where the next search for a block begins
 * @taken: pages given out and not returned
 */
struct palloc {
	struct pagemap *map;
	const struct window *window;
	bool (*grant)(paddr_t base, paddr_t end);
	paddr_t from;
	paddr_t block_from[PALLOC_ORDERS];
	uint64_t taken;
};

/**
 * palloc_init() - begin handing out pages; searches from 16 MiB upwards first, then from 1 MiB
 * @map, @window, @grant: as in struct palloc
 */
void palloc_init(struct palloc *pa, struct pagemap *map, const struct window *window,
		 bool (*grant)(paddr_t base, paddr_t end));

/**
 * palloc_pages() - take @pages contiguous pages, zeroed
 * @at: set to the physical address
 *
 * Return: pointer, or NULL if there is no such run (nothing is then taken).
 */
void *palloc_pages(struct palloc *pa, uint64_t pages, paddr_t *at);

/**
 * palloc_some() - take the lowest free page and those side by side with it, with what is in them
 * @max: how many at most
 * @at:  set to the physical address
 * @nr:  set to how many
 *
 * Return: pointer, or NULL if no page is free (nothing is then taken).
 */
void *palloc_some(struct palloc *pa, uint64_t max, paddr_t *at, uint64_t *nr);

/**
 * palloc_block() - take a block: 2^@order pages, zeroed, aligned to their size
 * @borders: which the block must not cross; NULL if none are known
 * @at:      set to the physical address
 *
 * Return: pointer, or NULL if there is no such block (nothing is then taken).
 */
void *palloc_block(struct palloc *pa, unsigned int order, const struct borders *borders,
		   paddr_t *at);

/** palloc_free() - give back @pages pages at @at. */
void palloc_free(struct palloc *pa, paddr_t at, uint64_t pages);

/**
 * palloc_adopt() - take over @pages pages at @at, free or not, with what is in them
 * From then on they are writable, and palloc_free() may be called for them.
 * Return: false, and nothing is taken, if they could not be made writable.
 */
bool palloc_adopt(struct palloc *pa, paddr_t at, uint64_t pages);

/** palloc_disown() - undo palloc_adopt() of @pages pages that were not free; they stay set. */
void palloc_disown(struct palloc *pa, uint64_t pages);

#endif
