// SPDX-License-Identifier: MIT
/*
 * What the living outgoing side is made of: a tree from which keys go as well, questions about many
 * keys at once, sets of pages, and blocks from the allocator. Each against a model of one entry a
 * page or key.
 */
#include "model/kho.h"

#include "kho/map/radix.h"
#include "mm/pageset.h"

#define NR_PAGES 2048 /* of a model */

static struct model *m;
static struct pagemap pm;
static void *pm_mem;
static struct palloc pa;
static unsigned int left;

static bool grant(paddr_t base, paddr_t end)
{
	(void)base;
	(void)end;
	if (!left)
		return false;
	left--;
	return true;
}

static int setup(void **state)
{
	(void)state;
	m = model_new();
	pm_mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, pm_mem);
	palloc_init(&pa, &pm, &m->window, grant);
	left = UINT32_MAX;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(pm_mem);
	model_free(m);
	return 0;
}

/* ---- the tree ---- */

static struct model_key set[MODEL_KEYS], got[MODEL_KEYS];
static unsigned int nr_set;

/*
 * Few places, so that leaves and nodes fill up and empty again, some side by side and some alone
 * below the root.
 */
static struct model_key some_key(void)
{
	static const uint64_t base[] = { 0, 0x8000000, 0x7fff000, 1UL << 40, 1UL << 45, 1UL << 51 };
	struct model_key k;

	k.order = (unsigned int)model_below(4) * (1 + (unsigned int)model_below(9));
	k.addr = base[model_below(ARRAY_SIZE(base))] + (model_below(12) << 12 << k.order);
	k.addr &= -(4096UL << k.order);
	return k;
}

static int find(const struct model_key *k)
{
	unsigned int i;

	for (i = 0; i < nr_set; i++)
		if (set[i].addr == k->addr && set[i].order == k->order)
			return (int)i;
	return -1;
}

static void check_tree(const struct map *b)
{
	unsigned int nr = 0;

	/* no page but the root is empty */
	assert_int_equal(model_read(m, b->root, 5, 0, got, &nr), b->pages);
	model_assert_same(got, nr, set, nr_set);
	assert_int_equal(pa.taken, b->pages);
}

static void add_and_remove(void **state)
{
	struct map_build b;
	struct map tree;
	unsigned int i;

	(void)state;
	model_seed(0x74726565);
	nr_set = 0;
	assert_int_equal(map_build_init(&b, &tree, &radix_format, &pa), 0);
	for (i = 0; i < 6000; i++) {
		struct model_key k = some_key();
		int at = find(&k);
		bool add = model_below(i / 1000 % 2 ? 4 : 2) == 0;

		if (!model_below(6))
			left = (unsigned int)model_below(5);
		if (add) {
			if (!map_add_key(&b, k.addr, k.order) && at < 0)
				set[nr_set++] = k;
		} else {
			/* removing never needs memory */
			left = 0;
			assert_int_equal(map_remove_key(&b, k.addr, k.order), at >= 0);
			if (at >= 0)
				set[at] = set[--nr_set];
		}
		left = UINT32_MAX;
		check_tree(&tree);
	}
	while (nr_set) {
		nr_set--;
		assert_true(map_remove_key(&b, set[nr_set].addr, set[nr_set].order));
	}
	check_tree(&tree);
	assert_int_equal(tree.pages, 1);
	map_free(&b);
	assert_int_equal(pa.taken, 0);
}

static bool any(const struct map *tree, uint64_t page, unsigned int log2)
{
	unsigned int order = 99;
	bool met = map_meets(tree, page * 4096, log2, 0, &order);

	assert_int_equal(order, met ? 0 : 99);
	return met;
}

