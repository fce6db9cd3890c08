// SPDX-License-Identifier: MIT
#include "mm/window.h"

/* The one place where a foreign address becomes a pointer (design law 2). */
const void *window_ro(const struct window *w, paddr_t addr, uint64_t size)
{
	const struct pane *pane = w->pane;
	unsigned int nr = w->nr;

	/* the last pane that begins at or before @addr, if there is one, is always among these */
	while (nr > 1) {
		unsigned int half = nr / 2;

		if (pane[half].base <= addr)
			pane += half;
		nr -= half;
	}
	if (!nr || addr < pane->base || addr >= pane->end)
		return NULL;
	/* compared as lengths, so that no sum can overflow */
	if (size > pane->end - addr)
		return NULL;
	return (char *)pane->ptr + (addr - pane->base);
}

void *window_rw(const struct window *w, paddr_t addr, uint64_t size)
{
	return (void *)(uintptr_t)window_ro(w, addr, size);
}
