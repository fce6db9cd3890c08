/* SPDX-License-Identifier: MIT */
/*
 * Maps of preserved memory, as sets of leaves.
 *
 * A leaf is a 4096-byte bitmap of 32768 blocks of one order, from a base address on. Readers say "for each
 * leaf", writers "add a leaf"; all work on the 512 words of a leaf, never on single bits.
 */
#ifndef BATON_KHO_MAP_LEAF_H
#define BATON_KHO_MAP_LEAF_H

#include "mm/window.h"

#define KHO_LEAF_BITS  32768
#define KHO_LEAF_WORDS 512
/*
 * The largest order that any row of the ABI table may allow. Up to it all keys of one radix leaf have the same
 * order; the keys of all larger orders crowd into the one leaf that begins with key 0.
 */
#define KHO_MAX_ORDER 37

_Static_assert(KHO_LEAF_WORDS * sizeof(uint64_t) == PAGE_SIZE, "a leaf is a page");
_Static_assert(KHO_LEAF_WORDS * 64 == KHO_LEAF_BITS, "a leaf");

/**
 * struct kho_leaf - one leaf
 * @addr:  where the bitmap lies
 * @base:  physical address of block 0, a multiple of KHO_LEAF_BITS blocks
 * @order: log2 of the pages in a block
 * @bits:  KHO_LEAF_WORDS words; bit n of word w stands for block 64 w + n
 */
struct kho_leaf {
	paddr_t addr;
	paddr_t base;
	unsigned int order;
	const uint64_t *bits;
};

#endif
