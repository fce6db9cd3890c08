// SPDX-License-Identifier: MIT
#include "mm/borders.h"

static void sort(struct node_range *r, unsigned int nr)
{
	for (unsigned int i = 1; i < nr; i++) {
		struct node_range x = r[i];
		unsigned int j = i;

		for (; j && r[j - 1].base > x.base; j--)
			r[j] = r[j - 1];
		r[j] = x;
	}
}

void borders_make(struct borders *set)
{
	const struct node_range *r = set->range;

	sort(set->range, set->nr_ranges);
	set->nr = 0;
	for (unsigned int i = 1; i < set->nr_ranges; i++)
		if (r[i].node != r[i - 1].node && r[i].base != r[i - 1].base)
			set->at[set->nr++] = r[i].base;
}

bool borders_inside(const struct borders *set, paddr_t base, paddr_t end, paddr_t *border)
{
	for (unsigned int i = 0; i < set->nr; i++) {
		if (set->at[i] > base && set->at[i] < end) {
			*border = set->at[i];
			return true;
		}
	}
	return false;
}

bool borders_hot(const struct borders *set, paddr_t addr)
{
	for (unsigned int i = 0; i < set->nr_ranges; i++)
		if (set->range[i].hot && addr >= set->range[i].base && addr < set->range[i].end)
			return true;
	return false;
}
