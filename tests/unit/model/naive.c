// SPDX-License-Identifier: MIT
/*
 * A format of maps that no kernel knows, written the dumb way, to prove the seam (kho/map/map.h): a
 * list of pages, each {next, leaf, order, base, 0 …}. The root is the first of them and has no leaf.
 * New entries go in behind it.
 */
#include "kho.h"

#include "kho/map/publish.h"

#define NAIVE_MAX 4096 /* no list is longer: against loops */

struct entry {
	uint64_t next, leaf, order, base;
};

/* ---- the format ---- */

static const struct entry *entry_at(const struct map *m, uint64_t addr)
{
	return addr && addr % 4096 == 0 ? window_ro(m->window, addr, 4096) : NULL;
}

static uint64_t block_of(const struct entry *e, uint64_t addr)
{
	return addr < e->base ? UINT64_MAX : (addr - e->base) >> (12 + e->order);
}

static void naive_walk(const struct map *m, const struct map_visitor *v)
{
	struct map_page page = { .addr = m->root, .level = 1 };
	unsigned int i;

	for (i = 0; page.addr && i < NAIVE_MAX; i++) {
		enum map_next next = v->page(v->arg, &page);
		const struct entry *e = entry_at(m, page.addr);
		struct map_page leaf;

		if (next != MAP_FOLLOW || !e)
			return;
		leaf = (struct map_page){ e->leaf, 0, (unsigned int)e->order, e->base, e->base, 0 };
		if (e->order > KHO_MAX_ORDER) {
			leaf.order = KHO_MAX_ORDER + 1;
			leaf.flaw = MAP_KEY_ORDER;
		}
		if (e->leaf && v->page(v->arg, &leaf) == MAP_STOP)
			return;
		page.addr = e->next;
		page.from++;
	}
}

/* Look at each leaf until @hit says that it is the one. */
static const struct entry *naive_search(const struct map *m,
					bool (*hit)(const uint64_t *bits, const struct entry *e,
						    uint64_t addr, unsigned int order),
					uint64_t addr, unsigned int order)
{
	uint64_t at = m->root;
	unsigned int i;

	for (i = 0; at && i < NAIVE_MAX; i++) {
		const struct entry *e = entry_at(m, at);
		const void *bits = e ? entry_at(m, e->leaf) : NULL;

		if (bits && e->order <= KHO_MAX_ORDER && hit(bits, e, addr, order))
			return e;
		at = e ? e->next : 0;
	}
	return NULL;
}

static bool is_set(const uint64_t *bits, uint64_t block)
{
	return block < KHO_LEAF_BITS && bits[block / 64] >> block % 64 & 1;
}

static bool hit_key(const uint64_t *bits, const struct entry *e, uint64_t addr, unsigned int order)
{
	return e->order == order && is_set(bits, block_of(e, addr));
}

static bool naive_has(const struct map *m, paddr_t addr, unsigned int order)
{
	return naive_search(m, hit_key, addr, order) != NULL;
}

static bool naive_find(const struct map *m, paddr_t addr, unsigned int *order)
{
	for (*order = 0; *order <= KHO_MAX_ORDER; ++*order)
		if (naive_has(m, addr, *order))
			return true;
	return false;
}

static bool naive_meets(const struct map *m, paddr_t addr, unsigned int order, unsigned int max,
			unsigned int *found)
{
	uint64_t end = addr + (4096UL << order), at;

	for (*found = 0; *found <= max; ++*found)
		for (at = addr & -(4096UL << *found); at < end; at += 4096UL << *found)
			if (naive_has(m, at, *found))
				return true;
	return false;
}

static struct entry *own_entry(const struct map_build *b, uint64_t addr)
{
	return window_rw(b->pages->window, addr, 4096);
}

static int naive_init(struct map_build *b)
{
	if (!map_take_page(b, &b->map->root))
		return -1;
	b->map->pages = 1;
	return 0;
}

/* Hang a complete leaf in, which the map has taken over. */
static int hang(struct map_build *b, const struct kho_leaf *leaf)
{
	struct entry *root = own_entry(b, b->map->root), *e;
	uint64_t at;

	e = map_take_page(b, &at);
	if (!e) {
		map_give_back(b, leaf->addr);
		return -1;
	}
	*e = (struct entry){ root->next, leaf->addr, leaf->order, leaf->base };
	publish(&root->next, at);
	b->map->pages += 2;
	return 0;
}

static int naive_add_leaf(struct map_build *b, const struct kho_leaf *leaf)
{
	return map_take_over(b, leaf->addr) ? -1 : hang(b, leaf);
}

