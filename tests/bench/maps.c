// SPDX-License-Identifier: MIT
/*
 * What a map of N order-0 blocks costs, for an instruction counter:
 *
 *   maps FORMAT N STEP [shuffled]
 *
 * FORMAT is radix or chunks. The blocks lie STEP pages apart; shuffled, they come and go in no order.
 * Each of the functions enter_all(), ask_all(), meet_all(), walk_all(), copy_all() and leave_all() is
 * called once.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kho/map/chunks.h"
#include "kho/map/radix.h"
#include "mm/bits.h"

uintptr_t __stack_chk_guard; /* the stack protector's, where the kernel has it */

#define ARENA_BASE  GIB(4)
#define ARENA_BYTES MIB(256)

static struct pane pane;
static struct window window;
static struct pagemap pagemap;
static struct palloc pages;
static struct map map, copy;
static struct map_build build, copying;
static uint64_t nr, step, *turn; /* which block comes when */

void enter_all(void);
void ask_all(void);
void meet_all(void);
void walk_all(void);
void copy_all(void);
void leave_all(void);

static paddr_t block(uint64_t i)
{
	return MIB(16) + turn[i] * step * PAGE_SIZE;
}

__attribute__((noinline)) void enter_all(void)
{
	uint64_t i;

	for (i = 0; i < nr; i++)
		if (map_add_key(&build, block(i), 0))
			abort();
}

__attribute__((noinline)) void ask_all(void)
{
	uint64_t i;

	for (i = 0; i < nr; i++)
		if (!map_has(&map, block(i), 0))
			abort();
}

/* The page before a block is free where blocks lie apart, and taken where they lie side by side. */
__attribute__((noinline)) void meet_all(void)
{
	unsigned int order;
	uint64_t i;

	for (i = 0; i < nr; i++)
		if (map_meets(&map, block(i) - PAGE_SIZE, 0, 10, &order) == (step > 1 || !turn[i]))
			abort();
}

static int count_blocks(const struct kho_leaf *leaf, void *arg)
{
	uint64_t *sum = arg;
	unsigned int w;

	for (w = 0; w < KHO_LEAF_WORDS; w++)
		*sum += bits_count(leaf->bits[w]);
	return 0;
}

__attribute__((noinline)) void walk_all(void)
{
	uint64_t sum = 0;

	if (map_for_each_leaf(&map, count_blocks, &sum) || sum != nr)
		abort();
}

static int copy_leaf(const struct kho_leaf *leaf, void *arg)
{
	struct kho_leaf to = *leaf;
	void *page = palloc_pages(&pages, 1, &to.addr);

	(void)arg;
	memcpy(page, leaf->bits, PAGE_SIZE);
	to.bits = page;
	return map_add_leaf(&copying, &to);
}

__attribute__((noinline)) void copy_all(void)
{
	if (map_for_each_leaf(&map, copy_leaf, NULL))
		abort();
}

__attribute__((noinline)) void leave_all(void)
{
	uint64_t i;

	for (i = 0; i < nr; i++)
		if (!map_remove_key(&build, block(i), 0))
			abort();
}

static void begin(void)
{
	static struct range range = { 0, ARENA_BASE + ARENA_BYTES };
	static const struct ranges ram = { &range, 1, 1 };
	void *arena = aligned_alloc(PAGE_SIZE, ARENA_BYTES);

	memset(arena, 0, ARENA_BYTES);
	pane = (struct pane){ ARENA_BASE, ARENA_BASE + ARENA_BYTES, arena };
	window = (struct window){ &pane, 1 };
	pagemap_init(&pagemap, &ram, aligned_alloc(PAGE_SIZE, pagemap_bytes(&ram)));
	pagemap_set(&pagemap, 0, ARENA_BASE);
	palloc_init(&pages, &pagemap, &window, NULL);
}

static void shuffle(void)
{
	uint64_t i, state = 1;

	for (i = nr - 1; i; i--) {
		uint64_t j, other = turn[i];

		state = state * 6364136223846793005UL + 1442695040888963407UL;
		j = (state >> 33) % (i + 1);
		turn[i] = turn[j];
		turn[j] = other;
	}
}

int main(int argc, char **argv)
{
	const struct map_format *format;
	uint64_t i;

	if (argc < 4)
		return 2;
	format = strcmp(argv[1], "chunks") ? &radix_format : &chunks_format;
	nr = strtoull(argv[2], NULL, 0);
	step = strtoull(argv[3], NULL, 0);
	turn = malloc(nr * sizeof(*turn));
	for (i = 0; i < nr; i++)
		turn[i] = i;
	if (argc > 4)
		shuffle();
	begin();
	if (map_build_init(&build, &map, format, &pages) ||
	    map_build_init(&copying, &copy, format, &pages))
		abort();
	enter_all();
	ask_all();
	meet_all();
	walk_all();
	copy_all();
	printf("pages %lu\n", map.pages);
	leave_all();
	return 0;
}
