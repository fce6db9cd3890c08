// SPDX-License-Identifier: MIT
/* Reading a list of chunks, which may be anything. */
#include "kho/map/chunks.h"

#include <stdio.h>

#include "kho/map/radix.h"
#include "lib/fault.h"
#include "mm/bits.h"

/* Of Linux 6.16 and 6.17: blocks in a leaf, and bytes of its bitmap. */
#define SMALL_BLOCKS 4096
#define SMALL_BYTES  512

static const void *page_at(const struct map *m, paddr_t addr)
{
	return is_aligned(addr, PAGE_SIZE) ? window_ro(m->window, addr, PAGE_SIZE) : NULL;
}

/* How many entries of @c may be read. */
static unsigned int usable(const struct chunk *c)
{
	return chunk_count(c) <= CHUNK_ENTRIES ? chunk_count(c) : 0;
}

/* True if base or bitmap of @e are what only 6.16 and 6.17 write. */
static bool is_small(const struct chunk_entry *e, unsigned int order)
{
	if (e->base != chunk_base(e->base, order))
		return is_aligned(e->base, SMALL_BLOCKS * PAGE_SIZE << order);
	return !is_aligned(e->bitmap, PAGE_SIZE) && is_aligned(e->bitmap, SMALL_BYTES);
}

/* What is wrong with @e, wherever its bitmap may lie. */
static enum map_flaw entry_flaw(const struct chunk_entry *e, unsigned int order)
{
	if (order > KHO_MAX_ORDER)
		return MAP_FLAWLESS; /* its base has no meaning, and it may be empty */
	if (e->base >> CHUNK_ADDR_BITS)
		return MAP_KEY_WIDE;
	if (is_small(e, order))
		return MAP_LEAF_SMALL;
	return e->base == chunk_base(e->base, order) ? MAP_FLAWLESS : MAP_LEAF_MISALIGNED;
}

/* ---- walking ---- */

/* Report the blocks of a leaf whose order is too large for any. */
static void report_blocks(const struct map *m, const struct map_visitor *v,
			  const struct map_page *leaf)
{
	const uint64_t *bits = page_at(m, leaf->addr);
	char text[FAULT_TEXT];
	uint64_t blocks = 0;
	unsigned int w;

	for (w = 0; bits && w < KHO_LEAF_WORDS; w++)
		blocks += bits_count(bits[w]);
	if (!blocks)
		return;
	snprintf(text, sizeof(text), "%lu keys of order %u in the leaf at 0x%lx", blocks,
		 leaf->order, leaf->addr);
	v->flaw(v->arg, MAP_KEY_ORDER, text);
}

/* Show the leaves of the chunk @c. */
static enum map_next walk_leaves(const struct map *m, const struct map_visitor *v,
				 const struct chunk *c)
{
	enum map_next next = MAP_FOLLOW;
	unsigned int i;

	for (i = 0; i < usable(c) && next != MAP_STOP; i++) {
		const struct chunk_entry *e = &c->entry[i];
		struct map_page leaf = {
			.addr = e->bitmap, .order = chunk_order(c), .base = e->base, .from = e->base
		};

		leaf.flaw = entry_flaw(e, leaf.order);
		next = v->page(v->arg, &leaf);
		if (next == MAP_FOLLOW && leaf.order > KHO_MAX_ORDER && v->flaw)
			report_blocks(m, v, &leaf);
	}
	return next;
}

static void walk(const struct map *m, const struct map_visitor *v)
{
	struct map_page page = { .addr = m->root, .level = 1 };

	while (page.addr && v->page(v->arg, &page) == MAP_FOLLOW) {
		const struct chunk *c = page_at(m, page.addr);
		char text[FAULT_TEXT];

		if (!c)
			return;
		if (chunk_count(c) > CHUNK_ENTRIES && v->flaw) {
			snprintf(text, sizeof(text), "%u entries in the chunk at 0x%lx",
				 chunk_count(c), page.addr);
			v->flaw(v->arg, MAP_CHUNK_COUNT, text);
		}
		if (walk_leaves(m, v, c) == MAP_STOP)
			return;
		page.addr = c->next;
	}
}

/* ---- questions ---- */

