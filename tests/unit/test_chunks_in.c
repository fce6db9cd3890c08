// SPDX-License-Identifier: MIT
/*
 * Taking in handovers of kho-v1: valid ones against the model, then each finding by the damage that
 * makes it, then what looks odd and is carried intact, then fuzz. The memory is read-only while the
 * code runs, so writing to it ends the test.
 */
#include "model/kho.h"

#include <unistd.h>

static struct model *m;
static struct model_run *last; /* of a row, for the teardown to free */
static struct borders borders;

/* A handover with a few blocks of each of some orders, of which order 0 comes first. */
static int setup(void **state)
{
	(void)state;
	alarm(60); /* a walk that never ends is a failure, not a hang */
	m = model_new();
	m->nr_blob = 0;
	model_use_v1(m);
	model_blob(m, "thing", M_BLOB, 0);
	model_preserve(m, 0x6000000, 3);
	model_preserve(m, 0x7000000, 11);
	model_preserve(m, 0x10000000, 0);
	model_write_fdt(m);
	last = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (last)
		model_run_free(last);
	model_free(m);
	return 0;
}

/* ---- valid ---- */

static struct model_key got[MODEL_KEYS];
static unsigned int nr_got;

static int collect(const struct kho_leaf *leaf, void *arg)
{
	unsigned int i;

	(void)arg;
	assert_ptr_equal(leaf->bits, model_at(m, leaf->addr));
	for (i = 0; i < 32768; i++)
		if (leaf->bits[i / 64] >> i % 64 & 1)
			got[nr_got++] = (struct model_key){
				leaf->base + (((uint64_t)i << leaf->order) << 12), leaf->order
			};
	return 0;
}

/* All is taken in: the counts, the page map, the leaves, and the answers to questions. */
static void assert_taken_in(struct model_run *r)
{
	uint64_t blocks[KHO_MAX_ORDER + 1] = { 0 }, base;
	unsigned int i, order;

	if (r->f.total)
		model_print_findings(&r->f);
	assert_int_equal(r->f.total, 0);
	for (i = 0; i < m->nr_key; i++)
		blocks[m->key[i].order]++;
	assert_memory_equal(r->in.blocks, blocks, sizeof(blocks));
	assert_int_equal(r->in.nodes + r->in.leaves, m->nr_node);
	model_assert_pagemap(m, &r->pm);
	nr_got = 0;
	assert_int_equal(handover_for_each_leaf(&r->in.h, collect, NULL), 0);
	model_assert_same(got, nr_got, m->key, m->nr_key);
	for (i = 0; i < m->nr_key; i++) {
		uint64_t at = m->key[i].addr + model_below(4096UL << m->key[i].order);

		assert_true(handover_find_key(&r->in.h, at, &base, &order));
		assert_int_equal(base, m->key[i].addr);
		assert_int_equal(order, m->key[i].order);
		assert_true(handover_has_key(&r->in.h, base, order));
	}
	for (i = 0; i < m->nr_node; i++)
		assert_true(handover_is_map_page(&r->in.h, m->node[i]));
	assert_false(handover_is_map_page(&r->in.h, M_FDT));
	assert_false(handover_is_unfinished(&r->in.h));
}

static void valid_random(void **state)
{
	unsigned int round, i;

	model_seed(0x7631);
	for (round = 0; round < 12; round++) {
		setup(state);
		for (i = 0; i < 400; i++)
			model_preserve_some(m, i % 8 ? i % 4 : i % 19);
		last = model_run(m);
		assert_taken_in(last);
		/* orders come as they were first used, here; Linux writes them sorted */
		assert_false(last->in.h.map.sorted);
		teardown(state);
	}
}

/* As Linux writes it: by order, then by base; that is noted, and speeds up questions. */
static void valid_sorted(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < 200; i++)
		model_preserve_some(m, i % 12);
	qsort(m->key, m->nr_key, sizeof(*m->key), model_compare);
	model_use_v1(m);
	model_write_fdt(m);
	last = model_run(m);
	assert_taken_in(last);
	assert_true(last->in.h.map.sorted);
}

