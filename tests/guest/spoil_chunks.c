// SPDX-License-Identifier: MIT
/* Damage to a map of kho-v1, a list of chunks. */
#include <stddef.h>
#include <stdlib.h>

#include "tests/guest/guest.h"
#include "tests/guest/handover.h"
#include "tests/guest/memory.h"
#include "tests/guest/spoil.h"

#define NOT_RAM    (1UL << 44)
#define LEAF_BITS  32768UL
#define OTHER_SIZE 512UL /* of the bitmaps that 6.16 and 6.17 wrote */

/**
 * struct chunk - how a page of the list begins, in memory as Linux keeps it
 * @next:  the next one, 0 for none
 * @order: of all its blocks
 * @count: pairs that follow: the address of a first block, and that of a bitmap
 */
struct chunk {
	uint64_t next;
	uint32_t order, count;
};

/* Where in a chunk its fields are. */
#define AT_ORDER     8
#define AT_COUNT     12
#define AT_BASE(i)   (sizeof(struct chunk) + 16 * (i))
#define AT_BITMAP(i) (AT_BASE(i) + 8)

_Static_assert(offsetof(struct chunk, order) == AT_ORDER &&
		       offsetof(struct chunk, count) == AT_COUNT,
	       "as Linux has it");

static uint64_t last_chunk(const struct outgoing *h)
{
	uint64_t at = h->map;

	while (peek64(at))
		at = peek64(at);
	return at;
}

static uint64_t scratch(void)
{
	return strtoull(read_line(KHO_OUT "/scratch_phys"), NULL, 0);
}

static void spoil_loop(const struct outgoing *h)
{
	poke64(last_chunk(h), h->map);
}

static void spoil_next_itself(const struct outgoing *h)
{
	poke64(h->map, h->map);
}

static void spoil_next_not_ram(const struct outgoing *h)
{
	poke64(last_chunk(h), NOT_RAM);
}

static void spoil_next_in_scratch(const struct outgoing *h)
{
	poke64(last_chunk(h), scratch());
}

static void spoil_count(const struct outgoing *h)
{
	poke(h->map + AT_COUNT, &(uint32_t){ 256 }, 4);
}

static void spoil_order(const struct outgoing *h)
{
	poke(h->map + AT_ORDER, &(uint32_t){ 40 }, 4);
}

static void spoil_base(const struct outgoing *h)
{
	poke64(h->map + AT_BASE(0), peek64(h->map + AT_BASE(0)) + PAGE);
}

static void spoil_base_not_ram(const struct outgoing *h)
{
	poke64(h->map + AT_BASE(0), NOT_RAM);
}

static void spoil_bitmap_misaligned(const struct outgoing *h)
{
	poke64(h->map + AT_BITMAP(0), peek64(h->map + AT_BITMAP(0)) + 8);
}

static void spoil_bitmap_small(const struct outgoing *h)
{
	poke64(h->map + AT_BITMAP(0), peek64(h->map + AT_BITMAP(0)) + OTHER_SIZE);
}

static void spoil_bitmap_is_chunk(const struct outgoing *h)
{
	poke64(h->map + AT_BITMAP(0), h->map);
}

static void spoil_bitmap_in_scratch(const struct outgoing *h)
{
	poke64(h->map + AT_BITMAP(0), scratch());
}

/* The first block of the first leaf of the chunk @at. Return: false if it has none. */
static bool first_block(uint64_t at, const struct chunk *c, uint64_t *block)
{
	uint64_t base = peek64(at + AT_BASE(0)), bitmap = peek64(at + AT_BITMAP(0));

	for (uint64_t word = 0; word < LEAF_BITS / 64; word++) {
		uint64_t bits = peek64(bitmap + word * 8);

		if (!bits)
			continue;
		*block = base + ((word * 64 + (uint64_t)__builtin_ctzl(bits)) * PAGE << c->order);
		return true;
	}
	return false;
}

/* Preserve @addr by a block of the chunk @at as well. Return: false if it has no leaf for that. */
static bool add_block(uint64_t at, const struct chunk *c, uint64_t addr)
{
	for (uint32_t i = 0; i < c->count; i++) {
		uint64_t base = peek64(at + AT_BASE(i));
		uint64_t bit = (addr - base) / (PAGE << c->order);
		uint64_t word = peek64(at + AT_BITMAP(i)) + bit / 64 * 8;

		if (addr < base || bit >= LEAF_BITS)
			continue;
		poke64(word, peek64(word) | 1UL << bit % 64);
		return true;
	}
	return false;
}

/* A block of one order over a block of another. */
static void spoil_overlap(const struct outgoing *h)
{
	struct chunk one, other;
	uint64_t block;

	for (uint64_t a = h->map; a; a = one.next) {
		peek(a, &one, sizeof(one));
		if (!first_block(a, &one, &block))
			continue;
		for (uint64_t b = h->map; b; b = other.next) {
			peek(b, &other, sizeof(other));
			if (other.order != one.order && add_block(b, &other, block))
				return;
		}
	}
	fail("no leaf has room for a block of another order");
}

/* On a small machine the leaves of all but the lowest orders begin at 0. */
static void spoil_block_low(const struct outgoing *h)
{
	struct chunk c;

	for (uint64_t at = h->map; at; at = c.next) {
		peek(at, &c, sizeof(c));
		if (add_block(at, &c, 0))
			return;
	}
	fail("no leaf has room for a block at 0");
}

const struct spoil chunk_spoils[] = {
	{ "chunk-loop", spoil_loop },
	{ "chunk-itself", spoil_next_itself },
	{ "chunk-not-ram", spoil_next_not_ram },
	{ "chunk-in-scratch", spoil_next_in_scratch },
	{ "chunk-count", spoil_count },
	{ "chunk-order", spoil_order },
	{ "chunk-base", spoil_base },
	{ "chunk-base-not-ram", spoil_base_not_ram },
	{ "bitmap-misaligned", spoil_bitmap_misaligned },
	{ "bitmap-small", spoil_bitmap_small },
	{ "bitmap-is-chunk", spoil_bitmap_is_chunk },
	{ "bitmap-in-scratch", spoil_bitmap_in_scratch },
	{ "blocks-overlap", spoil_overlap },
	{ "block-low", spoil_block_low },
	{ NULL, NULL },
};