/* Keys inside a block: all block sizes from one bit to whole nodes, at the edges of each. */
static void any_key(void **state)
{
	static const unsigned int log2[] = { 0, 1, 5, 6, 7, 14, 15, 16, 23, 24, 25, 30 };
	struct map_build b;
	struct map tree;
	unsigned int i, j;

	(void)state;
	assert_int_equal(map_build_init(&b, &tree, &radix_format, &pa), 0);
	for (i = 0; i < ARRAY_SIZE(log2); i++) {
		uint64_t n = 1UL << log2[i], page = 5 * n;
		const uint64_t inside[] = { page, page + n - 1, page + n / 2 };
		const uint64_t outside[] = { page - 1, page + n, page - n, page + 511 * n };

		for (j = 0; j < ARRAY_SIZE(inside); j++) {
			assert_int_equal(map_add_key(&b, inside[j] * 4096, 0), 0);
			assert_true(any(&tree, page, log2[i]));
			assert_true(map_remove_key(&b, inside[j] * 4096, 0));
			assert_false(any(&tree, page, log2[i]));
		}
		for (j = 0; j < ARRAY_SIZE(outside); j++)
			assert_int_equal(map_add_key(&b, outside[j] * 4096, 0), 0);
		assert_false(any(&tree, page, log2[i]));
		for (j = 0; j < ARRAY_SIZE(outside); j++)
			map_remove_key(&b, outside[j] * 4096, 0);
	}
	tree.root = M_MID_END;
	assert_false(any(&tree, 0, 3));
}

/* Of a block and keys of all orders around it: the lowest order that shares a page with it. */
static void meets(void **state)
{
	struct map_build b;
	struct map tree;
	unsigned int order, other, found;

	(void)state;
	assert_int_equal(map_build_init(&b, &tree, &radix_format, &pa), 0);
	for (order = 0; order <= 12; order++) {
		uint64_t addr = 0x40000000 + (4096UL << order), size = 4096UL << order;

		for (other = 0; other <= 12; other++) {
			uint64_t step = 4096UL << other;
			uint64_t first = addr & -step, last = (addr + size - 1) & -step;

			assert_int_equal(map_add_key(&b, first - step, other), 0);
			assert_int_equal(map_add_key(&b, last + step, other), 0);
			assert_false(map_meets(&tree, addr, order, 12, &found));
			assert_int_equal(map_add_key(&b, model_below(2) ? first : last, other), 0);
			assert_true(map_meets(&tree, addr, order, 12, &found));
			assert_int_equal(found, other);
			/* an order that is not asked for */
			assert_false(other && map_meets(&tree, addr, order, other - 1, &found));
			map_remove_key(&b, first - step, other);
			map_remove_key(&b, last + step, other);
			map_remove_key(&b, first, other);
			map_remove_key(&b, last, other);
		}
	}
	assert_int_equal(tree.pages, 1);
	map_free(&b);
}

/* ---- sets of pages ---- */

static const uint64_t zone[] = { 0x100000, 0x7ff0000, M_HIGH_BASE - 0x10000, M_FAR_BASE };

static void sets(void **state)
{
	static bool model[ARRAY_SIZE(zone)][NR_PAGES];
	struct pageset own, s;
	unsigned int i, z;

	(void)state;
	model_seed(0x736574);
	assert_true(pageset_init(&own, &pa, &own));
	assert_true(pageset_init(&s, &pa, &own));
	for (i = 0; i < 30000; i++) {
		uint64_t first = model_below(NR_PAGES),
			 n = model_below(model_below(3) ? 10 : NR_PAGES);
		uint64_t base, end, page;
		bool any = false, all = true;

		z = (unsigned int)model_below(ARRAY_SIZE(zone));
		n = first + n < NR_PAGES ? n : NR_PAGES - first;
		base = zone[z] + first * 4096;
		end = base + n * 4096;
		if (!model_below(10))
			left = (unsigned int)model_below(3);
		switch (model_below(5)) {
		case 0:
			if (pageset_add(&s, base, end))
				for (page = 0; page < n; page++)
					model[z][first + page] = true;
			break;
		case 1:
			pageset_remove(&s, base, end);
			for (page = 0; page < n; page++)
				model[z][first + page] = false;
			break;
		default:
			for (page = 0; page < n; page++) {
				any |= model[z][first + page];
				all &= model[z][first + page];
			}
			assert_int_equal(pageset_any(&s, base, end), any);
			assert_int_equal(pageset_all(&s, base, end), all);
		}
		left = UINT32_MAX;
		assert_int_equal(pa.taken, s.held + own.held);
	}
	/* what both are made of is in one of them */
	for (z = 0; z < 2; z++) {
		const struct pageset *p = z ? &s : &own;

		assert_true(pageset_all(&own, p->table, p->table + align_up(p->nr * 8, 4096)));
		for (i = 0; i < p->nr; i++)
			if (p->leaf[i])
				assert_true(pageset_all(&own, p->leaf[i], p->leaf[i] + 4096));
	}
	/* pages that no RAM can have */
	assert_false(pageset_add(&s, 1UL << 50, (1UL << 50) + 4096));
	assert_false(pageset_any(&s, 1UL << 50, 1UL << 51));
	pageset_free(&s);
	pageset_free(&own);
	assert_int_equal(pa.taken, 0);
}