/* ---- damage ---- */

#define ORDER0 0x10000000UL /* a block of order 0, in the second leaf of the first chunk */
#define ORDER3 0x6000000UL
#define LAST   0x7000000UL /* a block in the last chunk */
#define HOLE   0x50000000UL

static uint64_t *word(uint64_t addr)
{
	return model_at(m, addr);
}

static void set_root(uint64_t value)
{
	m->map = value;
	model_write_fdt(m);
}

/* The chunk that has the block at @phys. */
static uint64_t chunk_of(uint64_t phys, unsigned int order)
{
	return model_find_entry(m, phys, order) & ~4095UL;
}

static void set_next(uint64_t value)
{
	*word(chunk_of(LAST, 11)) = value;
}

static void set_base(uint64_t value)
{
	*word(model_find_entry(m, ORDER3, 3)) = value;
}

static void set_bitmap(uint64_t value)
{
	*word(model_find_entry(m, ORDER3, 3) + 8) = value;
}

static uint64_t bitmap(void)
{
	return *word(model_find_entry(m, ORDER3, 3) + 8);
}

static void set_head(unsigned int order, uint64_t count)
{
	*word(chunk_of(LAST, 11) + 8) = count << 32 | order;
}

static void root_odd(void)
{
	set_root(m->map + 16);
}

static void root_in_hole(void)
{
	set_root(HOLE);
}

static void root_low(void)
{
	set_root(0x9f000);
}

static void root_in_scratch(void)
{
	set_root(M_SCRATCH0 + MIB(1));
}

static void map_none(void)
{
	m->map_len = -1;
	model_write_fdt(m);
}

static void next_odd(void)
{
	set_next(m->node[0] + 8);
}

static void next_in_hole(void)
{
	set_next(HOLE);
}

static void next_nowhere(void)
{
	set_next(~0xfffUL);
}

static void next_low(void)
{
	set_next(0x8000);
}

static void next_in_scratch(void)
{
	set_next(M_SCRATCH1);
}

static void next_itself(void)
{
	set_next(chunk_of(LAST, 11));
}

static void next_first(void)
{
	set_next(m->map);
}

static void next_is_leaf(void)
{
	set_next(bitmap());
}

static void bitmap_odd(void)
{
	set_bitmap(bitmap() + 8);
}

static void bitmap_in_hole(void)
{
	set_bitmap(HOLE);
}

static void bitmap_none(void)
{
	set_bitmap(0);
}

static void bitmap_in_scratch(void)
{
	set_bitmap(M_SCRATCH0 + MIB(32) - 4096);
}

static void bitmap_is_chunk(void)
{
	set_bitmap(chunk_of(ORDER3, 3));
}

static void bitmap_of_another(void)
{
	set_bitmap(*word(model_find_entry(m, LAST, 11) + 8));
}

static void bitmap_twice(void)
{
	model_append_entry(m, chunk_of(LAST, 11), 0x10000000000, bitmap());
}

static void bitmap_small(void)
{
	set_bitmap(bitmap() + 512);
}

static void base_small(void)
{
	set_base((4096UL << 3) * 4096);
}

/* What 6.17 writes for blocks of order 0 all over a GiB: eight times the leaves, off page bounds. */
static void all_small(void)
{
	uint64_t chunk = model_append_chunk(m, 0), i;

	for (i = 0; i < 64; i++)
		model_append_entry(m, chunk, i * 4096 * 4096, 0x30000000 + i * 512);
}

static void base_odd(void)
{
	set_base(4096);
}

static void base_of_lower_order(void)
{
	set_base(0x8000000UL << 2 | 4096);
}

static void base_wide(void)
{
	set_base(1UL << 52);
}

