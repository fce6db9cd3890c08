/* SPDX-License-Identifier: MIT */
/*
 * The format of kho-v2 and later: a radix tree.
 *
 * Six levels of pages. The root is at level 5; a node at level n is 512 physical addresses of pages
 * at level n − 1, 0 for none; a page at level 0 is a leaf, a bitmap of 32768 keys. A key selects its
 * entry at level n by the nine bits from bit (n − 1) · 9 + 15 on, and its bit in the leaf by the
 * lowest 15. docs/map.md draws the tree and the bits of a key.
 *
 * Source: include/linux/kho/abi/kexec_handover.h and kernel/liveupdate/kexec_handover.c of Linux
 * 7.3.
 */
#ifndef BATON_KHO_MAP_RADIX_H
#define BATON_KHO_MAP_RADIX_H

#include "kho/map/map.h"

/** radix_format - for the ABI table and for private maps; the rest of this file is for radix*.c. */
extern const struct map_format radix_format;

#define RADIX_ROOT      5   /* level of the root */
#define RADIX_ENTRIES   512 /* in a node */
#define RADIX_LEAF_LOG2 15  /* log2 of the keys in a leaf */
#define RADIX_NODE_LOG2 9   /* log2 of the entries in a node */
#define RADIX_KEY_BITS  53  /* in the widest key: the order bit of order 0 is bit 52 */

_Static_assert(1 << RADIX_LEAF_LOG2 == KHO_LEAF_BITS, "leaf");
_Static_assert(RADIX_ENTRIES * sizeof(uint64_t) == PAGE_SIZE, "a node is a page");

/** radix_key() - the key of the block at @addr: 1 << (52 − order) | addr >> (12 + order). */
static inline uint64_t radix_key(paddr_t addr, unsigned int order)
{
	return 1UL << (52 - order) | addr >> (PAGE_SHIFT + order);
}

/** radix_key_order() - the order in @key, which must be neither 0 nor wider than 53 bits. */
static inline unsigned int radix_key_order(uint64_t key)
{
	return (unsigned int)__builtin_clzl(key) - 11;
}

/** radix_key_addr() - the physical address in @key, which must be neither 0 nor wider than 53 bits. */
static inline paddr_t radix_key_addr(uint64_t key)
{
	unsigned int order = radix_key_order(key);

	return (key ^ 1UL << (52 - order)) << (PAGE_SHIFT + order);
}

/** radix_index() - the entry for @key in a node at @level, 1 to RADIX_ROOT. */
static inline unsigned int radix_index(uint64_t key, unsigned int level)
{
	return (key >> ((level - 1) * RADIX_NODE_LOG2 + RADIX_LEAF_LOG2)) & (RADIX_ENTRIES - 1);
}

/* radix_build.c: the operations that change a tree */

/** radix_init() - take the root. Return: -1 if there is no page. */
int radix_init(struct map_build *b);

/** radix_add_leaf() - map_add_leaf(): the nodes that lead to @leaf are completed first and linked last. */
int radix_add_leaf(struct map_build *b, const struct kho_leaf *leaf);

/** radix_add_keys() - map_add_keys() of @mask. */
int radix_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);

/** radix_remove_keys() - map_remove_keys() of @mask. */
uint64_t radix_remove_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);

/** radix_free() - map_free(). */
void radix_free(struct map_build *b);

#endif