static void sets_without_memory(void **state)
{
	struct pageset own, s;
	unsigned int n;

	(void)state;
	for (n = 0;; n++) {
		left = n;
		if (pageset_init(&own, &pa, &own)) {
			if (pageset_init(&s, &pa, &own))
				break;
			assert_int_equal(s.nr, 0);
			left = UINT32_MAX;
			pageset_free(&own);
		}
		assert_int_equal(own.nr, 0);
		assert_int_equal(pa.taken, 0);
	}
	assert_int_equal(n, 3); /* two tables, and the leaf for both */
}

/* Each 128 MiB with one free page: a leaf needs a leaf needs a leaf, up to a bound. */
static void sets_in_scraps(void **state)
{
	struct pageset own;
	uint64_t at;
	unsigned int i;

	(void)state;
	assert_true(pageset_init(&own, &pa, &own));
	pagemap_set(&pm, MIB(1), M_FAR_END);
	for (i = 1; i < 8; i++)
		pagemap_clear(&pm, i * MIB(128), i * MIB(128) + 4096);
	at = pa.taken;
	assert_false(pageset_add(&own, M_FAR_BASE, M_FAR_BASE + 4096));
	assert_int_equal(pa.taken, at);
	for (i = 1; i < 8; i++)
		assert_false(pagemap_any(&pm, i * MIB(128), i * MIB(128) + 4096));
	pagemap_clear(&pm, GIB(1) - 8192, GIB(1));
	assert_true(pageset_add(&own, M_FAR_BASE, M_FAR_BASE + 4096));
	assert_true(pageset_all(&own, M_FAR_BASE, M_FAR_BASE + 4096));
	assert_true(pageset_all(&own, MIB(128), MIB(128) + 4096));
}

/* ---- blocks ---- */

static void blocks(void **state)
{
	struct borders borders = { .at = { MIB(16) + 3 * 4096, MIB(64) + 4096 }, .nr = 2 };
	uint64_t at, next;

	(void)state;
	/* the lowest that is aligned, and on one side of each border */
	assert_non_null(palloc_block(&pa, 2, NULL, &at));
	assert_int_equal(at, MIB(16));
	palloc_free(&pa, at, 4);
	assert_non_null(palloc_block(&pa, 2, &borders, &at));
	assert_int_equal(at, MIB(16) + 4 * 4096);
	assert_non_null(palloc_block(&pa, 14, &borders, &at));
	assert_int_equal(at, MIB(128)); /* from 64 MiB on it would lie over a border */
	assert_int_equal(*(uint8_t *)model_at(m, at + MIB(64) - 1), 0);
	/* what a run leaves is for small ones */
	assert_non_null(palloc_block(&pa, 0, &borders, &at));
	assert_int_equal(at, MIB(16));
	assert_non_null(palloc_block(&pa, 1, &borders, &at));
	assert_int_equal(at, MIB(16) + 8 * 4096);
	/* freed pages make place for each block that they lie in */
	palloc_free(&pa, MIB(16) + 4 * 4096, 4);
	assert_non_null(palloc_block(&pa, 2, NULL, &next));
	assert_int_equal(next, MIB(16) + 4 * 4096);
	/* below 16 MiB only when nothing else is left */
	pagemap_set(&pm, MIB(16), M_FAR_END);
	assert_non_null(palloc_block(&pa, 8, NULL, &at));
	assert_int_equal(at, MIB(1));
	assert_non_null(palloc_block(&pa, 11, NULL, &at));
	assert_int_equal(at, MIB(8));
	assert_null(palloc_block(&pa, 11, NULL, &at));
	/* larger than memory, and larger than anything */
	assert_null(palloc_block(&pa, 37, NULL, &at));
	assert_null(palloc_block(&pa, 38, NULL, &at));
	assert_null(palloc_block(&pa, UINT32_MAX, NULL, &at));
}