/* The address of the link to the entry for a key; 0 if there is none. */
static uint64_t find_link(const struct map_build *b, uint64_t addr, unsigned int order)
{
	uint64_t at = b->map->root;

	while (own_entry(b, at)->next) {
		const struct entry *e = own_entry(b, own_entry(b, at)->next);

		if (e->order == order && block_of(e, addr) < KHO_LEAF_BITS)
			return at;
		at = own_entry(b, at)->next;
	}
	return 0;
}

static int naive_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	struct kho_leaf leaf = { .base = addr & -((4096UL << order) << 15), .order = order };
	uint64_t link = find_link(b, addr, order), block, *bits;

	if (link) {
		const struct entry *e = own_entry(b, own_entry(b, link)->next);

		block = block_of(e, addr);
		bits = (uint64_t *)own_entry(b, e->leaf);
		publish(&bits[block / 64], bits[block / 64] | mask);
		return 0;
	}
	bits = map_take_page(b, &leaf.addr);
	if (!bits)
		return -1;
	block = (addr - leaf.base) >> (12 + order);
	bits[block / 64] = mask;
	return hang(b, &leaf);
}

static uint64_t naive_remove_keys(struct map_build *b, paddr_t addr, unsigned int order,
				  uint64_t mask)
{
	uint64_t link = find_link(b, addr, order), at, *bits, *word, gone, i;
	struct entry *e;

	if (!link)
		return 0;
	at = own_entry(b, link)->next;
	e = own_entry(b, at);
	bits = (uint64_t *)own_entry(b, e->leaf);
	word = &bits[block_of(e, addr) / 64];
	gone = *word & mask;
	if (!gone)
		return 0;
	for (i = 0; i < 512; i++) {
		if (bits[i] && (&bits[i] != word || *word != gone)) {
			publish(word, *word & ~gone);
			return gone;
		}
	}
	/* its last ones: the whole leaf goes */
	publish(&own_entry(b, link)->next, e->next);
	map_give_back(b, e->leaf);
	map_give_back(b, at);
	b->map->pages -= 2;
	return gone;
}

static void naive_free(struct map_build *b)
{
	uint64_t at = b->map->root;

	while (at) {
		struct entry e = *own_entry(b, at);

		if (e.leaf)
			map_give_back(b, e.leaf);
		map_give_back(b, at);
		at = e.next;
	}
}

static const struct map_format naive_format = {
	.zero_is_empty = true,
	.walk = naive_walk,
	.has = naive_has,
	.find = naive_find,
	.meets = naive_meets,
	.init = naive_init,
	.add_leaf = naive_add_leaf,
	.add_keys = naive_add_keys,
	.remove_keys = naive_remove_keys,
	.free = naive_free,
};

static const struct kho_abi naive_abi = {
	.compatible = "naive-v1",
	.map = &naive_format,
	.blob_prop = "preserved-data",
	.size_prop = "blob-size",
	.scratch_align = MIB(2),
	.max_order = 30,
};

/* ---- the model's way to write and read it ---- */

static struct entry *model_entry(struct model *m, uint64_t addr)
{
	return model_at(m, addr);
}

static void naive_insert(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t size = 4096UL << order, at = m->node[0], page;
	struct entry *e;

	while (model_entry(m, at)->next) {
		at = model_entry(m, at)->next;
		e = model_entry(m, at);
		if (e->order == order && phys >= e->base && phys - e->base < size << 15)
			break;
	}
	e = model_entry(m, at);
	if (at == m->node[0] || e->order != order || phys < e->base ||
	    phys - e->base >= size << 15) {
		page = model_node_page(m);
		e->next = page;
		e = model_entry(m, page);
		*e = (struct entry){ 0, model_node_page(m), order, phys & -(size << 15) };
	}
	((uint8_t *)model_at(m, e->leaf))[(phys - e->base) / size / 8] |=
		(uint8_t)(1 << (phys - e->base) / size % 8);
}

static void naive_read(uint64_t root, const struct model_reader *to)
{
	uint64_t at = root, i;

	while (at) {
		const struct entry *e = to->page(to->arg, at);
		const uint8_t *leaf;
		bool any = false;

		at = e->next;
		if (!e->leaf)
			continue;
		leaf = to->page(to->arg, e->leaf);
		for (i = 0; i < 32768; i++) {
			if (!(leaf[i / 8] >> i % 8 & 1))
				continue;
			any = true;
			to->key(to->arg, e->base + i * (4096UL << e->order),
				(unsigned int)e->order);
		}
		if (!any)
			to->empty(to->arg, e->leaf);
	}
}

const struct model_store model_naive = { &naive_abi, naive_insert, naive_read };