static void base_at_the_end(void)
{
	set_base(-(0x8000000UL << 3));
}

static void order_38(void)
{
	set_head(38, 1);
}

static void order_all_ones(void)
{
	set_head(UINT32_MAX, 1);
}

static void count_256(void)
{
	set_head(11, 256);
}

static void count_all_ones(void)
{
	set_head(11, UINT32_MAX);
}

static void block_in_hole(void)
{
	model_force(m, HOLE, 0);
}

static void block_order_37(void)
{
	model_force(m, 1UL << 49, 37);
}

static void block_low(void)
{
	model_force(m, 0x10000, 0);
}

static void block_in_scratch(void)
{
	model_force(m, M_SCRATCH0 + MIB(4), 4);
}

static void block_is_chunk(void)
{
	model_force(m, chunk_of(LAST, 11), 0);
}

static void block_is_leaf(void)
{
	model_force(m, bitmap(), 0);
}

static void block_twice(void)
{
	model_force(m, ORDER0, 2);
}

/* The same block again, in a second leaf of the same base. */
static void leaf_twice(void)
{
	uint64_t page = model_node_page(m);

	model_append_entry(m, chunk_of(ORDER3, 3), 0, page);
	model_set_block(m, page, ORDER3, 3);
}

static void block_over_border(void)
{
	borders = (struct borders){ .at = { ORDER3 + 4096 }, .nr = 1 };
	m->borders = &borders;
}

static void luo_of_v3(void)
{
	strcpy(m->blob[0].name, "LUO");
	m->store = &model_radix;
	model_write_fdt(m);
}

static void fdt_without_key(void)
{
	uint64_t page = *word(model_find_entry(m, M_FDT, 0) + 8);

	*word(page + (M_FDT >> 12) % 32768 / 64 * 8) &= ~(1UL << (M_FDT >> 12) % 64);
}

static const struct damage {
	const char *title;
	void (*damage)(void);
	const char *expect[4];
} table[] = {
	{ "root misaligned", root_odd, { "node-misaligned" } },
	{ "root in a hole", root_in_hole, { "node-not-ram" } },
	{ "root below 1 MiB", root_low, { "node-low" } },
	{ "root in scratch", root_in_scratch, { "node-in-scratch" } },
	{ "no map", map_none, { "map-missing" } },
	{ "next chunk misaligned", next_odd, { "node-misaligned" } },
	{ "next chunk in a hole", next_in_hole, { "node-not-ram" } },
	{ "next chunk at the end of all addresses", next_nowhere, { "node-not-ram" } },
	{ "next chunk below 1 MiB", next_low, { "node-low" } },
	{ "next chunk in scratch", next_in_scratch, { "node-in-scratch" } },
	{ "chunk that links itself", next_itself, { "node-shared" } },
	{ "link back to the first chunk", next_first, { "node-shared" } },
	{ "leaf as the next chunk", next_is_leaf, { "node-shared" } },
	{ "leaf misaligned", bitmap_odd, { "node-misaligned" } },
	{ "leaf in a hole", bitmap_in_hole, { "node-not-ram" } },
	{ "leaf at 0", bitmap_none, { "node-low" } },
	{ "leaf in the last page of scratch", bitmap_in_scratch, { "node-in-scratch" } },
	{ "chunk as a leaf of its own", bitmap_is_chunk, { "node-shared" } },
	{ "one leaf for two orders, low in one", bitmap_of_another, { "node-shared", "block-low" } },
	{ "one leaf for two bases", bitmap_twice, { "node-shared" } },
	{ "leaf of 512 bytes by its address", bitmap_small, { "leaf-small" } },
	{ "leaf of 4096 blocks by its base", base_small, { "leaf-small" } },
	{ "a list of 6.17 is one finding", all_small, { "leaf-small" } },
	{ "base one page off", base_odd, { "leaf-misaligned" } },
	{ "base of no order", base_of_lower_order, { "leaf-misaligned" } },
	{ "base of 53 bits", base_wide, { "key-wide" } },
	{ "base of 64 bits", base_at_the_end, { "key-wide" } },
	{ "order 38", order_38, { "key-order" } },
	{ "order 2^32 - 1", order_all_ones, { "key-order" } },
	{ "256 entries", count_256, { "chunk-count" } },
	{ "2^32 - 1 entries", count_all_ones, { "chunk-count" } },
	{ "block in a hole", block_in_hole, { "block-not-ram" } },
	{ "block of the largest order", block_order_37, { "block-not-ram" } },
	{ "block below 1 MiB", block_low, { "block-low" } },
	{ "block in scratch", block_in_scratch, { "block-in-scratch" } },
	{ "block on a chunk", block_is_chunk, { "block-is-node" } },
	{ "block on a leaf", block_is_leaf, { "block-is-node" } },
	{ "block over another", block_twice, { "block-overlap" } },
	{ "block in two leaves of one base", leaf_twice, { "block-overlap" } },
	{ "block over a border", block_over_border, { "block-across-nodes" } },
	{ "LUO with the property of v3", luo_of_v3, { "client-unreadable" } },
	{ "FDT without a key", fdt_without_key, { "fdt-not-preserved" } },
};

