// SPDX-License-Identifier: MIT
/* mm/pagemap against one byte a page, over a RAM with holes, odd ends and a far gibibyte. */
#include "model/kho.h"

#include "mm/pagemap.h"

/*
 * A low piece that ends mid-page, a piece over two gibibytes, one that begins and ends mid-page,
 * one page alone at the end of a gibibyte, one far away.
 */
static struct range ram_table[] = {
	{ 0, 0x9fc00 },
	{ 0x100000, 0x100000 + GIB(1) },
	{ GIB(2) + 0x800, GIB(2) + 0x6800 },
	{ GIB(2) + 0x8000, GIB(2) + 0xa000 }, /* in the same gibibyte */
	{ GIB(4) - 0x1000, GIB(4) },
	{ GIB(40) + 0x5000, GIB(40) + 0x300000 },
	{ GIB(41) + 0x10, GIB(41) + 0x20 }, /* not one whole page */
};
static const struct ranges ram = { ram_table, ARRAY_SIZE(ram_table), ARRAY_SIZE(ram_table) };

/* The windows of pages that the model looks at: round every edge. */
static const struct {
	uint64_t base, pages;
} look[] = {
	{ 0, 1024 },
	{ GIB(1) - MIB(1), 1024 },
	{ GIB(2) - MIB(1), 600 },
	{ GIB(4) - MIB(1), 512 },
	{ GIB(40), 1024 },
	{ GIB(41), 4 },
};

#define LOOKS ARRAY_SIZE(look)

static struct pagemap pm;
static void *mem;
static uint8_t *set[LOOKS];

static int is_ram(uint64_t page)
{
	unsigned int i;

	for (i = 0; i < ram.nr; i++)
		if (page >= ram.r[i].base && page + 4096 <= ram.r[i].end)
			return 1;
	return 0;
}

static int setup(void **state)
{
	uint64_t bytes = pagemap_bytes(&ram), i;
	unsigned int k;

	(void)state;
	/* exactly as much as it asks for: the sanitizer watches its end */
	mem = aligned_alloc(4096, bytes);
	memset(mem, 0xa5, bytes);
	pagemap_init(&pm, &ram, mem);
	for (k = 0; k < LOOKS; k++) {
		set[k] = malloc(look[k].pages);
		for (i = 0; i < look[k].pages; i++) {
			uint64_t addr = look[k].base + i * 4096;

			set[k][i] = addr < 0x100000 || !is_ram(addr);
		}
	}
	return 0;
}

static int teardown(void **state)
{
	unsigned int k;

	(void)state;
	for (k = 0; k < LOOKS; k++)
		free(set[k]);
	free(mem);
	return 0;
}

static void assert_like_bytes(void)
{
	unsigned int k;
	uint64_t i;

	for (k = 0; k < LOOKS; k++)
		for (i = 0; i < look[k].pages; i++) {
			uint64_t addr = look[k].base + i * 4096;

			if (pagemap_any(&pm, addr, addr + 4096) != set[k][i])
				fail_msg("page 0x%lx: expected %d", addr, set[k][i]);
		}
}

static void fresh(void **state)
{
	uint64_t nr;

	(void)state;
	assert_like_bytes();
	/* a table of 41 pointers in one page, and chunks for GiB 0, 1, 2, 3 and 40 */
	assert_int_equal(pagemap_bytes(&ram), 4096 + 5 * 32768);
	assert_int_equal(pm.nr, 41);
	/* 1 GiB, less nothing; five whole pages; two; one; 0x2fb */
	assert_int_equal(pagemap_free_pages(&pm), 262144 + 5 + 2 + 1 + 0x2fb);

	/* no RAM: no words, but how many there would be */
	assert_null(pagemap_words(&pm, GIB(5), &nr));
	assert_null(pagemap_words(&pm, GIB(41), &nr));
	assert_null(pagemap_words(&pm, align_down(UINT64_MAX, KIB(256)), &nr));
	assert_int_equal(nr, 1);
	/* the last word of a chunk, and the first */
	assert_ptr_equal(pagemap_words(&pm, GIB(1) - KIB(256), &nr), pm.chunk[0] + 4095);
	assert_int_equal(nr, 1);
	assert_ptr_equal(pagemap_words(&pm, GIB(40), &nr), pm.chunk[40]);
	assert_int_equal(nr, 4096);
}

