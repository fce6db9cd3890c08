// SPDX-License-Identifier: MIT
/*
 * Changing a tree that may be published. Two rules make every instant a valid one:
 * - adding: a page is complete before the tree leads to it; all new pages hang on one link, which is
 *   stored last;
 * - removing: one store takes out the keys together with all pages that would be left empty, and
 *   only afterwards are these given back.
 */
#include "kho/map/publish.h"
#include "kho/map/radix.h"

/* A page of the tree being built: it came from the allocator, so it is RAM. */
static uint64_t *page_at(const struct map_build *b, paddr_t addr)
{
	return window_rw(b->pages->window, addr, PAGE_SIZE);
}

/*
 * The lowest page on the way to @key that the tree already has.
 * @level: set to its level; 0 if it is the leaf
 */
static uint64_t *deepest(const struct map_build *b, uint64_t key, unsigned int *level)
{
	uint64_t *page = page_at(b, b->map->root);

	for (*level = RADIX_ROOT; *level; --*level) {
		paddr_t next = page[radix_index(key, *level)];

		if (!next)
			break;
		page = page_at(b, next);
	}
	return page;
}

/*
 * Link the complete page @child, of level 0, below @top at @top_level. The nodes between are built
 * from below, so that each one is complete when it is linked, and the last store shows all of them.
 */
static int hang(struct map_build *b, uint64_t key, paddr_t child, uint64_t *top,
		unsigned int top_level)
{
	paddr_t made[RADIX_ROOT];
	unsigned int level;

	made[0] = child;
	for (level = 1; level < top_level; level++) {
		uint64_t *node = map_take_page(b, &made[level]);

		if (!node)
			goto undo;
		node[radix_index(key, level)] = made[level - 1];
	}
	publish(&top[radix_index(key, top_level)], made[top_level - 1]);
	b->map->pages += top_level;
	return 0;

undo:
	while (level--)
		map_give_back(b, made[level]);
	return -1;
}

int radix_init(struct map_build *b)
{
	if (!map_take_page(b, &b->map->root))
		return -1;
	b->map->pages = 1;
	return 0;
}

int radix_add_leaf(struct map_build *b, const struct kho_leaf *leaf)
{
	uint64_t key = radix_key(leaf->base, leaf->order);
	unsigned int level;
	uint64_t *top = deepest(b, key, &level);

	if (!level) {
		map_merge_leaf(b, top, leaf);
		return 0;
	}
	return map_take_over(b, leaf->addr) ? -1 : hang(b, key, leaf->addr, top, level);
}

int radix_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	uint64_t key = radix_key(addr, order);
	unsigned int level, word = key % KHO_LEAF_BITS / 64;
	uint64_t *page = deepest(b, key, &level);
	uint64_t *leaf;
	paddr_t at;

	if (!level) {
		publish(&page[word], page[word] | mask);
		return 0;
	}
	leaf = map_take_page(b, &at);
	if (!leaf)
		return -1;
	leaf[word] = mask;
	return hang(b, key, at, page, level);
}

uint64_t radix_remove_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	uint64_t key = radix_key(addr, order), gone;
	unsigned int level, top, word = key % KHO_LEAF_BITS / 64;
	uint64_t *page[RADIX_ROOT + 1];
	paddr_t at[RADIX_ROOT + 1];

	at[RADIX_ROOT] = b->map->root;
	page[RADIX_ROOT] = page_at(b, b->map->root);
	for (level = RADIX_ROOT; level; level--) {
		at[level - 1] = page[level][radix_index(key, level)];
		if (!at[level - 1])
			return 0;
		page[level - 1] = page_at(b, at[level - 1]);
	}
	gone = page[0][word] & mask;
	if (!gone)
		return 0;

	if (page[0][word] != gone || !map_only_word(page[0], word)) {
		publish(&page[0][word], page[0][word] & ~gone);
		return gone;
	}
	/*
	 * The keys are the last of their leaf. The leaf is removed as it is, and with it each node that leads
	 * to nothing else. They hang on one link of the lowest node that stays, so one store takes all
	 * of them out. Only after that store are they given back: a reader may still be led to them
	 * before it, and the allocator may write to them after it.
	 */
	for (top = 1; top < RADIX_ROOT && map_only_word(page[top], radix_index(key, top)); top++)
		;
	publish(&page[top][radix_index(key, top)], 0);
	b->map->pages -= top;
	for (level = 0; level < top; level++)
		map_give_back(b, at[level]);
	return gone;
}

/* Give back the page at @addr and all below it: six calls deep at most. */
static void free_page(struct map_build *b, paddr_t addr, unsigned int level)
{
	const uint64_t *node = page_at(b, addr);
	unsigned int i;

	for (i = 0; level && i < RADIX_ENTRIES; i++)
		if (node[i])
			free_page(b, node[i], level - 1);
	map_give_back(b, addr);
}

void radix_free(struct map_build *b)
{
	free_page(b, b->map->root, RADIX_ROOT);
}