static void damaged(void **state)
{
	const struct damage *row = *state;
	struct model_run *r;
	uint64_t i, n = 0;

	row->damage();
	last = r = model_run(m);
	while (n < 4 && row->expect[n])
		n++;
	for (i = 0; i < n || i < r->f.total; i++) {
		if (i < n && i < r->f.total && !strcmp(r->f.list[i].name, row->expect[i]))
			continue;
		model_print_findings(&r->f);
		fail_msg("%s: finding %lu is not %s", row->title, i,
			 i < n ? row->expect[i] : "there");
	}
	for (i = 0; i < n; i++)
		assert_non_null(strstr(r->f.list[i].text, "; expected "));
}

/* More broken entries than can be listed: all are counted, and no block is looked at. */
static void many_findings(void **state)
{
	uint64_t chunk = model_append_chunk(m, 0), i;

	(void)state;
	for (i = 0; i < 100; i++)
		model_append_entry(m, chunk, (i + 100) * 0x8000000, HOLE + i * 4096);
	last = model_run(m);
	assert_int_equal(last->f.total, 100);
	assert_int_equal(last->in.pages, 0);
}

/* ---- odd, and carried intact ---- */

static void odd_empty_chunks(void)
{
	uint64_t chunk = model_append_chunk(m, 5);

	/* entries beyond the count are anything */
	memset(model_at(m, chunk + 16), 0xff, 4080);
	model_append_chunk(m, UINT32_MAX);
	model_preserve(m, 0x20000000, 1);
}

static void odd_empty_leaves(void)
{
	model_append_entry(m, chunk_of(ORDER3, 3), 0x8000000UL << 3, model_node_page(m));
	model_append_entry(m, model_append_chunk(m, 0), 0xfffUL << 40, model_node_page(m));
	model_append_entry(m, model_append_chunk(m, 77), 12345, model_node_page(m));
}

/* Two leaves of one base; neither has all blocks. */
static void odd_leaf_twice(void)
{
	uint64_t page = model_node_page(m), i;

	model_append_entry(m, chunk_of(ORDER3, 3), 0, page);
	for (i = 1; i < 40; i += 2) {
		uint64_t addr = ORDER3 + i * 0x8000;

		m->key[m->nr_key++] = (struct model_key){ addr, 3 };
		memset(model_owner(m, addr), M_BLOCK, 8);
		model_set_block(m, page, addr, 3);
	}
}

static void odd_full_chunk(void)
{
	uint64_t chunk = model_append_chunk(m, 0), i;

	for (i = 0; i < 255; i++)
		model_append_entry(m, chunk, (254 - i) * 0x8000000UL, model_node_page(m));
}

