// SPDX-License-Identifier: MIT
/* The ABI table, the arithmetic of keys, and the radix tree read and written against the model. */
#include "model/kho.h"

#include "kho/map/radix.h"

static struct model *m;
static struct model_key got[MODEL_KEYS];

static int setup(void **state)
{
	(void)state;
	m = model_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	model_free(m);
	return 0;
}

/* ---- the ABI table ---- */

static void abi_rows(void **state)
{
	const struct kho_abi *abi;
	unsigned int i;
	char list[128], tiny[8];

	(void)state;
	for (i = 0; (abi = kho_abi_at(i)); i++) {
		assert_ptr_equal(kho_abi_by_name(abi->compatible), abi);
		assert_true(abi->max_order <= KHO_MAX_ORDER);
		assert_true(abi->max_restore > 0 && abi->max_restore <= abi->max_order);
		assert_true(abi->scratch_align >= MIB(2) && is_power_of_two(abi->scratch_align));
		assert_non_null(abi->blob_prop);
	}
	assert_int_equal(i, 5);
	assert_null(kho_abi_at(UINT32_MAX));
	assert_string_equal(kho_abi_list(list, sizeof(list)),
			    "kho-v1, kho-v2, kho-v3, kho-v4, kho-v4;radix-v1;vmalloc-v1");
	assert_string_equal(kho_abi_list(tiny, sizeof(tiny)), "kho-v1,");
}

static void abi_lookup(void **state)
{
	(void)state;
	assert_string_equal(kho_abi_newest()->compatible, "kho-v4");
	assert_null(kho_abi_by_name("kho-v0"));
	assert_null(kho_abi_by_name("kho-v"));
	assert_null(kho_abi_by_name("kho-v4;radix-v1"));
	assert_null(kho_abi_by_name(""));
}

/* ---- keys ---- */

static void keys(void **state)
{
	static const struct {
		uint64_t addr;
		unsigned int order;
		uint64_t key;
	} table[] = {
		{ 0, 0, 1UL << 52 },
		{ 0x1000, 0, 1UL << 52 | 1 },
		{ 0x2000, 1, 1UL << 51 | 1 },
		{ 0xfffffffffffff000, 0, (1UL << 53) - 1 }, /* the widest key */
		{ 0x40000000, 18, 1UL << 34 | 1 },
		{ 0x8000000000000000, 37, 1UL << 15 | 1UL << 14 },
	};
	unsigned int i, order;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		assert_int_equal(radix_key(table[i].addr, table[i].order), table[i].key);
		assert_int_equal(radix_key_order(table[i].key), table[i].order);
		assert_int_equal(radix_key_addr(table[i].key), table[i].addr);
	}
	model_seed(0x6b6579);
	for (i = 0; i < 1000; i++) {
		for (order = 0; order <= KHO_MAX_ORDER; order++) {
			uint64_t addr = model_random() >> (12 + order) << (12 + order);
			uint64_t key = radix_key(addr, order);

			assert_int_equal(key, model_encode(addr, order));
			assert_int_equal(radix_key_order(key), order);
			assert_int_equal(radix_key_addr(key), addr);
		}
	}
}

/* ---- reading ---- */

static void fill_random(void)
{
	unsigned int i, n = (unsigned int)model_below(200);
	uint64_t base = M_HIGH_BASE + MIB(16) + model_below(64) * MIB(8);

	for (i = 0; i < n; i++)
		model_preserve_some(m, (unsigned int)model_below(model_below(2) ? 19 : 3));
	/* and a dense stretch, of every page or every second one */
	for (i = 0; i < 300; i++) {
		uint64_t addr = base + i * 4096 * (1 + (n & 1));

		if (model_is_free(m, addr, 0))
			model_preserve(m, addr, 0);
	}
}

static struct map tree_of_model(void)
{
	return (struct map){
		.format = &radix_format, .window = &m->window, .root = m->map, .pages = m->nr_node
	};
}

static int collect(const struct kho_leaf *leaf, void *arg)
{
	unsigned int *nr = arg, i;

	assert_ptr_equal(leaf->bits, model_at(m, leaf->addr));
	for (i = 0; i < 32768; i++) {
		if (!(((const uint8_t *)leaf->bits)[i / 8] >> (i % 8) & 1))
			continue;
		got[*nr].addr = leaf->base + i * (4096UL << leaf->order);
		got[(*nr)++].order = leaf->order;
	}
	return 0;
}

