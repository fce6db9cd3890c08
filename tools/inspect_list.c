// SPDX-License-Identifier: MIT
/* The keys of a reading, and the pages that they preserve, for scripts. */
#include <stdio.h>

#include "mm/bits.h"
#include "tools/inspect.h"

static void print_pages(paddr_t base, unsigned int order)
{
	for (uint64_t i = 0; i < 1UL << order; i++)
		printf("0x%lx\n", base + i * PAGE_SIZE);
}

/* @pages: print the pages of each key, not the key */
static int list_leaf(const struct kho_leaf *leaf, void *pages)
{
	for (unsigned int w = 0; w < KHO_LEAF_WORDS; w++) {
		for (uint64_t bits = leaf->bits[w]; bits; bits &= bits - 1) {
			uint64_t block = w * 64UL + bits_lowest(bits);
			paddr_t base = leaf->base + block * (PAGE_SIZE << leaf->order);

			if (pages)
				print_pages(base, leaf->order);
			else
				printf("0x%lx %u\n", base, leaf->order);
		}
	}
	return 0;
}

void inspect_keys(const struct reading *r)
{
	handover_for_each_leaf(&r->verify->in.h, list_leaf, NULL);
}

void inspect_pages(const struct reading *r)
{
	bool pages = true;

	handover_for_each_leaf(&r->verify->in.h, list_leaf, &pages);
}