/* What no consumer of kho-v1 could take in is no finding: 7.3 could. */
static void odd_large_orders(void)
{
	model_preserve(m, 0x140000000, 18);
	/* 6.18 hands out orders above 10 itself, of reserve_mem */
	model_preserve(m, 0x20000000, 12);
}

static const struct {
	const char *title;
	void (*make)(void);
} odd[] = {
	{ "empty chunks", odd_empty_chunks }, { "empty leaves", odd_empty_leaves },
	{ "a leaf twice", odd_leaf_twice },   { "a full chunk", odd_full_chunk },
	{ "large orders", odd_large_orders },
};

static const void *see_page(void *arg, uint64_t addr)
{
	(void)arg;
	return model_at(m, addr);
}

static void see_key(void *arg, uint64_t addr, unsigned int order)
{
	(void)arg;
	got[nr_got++] = (struct model_key){ addr, order };
}

static void see_empty(void *arg, uint64_t addr)
{
	(void)arg;
	fail_msg("page 0x%lx holds nothing", addr);
}

/* The keys that go out are those that came in, in each version. */
static void carried(void **state)
{
	static const char *const abi[] = { "kho-v1", "kho-v2", "kho-v3", "kho-v4" };
	const struct model_reader reader = { see_page, see_key, see_empty, NULL };
	void (*make)(void) = *state;
	unsigned int i;

	make();
	last = model_run(m);
	assert_taken_in(last);
	for (i = 0; i < ARRAY_SIZE(abi); i++) {
		struct kho_out out = { .h.fdt = 0 };
		struct palloc pa;
		struct fault f = { .name = "" };
		unsigned int j;

		palloc_init(&pa, &last->pm, &m->window, NULL);
		if (model_publish(&out, &last->in.h, abi[i], &pa, "test", &f))
			fail_msg("%s: %s: %s", abi[i], f.name, f.text);
		nr_got = 0;
		(i ? &model_radix : &model_v1)->read(out.h.map.root, &reader);
		/* two pages are made anew: of the FDT, and of kexec-metadata */
		assert_int_equal(nr_got, m->nr_key + 1);
		for (j = 0; j < nr_got; j++)
			if (got[j].addr == out.made[0])
				got[j] = (struct model_key){ M_FDT, 0 };
		for (j = 0; j < nr_got && got[j].addr != out.h.fdt; j++)
			;
		assert_true(j < nr_got);
		got[j] = got[--nr_got];
		model_assert_same(got, nr_got, m->key, m->nr_key);
	}
}

/* ---- nothing handed over ---- */

/* What Linux 7.0 hands over when nobody has finalized: blobs, and a map address of 0. */
static void unfinished(void **state)
{
	unsigned int order;
	uint64_t base;

	(void)state;
	set_root(0);
	last = model_run(m);
	assert_int_equal(last->f.total, 0);
	assert_true(handover_is_unfinished(&last->in.h));
	assert_int_equal(last->in.pages + last->in.nodes + last->in.leaves, 0);
	assert_false(handover_find_key(&last->in.h, M_FDT, &base, &order));
	assert_false(handover_is_map_page(&last->in.h, M_FDT));
}

/* ---- fuzz ---- */

static void poke(uint64_t page)
{
	uint8_t *p = (uint8_t *)model_at(m, page) + model_below(model_below(2) ? 4096 : 64);

	switch (model_below(3)) {
	case 0:
		*p ^= (uint8_t)(1 << model_below(8));
		break;
	case 1:
		*p = (uint8_t)model_random();
		break;
	default:
		*p = model_below(2) ? 0xff : 0;
	}
}

