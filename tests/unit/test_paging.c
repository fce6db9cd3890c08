// SPDX-License-Identifier: MIT
/*
 * Page tables, read back by a walker that follows the processor manual's description: every page of random
 * layouts must have the rights of the last paging_map() that covered it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/paging.h"
#include "mm/ranges.h"

#define POOL_PAGES 4096
#define UNMAPPED   0xffU

static uint8_t *pool;

static int setup(void **state)
{
	(void)state;
	pool = aligned_alloc(PAGE_SIZE, POOL_PAGES * PAGE_SIZE);
	return pool ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	free(pool);
	return 0;
}

static void begin(struct paging *pt, unsigned int levels, bool gib)
{
	memset(pool, 0xa5, POOL_PAGES * PAGE_SIZE); /* tables must not rely on zeroed memory */
	paging_init(pt, (paddr_t)pool, (paddr_t)pool + POOL_PAGES * PAGE_SIZE, levels, gib);
}

/* Rights at @addr; *size is the size of the page found. Fails the test if the translation is not the identity. */
static unsigned int walk(const struct paging *pt, uint64_t addr, uint64_t *size)
{
	const uint64_t *table = pt->root;

	for (unsigned int shift = 12 + 9 * (pt->levels - 1);; shift -= 9) {
		uint64_t e = table[(addr >> shift) & 0x1ff];

		*size = 1UL << shift;
		if (!(e & 1))
			return UNMAPPED;
		if (shift == 12 || (e & 0x80)) {
			uint64_t mask = (1UL << shift) - 1;

			assert_true(shift <= 30);
			assert_int_equal(e & 0x000ffffffffff000UL & ~mask, addr & ~mask);
			assert_int_equal(e & 0x000ffffffffff000UL & mask, 0);
			assert_int_equal(e & 0x10, 0); /* PAT entries 0 and 1 */
			return MAP_READ | (e & 2 ? MAP_WRITE : 0) | (e >> 63 ? 0 : MAP_EXEC) |
			       (e & 8 ? MAP_COMBINE : 0);
		}
		assert_int_equal(e & 2, 2); /* a table must not take rights away */
		assert_int_equal(e >> 63, 0);
		table = (const uint64_t *)(e & 0x000ffffffffff000UL);
	}
}

static void test_page_sizes(void **state)
{
	struct paging pt;
	uint64_t size;

	(void)state;
	begin(&pt, 4, true);
	assert_true(paging_map(&pt, 0, GIB(3), MAP_READ));
	assert_int_equal(walk(&pt, GIB(2), &size), MAP_READ);
	assert_int_equal(size, GIB(1));
	assert_true(paging_map(&pt, GIB(1) + MIB(4), GIB(1) + MIB(6), MAP_READ | MAP_WRITE));
	assert_int_equal(walk(&pt, GIB(1) + MIB(5), &size), MAP_READ | MAP_WRITE);
	assert_int_equal(size, MIB(2));
	assert_int_equal(walk(&pt, GIB(1), &size), MAP_READ);
	assert_int_equal(size, MIB(2));
	assert_true(paging_map(&pt, GIB(1), GIB(1) + PAGE_SIZE, MAP_READ | MAP_EXEC));
	assert_int_equal(walk(&pt, GIB(1), &size), MAP_READ | MAP_EXEC);
	assert_int_equal(size, PAGE_SIZE);
	assert_int_equal(walk(&pt, GIB(1) + PAGE_SIZE, &size), MAP_READ);

	begin(&pt, 4, false);
	assert_true(paging_map(&pt, 0, GIB(1), MAP_READ));
	walk(&pt, 0, &size);
	assert_int_equal(size, MIB(2));
}

static void test_guard_and_high(void **state)
{
	struct paging pt;
	uint64_t size;

	(void)state;
	begin(&pt, 5, true);
	assert_true(paging_map(&pt, 1UL << 51, (1UL << 51) + GIB(1), MAP_READ));
	assert_int_equal(walk(&pt, (1UL << 51) + MIB(9), &size), MAP_READ);
	assert_true(
		paging_map(&pt, (1UL << 51) + PAGE_SIZE, (1UL << 51) + 2 * PAGE_SIZE, MAP_NONE));
	assert_int_equal(walk(&pt, (1UL << 51) + PAGE_SIZE, &size), UNMAPPED);
	assert_int_equal(walk(&pt, 1UL << 51, &size), MAP_READ);
	assert_int_equal(walk(&pt, GIB(512), &size), UNMAPPED);
}

