/* SPDX-License-Identifier: MIT */
/* Addresses at which memory changes from one NUMA node to another. */
#ifndef BATON_MM_BORDERS_H
#define BATON_MM_BORDERS_H

#include "lib/num.h"

#define BORDERS_MAX 512 /* memory ranges in an SRAT */

/** struct borders - @at[0] to @at[nr - 1], ascending; each is the first byte of a range of another node */
struct borders {
	paddr_t at[BORDERS_MAX];
	unsigned int nr;
};

/** struct node_range - memory of one node; the input of borders_make() */
struct node_range {
	paddr_t base;
	uint32_t node;
};

/**
 * borders_make() - from ranges in any order to borders
 * @r:  @nr ranges, at most BORDERS_MAX; sorted by this call
 */
void borders_make(struct borders *set, struct node_range *r, unsigned int nr);

/** borders_inside() - the lowest border above @base and below @end. Return: false if there is none. */
bool borders_inside(const struct borders *set, paddr_t base, paddr_t end, paddr_t *border);

#endif
