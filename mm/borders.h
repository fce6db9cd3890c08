/* SPDX-License-Identifier: MIT */
/* Which memory belongs to which NUMA node, and the addresses where one node meets another. */
#ifndef BATON_MM_BORDERS_H
#define BATON_MM_BORDERS_H

#include "lib/num.h"

#define BORDERS_MAX 512 /* memory ranges in an SRAT */

/**
 * struct node_range - memory [@base, @end) of node @node; not all of it need be RAM
 * @hot: memory can be added there while the machine runs
 */
struct node_range {
	paddr_t base, end;
	uint32_t node;
	bool hot;
};

/**
 * struct borders
 * @range: @nr_ranges ranges, by rising address; none where the machine has no SRAT
 * @at:    @nr addresses, ascending; each is the first byte of a range of another node
 */
struct borders {
	struct node_range range[BORDERS_MAX];
	paddr_t at[BORDERS_MAX];
	unsigned int nr_ranges, nr;
};

/** borders_make() - sort the ranges of @set, which come in any order, and find the borders between them. */
void borders_make(struct borders *set);

/** borders_inside() - set @border to the lowest one above @base and below @end. Return: false if there is none. */
bool borders_inside(const struct borders *set, paddr_t base, paddr_t end, paddr_t *border);

/** borders_hot() - can the memory at @addr have been added while the machine ran? */
bool borders_hot(const struct borders *set, paddr_t addr);

#endif