/* The orders of the leaves that a walk gives, in its order. */
static int list_orders(const struct kho_leaf *leaf, void *arg)
{
	char *text = arg;

	snprintf(text + strlen(text), 8, "%u ", leaf->order);
	return 0;
}

static const char *orders(const struct map *tree)
{
	static char text[256];

	text[0] = '\0';
	map_for_each_leaf(tree, list_orders, text);
	return text;
}

static void read_random(void **state)
{
	unsigned int round, i, order;

	(void)state;
	model_seed(0x72656164);
	for (round = 0; round < 12; round++) {
		unsigned int nr = 0;
		struct map tree;

		setup(NULL);
		fill_random();
		tree = tree_of_model();
		map_for_each_leaf(&tree, collect, &nr);
		model_assert_same(got, nr, m->key, m->nr_key);

		for (i = 0; i < m->nr_key; i++) {
			const struct model_key *k = &m->key[i];

			assert_true(map_has(&tree, k->addr, k->order));
			assert_true(map_find(&tree, k->addr + (4095UL << k->order), &order));
			assert_int_equal(order, k->order);
			/* the same address with another order is another key */
			if (k->order)
				assert_false(map_has(&tree, k->addr, k->order - 1));
		}
		for (i = 0; i < m->nr_node; i++) {
			assert_true(map_is_page(&tree, m->node[i]));
			assert_true(map_is_page(&tree, m->node[i] + 4095));
		}
		tree.pages++;
		assert_false(map_is_page(&tree, M_FDT));
		teardown(NULL);
	}
}

/* With a budget of k pages, k nodes of the tree are recognised. */
static void read_budget(void **state)
{
	struct map tree = tree_of_model();
	unsigned int i;

	(void)state;
	for (tree.pages = 0; tree.pages <= m->nr_node + 1; tree.pages++) {
		unsigned int found = 0;

		for (i = 0; i < m->nr_node; i++)
			found += map_is_page(&tree, m->node[i]);
		assert_int_equal(found, tree.pages < m->nr_node ? tree.pages : m->nr_node);
	}
}

struct seen {
	struct map_page page[16];
	unsigned int nr;
	int pass; /* number of the link to pass by */
};

static enum map_next see(void *arg, const struct map_page *page)
{
	struct seen *s = arg;

	s->page[s->nr] = *page;
	return (int)s->nr++ == s->pass ? MAP_PASS : MAP_FOLLOW;
}

static void read_skips_refused_links(void **state)
{
	struct map_refused refused = { .nr = 1, .link = { 1 } };
	struct map tree = tree_of_model();
	struct seen s = { .pass = -1 };
	unsigned int i;

	(void)state;
	/* links in order: the root, the branch of order 2 (five), then that of order 0 (five) */
	map_walk(&tree, &(struct map_visitor){ .page = see, .arg = &s });
	assert_int_equal(s.nr, 11);
	for (i = 0; i < 11; i++)
		assert_int_equal(s.page[i].level, i ? 4 - (i - 1) % 5 : 5);
	assert_int_equal(s.page[0].addr, m->map);
	assert_int_equal(s.page[5].order, 2);
	assert_int_equal(s.page[10].order, 0);
	assert_string_equal(orders(&tree), "2 0 ");

	/* a visitor that passes a page by, and one that was refused */
	s = (struct seen){ .pass = 3 };
	map_walk(&tree, &(struct map_visitor){ .page = see, .arg = &s });
	assert_int_equal(s.nr, 9);
	tree.refused = &refused;
	assert_string_equal(orders(&tree), "0 ");
	s = (struct seen){ .pass = -1 };
	map_walk(&tree, &(struct map_visitor){ .page = see, .arg = &s });
	assert_int_equal(s.nr, 6);
	refused.link[refused.nr++] = 2; /* the order-0 branch, now second */
	assert_string_equal(orders(&tree), "");
	refused = (struct map_refused){ .nr = 1, .link = { 0 } }; /* the root */
	assert_string_equal(orders(&tree), "");
}

