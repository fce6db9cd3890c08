/* SPDX-License-Identifier: MIT */
/*
 * The one window between a foreign physical address and a pointer (design law 2).
 *
 * In the kernel its panes are the RAM of the identity map; on the host they are the pieces of a
 * memory dump or of a test's arena. The code that asks is the same.
 */
#ifndef BATON_MM_WINDOW_H
#define BATON_MM_WINDOW_H

#include "lib/num.h"

/** struct pane - RAM [@base, @end), readable at @ptr */
struct pane {
	paddr_t base, end;
	void *ptr;
};

/** struct window - @nr panes at @pane, sorted by base, disjoint; RAM that touches is one pane */
struct window {
	const struct pane *pane;
	unsigned int nr;
};

/**
 * window_ro() - look at foreign memory
 * @w:    the window
 * @addr: physical address, any value
 * @size: bytes, any value; 0 is treated as 1
 *
 * Return: a pointer to @size readable bytes, or NULL unless the whole range is RAM in one pane.
 */
const void *window_ro(const struct window *w, paddr_t addr, uint64_t size);

/**
 * window_rw() - the same for memory that the page allocator has handed out or that lies in scratch
 * @addr, @size: as for window_ro()
 */
void *window_rw(const struct window *w, paddr_t addr, uint64_t size);

#endif
