/* SPDX-License-Identifier: MIT */
/*
 * Maps of preserved memory, as sets of leaves.
 *
 * A leaf is a 4096-byte bitmap of 32768 blocks of one order, from a base address on. Readers say "for each
 * leaf", writers "add a leaf"; all work on the 512 words of a leaf, never on single bits.
 */
#ifndef BATON_KHO_MAP_LEAF_H
#define BATON_KHO_MAP_LEAF_H

#include "kho/abi.h"
#include "mm/window.h"

#define KHO_LEAF_BITS  32768
#define KHO_LEAF_WORDS 512
/*
 * The largest order that any row of the ABI table may allow. Up to it all keys of one leaf have the same order;
 * the keys of all larger orders crowd into the one leaf that begins with key 0.
 */
#define KHO_MAX_ORDER 37

/**
 * struct kho_leaf - one leaf
 * @addr:  where the bitmap lies
 * @base:  physical address of block 0
 * @order: log2 of the pages in a block
 * @bits:  KHO_LEAF_WORDS words; bit n of word w stands for block 64 w + n
 */
struct kho_leaf {
	paddr_t addr;
	paddr_t base;
	unsigned int order;
	const uint64_t *bits;
};

/** kho_key() - the radix key of the block at @addr: 1 << (52 − order) | addr >> (12 + order). */
static inline uint64_t kho_key(paddr_t addr, unsigned int order)
{
	return 1UL << (52 - order) | addr >> (PAGE_SHIFT + order);
}

/** kho_key_order() - the order in @key, which must be neither 0 nor wider than 53 bits. */
static inline unsigned int kho_key_order(uint64_t key)
{
	return (unsigned int)__builtin_clzl(key) - 11;
}

/** kho_key_addr() - the physical address in @key, the same condition. */
static inline paddr_t kho_key_addr(uint64_t key)
{
	unsigned int order = kho_key_order(key);

	return (key ^ 1UL << (52 - order)) << (PAGE_SHIFT + order);
}

#endif