unsigned int chunk_find(const struct chunk *c, unsigned int count, paddr_t base)
{
	unsigned int lo = 0, hi = count;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (c->entry[mid].base < base)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* True if any of @nr bits from @first on is set; @nr is a power of two that divides @first. */
static bool any_bit(const uint64_t *bits, unsigned int first, unsigned int nr)
{
	unsigned int w;

	if (nr < 64)
		return bits[first / 64] >> first % 64 & bits_below(nr);
	for (w = first / 64; w < (first + nr) / 64; w++)
		if (bits[w])
			return true;
	return false;
}

/* True if any block of @c has pages in the block of @order at @addr, which is aligned. */
static bool chunk_meets(const struct map *m, const struct chunk *c, paddr_t addr,
			unsigned int order)
{
	unsigned int o = chunk_order(c), log2 = order > o ? order - o : 0, count = usable(c);
	paddr_t base = chunk_base(addr, o), last = addr + ((PAGE_SIZE << order) - 1);
	unsigned int nr = log2 < RADIX_LEAF_LOG2 ? 1U << log2 : KHO_LEAF_BITS, i = 0;

	if (m->sorted)
		i = count && c->entry[count - 1].base >= base ? chunk_find(c, count, base) : count;
	for (; i < count; i++) {
		const struct chunk_entry *e = &c->entry[i];
		const uint64_t *bits;

		if (m->sorted && e->base > last)
			break;
		if (e->base < base || e->base > last || entry_flaw(e, o))
			continue;
		bits = page_at(m, e->bitmap);
		if (bits && any_bit(bits, (unsigned int)((addr - base) >> (PAGE_SHIFT + o)), nr))
			return true;
	}
	return false;
}

/*
 * The lowest order from @min to @max of a block that shares a page with the block of @order at
 * @addr. Looks at as many chunks as the map has pages, against a list without end.
 */
static bool lowest_order(const struct map *m, paddr_t addr, unsigned int order, unsigned int min,
			 unsigned int max, unsigned int *found)
{
	paddr_t block = align_down(addr, PAGE_SIZE << order), at = m->root;
	uint64_t left = m->pages;
	bool any = false;

	while (at && left--) {
		const struct chunk *c = page_at(m, at);
		unsigned int o;

		if (!c)
			break;
		at = c->next;
		o = chunk_order(c);
		if (m->sorted && usable(c) && o > max)
			break;
		if (o < min || o > max || (any && o >= *found) || !chunk_meets(m, c, block, order))
			continue;
		*found = o;
		any = true;
	}
	return any;
}

/* Linux writes its lists by order, then by base: find out whether this is such a list. */
static void learn(struct map *m)
{
	unsigned int last_order = 0, i;
	paddr_t at = m->root, last = 0;
	uint64_t left = m->pages;
	bool any = false;

	while (at && left--) {
		const struct chunk *c = page_at(m, at);

		if (!c)
			return;
		at = c->next;
		for (i = 0; i < usable(c); i++) {
			unsigned int order = chunk_order(c);
			paddr_t base = c->entry[i].base;

			if (any && (order < last_order || (order == last_order && base <= last)))
				return;
			last_order = order;
			last = base;
			any = true;
		}
	}
	m->sorted = !at;
}

/* The leaves of @m under its private tree, if it was built here. */
static struct map index_of(const struct map *m)
{
	return (struct map){ .format = &radix_format, .window = m->window, .root = m->index };
}

static bool has(const struct map *m, paddr_t addr, unsigned int order)
{
	const struct map index = index_of(m);
	unsigned int found;

	return index.root ? map_has(&index, addr, order) :
			    lowest_order(m, addr, order, order, order, &found);
}

static bool find(const struct map *m, paddr_t addr, unsigned int *order)
{
	const struct map index = index_of(m);

	return index.root ? map_find(&index, addr, order) :
			    lowest_order(m, addr, 0, 0, KHO_MAX_ORDER, order);
}

static bool meets(const struct map *m, paddr_t addr, unsigned int order, unsigned int max,
		  unsigned int *found)
{
	const struct map index = index_of(m);

	return index.root ? map_meets(&index, addr, order, max, found) :
			    lowest_order(m, addr, order, 0, max, found);
}

const struct map_format chunks_format = {
	.zero_is_empty = true,
	.walk = walk,
	.walk_private = chunks_walk_private,
	.learn = learn,
	.has = has,
	.find = find,
	.meets = meets,
	.init = chunks_init,
	.add_leaf = chunks_add_leaf,
	.add_keys = chunks_add_keys,
	.remove_keys = chunks_remove_keys,
	.free = chunks_free,
};
