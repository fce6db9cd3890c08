// SPDX-License-Identifier: MIT
/* Reading a radix tree, which may be anything. */
#include "kho/map/radix.h"

#include <stdio.h>

#include "lib/fault.h"
#include "mm/bits.h"

/**
 * struct cursor - a walk over all links of a tree, by ascending key
 * @map:   the tree
 * @level: level of the node being read; above RADIX_ROOT when there is no more
 * @node, @entry, @key: by level: the node, the next entry of it to look at, the lowest key below it
 */
struct cursor {
	const struct map *map;
	unsigned int level;
	const uint64_t *node[RADIX_ROOT + 1];
	unsigned int entry[RADIX_ROOT + 1];
	uint64_t key[RADIX_ROOT + 1];
};

static const uint64_t *page_at(const struct map *m, paddr_t addr)
{
	return is_aligned(addr, PAGE_SIZE) ? window_ro(m->window, addr, PAGE_SIZE) : NULL;
}

/*
 * The first entry of @node from @i on that is not 0; eight at a time, as most nodes are nearly
 * empty.
 */
static unsigned int used_entry(const uint64_t *node, unsigned int i)
{
	const uint64_t *n = node + i, *end = node + RADIX_ENTRIES;

	for (; (n - node) % 8; n++)
		if (*n)
			return (unsigned int)(n - node);
	while (n < end && !(n[0] | n[1] | n[2] | n[3] | n[4] | n[5] | n[6] | n[7]))
		n += 8;
	while (n < end && !*n)
		n++;
	return (unsigned int)(n - node);
}

/* log2 of the number of keys below one entry of a node at @level. */
static unsigned int entry_log2(unsigned int level)
{
	return (level - 1) * RADIX_NODE_LOG2 + RADIX_LEAF_LOG2;
}

/* The next link that is not 0, in the node entered last that has one left. Return: false at the end. */
static bool next_link(struct cursor *c, struct map_page *page)
{
	while (c->level <= RADIX_ROOT) {
		unsigned int level = c->level;
		unsigned int i = used_entry(c->node[level], c->entry[level]);

		if (i == RADIX_ENTRIES) {
			c->level++;
			continue;
		}
		c->entry[level] = i + 1;
		page->addr = c->node[level][i];
		page->level = level - 1;
		page->from = c->key[level] | (uint64_t)i << entry_log2(level);
		return true;
	}
	return false;
}

/* Go on with the links of the node that @page is; if it is no page of RAM, it has none. */
static void enter(struct cursor *c, const struct map_page *page)
{
	const uint64_t *node = page_at(c->map, page->addr);

	if (!node)
		return;
	c->level = page->level;
	c->node[c->level] = node;
	c->entry[c->level] = 0;
	c->key[c->level] = page->from;
}

/* Report every key of the leaf of key 0: too large an order, or key 0 itself. */
static void report_keys(const struct map *m, const struct map_visitor *v, paddr_t addr)
{
	const uint64_t *bits = page_at(m, addr);
	uint64_t keys = 0, first = 0;
	char text[FAULT_TEXT];
	unsigned int w;

	if (!bits)
		return;
	if (bits[0] & 1) {
		snprintf(text, sizeof(text), "key 0 in the leaf at 0x%lx", addr);
		v->flaw(v->arg, MAP_KEY_ZERO, text);
	}
	for (w = 0; w < KHO_LEAF_WORDS; w++) {
		uint64_t word = w ? bits[w] : bits[w] & ~1UL;

		if (word && !keys)
			first = w * 64 + bits_lowest(word);
		keys += bits_count(word);
	}
	if (!keys)
		return;
	snprintf(text, sizeof(text), "key 0x%lx of order %u and %lu more in the leaf at 0x%lx",
		 first, radix_key_order(first), keys - 1, addr);
	v->flaw(v->arg, MAP_KEY_ORDER, text);
}

/* What the link tells of its page: whether its keys can be valid, and the blocks of a leaf. */
static void tell(struct map_page *page)
{
	page->flaw = page->from >> RADIX_KEY_BITS ? MAP_KEY_WIDE : MAP_FLAWLESS;
	if (page->level || page->flaw)
		return;
	/* the leaf of key 0 holds all orders above KHO_MAX_ORDER */
	page->order = page->from ? radix_key_order(page->from) : KHO_MAX_ORDER + 1;
	page->base = page->from ? radix_key_addr(page->from) : 0;
}

static void walk(const struct map *m, const struct map_visitor *v)
{
	struct map_page page = { .addr = m->root, .level = RADIX_ROOT };
	struct cursor c = { .map = m, .level = RADIX_ROOT + 1 };
	enum map_next next;

	do {
		tell(&page);
		next = v->page(v->arg, &page);
		if (next != MAP_FOLLOW || page.flaw)
			continue;
		if (page.level)
			enter(&c, &page);
		else if (!page.from && v->flaw)
			report_keys(m, v, page.addr);
	} while (next != MAP_STOP && next_link(&c, &page));
}

/* True if @key is in the tree below @node, the root; follows five links at most. */
static bool has_key(const struct map *m, const uint64_t *node, uint64_t key)
{
	unsigned int level;

	for (level = RADIX_ROOT; node && level; level--) {
		paddr_t addr = node[radix_index(key, level)];

		node = addr ? page_at(m, addr) : NULL;
	}
	return node && (node[key % KHO_LEAF_BITS / 64] >> key % 64 & 1);
}

/*
 * True if any of the 2^@log2 keys from @key on, a multiple of 2^@log2, is in the tree below @node,
 * the root. Looks at one page. Of more keys than a leaf has it is enough that there is a leaf.
 */
static bool has_any(const struct map *m, const uint64_t *node, uint64_t key, unsigned int log2)
{
	unsigned int level = RADIX_ROOT, first, nr;

	while (node && level && log2 < entry_log2(level)) {
		paddr_t addr = node[radix_index(key, level--)];

		node = addr ? page_at(m, addr) : NULL;
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

static bool has(const struct map *m, paddr_t addr, unsigned int order)
{
	return has_key(m, page_at(m, m->root), radix_key(addr, order));
}

static bool find(const struct map *m, paddr_t addr, unsigned int *order)
{
	const uint64_t *root = page_at(m, m->root);

	for (*order = 0; *order <= KHO_MAX_ORDER; ++*order)
		if (has_key(m, root, radix_key(addr, *order)))
			return true;
	return false;
}

static bool meets(const struct map *m, paddr_t addr, unsigned int order, unsigned int max,
		  unsigned int *found)
{
	const uint64_t *root = page_at(m, m->root);
	unsigned int o;

	/* a key of this order or a larger one covers @addr; smaller ones lie in a row */
	for (o = 0; o <= max; o++) {
		uint64_t key = radix_key(addr, o);

		if (o < order ? has_any(m, root, key, order - o) : has_key(m, root, key)) {
			*found = o;
			return true;
		}
	}
	return false;
}

const struct map_format radix_format = {
	.walk = walk,
	.has = has,
	.find = find,
	.meets = meets,
	.init = radix_init,
	.add_leaf = radix_add_leaf,
	.add_keys = radix_add_keys,
	.remove_keys = radix_remove_keys,
	.free = radix_free,
};