static void test_empty_pool(void **state)
{
	struct paging pt;

	(void)state;
	memset(pool, 0, 3 * PAGE_SIZE);
	paging_init(&pt, (paddr_t)pool, (paddr_t)pool + 3 * PAGE_SIZE, 4, false);
	assert_true(paging_map(&pt, 0, MIB(2), MAP_READ));
	assert_false(paging_map(&pt, 0, PAGE_SIZE, MAP_READ | MAP_WRITE));
}

/* Random pieces over 64 MiB, against an array with one entry a page; and the bound of paging_pages(). */
static void test_random(void **state)
{
	enum { PAGES = 64 << 8, PIECES = 40 };
	const char *env = getenv("BATON_SEED");
	unsigned int seed = env ? (unsigned int)strtoul(env, NULL, 0) : 20261122;
	unsigned char *model = malloc(PAGES);
	const paddr_t base = GIB(1) - MIB(32);

	(void)state;
	print_message("# seed %u\n", seed);
	srand(seed);
	for (int round = 0; round < 40; round++) {
		bool gib = round & 1;
		struct paging pt;
		uint64_t size;

		begin(&pt, round & 2 ? 5 : 4, gib);
		memset(model, UNMAPPED, PAGES);
		for (int i = 0; i < PIECES; i++) {
			int first = rand() % PAGES, last = first + rand() % (PAGES - first) + 1;
			unsigned int rights = (unsigned int)rand() % 4 ?
						      MAP_READ | ((unsigned int)rand() & 14) :
						      MAP_NONE;

			assert_true(paging_map(&pt, base + (paddr_t)first * PAGE_SIZE,
					       base + (paddr_t)last * PAGE_SIZE, rights));
			memset(model + first, rights == MAP_NONE ? UNMAPPED : rights,
			       (size_t)(last - first));
		}
		for (int i = 0; i < PAGES; i++)
			assert_int_equal(walk(&pt, base + (paddr_t)i * PAGE_SIZE, &size), model[i]);
		assert_true((pt.next - (paddr_t)pool) / PAGE_SIZE <=
			    paging_pages(base + PAGES * PAGE_SIZE, PIECES, gib));
	}
	free(model);
}

/* The bound for one range, wherever it lies, in tables that hold nothing else. */
static void test_range_pages(void **state)
{
	static const struct range rows[] = {
		{ 0xc0000000, 0xc03e8000 },
		{ 0xc0001000, 0xc0002000 },
		{ GIB(1) - PAGE_SIZE, GIB(1) + PAGE_SIZE },
		{ GIB(512) - MIB(3), GIB(512) + MIB(5) + PAGE_SIZE },
		{ (1UL << 48) - PAGE_SIZE, (1UL << 48) + PAGE_SIZE },
		{ 0x380000001000, 0x380000001000 + 4294836225 / PAGE_SIZE * PAGE_SIZE },
		{ (1UL << 52) - MIB(2), 1UL << 52 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct paging pt;
		uint64_t size;

		begin(&pt, 5, true);
		assert_true(paging_map(&pt, rows[i].base, rows[i].end, MAP_READ | MAP_COMBINE));
		assert_int_equal(walk(&pt, rows[i].base, &size), MAP_READ | MAP_COMBINE);
		assert_int_equal(walk(&pt, rows[i].end - 1, &size), MAP_READ | MAP_COMBINE);
		if ((pt.next - (paddr_t)pt.root) / PAGE_SIZE - 1 >
		    paging_range_pages(rows[i].base, rows[i].end))
			fail_msg("row %u: %lu tables", i,
				 (pt.next - (paddr_t)pt.root) / PAGE_SIZE - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_page_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_guard_and_high, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty_pool, setup, teardown),
		cmocka_unit_test_setup_teardown(test_range_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests_name("paging", tests, NULL, NULL);
}