static void sizes(void **state)
{
	static struct range one[1];
	static const struct ranges r = { one, 1, 1 };
	static const struct {
		const char *row;
		uint64_t base, end, bytes;
	} table[] = {
		{ "no RAM at all", 0, 0, 0 },
		{ "less than a page", 0x100000, 0x100fff, 0 },
		{ "only below 1 MiB", 0, 0x100000, 0 },
		{ "one page at 1 MiB", 0xff000, 0x101000, 4096 + 32768 },
		{ "one gibibyte exactly", 0, GIB(1), 4096 + 32768 },
		{ "and one page", 0, GIB(1) + 4096, 4096 + 2 * 32768 },
		{ "and less than a page", 0, GIB(1) + 4095, 4096 + 32768 },
		{ "512 entries fill a page", GIB(511), GIB(512), 4096 + 32768 },
		{ "513 need another", GIB(512), GIB(513), 8192 + 32768 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		one[0] = (struct range){ table[i].base, table[i].end };
		if (pagemap_bytes(&r) != table[i].bytes)
			fail_msg("%s: %lu bytes", table[i].row, pagemap_bytes(&r));
	}
}

static void set_touches_clear_needs_whole(void **state)
{
	(void)state;
	/* one byte sets its page */
	pagemap_set(&pm, 0x200fff, 0x201001);
	assert_int_equal(pagemap_first_set(&pm, 0x100000, 0x300000), 0x200000);
	assert_int_equal(pagemap_first_set(&pm, 0x201000, 0x300000), 0x201000);
	assert_int_equal(pagemap_first_set(&pm, 0x202000, 0x300000), 0x300000);
	/* inside a set page the answer is not below what was asked for */
	assert_int_equal(pagemap_first_set(&pm, 0x200800, 0x300000), 0x200800);
	/* an empty range has no page */
	assert_int_equal(pagemap_first_set(&pm, 0x200000, 0x200000), 0x200000);
	assert_false(pagemap_any(&pm, 0x200000, 0x200000));
	/* the end is not part of the range */
	assert_false(pagemap_any(&pm, 0x1ff000, 0x200000));
	assert_true(pagemap_any(&pm, 0x1ff000, 0x200001));
	pagemap_clear(&pm, 0x200000, 0x202000);
	assert_like_bytes();
	/* where there is no chunk, nothing happens; where there is, it does */
	pagemap_set(&pm, GIB(3), GIB(64));
	pagemap_clear(&pm, GIB(41), GIB(64));
	pagemap_clear(&pm, GIB(4) - 4096, GIB(40) + 4096);
	assert_false(pagemap_any(&pm, GIB(4) - 4096, GIB(4)));
	assert_true(pagemap_any(&pm, GIB(4) - 4096, GIB(4) + 1));
	assert_false(pagemap_any(&pm, GIB(40), GIB(40) + 4096));
	/* the end of the address space */
	assert_true(pagemap_any(&pm, UINT64_MAX - 1, UINT64_MAX));
	pagemap_set(&pm, 0, UINT64_MAX);
	assert_int_equal(pagemap_free_pages(&pm), 0);
}

static void random_work(void **state)
{
	unsigned int round;

	(void)state;
	model_seed(0x706d);
	for (round = 0; round < 3000; round++) {
		unsigned int k = (unsigned int)model_below(LOOKS);
		uint64_t first = model_below(look[k].pages);
		uint64_t n = model_below(model_below(4) ? 5 : 300), i, found;
		uint64_t base = look[k].base + first * 4096;
		bool value = model_below(2);

		n = first + n > look[k].pages ? look[k].pages - first : n;
		if (value)
			pagemap_set(&pm, base, base + n * 4096);
		else
			pagemap_clear(&pm, base, base + n * 4096);
		for (i = 0; i < n; i++)
			if (value ||
			    pagemap_words(&pm, align_down(base + i * 4096, KIB(256)), &found))
				set[k][first + i] = value;

		/* the first set page of the next stretch, by hand */
		for (i = first; i < look[k].pages && !set[k][i]; i++)
			;
		found = pagemap_first_set(&pm, base, look[k].base + look[k].pages * 4096);
		assert_int_equal(found, look[k].base + i * 4096);
		if (round % 64 == 0)
			assert_like_bytes();
	}
	assert_like_bytes();
}

static void find(void **state)
{
	uint64_t at;

	(void)state;
	/*
	 * all RAM taken but some pages: a run over a chunk's edge, one short before, one far away
	 */
	pagemap_set(&pm, 0, GIB(64));
	pagemap_clear(&pm, GIB(1) - 0x3000, GIB(1) - 0x1000);
	pagemap_clear(&pm, MIB(300), MIB(300) + 0x1000);
	pagemap_clear(&pm, GIB(40) + 0x5000, GIB(40) + 0x9000);

	assert_true(pagemap_find(&pm, 0, 1, &at));
	assert_int_equal(at, MIB(300));
	assert_true(pagemap_find(&pm, MIB(300) + 1, 1, &at)); /* mid-page: from the next one on */
	assert_int_equal(at, GIB(1) - 0x3000);
	assert_true(pagemap_find(&pm, 0, 2, &at));
	assert_int_equal(at, GIB(1) - 0x3000);
	assert_true(pagemap_find(&pm, 0, 4, &at));
	assert_int_equal(at, GIB(40) + 0x5000);
	assert_true(pagemap_find(&pm, GIB(40) + 0x6000, 3, &at));
	assert_int_equal(at, GIB(40) + 0x6000);
	assert_false(pagemap_find(&pm, GIB(40) + 0x6000, 4, &at));
	assert_false(pagemap_find(&pm, 0, 5, &at));
	assert_false(pagemap_find(&pm, GIB(41), 1, &at));
	assert_false(pagemap_find(&pm, UINT64_MAX, 1, &at));
	assert_false(pagemap_find(&pm, 0, UINT64_MAX, &at));

	/* a run over the edge between two chunks, and across the word before it */
	pagemap_clear(&pm, GIB(1) - MIB(1), GIB(1) + 0x100000);
	assert_true(pagemap_find(&pm, 0, 512, &at));
	assert_int_equal(at, GIB(1) - MIB(1));
	assert_int_equal(pagemap_free_pages(&pm), 512 + 1 + 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fresh, setup, teardown),
		cmocka_unit_test(sizes),
		cmocka_unit_test_setup_teardown(set_touches_clear_needs_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(random_work, setup, teardown),
		cmocka_unit_test_setup_teardown(find, setup, teardown),
	};

	return cmocka_run_group_tests_name("pagemap", tests, NULL, NULL);
}
