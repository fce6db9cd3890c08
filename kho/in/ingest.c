// SPDX-License-Identifier: MIT
/*
 * Ingestion in two passes. The first enters the pages of the map itself, so that a node linked
 * twice shows as a page that is set already, and the second never walks what the first did not
 * accept: work is bounded by the number of pages however broken the tree is. The second enters the
 * blocks; whatever they meet is a finding.
 */
#include "kho/in/ingest.h"
#include "mm/bits.h"

/* Check the page that a link leads to and enter it. Return: false if it must not be followed. */
static bool take_node(struct ingest *g, const struct radix_link *link)
{
	enum finding_code code;

	if (link->key >> RADIX_KEY_BITS)
		code = FINDING_KEY_WIDE;
	else if (!is_aligned(link->addr, PAGE_SIZE))
		code = FINDING_NODE_MISALIGNED;
	else if (!window_ro(g->in->window, link->addr, PAGE_SIZE))
		code = FINDING_NODE_NOT_RAM;
	else if (link->addr < LOW_LIMIT)
		code = FINDING_NODE_LOW;
	else if (ranges_meet(g->scratch, link->addr, link->addr + PAGE_SIZE))
		code = FINDING_NODE_IN_SCRATCH;
	else if (pagemap_any(g->pm, link->addr, link->addr + PAGE_SIZE))
		code = FINDING_NODE_SHARED;
	else {
		pagemap_set(g->pm, link->addr, link->addr + PAGE_SIZE);
		if (link->level)
			g->in->nodes++;
		else
			g->in->leaves++;
		return true;
	}
	finding_add(g->f, code, "map node at 0x%lx, level %u, for keys from 0x%lx", link->addr,
		    link->level, link->key);
	return false;
}

/*
 * Pass 1. A bad link goes on the tree's list once the walk is past it, so this walk skips none.
 * Return: false if pass 2 has no root, or more bad links to leave out than the list holds.
 */
static bool take_nodes(struct ingest *g)
{
	struct radix_tree *tree = &g->tree;
	struct radix_link link = { .addr = g->in->map, .level = RADIX_ROOT };
	struct radix_walk walk;
	bool listed = true;

	tree->window = g->in->window;
	tree->root = g->in->map;
	if (!take_node(g, &link) || !radix_start(&walk, tree))
		return false;

	while (radix_next(&walk, &link)) {
		if (take_node(g, &link)) {
			if (link.level)
				radix_enter(&walk, &link);
		} else if (tree->nr_bad < RADIX_BAD_LINKS) {
			tree->bad[tree->nr_bad++] = link.nr;
		} else {
			listed = false;
		}
	}
	return listed;
}

/* The lowest key but key 0 of the leaf that begins with @key; it must have one. */
static uint64_t first_key(uint64_t key, const uint64_t *bits)
{
	uint64_t word = key ? bits[0] : bits[0] & ~1UL;
	unsigned int i = 0;

	while (!word)
		word = bits[++i];
	return key + i * 64 + bits_lowest(word);
}

static uint64_t count_keys(const uint64_t *bits)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < KHO_LEAF_WORDS; i++)
		if (bits[i])
			sum += bits_count(bits[i]);
	return sum;
}

/* Report every key of a leaf that may have none: too large an order, or key 0. */
static void report_keys(struct ingest *g, const struct radix_link *link, const uint64_t *bits)
{
	uint64_t keys = count_keys(bits), first;

	if (link->key == 0 && (bits[0] & 1)) {
		finding_add(g->f, FINDING_KEY_ZERO, "key 0 in the leaf at 0x%lx", link->addr);
		keys--;
	}
	if (keys == 0)
		return;
	first = first_key(link->key, bits);
	finding_add(g->f, FINDING_KEY_ORDER,
		    "key 0x%lx of order %u and %lu more in the leaf at 0x%lx", first,
		    kho_key_order(first), keys - 1, link->addr);
}

/* Pass 2. */
static void take_leaves(struct ingest *g)
{
	struct radix_walk walk;
	struct radix_link link;
	const uint64_t *bits;

	radix_start(&walk, &g->tree);
	while ((bits = radix_next_leaf(&walk, &link))) {
		struct kho_leaf leaf = { .addr = link.addr, .bits = bits };

		/*
		 * What the version's own consumer can take in is no matter here: 7.1 hands out orders that
		 * only 7.3 can take in. The leaf of key 0 holds all orders above KHO_MAX_ORDER.
		 */
		if (link.key == 0) {
			report_keys(g, &link, bits);
			continue;
		}
		leaf.base = kho_key_addr(link.key);
		leaf.order = kho_key_order(link.key);
		ingest_leaf(g, &leaf);
	}
}

/* Return: false if the map has no root to begin at. */
static bool ingest_radix(struct ingest *g)
{
	if (take_nodes(g))
		take_leaves(g);
	return g->in->nodes > 0;
}

void kho_in_ingest(struct kho_in *in, const struct ranges *ram, const struct ranges *scratch,
		   struct pagemap *pm, struct findings *f)
{
	struct ingest g = { .in = in, .ram = ram, .scratch = scratch, .pm = pm, .f = f };
	bool readable = false;

	if (!in->abi || !in->map)
		return;
	switch (in->abi->map) {
	case KHO_MAP_RADIX:
		readable = ingest_radix(&g);
		break;
	}
	if (readable)
		kho_in_check_blobs(in, f);
}