/* Random blocks and pages: none overlaps, and all of memory can be had once more at the end. */
static void random_blocks(void **state)
{
	static struct model_key have[400];
	uint64_t before = pagemap_free_pages(&pm);
	unsigned int n = 0, i, j, step;

	(void)state;
	model_seed(0x626c6f);
	for (step = 0; step < 4000; step++) {
		struct model_key k = { .order = (unsigned int)model_below(10) };

		if (n < ARRAY_SIZE(have) && model_below(100) < (step / 500 % 2 ? 40 : 70)) {
			if (!palloc_block(&pa, k.order, NULL, &k.addr))
				continue;
			assert_int_equal(k.addr % (4096UL << k.order), 0);
			for (j = 0; j < n; j++)
				assert_true(have[j].addr >= k.addr + (4096UL << k.order) ||
					    k.addr >= have[j].addr + (4096UL << have[j].order));
			/* the lowest there is */
			for (i = 0; step % 50 == 0 && MIB(16) + (i * 4096UL << k.order) < k.addr;
			     i++)
				assert_true(pagemap_any(&pm, MIB(16) + (i * 4096UL << k.order),
							MIB(16) + ((i + 1) * 4096UL << k.order)));
			have[n++] = k;
		} else if (n) {
			j = (unsigned int)model_below(n);
			palloc_free(&pa, have[j].addr, 1UL << have[j].order);
			have[j] = have[--n];
		}
	}
	while (n--)
		palloc_free(&pa, have[n].addr, 1UL << have[n].order);
	assert_int_equal(pa.taken, 0);
	assert_int_equal(pagemap_free_pages(&pm), before);
}

static void adopted(void **state)
{
	uint64_t before = pagemap_free_pages(&pm);

	(void)state;
	pagemap_set(&pm, MIB(32), MIB(32) + 8 * 4096);
	memset(model_at(m, MIB(32)), 0x5a, 4096);
	assert_true(palloc_adopt(&pa, MIB(32), 8));
	assert_int_equal(pa.taken, 8);
	assert_int_equal(*(uint8_t *)model_at(m, MIB(32)), 0x5a);
	palloc_disown(&pa, 8);
	assert_int_equal(pa.taken, 0);
	assert_int_equal(pagemap_free_pages(&pm), before - 8);
	left = 0;
	assert_false(palloc_adopt(&pa, MIB(32), 8));
	assert_int_equal(pa.taken, 0);
	left = 1;
	assert_true(palloc_adopt(&pa, MIB(32), 8));
	palloc_free(&pa, MIB(32), 8);
	assert_int_equal(pagemap_free_pages(&pm), before);
}

static void first_clear(void **state)
{
	(void)state;
	assert_int_equal(pagemap_first_clear(&pm, 0, GIB(1)), MIB(1));
	pagemap_set(&pm, MIB(1), MIB(64));
	assert_int_equal(pagemap_first_clear(&pm, MIB(2), GIB(1)), MIB(64));
	assert_int_equal(pagemap_first_clear(&pm, MIB(2), MIB(64)), MIB(64));
	assert_int_equal(pagemap_first_clear(&pm, MIB(2), MIB(64) + 4096), MIB(64));
	assert_int_equal(pagemap_first_clear(&pm, MIB(65), MIB(66)), MIB(65));
	/* no RAM counts as set */
	assert_int_equal(pagemap_first_clear(&pm, GIB(1), GIB(3)), GIB(3));
	assert_int_equal(pagemap_first_clear(&pm, MIB(4), MIB(4)), MIB(4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(add_and_remove, setup, teardown),
		cmocka_unit_test_setup_teardown(any_key, setup, teardown),
		cmocka_unit_test_setup_teardown(meets, setup, teardown),
		cmocka_unit_test_setup_teardown(sets, setup, teardown),
		cmocka_unit_test_setup_teardown(sets_without_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(sets_in_scraps, setup, teardown),
		cmocka_unit_test_setup_teardown(blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(random_blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(adopted, setup, teardown),
		cmocka_unit_test_setup_teardown(first_clear, setup, teardown),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
