// SPDX-License-Identifier: MIT
#include "mm/window.h"

/* The one place where a foreign address becomes a pointer (design law 2). */
static void *open_window(const struct window *w, paddr_t addr, uint64_t size)
{
	unsigned int lo = 0, hi = w->nr;

	/* find the first pane that ends after @addr */
	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (w->pane[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == w->nr || w->pane[lo].base > addr)
		return NULL;
	/* compared as lengths, so that no sum can overflow */
	if (size > w->pane[lo].end - addr)
		return NULL;
	return (char *)w->pane[lo].ptr + (addr - w->pane[lo].base);
}

const void *window_ro(const struct window *w, paddr_t addr, uint64_t size)
{
	return open_window(w, addr, size);
}

void *window_rw(const struct window *w, paddr_t addr, uint64_t size)
{
	return open_window(w, addr, size);
}
