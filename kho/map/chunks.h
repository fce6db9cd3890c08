/* SPDX-License-Identifier: MIT */
/*
 * The format of kho-v1: a list of chunks.
 *
 *     root ─▶ chunk ──next─▶ chunk ──next─▶ 0
 *             order, count   order, count
 *             base, bitmap   base, bitmap ─▶ 32768 bits
 *             base, bitmap      …
 *
 * A chunk is one page: the address of the next one, an order, a count, and that many entries. An entry
 * is a leaf: the address of its first block, and that of its bitmap. Linux looks only at the bits that
 * are set: chunks without entries and leaves without blocks are legal, in any order.
 *
 * Source: kernel/kexec_handover.c of Linux 6.18. Linux 6.16 and 6.17 wrote the same chunks under the
 * same name, but bitmaps of 512 bytes.
 */
#ifndef BATON_KHO_MAP_CHUNKS_H
#define BATON_KHO_MAP_CHUNKS_H

#include "kho/map/map.h"

/** chunks_format - for the ABI table; the rest of this file is for chunks*.c. */
extern const struct map_format chunks_format;

#define CHUNK_ENTRIES   255
#define CHUNK_ADDR_BITS 52 /* no block lies above */

/**
 * struct chunk_entry - one leaf, in memory as Linux keeps it
 * @base:   address of its first block
 * @bitmap: address of its 32768 bits
 */
struct chunk_entry {
	uint64_t base;
	uint64_t bitmap;
};

/**
 * struct chunk - a page of the list, in memory as Linux keeps it
 * @next:  the next chunk, 0 for none
 * @head:  order and count, 32 bits each: one word, so that one store changes the count
 * @entry: as many as the count says are in use
 */
struct chunk {
	uint64_t next;
	uint64_t head;
	struct chunk_entry entry[CHUNK_ENTRIES];
};

_Static_assert(sizeof(struct chunk_entry) == 16, "an entry of a chunk");
_Static_assert(offsetof(struct chunk, head) == 8, "order and count of a chunk");
_Static_assert(offsetof(struct chunk, entry) == 16, "the first entry of a chunk");
_Static_assert(sizeof(struct chunk) == PAGE_SIZE, "a chunk is a page");

static inline uint64_t chunk_head(unsigned int order, unsigned int count)
{
	return (uint64_t)count << 32 | order;
}

static inline unsigned int chunk_order(const struct chunk *c)
{
	return (unsigned int)c->head;
}

static inline unsigned int chunk_count(const struct chunk *c)
{
	return (unsigned int)(c->head >> 32);
}

/** chunk_base() - the base of the leaf for the block of @order at @addr. */
static inline paddr_t chunk_base(paddr_t addr, unsigned int order)
{
	/* the one leaf of the largest order covers all 64 bits */
	return order < KHO_MAX_ORDER ? align_down(addr, KHO_LEAF_BITS * PAGE_SIZE << order) : 0;
}

/** chunk_find() - the first of @count sorted entries whose base is not below @base, or @count. */
unsigned int chunk_find(const struct chunk *c, unsigned int count, paddr_t base);

/** chunks_walk_private() - show @v the pages of a map built here that are not handed over. */
void chunks_walk_private(const struct map *m, const struct map_visitor *v);

/* chunks_build.c: the operations that change a list */

/** chunks_init() - take the root, and the pages that are never handed over. */
int chunks_init(struct map_build *b);

/** chunks_add_leaf() - map_add_leaf() for @leaf. */
int chunks_add_leaf(struct map_build *b, const struct kho_leaf *leaf);

/** chunks_add_keys() - map_add_keys() of @mask. */
int chunks_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);

/** chunks_remove_keys() - map_remove_keys() of @mask. */
uint64_t chunks_remove_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);

/** chunks_free() - map_free(). */
void chunks_free(struct map_build *b);

#endif