static void read_follows_nothing_outside(void **state)
{
	static const uint64_t wrong[] = {
		1, 0xa0000, M_MID_END, UINT64_MAX, M_NODES + 8, M_FAR_END
	};
	struct map tree = tree_of_model();
	unsigned int i, found;
	int level;

	(void)state;
	tree.pages = 10;
	for (level = 1; level <= 5; level++) {
		uint64_t *slot = model_slot(m, model_encode(M_FDT, 0), level), good = *slot;

		for (i = 0; i < ARRAY_SIZE(wrong); i++) {
			*slot = wrong[i];
			assert_false(map_has(&tree, M_FDT, 0));
			assert_false(map_find(&tree, M_FDT, &found));
			assert_false(map_meets(&tree, M_FDT, 0, 37, &found));
			assert_string_equal(orders(&tree), "2 "); /* the other branch */
		}
		*slot = good;
	}
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		tree.root = wrong[i];
		assert_string_equal(orders(&tree), "");
		assert_false(map_has(&tree, M_FDT, 0));
		assert_false(map_find(&tree, M_FDT, &found));
		assert_false(map_meets(&tree, M_FDT, 0, 37, &found));
		assert_false(map_is_page(&tree, wrong[i]));
	}
	/* 0 is no address: a map without keys */
	tree.root = 0;
	assert_string_equal(orders(&tree), "");
	assert_false(map_has(&tree, M_FDT, 0));
	assert_false(map_find(&tree, M_FDT, &found));
	assert_false(map_meets(&tree, M_FDT, 0, 37, &found));
	assert_false(map_is_page(&tree, 0));
}

static int expect_base(const struct kho_leaf *leaf, void *arg)
{
	uint64_t **next = arg;

	if (leaf->order == 2)
		assert_int_equal(leaf->base, *(*next)++);
	return 0;
}

/*
 * Entries are found at every place of a node: first, last, and all round the eights that are read
 * at once.
 */
static void read_every_entry(void **state)
{
	struct map tree = tree_of_model();
	uint64_t page = model_path(m, model_encode(M_BLOB, 2), 1);
	uint64_t *node = model_at(m, page), leaf = model_path(m, model_encode(M_BLOB, 2), 0);
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 512; i++) {
		for (j = i; j < 512; j += 1 + j / 8) {
			uint64_t expect[] = { i * (32768UL * 16384), j * (32768UL * 16384) };
			uint64_t *next = expect;

			memset(node, 0, 4096);
			node[i] = node[j] = leaf;
			map_for_each_leaf(&tree, expect_base, &next);
			assert_int_equal(next - expect, i == j ? 1 : 2);
		}
	}
}

/* ---- writing ---- */

static struct pagemap pm;
static void *pm_mem;
static struct palloc pa;
static struct map built;
static struct map_build build;
static unsigned int left, grants; /* allocations until one fails */
static unsigned int seen_pages, seen_keys;

/* What a reader would see now. */
static void look(void)
{
	unsigned int nr = 0;

	seen_pages = built.root ? model_read(m, built.root, 5, 0, got, &nr) : 0;
	seen_keys = nr;
}

/*
 * Called at every allocation, while a new branch is half made. A reader sees the tree as it was
 * before: no node and no leaf of the branch is linked until all of it is there.
 */
static bool watch(paddr_t base, paddr_t end)
{
	unsigned int pages = seen_pages, keys_before = seen_keys;

	(void)base;
	(void)end;
	grants++;
	look();
	assert_int_equal(seen_pages, pages);
	assert_int_equal(seen_keys, keys_before);
	return left-- > 0;
}

static int build_setup(void **state)
{
	setup(state);
	pm_mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, pm_mem);
	palloc_init(&pa, &pm, &m->window, watch);
	memset(&built, 0, sizeof(built));
	left = UINT32_MAX;
	seen_pages = seen_keys = 0;
	assert_int_equal(map_build_init(&build, &built, &radix_format, &pa), 0);
	look();
	return 0;
}

static int build_teardown(void **state)
{
	free(pm_mem);
	return teardown(state);
}

/* A random key, often near the last one so that leaves fill up. */
static struct model_key random_key(void)
{
	static struct model_key last;
	struct model_key k = last;

