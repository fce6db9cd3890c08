/* SPDX-License-Identifier: MIT */
/*
 * The one door between a foreign physical address and a pointer (design law 2).
 *
 * In the kernel every window is a piece of RAM in the identity map; on the host a window is a piece of a
 * memory dump or of a test's arena. The code that asks is the same.
 */
#ifndef BATON_MM_DOOR_H
#define BATON_MM_DOOR_H

#include "lib/num.h"

/** struct window - RAM [@base, @end), readable at @ptr */
struct window {
	paddr_t base, end;
	void *ptr;
};

/** struct door - @nr windows, sorted by base, disjoint; RAM that touches is one window */
struct door {
	const struct window *win;
	unsigned int nr;
};

/**
 * door_ro() - look at foreign memory
 * @d:    the door
 * @addr: physical address, any value
 * @size: bytes, any value; 0 is treated as 1
 *
 * Return: a pointer to @size readable bytes, or NULL unless the whole range is RAM in one window.
 */
const void *door_ro(const struct door *d, paddr_t addr, uint64_t size);

/** door_rw() - the same for memory that the page allocator has handed out or that lies in scratch. */
void *door_rw(const struct door *d, paddr_t addr, uint64_t size);

#endif