static void ask_everything(const struct kho_in *in)
{
	unsigned int i, order;
	uint64_t base;

	for (i = 0; i < 40; i++) {
		uint64_t addr = model_random() >> model_below(64);

		handover_find_key(&in->h, addr, &base, &order);
		handover_has_key(&in->h, addr, i % 38);
		map_meets(&in->h.map, addr & -(4096UL << i % 30), i % 30, 30, &order);
	}
	handover_is_map_page(&in->h, M_FDT);
}

/*
 * Flip bytes of the chunks and leaves. No crash, no write, no endless walk; and each handover that
 * passes has as many pages in the page map as it counts.
 */
static void fuzz(void **state)
{
	static struct range scratch_table[KHO_MAX_SCRATCH];
	static uint8_t saved[MODEL_PAGES][4096];
	unsigned int i, round, passed = 0;
	uint64_t free_pages;
	struct pagemap pm;
	void *mem;

	(void)state;
	alarm(300);
	model_seed(0x667631);
	/* less RAM, so that each round can have a fresh page map */
	m->pane[1].end = m->ram_table[1].end = MIB(128) + MIB(136);
	m->pane[2].end = m->ram_table[2].end = M_HIGH_BASE + MIB(64);
	for (i = 0; i < 24; i++)
		model_preserve_some(m, i % 4 ? i % 3 : i % 12);
	for (i = 0; i < m->nr_node; i++)
		memcpy(saved[i], model_at(m, m->node[i]), 4096);
	mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, mem);
	free_pages = pagemap_free_pages(&pm);

	for (round = 0; round < 10000; round++) {
		struct ranges scratch = { scratch_table, 0, KHO_MAX_SCRATCH };
		struct findings f = { .total = 0 };
		struct kho_in in = { .h.nr_scratch = 0 };

		for (i = 0; i < m->nr_node; i++)
			memcpy(model_at(m, m->node[i]), saved[i], 4096);
		for (i = 0; i < 1 + model_below(3); i++)
			poke(m->node[model_below(m->nr_node)]);
		pagemap_init(&pm, &m->ram, mem);
		model_protect(m, PROT_READ);
		kho_in_scratch(&in, &m->window, &m->data, &m->ram, &scratch, &f);
		for (i = 0; i < scratch.nr; i++)
			pagemap_set(&pm, scratch.r[i].base, scratch.r[i].end);
		kho_in_fdt(&in, &scratch, &f);
		kho_in_ingest(&in, &m->ram, &scratch, &pm, &f);
		ask_everything(&in);
		model_protect(m, PROT_READ | PROT_WRITE);

		if (f.total)
			continue;
		passed++;
		assert_int_equal(free_pages - pagemap_free_pages(&pm),
				 ranges_bytes(&scratch) / 4096 + in.pages + in.nodes + in.leaves);
	}
	assert_true(passed > 100 && passed < round / 2);
	free(mem);
}

#define ROWS ARRAY_SIZE(table)
#define ODD  ARRAY_SIZE(odd)

int main(void)
{
	static char names[ROWS][96];
	struct CMUnitTest tests[ROWS + ODD + 8] = {
		cmocka_unit_test(valid_random),
		cmocka_unit_test_setup_teardown(valid_sorted, setup, teardown),
		cmocka_unit_test_setup_teardown(many_findings, setup, teardown),
		cmocka_unit_test_setup_teardown(unfinished, setup, teardown),
		cmocka_unit_test_setup_teardown(fuzz, setup, teardown),
	};
	size_t i, n = 5;

	for (i = 0; i < ROWS; i++, n++) {
		snprintf(names[i], sizeof(names[i]), "%s: %s", table[i].expect[0], table[i].title);
		tests[n] = (struct CMUnitTest){ names[i], damaged, setup, teardown,
						(void *)(uintptr_t)&table[i] };
	}
	for (i = 0; i < ODD; i++, n++)
		tests[n] = (struct CMUnitTest){ odd[i].title, carried, setup, teardown,
						(void *)(uintptr_t)odd[i].make };
	return _cmocka_run_group_tests("chunks-in", tests, n, NULL, NULL);
}
