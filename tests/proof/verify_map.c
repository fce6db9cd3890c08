// SPDX-License-Identifier: MIT
#include "verify_map.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

#define TOP_LEVEL   5
#define TREE_NODE   512
#define CHUNK_SLOTS 255
#define MAX_ORDER   37 /* of which a key can be told */

void add_key(struct handover *h, uint64_t key)
{
	if (h->nr_keys == h->room) {
		h->room = h->room ? 2 * h->room : 4096;
		h->key = realloc(h->key, h->room * sizeof(*h->key));
		if (!h->key)
			die("out of memory");
	}
	h->key[h->nr_keys++] = key;
}

/*
 * Every bit of the leaf that begins with @first. Blocks are entered later, when all pages of the map
 * are known.
 */
static void read_leaf(struct handover *h, const uint64_t *bits, uint64_t first)
{
	bool any = false;

	for (unsigned int w = 0; w < LEAF_BITS / 64; w++) {
		for (uint64_t word = bits[w]; word; word &= word - 1) {
			add_key(h, first + w * 64 + (unsigned int)__builtin_ctzl(word));
			any = true;
		}
	}
	h->empty += !any;
}

/* The page of the map at @addr. A page met twice is a loop or shared. Return: NULL if it is wrong. */
static const void *map_page(struct verifier *v, struct handover *h, const char *what, uint64_t addr)
{
	if (addr % PAGE) {
		wrong(v, "%s at 0x%lx is not aligned", what, addr);
		return NULL;
	}
	if (!check_place(v, what, addr, PAGE))
		return NULL;
	if (!take(v, addr, PAGE)) {
		wrong(v, "%s at 0x%lx is in use twice", what, addr);
		return NULL;
	}
	h->nodes++;
	return read_page(v, addr);
}

/* ---- the radix tree ---- */

/* The page at @addr and all below it; @key is the lowest key there. */
static bool walk(struct verifier *v, struct handover *h, uint64_t addr, unsigned int level,
		 uint64_t key)
{
	const uint64_t *node = map_page(v, h, level ? "map node" : "map leaf", addr);
	bool any = false;

	if (!node)
		return false;
	if (level == 0) {
		read_leaf(h, node, key);
		return true;
	}
	for (uint64_t i = 0; i < TREE_NODE; i++) {
		uint64_t below = key | i << (15 + 9 * (level - 1));

		if (!node[i])
			continue;
		any = true;
		if (below >> 53)
			return wrong(
				v, "map node at 0x%lx: entry %lu is for keys of more than 53 bits",
				addr, i);
		if (!walk(v, h, node[i], level - 1, below))
			return false;
	}
	h->empty += !any && level != TOP_LEVEL;
	return true;
}

bool walk_tree(struct verifier *v, struct handover *h)
{
	return walk(v, h, h->map, TOP_LEVEL, 0);
}

/* ---- the list of chunks ---- */

/* One leaf: @base and @bitmap of an entry in the chunk at @chunk. */
static bool walk_entry(struct verifier *v, struct handover *h, uint64_t chunk, unsigned int order,
		       uint64_t base, uint64_t bitmap)
{
	const uint64_t *bits;
	/* the last bit is for an address of less than 64 bits, and the first begins a leaf */
	unsigned __int128 size = (unsigned __int128)LEAF_BITS * PAGE << order;

	if (base % size || base >> 52)
		return wrong(v, "map chunk at 0x%lx: no leaf of order %u begins at 0x%lx", chunk,
			     order, base);
	bits = map_page(v, h, "map leaf", bitmap);
	if (!bits)
		return false;
	read_leaf(h, bits, key_of(base, order));
	return true;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

bool walk_chunks(struct verifier *v, struct handover *h)
{
	uint64_t at = h->map, next;

	do {
		const uint8_t *chunk = map_page(v, h, "map chunk", at);
		uint32_t order, count;

		if (!chunk)
			return false;
		memcpy(&next, chunk, 8);
		memcpy(&order, chunk + 8, 4);
		memcpy(&count, chunk + 12, 4);
		if (count > CHUNK_SLOTS || order > MAX_ORDER)
			return wrong(v, "map chunk at 0x%lx: %u entries of order %u", at, count,
				     order);
		h->empty += !count && at != h->map;
		for (uint32_t i = 0; i < count; i++) {
			uint64_t entry[2];

			memcpy(entry, chunk + 16 + 16 * i, 16);
			if (!walk_entry(v, h, at, order, entry[0], entry[1]))
				return false;
		}
		at = next;
	} while (at);

	/* lists may be in any order */
	qsort(h->key, h->nr_keys, sizeof(*h->key), compare);
	for (size_t i = 1; i < h->nr_keys; i++)
		if (h->key[i] == h->key[i - 1])
			return wrong(v, "key 0x%lx is in the map twice", h->key[i]);
	return true;
}
