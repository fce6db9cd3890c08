// SPDX-License-Identifier: MIT
#include "kho/map/radix.h"

#include "mm/bits.h"

static const uint64_t *page_at(const struct radix_tree *tree, paddr_t addr)
{
	return is_aligned(addr, PAGE_SIZE) ? window_ro(tree->window, addr, PAGE_SIZE) : NULL;
}

/*
 * The first entry of @node from @i on that is not 0; eight at a time, as most nodes are nearly
 * empty.
 */
static unsigned int used_entry(const uint64_t *node, unsigned int i)
{
	for (; i % 8; i++)
		if (node[i])
			return i;
	for (; i < RADIX_ENTRIES; i += 8) {
		const uint64_t *n = node + i;

		if (n[0] | n[1] | n[2] | n[3] | n[4] | n[5] | n[6] | n[7])
			break;
	}
	while (i < RADIX_ENTRIES && !node[i])
		i++;
	return i;
}

bool radix_start(struct radix_walk *w, const struct radix_tree *tree)
{
	w->tree = tree;
	w->level = RADIX_ROOT;
	w->seen = 0;
	w->next_bad = 0;
	w->node[RADIX_ROOT] = page_at(tree, tree->root);
	w->entry[RADIX_ROOT] = 0;
	w->key[RADIX_ROOT] = 0;
	if (!w->node[RADIX_ROOT])
		w->level = RADIX_ROOT + 1;
	return w->level == RADIX_ROOT;
}

bool radix_next(struct radix_walk *w, struct radix_link *link)
{
	const struct radix_tree *tree = w->tree;

	while (w->level <= RADIX_ROOT) {
		unsigned int level = w->level;
		unsigned int i = used_entry(w->node[level], w->entry[level]);

		if (i == RADIX_ENTRIES) {
			w->level++;
			continue;
		}
		w->entry[level] = i + 1;
		link->addr = w->node[level][i];
		link->level = level - 1;
		link->key = w->key[level] |
			    (uint64_t)i << ((level - 1) * RADIX_NODE_LOG2 + RADIX_LEAF_LOG2);
		link->nr = w->seen++;
		if (w->next_bad < tree->nr_bad && tree->bad[w->next_bad] == link->nr)
			w->next_bad++;
		else
			return true;
	}
	return false;
}

bool radix_enter(struct radix_walk *w, const struct radix_link *link)
{
	const uint64_t *node = page_at(w->tree, link->addr);

	if (!node)
		return false;
	w->level = link->level;
	w->node[w->level] = node;
	w->entry[w->level] = 0;
	w->key[w->level] = link->key;
	return true;
}

const uint64_t *radix_next_leaf(struct radix_walk *w, struct radix_link *link)
{
	while (radix_next(w, link)) {
		const uint64_t *leaf;

		if (link->level) {
			radix_enter(w, link);
			continue;
		}
		leaf = page_at(w->tree, link->addr);
		if (leaf)
			return leaf;
	}
	return NULL;
}

bool radix_has(const struct radix_tree *tree, uint64_t key)
{
	const uint64_t *node = page_at(tree, tree->root);
	unsigned int level;

	if (key >> RADIX_KEY_BITS)
		return false;
	for (level = RADIX_ROOT; node && level; level--) {
		paddr_t addr = node[radix_index(key, level)];

		node = addr ? page_at(tree, addr) : NULL;
	}
	return node && (node[key % KHO_LEAF_BITS / 64] >> key % 64 & 1);
}

/* log2 of the keys that one entry of a node at @level leads to. */
static unsigned int entry_log2(unsigned int level)
{
	return (level - 1) * RADIX_NODE_LOG2 + RADIX_LEAF_LOG2;
}

bool radix_any(const struct radix_tree *tree, uint64_t key, unsigned int log2)
{
	const uint64_t *node = page_at(tree, tree->root);
	unsigned int level = RADIX_ROOT, first, nr;

	while (node && level && log2 < entry_log2(level)) {
		paddr_t addr = node[radix_index(key, level--)];

		node = addr ? page_at(tree, addr) : NULL;
	}
	if (!node)
		return false;
	if (!level && log2 < 6)
		return node[key % KHO_LEAF_BITS / 64] >> key % 64 & bits_below(1U << log2);

	/* whole words of a leaf, or whole entries of a node */
	first = level ? radix_index(key, level) : (unsigned int)(key % KHO_LEAF_BITS / 64);
	nr = 1U << (log2 - (level ? entry_log2(level) : 6));
	for (; nr; nr--)
		if (node[first++])
			return true;
	return false;
}

bool radix_is_node(const struct radix_tree *tree, paddr_t addr, uint64_t budget)
{
	paddr_t page = align_down(addr, PAGE_SIZE);
	struct radix_walk walk;
	struct radix_link link;

	if (!budget || !radix_start(&walk, tree))
		return false;
	if (page == tree->root)
		return true;
	while (--budget && radix_next(&walk, &link)) {
		if (page == link.addr)
			return true;
		if (link.level)
			radix_enter(&walk, &link);
	}
	return false;
}
