// SPDX-License-Identifier: MIT
/*
 * The seam between maps and all that read and change them, on a format that the code under test
 * knows by its operations only (model/naive.c). How such a map is changed while it is published is
 * in test_preserve.
 */
#include "model/kho.h"

#include "kho/out/restore.h"

static struct model *m;
static struct model_run *in;
static struct palloc pa;
static struct kho_out out;
static struct fault fault;

static int setup(void **state)
{
	(void)state;
	model_store = &model_naive;
	m = model_new();
	in = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (in)
		model_run_free(in);
	in = NULL;
	model_free(m);
	model_store = &model_radix;
	return 0;
}

static void fill(void)
{
	unsigned int i;

	for (i = 0; i < 300; i++)
		model_preserve(m, M_HIGH_BASE + MIB(64) + i * 8192, 0);
	for (i = 0; i < 60; i++)
		model_preserve_some(m, (unsigned int)model_below(model_below(2) ? 19 : 3));
}

static bool grant(paddr_t base, paddr_t end)
{
	return mprotect(model_at(m, base), end - base, PROT_READ | PROT_WRITE) == 0;
}

static void take_in(void)
{
	model_write_fdt(m);
	in = model_run(m);
	model_print_findings(&in->f);
	assert_int_equal(in->f.total, 0);
	model_protect(m, PROT_READ);
	palloc_init(&pa, &in->pm, &m->window, grant);
	memset(&out, 0, sizeof(out));
}

/* ---- the incoming side ---- */

static struct model_key got[MODEL_KEYS];
static unsigned int nr_got;

static int collect(const struct kho_leaf *leaf, void *arg)
{
	unsigned int i;

	(void)arg;
	for (i = 0; i < 32768; i++)
		if (leaf->bits[i / 64] >> i % 64 & 1)
			got[nr_got++] =
				(struct model_key){ leaf->base + i * (4096UL << leaf->order),
						    leaf->order };
	return 0;
}

static void ingest(void **state)
{
	unsigned int i, order;
	uint64_t base;

	(void)state;
	model_seed(0x6e6169);
	fill();
	take_in();
	assert_ptr_equal(in->in.h.abi, model_naive.abi);
	assert_int_equal(in->in.nodes + in->in.leaves, m->nr_node);
	assert_int_equal(in->in.nodes, in->in.leaves + 1);
	model_assert_pagemap(m, &in->pm);

	nr_got = 0;
	handover_for_each_leaf(&in->in.h, collect, NULL);
	model_assert_same(got, nr_got, m->key, m->nr_key);
	for (i = 0; i < m->nr_key; i++) {
		const struct model_key *k = &m->key[i];

		assert_true(handover_has_key(&in->in.h, k->addr, k->order));
		assert_true(handover_find_key(&in->in.h, k->addr + 4095, &base, &order));
		assert_int_equal(base, k->addr);
		assert_int_equal(order, k->order);
	}
	for (i = 0; i < m->nr_node; i++)
		assert_true(handover_is_map_page(&in->in.h, m->node[i]));
	assert_false(handover_is_map_page(&in->in.h, M_BLOB));
	assert_false(handover_find_key(&in->in.h, M_BLOB + MIB(1), &base, &order));
}

/* Word @i of entry @n of the list; the root is entry 0. */
static uint64_t *word(unsigned int n, unsigned int i)
{
	uint64_t at = m->map;

	while (n--)
		at = *(uint64_t *)model_at(m, at);
	return (uint64_t *)model_at(m, at) + i;
}

#define NEXT  0
#define LEAF  1
#define ORDER 2

static void assert_found(const char *expect)
{
	struct model_run *r = model_run(m);
	bool found = false;
	uint64_t i;

	for (i = 0; i < r->f.total && i < FINDINGS_KEPT; i++)
		found |= !strcmp(r->f.list[i].name, expect);
	if (!found)
		model_print_findings(&r->f);
	/* what is refused is not followed: a loop is found once */
	assert_true(r->f.total < 2000);
	model_run_free(r);
	if (!found)
		fail_msg("no %s", expect);
}

