// SPDX-License-Identifier: MIT
#include "mm/palloc.h"

#include <string.h>

/* Firmware and kernels want the RAM below most: it is taken last. */
#define FIRST_CHOICE MIB(16)

void palloc_init(struct palloc *pa, struct pagemap *map, const struct window *window,
		 bool (*grant)(paddr_t base, paddr_t end))
{
	unsigned int o;

	*pa = (struct palloc){ .map = map, .window = window, .grant = grant, .from = FIRST_CHOICE };
	for (o = 0; o < PALLOC_ORDERS; o++)
		pa->block_from[o] = FIRST_CHOICE;
}

/* Take the free pages at @at. Return: NULL, and nothing is taken, if they cannot be used. */
static void *take(struct palloc *pa, paddr_t at, uint64_t pages)
{
	void *mem = window_rw(pa->window, at, pages << PAGE_SHIFT);

	return mem && palloc_adopt(pa, at, pages) ? mem : NULL;
}

static void *take_zeroed(struct palloc *pa, paddr_t at, uint64_t pages)
{
	void *mem = take(pa, at, pages);

	return mem ? memset(mem, 0, pages << PAGE_SHIFT) : NULL;
}

static bool find_run(const struct palloc *pa, uint64_t pages, paddr_t *at)
{
	return pagemap_find(pa->map, pa->from, pages, at) ||
	       pagemap_find(pa->map, LOW_LIMIT, pages, at);
}

void *palloc_some(struct palloc *pa, uint64_t max, paddr_t *at, uint64_t *nr)
{
	paddr_t found, end;
	void *mem;

	if (!max || !find_run(pa, 1, &found))
		return NULL;
	end = pagemap_first_set(pa->map, found, found + (max << PAGE_SHIFT));
	mem = take(pa, found, (end - found) >> PAGE_SHIFT);
	if (!mem)
		return NULL;
	if (found >= pa->from)
		pa->from = end;
	*at = found;
	*nr = (end - found) >> PAGE_SHIFT;
	return mem;
}

void *palloc_pages(struct palloc *pa, uint64_t pages, paddr_t *at)
{
	paddr_t found;
	void *mem;

	if (!pages || !find_run(pa, pages, &found))
		return NULL;
	mem = take_zeroed(pa, found, pages);
	if (!mem)
		return NULL;
	/*
	 * no page from FIRST_CHOICE up to @from is free: only single pages move it, as runs leave
	 * gaps
	 */
	if (pages == 1 && found >= pa->from)
		pa->from = found + PAGE_SIZE;
	*at = found;
	return mem;
}

/* The lowest free block at or above @from that lies on one side of every border. */
static bool find_block(const struct palloc *pa, paddr_t from, uint64_t size,
		       const struct borders *borders, paddr_t *at)
{
	paddr_t border;

	/* each turn moves @from on; a run that begins where a block may is the block */
	while (pagemap_find(pa->map, from, size >> PAGE_SHIFT, at)) {
		from = align_up(*at, size);
		if (from < *at)
			return false;
		if (from != *at)
			continue;
		if (!borders || !borders_inside(borders, from, from + size, &border))
			return true;
		from = align_up(border, size);
	}
	return false;
}

void *palloc_block(struct palloc *pa, unsigned int order, const struct borders *borders,
		   paddr_t *at)
{
	uint64_t size;
	paddr_t found;
	void *mem;

	if (order >= PALLOC_ORDERS)
		return NULL;
	size = PAGE_SIZE << order;
	if (!find_block(pa, max_u64(pa->from, pa->block_from[order]), size, borders, &found) &&
	    !find_block(pa, LOW_LIMIT, size, borders, &found))
		return NULL;
	mem = take_zeroed(pa, found, size >> PAGE_SHIFT);
	if (!mem)
		return NULL;
	/* no block of this order from FIRST_CHOICE up to here is free */
	if (found >= pa->block_from[order])
		pa->block_from[order] = found + size;
	*at = found;
	return mem;
}

void palloc_free(struct palloc *pa, paddr_t at, uint64_t pages)
{
	unsigned int o;

	pagemap_clear(pa->map, at, at + (pages << PAGE_SHIFT));
	pa->taken -= pages;
	if (at >= FIRST_CHOICE && at < pa->from)
		pa->from = at;
	/* the pages may complete a block of any order that they lie in */
	for (o = 0; o < PALLOC_ORDERS; o++)
		pa->block_from[o] = min_u64(pa->block_from[o],
					    max_u64(align_down(at, PAGE_SIZE << o), FIRST_CHOICE));
}

bool palloc_adopt(struct palloc *pa, paddr_t at, uint64_t pages)
{
	paddr_t end = at + (pages << PAGE_SHIFT);

	if (pa->grant && !pa->grant(at, end))
		return false;
	pagemap_set(pa->map, at, end);
	pa->taken += pages;
	return true;
}

void palloc_disown(struct palloc *pa, uint64_t pages)
{
	pa->taken -= pages;
}