	if (model_below(3)) {
		k.addr += (1 + model_below(5)) * 4096UL << k.order;
	} else {
		k.order = (unsigned int)model_below(19);
		k.addr = model_below(1UL << 44);
	}
	k.addr &= ~((4096UL << k.order) - 1);
	last = k;
	return k;
}

static void write_keys(void **state)
{
	static struct model_key set[MODEL_KEYS];
	unsigned int nr = 0, i;

	(void)state;
	model_seed(0x777269);
	while (nr < 500) {
		struct model_key k = random_key();

		for (i = 0; i < nr && (set[i].addr != k.addr || set[i].order != k.order); i++)
			;
		assert_int_equal(map_add_key(&build, k.addr, k.order), 0);
		if (i == nr)
			set[nr++] = k;
		look();
		assert_int_equal(seen_keys, nr);
		assert_int_equal(seen_pages, built.pages);
	}
	model_assert_same(set, nr, got, seen_keys);
	assert_int_equal(pa.taken, built.pages);
	map_free(&build);
	assert_int_equal(pa.taken, 0);
	assert_int_equal(built.root, 0);
}

/* Fail every allocation in turn: the tree is then as it was, and no page is lost. */
static void write_keys_without_memory(void **state)
{
	unsigned int round;

	(void)state;
	model_seed(0x6f6f6d);
	for (round = 0; round < 80; round++) {
		struct model_key k = random_key();
		unsigned int n;

		for (n = 0;; n++) {
			unsigned int pages = seen_pages, nr = seen_keys;
			int err;

			left = n;
			err = map_add_key(&build, k.addr, k.order);
			look();
			assert_int_equal(seen_pages, built.pages);
			assert_int_equal(pa.taken, built.pages);
			if (!err)
				break;
			assert_true(n <= 4);
			assert_int_equal(seen_pages, pages);
			assert_int_equal(seen_keys, nr);
		}
	}
	left = UINT32_MAX;
	map_free(&build);
	assert_int_equal(pa.taken, 0);
}

static void write_leaves(void **state)
{
	struct model_key expect[130];
	unsigned int i, n, nr = 0;

	(void)state;
	for (i = 0; i < 20; i++) {
		/* leaves side by side and far apart, of several orders */
		unsigned int order = i % 7;
		uint64_t base = (i < 10 ? i : i * 977) * (4096UL << order << 15);
		struct kho_leaf leaf = { .base = base, .order = order };
		uint64_t *bits;

		for (n = 0;; n++) {
			left = UINT32_MAX;
			leaf.bits = bits = palloc_pages(&pa, 1, &leaf.addr);
			bits[0] = 1;
			bits[i] |= 4;
			bits[511] = 1UL << 63;
			left = n;
			if (!map_add_leaf(&build, &leaf))
				break;
			/* the leaf is given back as well */
			look();
			assert_int_equal(seen_pages, built.pages);
			assert_int_equal(pa.taken, built.pages);
		}
		expect[nr++] = (struct model_key){ base, order };
		expect[nr++] = (struct model_key){ base + (i * 64 + 2) * (4096UL << order), order };
		expect[nr++] = (struct model_key){ base + 32767 * (4096UL << order), order };
		look();
		assert_int_equal(seen_pages, built.pages);
	}
	left = UINT32_MAX;
	/* a key in a leaf that is there takes no page */
	n = grants;
	assert_int_equal(map_add_key(&build, 0x3000, 0), 0);
	assert_int_equal(grants, n);
	expect[nr++] = (struct model_key){ 0x3000, 0 };
	look();
	model_assert_same(expect, nr, got, seen_keys);
	map_free(&build);
	assert_int_equal(pa.taken, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(abi_rows),
		cmocka_unit_test(abi_lookup),
		cmocka_unit_test(keys),
		cmocka_unit_test(read_random),
		cmocka_unit_test_setup_teardown(read_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(read_skips_refused_links, setup, teardown),
		cmocka_unit_test_setup_teardown(read_follows_nothing_outside, setup, teardown),
		cmocka_unit_test_setup_teardown(read_every_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(write_keys, build_setup, build_teardown),
		cmocka_unit_test_setup_teardown(write_keys_without_memory, build_setup,
						build_teardown),
		cmocka_unit_test_setup_teardown(write_leaves, build_setup, build_teardown),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
