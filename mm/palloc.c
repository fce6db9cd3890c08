// SPDX-License-Identifier: MIT
#include "mm/palloc.h"

#include <string.h>

/* Below lies what firmware and kernels are fondest of: taken only when there is nothing else. */
#define FIRST_CHOICE MIB(16)

void palloc_init(struct palloc *pa, struct pagemap *map, const struct door *door,
		 bool (*grant)(paddr_t base, paddr_t end))
{
	*pa = (struct palloc){ .map = map, .door = door, .grant = grant, .from = FIRST_CHOICE };
}

void *palloc_pages(struct palloc *pa, uint64_t pages, paddr_t *at)
{
	uint64_t size = pages << PAGE_SHIFT;
	paddr_t found;
	void *mem;

	if (!pages)
		return NULL;
	if (!pagemap_find(pa->map, pa->from, pages, &found) &&
	    !pagemap_find(pa->map, LOW_LIMIT, pages, &found))
		return NULL;
	mem = door_rw(pa->door, found, size);
	if (!mem || (pa->grant && !pa->grant(found, found + size)))
		return NULL;

	pagemap_set(pa->map, found, found + size);
	memset(mem, 0, size);
	pa->taken += pages;
	/* no page from FIRST_CHOICE up to @from is free: only single pages move it, as runs leave gaps */
	if (pages == 1 && found >= pa->from)
		pa->from = found + size;
	*at = found;
	return mem;
}

void palloc_free(struct palloc *pa, paddr_t at, uint64_t pages)
{
	pagemap_clear(pa->map, at, at + (pages << PAGE_SHIFT));
	pa->taken -= pages;
	if (at >= FIRST_CHOICE && at < pa->from)
		pa->from = at;
}
