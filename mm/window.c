// SPDX-License-Identifier: MIT
#include "mm/window.h"

/* The one place where a foreign address becomes a pointer (design law 2). */
static void *open_door(const struct door *d, paddr_t addr, uint64_t size)
{
	unsigned int lo = 0, hi = d->nr;

	/* find the first window that ends after @addr */
	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (d->win[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == d->nr || d->win[lo].base > addr)
		return NULL;
	/* compared as lengths, so that no sum can overflow */
	if (size > d->win[lo].end - addr)
		return NULL;
	return (char *)d->win[lo].ptr + (addr - d->win[lo].base);
}

const void *door_ro(const struct door *d, paddr_t addr, uint64_t size)
{
	return open_door(d, addr, size);
}

void *door_rw(const struct door *d, paddr_t addr, uint64_t size)
{
	return open_door(d, addr, size);
}