/*
 * Damage and what is found. There are three entries: the root, that of order 0 with the keys of FDT
 * and metadata, that of order 2 with the blob's.
 */
static void damage(void **state)
{
	const struct {
		unsigned int entry, word;
		uint64_t value;
		const char *expect;
	} table[] = {
		{ 2, NEXT, *word(0, NEXT), "node-shared" }, /* a loop */
		{ 2, NEXT, M_MID_END, "node-not-ram" },
		{ 2, NEXT, M_SCRATCH0, "node-in-scratch" },
		{ 2, NEXT, 0x9000, "node-low" },
		{ 2, NEXT, M_FDT + 8, "node-misaligned" },
		{ 2, LEAF, *word(1, LEAF), "node-shared" },
		{ 2, LEAF, UINT64_MAX, "node-misaligned" },
		{ 2, LEAF, M_FDT, "block-is-node" },
		{ 2, ORDER, 38, "key-order" },
		{ 2, ORDER, 18, "block-not-ram" },
		{ 2, ORDER, 1, "block-in-scratch" },
		{ 0, NEXT, 0, "fdt-not-preserved" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint64_t *place = word(table[i].entry, table[i].word), good = *place;

		*place = table[i].value;
		assert_found(table[i].expect);
		*place = good;
	}
	model_force(m, M_BLOB + 4096, 0);
	assert_found("block-overlap");
}

/* A format may have it that address 0 is a map without keys: nothing was handed over. */
static void empty_map(void **state)
{
	(void)state;
	m->map = 0;
	model_write_fdt(m);
	in = model_run(m);
	assert_int_equal(in->f.total, 0);
	assert_true(handover_is_unfinished(&in->in.h));
	assert_int_equal(handover_for_each_leaf(&in->in.h, collect, NULL), 0);
	assert_false(handover_is_map_page(&in->in.h, 0));
}

/* ---- from one format to the other ---- */

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

/* Take in as @from stores it, build as @to does: the same keys, but for FDT and metadata. */
static void translate(const struct model_store *from, const struct model_store *to)
{
	const struct model_reader reader = { see_page, see_key, see_empty, NULL };
	struct kho_restore restore;
	unsigned int i, n = 0, order;

	teardown(NULL);
	model_store = from;
	m = model_new();
	fill();
	take_in();
	model_store = to;
	assert_int_equal(model_publish(&out, &in->in.h, "kho-v4", &pa, "test", &fault), 0);
	assert_string_equal(out.h.abi->compatible, model_abi("kho-v4")->compatible);

	nr_got = 0;
	to->read(out.h.map.root, &reader);
	for (i = 0; i < m->nr_key; i++)
		if (m->key[i].addr != M_FDT && m->key[i].addr != M_META)
			m->key[n++] = m->key[i];
	m->key[n++] = (struct model_key){ out.h.fdt, 0 };
	m->key[n++] = (struct model_key){ out.made[0], 0 };
	model_assert_same(got, nr_got, m->key, n);

	/* a block that came in in one format leaves the other */
	assert_int_equal(kho_restore_init(&restore, &in->in.h, &out, &fault), 0);
	assert_int_equal(kho_blob_remove(&out, "ODD", &fault), 0);
	assert_int_equal(kho_restore_block(&restore, M_BLOB, &order, &fault), 0);
	assert_int_equal(order, 2);
	assert_true(handover_has_key(&in->in.h, M_BLOB, 2));
	assert_false(handover_has_key(&out.h, M_BLOB, 2));
}

static void translated(void **state)
{
	(void)state;
	model_seed(0x747261);
	translate(&model_radix, &model_naive);
	translate(&model_naive, &model_radix);
	translate(&model_naive, &model_naive);
	translate(&model_radix, &model_chunks);
	translate(&model_chunks, &model_radix);
	translate(&model_chunks, &model_chunks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(ingest, setup, teardown),
		cmocka_unit_test_setup_teardown(damage, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_map, setup, teardown),
		cmocka_unit_test_setup_teardown(translated, setup, teardown),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
