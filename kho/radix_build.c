// SPDX-License-Identifier: MIT
#include "kho/radix.h"

/* A page of the tree being built: it came from the allocator, so it is RAM. */
static uint64_t *own(const struct radix_build *b, paddr_t addr)
{
	return door_rw(b->pages->door, addr, PAGE_SIZE);
}

/*
 * The lowest page on the way to @key that the tree already has.
 * @level: set to its level; 0 if it is the leaf
 */
static uint64_t *deepest(const struct radix_build *b, uint64_t key, unsigned int *level)
{
	uint64_t *page = own(b, b->root);

	for (*level = RADIX_ROOT; *level; --*level) {
		paddr_t next = page[radix_index(key, *level)];

		if (!next)
			break;
		page = own(b, next);
	}
	return page;
}

/*
 * Hang the complete page @child, which lies at level 0, below @top at @top_level. What lies between is built from
 * below, so every node is complete when its parent gets it, and the tree sees all of it by the last store.
 */
static int hang(struct radix_build *b, uint64_t key, paddr_t child, uint64_t *top,
		unsigned int top_level)
{
	paddr_t made[RADIX_ROOT];
	unsigned int level;

	made[0] = child;
	for (level = 1; level < top_level; level++) {
		uint64_t *node = palloc_pages(b->pages, 1, &made[level]);

		if (!node)
			goto undo;
		node[radix_index(key, level)] = made[level - 1];
	}
	__atomic_store_n(&top[radix_index(key, top_level)], made[top_level - 1], __ATOMIC_RELEASE);
	b->nodes += top_level;
	return 0;

undo:
	while (level--)
		palloc_free(b->pages, made[level], 1);
	return -1;
}

int radix_build_init(struct radix_build *b, struct palloc *pages)
{
	*b = (struct radix_build){ .pages = pages };
	if (!palloc_pages(pages, 1, &b->root))
		return -1;
	b->nodes = 1;
	return 0;
}

int radix_build_leaf(struct radix_build *b, uint64_t key, paddr_t leaf)
{
	unsigned int level;
	uint64_t *top = deepest(b, key, &level);

	return hang(b, key, leaf, top, level);
}

int radix_build_key(struct radix_build *b, uint64_t key)
{
	unsigned int level, word = key % KHO_LEAF_BITS / 64;
	uint64_t bit = 1UL << key % 64;
	uint64_t *page = deepest(b, key, &level);
	uint64_t *leaf;
	paddr_t addr;

	if (!level) {
		__atomic_store_n(&page[word], page[word] | bit, __ATOMIC_RELEASE);
		return 0;
	}
	leaf = palloc_pages(b->pages, 1, &addr);
	if (!leaf)
		return -1;
	leaf[word] = bit;
	return hang(b, key, addr, page, level);
}

/* Give back the page at @addr and all below it: six calls deep at most. */
static void free_page(struct radix_build *b, paddr_t addr, unsigned int level)
{
	const uint64_t *node = own(b, addr);
	unsigned int i;

	for (i = 0; level && i < RADIX_ENTRIES; i++)
		if (node[i])
			free_page(b, node[i], level - 1);
	palloc_free(b->pages, addr, 1);
}

void radix_build_free(struct radix_build *b)
{
	if (b->root)
		free_page(b, b->root, RADIX_ROOT);
	b->root = 0;
	b->nodes = 0;
}
