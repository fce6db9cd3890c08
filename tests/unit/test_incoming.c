// SPDX-License-Identifier: MIT
/*
 * The incoming side: valid handovers against the model, then each finding by the corruption that
 * makes it, then fuzz. The memory is read-only while the code runs, so writing to it ends the test.
 */
#include "model/kho.h"

#include "kho/client/client.h"
#include "kho/client/metadata.h"

#include <libfdt.h>
#include <unistd.h>

static struct model *m;
static struct model_run *last; /* of a row, for the teardown to free */

static int setup(void **state)
{
	(void)state;
	alarm(60); /* a walk that never ends is a failure, not a hang */
	m = model_new();
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

/* ---- valid handovers ---- */

static void assert_counts(const struct kho_in *in)
{
	uint64_t blocks[KHO_MAX_ORDER + 1] = { 0 }, pages = 0;
	unsigned int i;

	for (i = 0; i < m->nr_key; i++) {
		blocks[m->key[i].order]++;
		pages += 1UL << m->key[i].order;
	}
	for (i = 0; i <= KHO_MAX_ORDER; i++)
		assert_int_equal(in->blocks[i], blocks[i]);
	assert_int_equal(in->pages, pages);
	assert_int_equal(in->nodes + in->leaves, m->nr_node);
}

static struct model_key got[MODEL_KEYS];
static unsigned int nr_got;

static int collect(const struct kho_leaf *leaf, void *arg)
{
	unsigned int i;

	assert_ptr_equal(arg, &nr_got);
	assert_ptr_equal(leaf->bits, model_at(m, leaf->addr));
	for (i = 0; i < 32768; i++) {
		if (leaf->bits[i / 64] >> i % 64 & 1) {
			got[nr_got].addr = leaf->base + ((uint64_t)i << (12 + leaf->order));
			got[nr_got++].order = leaf->order;
		}
	}
	return 0;
}

static int stop_at_once(const struct kho_leaf *leaf, void *arg)
{
	(void)leaf;
	++*(unsigned int *)arg;
	return -7;
}

static void assert_queries(const struct kho_in *in)
{
	unsigned int i, order, calls = 0;
	uint64_t base;

	nr_got = 0;
	assert_int_equal(handover_for_each_leaf(&in->h, collect, &nr_got), 0);
	model_assert_same(got, nr_got, m->key, m->nr_key);
	assert_int_equal(handover_for_each_leaf(&in->h, stop_at_once, &calls), -7);
	assert_int_equal(calls, 1);

	for (i = 0; i < m->nr_key; i++) {
		uint64_t size = 4096UL << m->key[i].order, off = model_below(size);

		/* first byte, last byte and one between lead to the key */
		assert_true(handover_find_key(&in->h, m->key[i].addr, &base, &order));
		assert_true(handover_find_key(&in->h, m->key[i].addr + size - 1, &base, &order));
		assert_true(handover_find_key(&in->h, m->key[i].addr + off, &base, &order));
		assert_int_equal(base, m->key[i].addr);
		assert_int_equal(order, m->key[i].order);
	}
	for (i = 0; i < 500; i++) {
		struct pane *w = &m->pane[model_below(m->window.nr)];
		uint64_t addr = w->base + model_below(w->end - w->base);
		uint8_t owner = *model_owner(m, addr);

		assert_int_equal(handover_find_key(&in->h, addr, &base, &order), owner == M_BLOCK);
		assert_int_equal(handover_is_map_page(&in->h, addr), owner == M_NODE);
	}
	for (i = 0; i < m->nr_node; i++)
		assert_true(handover_is_map_page(&in->h, m->node[i]));
}

static void fill_random(unsigned int blocks, unsigned int orders)
{
	uint64_t base = M_HIGH_BASE + MIB(16) + model_below(64) * MIB(8);
	unsigned int i, step = 1 + (unsigned int)model_below(2);
	uint64_t dense = model_below(4) ? 300 : 4000;

	for (i = 0; i < blocks; i++)
		model_preserve_some(m, (unsigned int)model_below(model_below(2) ? orders : 8));
	for (i = 0; i < dense && orders > 7; i++)
		if (model_is_free(m, base + i * 4096UL * step, 0))
			model_preserve(m, base + i * 4096UL * step, 0);
}

static void assert_clean(const struct model_run *r)
{
	if (r->f.total) {
		model_print_findings(&r->f);
		fail_msg("a valid handover with findings");
	}
}

static void valid_random(void **state)
{
	unsigned int round;

	(void)state;
	model_seed(0x76616c);
	for (round = 0; round < 16; round++) {
		struct model_run *r;

		setup(NULL);
		m->compatible = kho_abi_at(1 + round % 3)->compatible;
		model_write_fdt(m);
		fill_random(round % 4 ? 400 : 30, round % 2 ? 19 : 7);
		r = model_run(m);
		assert_clean(r);
		assert_string_equal(r->in.h.abi->compatible, m->compatible);
		assert_counts(&r->in);
		assert_queries(&r->in);
		model_assert_pagemap(m, &r->pm);
		model_run_free(r);
		teardown(NULL);
	}
}

/*
 * One key of each order, alone, at the first and the last place of a word, of a chunk and of RAM.
 */
static void valid_each_order(void **state)
{
	static const uint64_t at[] = { M_HIGH_BASE + GIB(1), M_HIGH_BASE + GIB(1) - 4096,
				       M_HIGH_END - 4096, M_HIGH_BASE + GIB(1) + KIB(256),
				       M_HIGH_BASE + MIB(512) - 1 };
	unsigned int order, i;

	(void)state;
	for (order = 0; order <= 18; order++) {
		struct model_run *r;

		setup(NULL);
		for (i = 0; i < ARRAY_SIZE(at); i++) {
			uint64_t addr = align_down(at[i], 4096UL << order);

			if (model_is_free(m, addr, order))
				model_preserve(m, addr, order);
		}
		r = model_run(m);
		assert_clean(r);
		assert_counts(&r->in);
		model_assert_pagemap(m, &r->pm);
		model_run_free(r);
		teardown(NULL);
	}
}

/* Blocks up to a border and from it on, and blocks of one page on both sides. */
static void valid_at_borders(void **state)
{
	static struct borders borders = {
		.range = { { GIB(5), GIB(5) + MIB(1), 1 },
			   { 0, GIB(5), 0 },
			   { GIB(5) + MIB(1), GIB(6) - 4096, 0 },
			   { GIB(6) - 4096, GIB(8), 1 } },
		.nr_ranges = 4,
	};
	struct model_run *r1;

	(void)state;
	borders_make(&borders);
	m->borders = &borders;
	model_preserve(m, GIB(5) - MIB(1), 8);
	model_preserve(m, GIB(5), 8);
	model_preserve(m, GIB(5) + MIB(1), 5);
	model_preserve(m, GIB(6) - 8192, 0);
	model_preserve(m, GIB(6) - 4096, 0);
	model_preserve(m, GIB(6), 14);
	r1 = model_run(m);
	assert_clean(r1);
	model_run_free(r1);
}

/* Linux makes a region of 0 bytes if it had nothing to set aside. */
static void valid_empty_scratch(void **state)
{
	struct model_run *r;

	(void)state;
	m->scratch[1].size = 0;
	m->scratch[1].addr = 0;
	model_write_scratch(m);
	r = model_run(m);
	assert_clean(r);
	assert_int_equal(r->in.h.nr_scratch, 2);
	assert_int_equal(r->scratch.nr, 1);
	model_run_free(r);
}

/* Linux never gives a leaf back: one without a key, of any order, is no finding. */
static void valid_empty_leaves(void **state)
{
	static const unsigned int orders[] = { 0, 2, 31, 37, 45 };
	struct model_run *r;
	unsigned int i, calls = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(orders); i++) {
		uint64_t key = model_encode(GIB(5), orders[i]);

		model_insert(m, m->map, 5, key);
		memset(model_at(m, model_path(m, key, 0)), 0, 4096);
	}
	r = model_run(m);
	assert_clean(r);
	assert_int_equal(r->in.leaves, 2 + 5);
	nr_got = 0;
	assert_int_equal(handover_for_each_leaf(&r->in.h, collect, &nr_got), 0);
	model_assert_same(got, nr_got, m->key, m->nr_key);
	assert_int_equal(handover_for_each_leaf(&r->in.h, stop_at_once, &calls), -7);
	model_run_free(r);
}

static void blobs(void **state)
{
	struct model_run *r;
	struct kho_blob blob;

	(void)state;
	r = model_run(m);
	assert_clean(r);
	assert_int_equal(r->in.h.nr_scratch, 2);
	assert_ptr_equal(r->in.h.scratch, model_at(m, M_ARRAY));
	assert_int_equal(r->in.h.scratch[1].addr, M_SCRATCH1);
	assert_int_equal(r->scratch.nr, 2);
	assert_true(handover_blob(&r->in.h, 0, &blob));
	assert_string_equal(blob.name, "kexec-metadata");
	assert_int_equal(blob.addr, M_META);
	assert_int_equal(blob.size, 73);
	assert_true(handover_blob(&r->in.h, 1, &blob));
	assert_string_equal(blob.name, "ODD");
	assert_int_equal(blob.addr, M_BLOB + 8);
	assert_int_equal(blob.size, 9000);
	assert_false(handover_blob(&r->in.h, 2, &blob));
	model_run_free(r);
}

/* kho-v2 has no sizes: an FDT says its own, the rest end with their block. */
static void blobs_without_size(void **state)
{
	struct model_run *r;
	struct kho_blob blob;

	(void)state;
	m->compatible = "kho-v2";
	m->blob[0].size_len = -1;
	m->blob[1].size_len = -1;
	model_blob(m, "memblock", M_BLOB + 0x2000, 0)->size_len = -1;
	fdt_create_empty_tree(model_at(m, M_BLOB + 0x2000), 0x2000);
	model_blob(m, "memblock-odd", M_BLOB + 0x1004, 0)->size_len = -1;
	memcpy(model_at(m, M_BLOB + 0x1004), model_at(m, M_BLOB + 0x2000), 64);
	model_write_fdt(m);
	r = model_run(m);
	assert_clean(r);
	assert_true(handover_blob(&r->in.h, 0, &blob));
	assert_int_equal(blob.size, 4096);
	assert_true(handover_blob(&r->in.h, 1, &blob));
	assert_int_equal(blob.size, 0x4000 - 8);
	assert_true(handover_blob(&r->in.h, 2, &blob));
	assert_int_equal(blob.size, 0x2000);
	/* an FDT is 8-byte aligned: this is none */
	assert_true(handover_blob(&r->in.h, 3, &blob));
	assert_int_equal(blob.size, 0x4000 - 0x1004);
	model_run_free(r);
}

/* ---- findings ---- */

/*
 * A row: the damage to a valid handover, and all findings that it must give, in order. There are two
 * only if the second is a consequence that cannot be separated from the first.
 */
struct corruption {
	const char *title;
	void (*corrupt)(void);
	const char *expect[4];
};

static void scratch_write(void)
{
	model_write_scratch(m);
}

static void scratch_no_entry(void)
{
	m->data.scratch_size = 0;
}

static void scratch_odd_length(void)
{
	m->data.scratch_size = 24;
}

static void scratch_too_many(void)
{
	m->data.scratch_size = 16 * 1027;
}

static void scratch_array_in_hole(void)
{
	m->data.scratch_addr = 0xa0000;
}

static void scratch_array_over_end(void)
{
	m->data.scratch_addr = M_MID_END - 16;
}

static void scratch_array_nowhere(void)
{
	m->data.scratch_addr = UINT64_MAX - 7;
}

static void scratch_array_odd(void)
{
	m->data.scratch_addr += 4;
}

static void scratch_base_odd(void)
{
	m->scratch[1].addr += MIB(1) + 512;
	scratch_write();
}

static void scratch_size_odd(void)
{
	m->scratch[1].size -= 64;
	scratch_write();
}

static void scratch_all_empty(void)
{
	m->scratch[0].size = 0;
	m->scratch[1].size = 0;
	scratch_write();
}

static void scratch_over_end(void)
{
	m->scratch[1].addr = M_HIGH_END - MIB(8);
	scratch_write();
}

static void scratch_wraps(void)
{
	m->scratch[1].addr = align_down(UINT64_MAX, MIB(2));
	scratch_write();
}

static void scratch_low(void)
{
	/* its 2 MiB could only be RAM at address 0 if there were no hole below 1 MiB */
	m->pane[0].end = m->ram_table[0].end = M_MID_BASE;
	m->ram_table[0].end = M_MID_END;
	m->ram_table[1] = m->ram_table[2];
	m->ram_table[2] = m->ram_table[3];
	m->ram.nr = 3;
	m->scratch[1] = (struct kho_scratch){ 0, MIB(2) };
	scratch_write();
}

static void scratch_same_twice(void)
{
	m->scratch[1] = m->scratch[0];
	scratch_write();
}

static void scratch_one_page_block_over(void)
{
	m->scratch[1].addr = M_SCRATCH0 + MIB(30);
	scratch_write();
}

/* Move the FDT to @addr, without a key for it. */
static void fdt_to(uint64_t addr)
{
	m->data.fdt_addr = addr;
	model_write_fdt(m);
}

static void fdt_in_hole(void)
{
	m->data.fdt_addr = 0xa0000;
}

static void fdt_past_all(void)
{
	m->data.fdt_addr = UINT64_MAX - 4095;
}

static void fdt_in_low(void)
{
	fdt_to(0x90000);
}

static void fdt_in_scratch(void)
{
	fdt_to(M_SCRATCH0 + MIB(1));
}

static void fdt_odd(void)
{
	m->data.fdt_addr += 8;
}

static void fdt_entry_short(void)
{
	m->data.fdt_size = 4095;
}

static void fdt_entry_long(void)
{
	m->data.fdt_size = 8192;
}

static void fdt_says_too_much(void)
{
	fdt_set_totalsize(model_at(m, M_FDT), 4097);
}

static void fdt_no_magic(void)
{
	fdt_set_magic(model_at(m, M_FDT), 0xfeedface);
}

static void fdt_old_version(void)
{
	fdt_set_version(model_at(m, M_FDT), 16);
}

static void fdt_not_ended(void)
{
	fdt_set_size_dt_struct(model_at(m, M_FDT), 60);
}

static void fdt_strings_outside(void)
{
	fdt_set_off_dt_strings(model_at(m, M_FDT), 4090);
}

static void fdt_moved(void)
{
	fdt_to(M_FDT + MIB(1));
}

static void abi_none(void)
{
	m->compatible_len = -1;
	model_write_fdt(m);
}

static void abi_not_ended(void)
{
	m->compatible_len = 6; /* no NUL */
	model_write_fdt(m);
}

static void abi_empty(void)
{
	m->compatible = "";
	model_write_fdt(m);
}

static void abi_v0(void)
{
	m->compatible = "kho-v0";
	model_write_fdt(m);
}

static void abi_list(void)
{
	m->compatible = "kho-v4\0kho-v3";
	m->compatible_len = 14;
	model_write_fdt(m);
}

static void map_none(void)
{
	m->map_len = -1;
	model_write_fdt(m);
}

static void map_short(void)
{
	m->map_len = 4;
	model_write_fdt(m);
}

static void map_zero(void)
{
	m->map = 0;
	model_write_fdt(m);
}

/* Point the entry at @level on the way to the blob's key to @addr. */
static void link_to(int level, uint64_t addr)
{
	*model_slot(m, model_encode(M_BLOB, 2), level) = addr;
}

static void root_odd(void)
{
	m->map += 8;
	model_write_fdt(m);
}

static void root_in_hole(void)
{
	m->map = 0xa0000;
	model_write_fdt(m);
}

static void node_odd(void)
{
	link_to(3, M_NODES + 0x100008);
}

static void node_in_hole(void)
{
	link_to(4, M_MID_END);
}

static void leaf_nowhere(void)
{
	link_to(1, 0xffffffffffff0000UL);
}

static void node_low(void)
{
	link_to(2, 0x8000);
}

static void node_scratch(void)
{
	link_to(5, M_SCRATCH0 + MIB(31));
}

static void leaf_scratch(void)
{
	link_to(1, M_SCRATCH1 + MIB(16) - 4096);
}

static void node_cycle(void)
{
	link_to(2, m->map);
}

static void node_self(void)
{
	link_to(3, model_path(m, model_encode(M_BLOB, 2), 3));
}

static void leaf_twice(void)
{
	uint64_t *slot = model_slot(m, model_encode(M_BLOB, 2), 1);

	slot[1] = slot[0];
}

/* A leaf for all orders from 38 on, with key 0 in it. */
static void key_zero(void)
{
	model_insert(m, m->map, 5, 0);
}

static void key_wide(void)
{
	((uint64_t *)model_at(m, m->map))[4] = M_NODES + 0x100000;
}

static void key_of_order_38(void)
{
	model_force(m, 0, 38);
}

static void key_of_order_52(void)
{
	model_insert(m, m->map, 5, 1);
}

static void key_of_order_19_in_v3(void)
{
	m->compatible = "kho-v3";
	model_write_fdt(m);
	model_force(m, GIB(4), 19);
}

static void key_zero_and_others(void)
{
	model_insert(m, m->map, 5, 0);
	model_insert(m, m->map, 5, 64);
	model_insert(m, m->map, 5, 32767);
}

static void block_in_hole(void)
{
	model_force(m, 0xa0000, 0);
}

static void block_over_end(void)
{
	model_force(m, M_FAR_END - 0x1000, 1);
}

static void block_over_end_of_gib(void)
{
	model_force(m, GIB(6), 17);
}

static void block_no_chunk(void)
{
	model_force(m, GIB(2), 3);
}

static void block_no_chunk_large(void)
{
	model_force(m, GIB(2), 12);
}

static void block_past_all(void)
{
	model_force(m, UINT64_MAX - 4095, 0);
}

static void block_past_all_large(void)
{
	model_force(m, UINT64_MAX << 18, 6);
}

static void block_low(void)
{
	model_force(m, 0x9f000, 0);
}

static void block_from_zero(void)
{
	model_force(m, 0, 6);
}

static void block_scratch_first(void)
{
	model_force(m, M_SCRATCH0, 0);
}

static void block_scratch_last(void)
{
	model_force(m, M_SCRATCH1 + MIB(16) - 0x4000, 2);
}

static void block_scratch_large(void)
{
	model_force(m, M_SCRATCH1, 13);
}

static void block_is_root(void)
{
	model_force(m, m->map, 0);
}

static void block_holds_node(void)
{
	model_force(m, M_NODES, 8);
}

static void block_is_leaf(void)
{
	model_force(m, model_path(m, model_encode(M_FDT, 0), 0), 0);
}

static void overlap_tail(void)
{
	model_force(m, M_BLOB + 0x3000, 0);
}

static void overlap_around(void)
{
	model_force(m, M_BLOB, 7);
}

static void overlap_same_start(void)
{
	model_force(m, M_BLOB, 5);
}

static void overlap_not_lost(void)
{
	/*
	 * both parts of an order-3 block that meets an earlier one are entered: this third one
	 * meets it
	 */
	model_force(m, M_HIGH_BASE + GIB(1), 3);
	model_force(m, M_HIGH_BASE + GIB(1), 6);
	model_force(m, M_HIGH_BASE + GIB(1) + 0x20000, 0);
}

/*
 * The pages of a block behind its conflict are entered as well, whatever the order: a later block
 * meets them.
 */
static void overlap_behind_node(void)
{
	model_force(m, M_NODES, 3);
	model_force(m, M_NODES + 0x1000, 0);
}

static void overlap_behind_node_large(void)
{
	model_force(m, M_NODES, 9);
	model_force(m, M_NODES + 0x100000, 0);
}

/* Three NUMA nodes, of which the second begins 5 pages into a block and ends 2 pages later. */
static struct borders borders;

static void make_borders(void)
{
	borders = (struct borders){
		.range = { { 0, GIB(5) + 0x5000, 0 },
			   { GIB(5) + 0x5000, GIB(5) + 0x7000, 1 },
			   { GIB(5) + 0x7000, GIB(6), 2 },
			   { GIB(6), GIB(8), 0 } },
		.nr_ranges = 4,
	};
	borders_make(&borders);
	m->borders = &borders;
}

static void block_over_one_border(void)
{
	make_borders();
	model_force(m, GIB(5) + 0x4000, 1);
}

static void block_over_two_borders(void)
{
	make_borders();
	model_force(m, GIB(5), 3);
}

static void blocks_of_words_over_borders(void)
{
	make_borders();
	model_force(m, GIB(5), 6);
	model_force(m, GIB(6), 6); /* from a border on: no harm */
}

static void blob_address_none(void)
{
	m->blob[1].addr_len = -1;
	model_write_fdt(m);
}

static void blob_address_short(void)
{
	m->blob[1].addr_len = 4;
	model_write_fdt(m);
}

static void blob_size_none(void)
{
	m->blob[1].size_len = -1;
	model_write_fdt(m);
}

static void blob_size_long(void)
{
	m->blob[1].size_len = 16;
	model_write_fdt(m);
}

static void blob_size_zero(void)
{
	m->blob[1].size = 0;
	model_write_fdt(m);
}

/* Of LUO, without which Linux panics. */
static void luo_address_none(void)
{
	strcpy(m->blob[1].name, "LUO");
	blob_address_none();
}

static void luo_size_none(void)
{
	strcpy(m->blob[1].name, "LUO");
	blob_size_none();
}

static void luo_size_zero(void)
{
	strcpy(m->blob[1].name, "LUO");
	blob_size_zero();
}

static void blob_of_size_zero_in_hole(void)
{
	m->blob[1].addr = 0xa0000;
	blob_size_zero();
}

static void blob_in_hole(void)
{
	m->blob[1].addr = 0xa0000;
	model_write_fdt(m);
}

static void blob_over_end(void)
{
	m->blob[1].addr = M_MID_END - 8999;
	model_write_fdt(m);
}

static void blob_huge(void)
{
	m->blob[1].size = UINT64_MAX;
	model_write_fdt(m);
}

static void blob_one_byte_over(void)
{
	m->blob[1].size = 0x4000 - 8 + 1;
	model_write_fdt(m);
}

static void blob_before(void)
{
	m->blob[1].addr = M_BLOB - 1;
	model_write_fdt(m);
}

static void blob_in_v2(void)
{
	m->compatible = "kho-v2";
	m->blob[0].size_len = -1;
	m->blob[1].size_len = -1;
	m->blob[1].addr = M_BLOB + 0x4000;
	model_write_fdt(m);
}

static void blob_twice(void)
{
	model_blob(m, "ODD", M_BLOB, 8);
	model_write_fdt(m);
}

static void metadata_of_version_2(void)
{
	model_write_metadata(m, M_META, 2, 1);
}

static void metadata_short(void)
{
	m->blob[0].size = 72;
	model_write_fdt(m);
}

static const struct corruption table[] = {
	{ "array of 0 bytes", scratch_no_entry, { "scratch-length" } },
	{ "array of one and a half entries", scratch_odd_length, { "scratch-length" } },
	{ "array of 1027 entries", scratch_too_many, { "scratch-length" } },
	{ "array in a hole", scratch_array_in_hole, { "scratch-array-not-ram" } },
	{ "array over the end of RAM", scratch_array_over_end, { "scratch-array-not-ram" } },
	{ "array at the end of all addresses", scratch_array_nowhere, { "scratch-array-not-ram" } },
	{ "array at an odd address", scratch_array_odd, { "scratch-misaligned" } },
	{ "all regions of 0 bytes", scratch_all_empty, { "scratch-empty" } },
	{ "region that begins inside a page", scratch_base_odd, { "scratch-misaligned" } },
	{ "region that ends inside a page", scratch_size_odd, { "scratch-misaligned" } },
	{ "region over the end of RAM", scratch_over_end, { "scratch-not-ram" } },
	{ "region whose end overflows", scratch_wraps, { "scratch-not-ram" } },
	{ "region at 0", scratch_low, { "scratch-low" } },
	{ "region twice", scratch_same_twice, { "scratch-overlap" } },
	{ "region into another", scratch_one_page_block_over, { "scratch-overlap" } },
	{ "FDT in a hole", fdt_in_hole, { "fdt-not-ram" } },
	{ "FDT at the end of all addresses", fdt_past_all, { "fdt-not-ram" } },
	{ "FDT below 1 MiB, and so without a key", fdt_in_low, { "fdt-low", "fdt-not-preserved" } },
	{ "FDT in scratch, and so without a key",
	  fdt_in_scratch,
	  { "fdt-in-scratch", "fdt-not-preserved" } },
	{ "FDT 8 bytes into a page", fdt_odd, { "fdt-misaligned" } },
	{ "entry of 4095 bytes", fdt_entry_short, { "fdt-length" } },
	{ "entry of 8192 bytes", fdt_entry_long, { "fdt-length" } },
	{ "totalsize of 4097", fdt_says_too_much, { "fdt-length" } },
	{ "no magic", fdt_no_magic, { "fdt-corrupt" } },
	{ "FDT version 16", fdt_old_version, { "fdt-corrupt" } },
	{ "structure cut off", fdt_not_ended, { "fdt-corrupt" } },
	{ "strings past totalsize", fdt_strings_outside, { "fdt-corrupt" } },
	{ "FDT where no key is", fdt_moved, { "fdt-not-preserved" } },
	{ "no compatible", abi_none, { "abi-missing" } },
	{ "compatible without NUL", abi_not_ended, { "abi-missing" } },
	{ "compatible empty", abi_empty, { "abi-missing" } },
	{ "kho-v0", abi_v0, { "abi-unknown" } },
	{ "two versions", abi_list, { "abi-unknown" } },
	{ "no map", map_none, { "map-missing" } },
	{ "map of 4 bytes", map_short, { "map-length" } },
	{ "map at 0", map_zero, { "map-zero" } },
	{ "root misaligned", root_odd, { "node-misaligned" } },
	{ "root in a hole", root_in_hole, { "node-not-ram" } },
	{ "node misaligned", node_odd, { "node-misaligned", "blob-not-preserved" } },
	{ "node past RAM", node_in_hole, { "node-not-ram", "blob-not-preserved" } },
	{ "leaf past all RAM", leaf_nowhere, { "node-not-ram", "blob-not-preserved" } },
	{ "node below 1 MiB", node_low, { "node-low", "blob-not-preserved" } },
	{ "node in scratch", node_scratch, { "node-in-scratch", "blob-not-preserved" } },
	{ "leaf in the last page of scratch",
	  leaf_scratch,
	  { "node-in-scratch", "blob-not-preserved" } },
	{ "link back to the root", node_cycle, { "node-shared", "blob-not-preserved" } },
	{ "node that links itself", node_self, { "node-shared", "blob-not-preserved" } },
	{ "leaf linked twice", leaf_twice, { "node-shared" } },
	{ "key 0", key_zero, { "key-zero" } },
	{ "key 0 and two of orders 46 and 38", key_zero_and_others, { "key-zero", "key-order" } },
	{ "link for keys of 54 bits", key_wide, { "key-wide" } },
	{ "order 38", key_of_order_38, { "key-order" } },
	{ "order 52", key_of_order_52, { "key-order" } },
	{ "order 19 in kho-v3, over scratch", key_of_order_19_in_v3, { "block-in-scratch" } },
	{ "block in a hole", block_in_hole, { "block-not-ram" } },
	{ "block whose second page is no RAM", block_over_end, { "block-not-ram" } },
	{ "block whose second half is no RAM", block_over_end_of_gib, { "block-not-ram" } },
	{ "block in a gibibyte without RAM", block_no_chunk, { "block-not-ram" } },
	{ "the same, of whole words", block_no_chunk_large, { "block-not-ram" } },
	{ "block at the last page of all", block_past_all, { "block-not-ram" } },
	{ "block that ends at 2^64", block_past_all_large, { "block-not-ram" } },
	{ "block just below the hole", block_low, { "block-low" } },
	{ "block from 0", block_from_zero, { "block-low" } },
	{ "block in the first page of scratch", block_scratch_first, { "block-in-scratch" } },
	{ "block in the last pages of scratch", block_scratch_last, { "block-in-scratch" } },
	{ "block larger than scratch", block_scratch_large, { "block-in-scratch" } },
	{ "block on the root", block_is_root, { "block-is-node" } },
	{ "block on a leaf", block_is_leaf, { "block-is-node" } },
	{ "block over many nodes", block_holds_node, { "block-is-node" } },
	{ "block in the tail of another", overlap_tail, { "block-overlap" } },
	{ "block around another", overlap_around, { "block-overlap" } },
	{ "block with the same start", overlap_same_start, { "block-overlap" } },
	{ "block over the rest of one that overlaps",
	  overlap_not_lost,
	  { "block-overlap", "block-overlap" } },
	{ "block over the rest of one on a node",
	  overlap_behind_node,
	  { "block-is-node", "block-overlap" } },
	{ "the same, of whole words",
	  overlap_behind_node_large,
	  { "block-is-node", "block-overlap" } },
	{ "block over a border", block_over_one_border, { "block-across-nodes" } },
	{ "block over two borders is one finding",
	  block_over_two_borders,
	  { "block-across-nodes" } },
	{ "large block over borders", blocks_of_words_over_borders, { "block-across-nodes" } },
	{ "LUO without address", luo_address_none, { "client-unreadable" } },
	{ "LUO without size", luo_size_none, { "client-unreadable" } },
	{ "LUO of 0 bytes", luo_size_zero, { "client-unreadable" } },
	{ "blob of 0 bytes in a hole", blob_of_size_zero_in_hole, { "blob-not-ram" } },
	{ "blob in a hole", blob_in_hole, { "blob-not-ram" } },
	{ "blob one byte over the end of RAM", blob_over_end, { "blob-not-ram" } },
	{ "blob of all bytes", blob_huge, { "blob-not-ram" } },
	{ "blob one byte longer than its block", blob_one_byte_over, { "blob-not-preserved" } },
	{ "blob from the byte before its block", blob_before, { "blob-not-preserved" } },
	{ "kho-v2 blob outside all blocks", blob_in_v2, { "blob-not-preserved" } },
	{ "two blobs of one name", blob_twice, { "blob-twice" } },
};

static void corrupt_one(void **state)
{
	const struct corruption *row = *state;
	struct model_run *r;
	uint64_t i, n = 0;

	row->corrupt();
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
	/* the text ends with what was expected, and was not cut */
	for (i = 0; i < n; i++)
		assert_non_null(strstr(r->f.list[i].text, "; expected "));
}

/* What costs one client in Linux 7.3, and what Linux takes as it is: no finding. */
static const struct {
	const char *title;
	void (*change)(void);
	bool bad;
	uint64_t size, stated;
} taken[] = {
	{ "without address", blob_address_none, true, 0, 0 },
	{ "address of 4 bytes", blob_address_short, true, 0, 0 },
	{ "without size", blob_size_none, true, 0, 0 },
	{ "size of 16 bytes", blob_size_long, true, 0, 0 },
	{ "of 0 bytes: up to the end of its block", blob_size_zero, false, 0x4000 - 8, 0 },
	{ "metadata of version 2", metadata_of_version_2, false, 9000, 9000 },
	{ "metadata of 72 bytes", metadata_short, false, 9000, 9000 },
};

/* Regions aligned to less than 2 MiB: what is left of the second, 16 MiB at 4 GiB. */
static const struct {
	uint64_t addr, size;
	struct range left;
} small_blocks[] = {
	{ GIB(4) + 4096, MIB(8), { GIB(4) + MIB(2), GIB(4) + MIB(8) } },
	{ GIB(4), MIB(8) - 4096, { GIB(4), GIB(4) + MIB(6) } },
	{ GIB(4) + KIB(32), MIB(4), { GIB(4) + MIB(2), GIB(4) + MIB(4) } },
	{ GIB(4) + MIB(1), MIB(2), { 0, 0 } },
	{ GIB(4) + MIB(1), MIB(3), { GIB(4) + MIB(2), GIB(4) + MIB(4) } },
};

/* What is no RAM says what it may be, where the SRAT tells. */
static void hot_added(void **state)
{
	static struct borders set = { .nr_ranges = 2 };
	struct model_run *r;
	unsigned int i;

	(void)state;
	set.range[0] = (struct node_range){ 0, GIB(2), 0, false };
	set.range[1] = (struct node_range){ GIB(2), GIB(3), 0, true };
	model_force(m, M_MID_END, 0);
	model_force(m, GIB(2), 4);
	model_blob(m, "hot", GIB(2) + MIB(1), 5);
	model_write_fdt(m);
	for (i = 0; i < 2; i++) {
		m->borders = i ? &set : NULL;
		r = model_run(m);
		assert_int_equal(r->f.total, 3);
		assert_string_equal(r->f.list[0].name, "block-not-ram");
		assert_int_equal(!!strstr(r->f.list[0].text, "added while"), i);
		assert_string_equal(r->f.list[1].name, "block-not-ram");
		assert_null(strstr(r->f.list[1].text, "added"));
		assert_string_equal(r->f.list[2].name, "blob-not-ram");
		assert_int_equal(!!strstr(r->f.list[2].text, "added while"), i);
		model_run_free(r);
	}
}

static void shrunk_inward(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(small_blocks); i++) {
		const struct range *left = &small_blocks[i].left;
		struct model_run *r;

		m->scratch[1] = (struct kho_scratch){ small_blocks[i].addr, small_blocks[i].size };
		model_write_scratch(m);
		r = model_run(m);
		model_print_findings(&r->f);
		assert_int_equal(r->f.total, 0);
		assert_int_equal(r->scratch.nr, left->end ? 2 : 1);
		if (left->end) {
			assert_int_equal(r->scratch.r[1].base, left->base);
			assert_int_equal(r->scratch.r[1].end, left->end);
		}
		/* what is no scratch any more is free */
		assert_int_equal(pagemap_any(&r->pm, small_blocks[i].addr, GIB(4) + MIB(16)),
				 left->end != 0);
		model_run_free(r);
	}
}

static void taken_as_linux_does(void **state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(taken); i++) {
		struct kho_blob blob;
		struct model_run *r;

		taken[i].change();
		r = model_run(m);
		if (r->f.total) {
			model_print_findings(&r->f);
			fail_msg("%s: a finding", taken[i].title);
		}
		assert_true(handover_find_blob(&r->in.h, "ODD", &blob));
		assert_int_equal(blob.bad, taken[i].bad);
		assert_int_equal(blob.size, taken[i].size);
		assert_int_equal(blob.stated, taken[i].stated);
		assert_int_equal(metadata_is_foreign(&r->in.h), i >= 5);
		model_run_free(r);
		teardown(state);
		setup(state);
	}
}

/* Every finding of these rooms has a row; those of clients have theirs in test_clients.c. */
static void all_findings_have_a_row(void **state)
{
	unsigned int code, i, j;

	(void)state;
	for (code = FINDING_SCRATCH_LENGTH; code < FINDING_CLIENT_MISALIGNED; code++) {
		/* test_chunks_in.c has those of lists */
		bool found = code >= FINDING_LEAF_MISALIGNED && code <= FINDING_CHUNK_COUNT;

		for (i = 0; i < ARRAY_SIZE(table); i++)
			for (j = 0; j < 4 && table[i].expect[j]; j++)
				found |= !strcmp(table[i].expect[j], finding_name(code));
		if (!found)
			fail_msg("no row for %s", finding_name(code));
		assert_true(strlen(finding_expected(code)) > 0);
	}
}

/* ---- many findings ---- */

static void list_is_bounded_and_counts(void **state)
{
	struct model_run *r;
	unsigned int i;

	(void)state;
	/* one block of order 13 with 500 order-0 blocks in it, and 70 in a hole */
	model_force(m, GIB(5), 13);
	for (i = 0; i < 500; i++)
		model_force(m, GIB(5) + i * 0x2000, 0);
	for (i = 0; i < 70; i++)
		model_force(m, GIB(2) + i * 0x1000, 0);
	r = model_run(m);
	assert_int_equal(r->f.total, 570);
	assert_string_equal(r->f.list[FINDINGS_KEPT - 1].name, "block-not-ram");
	assert_int_equal(r->in.blocks[0], 2 + 570);
	model_run_free(r);
}

static void nothing_lost_behind_findings(void **state)
{
	struct model_run *r;

	(void)state;
	/* findings of every step and kind side by side, each found once */
	m->scratch[1].size -= 64;
	model_write_scratch(m);
	m->blob[1].addr_len = 4;
	strcpy(m->blob[1].name, "LUO");
	model_blob(m, "x", 0xa0000, 5);
	m->data.fdt_size = 1;
	model_write_fdt(m);
	leaf_twice();
	model_force(m, 0, 38);
	model_force(m, M_BLOB + 0x1000, 0);
	block_low();
	r = model_run(m);
	assert_int_equal(r->f.total, 8);
	assert_string_equal(r->f.list[0].name, "scratch-misaligned");
	assert_string_equal(r->f.list[1].name, "fdt-length");
	assert_string_equal(r->f.list[2].name, "node-shared");
	assert_string_equal(r->f.list[3].name, "key-order");
	assert_string_equal(r->f.list[4].name, "block-low");
	assert_string_equal(r->f.list[5].name, "block-overlap");
	assert_string_equal(r->f.list[6].name, "blob-not-ram");
	assert_string_equal(r->f.list[7].name, "client-unreadable");
	model_run_free(r);
}

/* 512^5 paths through six pages: each page is looked at once. */
static void paths_without_end(void **state)
{
	uint64_t key = model_encode(M_BLOB, 2), page;
	struct model_run *r;
	unsigned int i;
	int level;

	(void)state;
	for (level = 5; level > 0; level--) {
		uint64_t *node = model_at(m, model_path(m, key, level));

		page = model_path(m, key, level - 1);
		for (i = 0; i < 512; i++)
			node[i] = page;
	}
	r = model_run(m);
	/* 508 links are too wide, three more and 4 · 511 are shared: so many that nothing else is checked */
	assert_int_equal(r->f.total, 508 + 3 + 4 * 511);
	assert_string_equal(r->f.list[0].name, "node-shared");
	assert_int_equal(r->in.nodes, 5);
	assert_int_equal(r->in.leaves, 1);
	assert_false(handover_is_map_page(&r->in.h, GIB(5)));
	model_run_free(r);
}

/* With 32 broken links the blocks beyond them are still looked at, with 33 they are not. */
static void broken_links(void **state)
{
	uint64_t *node = model_slot(m, model_encode(M_BLOB, 2), 1);
	struct model_run *r;
	unsigned int i;

	(void)state;
	block_low();
	for (i = 1; i <= 32; i++)
		node[i] = 8 + i * 4096;
	r = model_run(m);
	assert_int_equal(r->f.total, 33);
	assert_int_equal(r->in.blocks[2], 1);
	model_run_free(r);

	node[511] = 8;
	r = model_run(m);
	assert_int_equal(r->f.total, 33);
	assert_int_equal(r->in.blocks[2], 0);
	model_run_free(r);
}

static void small_table_for_scratch(void **state)
{
	struct range one[1];
	struct ranges scratch = { one, 0, 1 };
	struct findings f = { .total = 0 };
	struct kho_in in = { .h.nr_scratch = 0 };

	(void)state;
	kho_in_scratch(&in, &m->window, &m->data, &m->ram, &scratch, &f);
	assert_int_equal(f.total, 1);
	assert_string_equal(f.list[0].name, "scratch-length");
}

/* Foreign strings reach the console without control characters, and cut. */
static void strings_are_shown_safely(void **state)
{
	struct model_run *r;
	unsigned int i;

	(void)state;
	m->compatible =
		"kho\033[2J\n\377-v4-----------------------------------------------------------"
		"--------------------------------------------------";
	model_write_fdt(m);
	r = model_run(m);
	assert_int_equal(r->f.total, 1);
	assert_non_null(strstr(r->f.list[0].text, "'kho?[2J?"
						  "?-v4----"));
	for (i = 0; r->f.list[0].text[i]; i++)
		assert_true(r->f.list[0].text[i] >= ' ' && r->f.list[0].text[i] <= '~');
	model_run_free(r);
}

/* Without a version or a map, step 3 does nothing; without step 3, questions have answers. */
static void questions_to_a_broken_handover(void **state)
{
	struct model_run *r;
	struct kho_blob blob;
	unsigned int order;
	uint64_t base;

	(void)state;
	abi_v0();
	r = model_run(m);
	assert_int_equal(r->in.nodes, 0);
	assert_false(handover_blob(&r->in.h, 0, &blob));
	assert_false(handover_find_key(&r->in.h, M_FDT, &base, &order));
	assert_false(handover_is_map_page(&r->in.h, m->map));
	assert_int_equal(handover_for_each_leaf(&r->in.h, stop_at_once, &order), 0);
	model_run_free(r);
}

/* ---- fuzz ---- */

static void poke(uint64_t page, uint64_t len)
{
	uint8_t *p = (uint8_t *)model_at(m, page) + model_below(len);

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
	struct kho_blob blob;
	unsigned int i, order, n = 0;
	uint64_t base;

	for (i = 0; handover_blob(&in->h, i, &blob); i++)
		handover_find_key(&in->h, blob.addr, &base, &order);
	handover_is_map_page(&in->h, M_FDT);
	/*
	 * the walk is short only without findings; here the map may be bent, but the walk is
	 * bounded
	 */
	handover_for_each_leaf(&in->h, stop_at_once, &n);
}

/* Less RAM, so that each round can have a fresh page map. */
static void shrink(void)
{
	m->pane[1].end = m->ram_table[1].end = MIB(128);
	m->pane[2].end = m->ram_table[2].end = M_HIGH_BASE + MIB(64);
}

/*
 * Flip bytes of the FDT, the nodes and the scratch array. No crash, no write, no endless walk; and
 * each handover that passes has as many pages in the page map as it counts.
 */
static void fuzz(void **state)
{
	static struct {
		uint64_t page;
		uint8_t bytes[4096];
	} saved[64];
	static struct range scratch_table[KHO_MAX_SCRATCH];
	unsigned int nr = 0, i, round, passed = 0;
	struct pagemap pm;
	uint64_t free_pages;
	void *mem;

	(void)state;
	alarm(300);
	model_seed(0x66757a);
	shrink();
	for (i = 0; i < 24; i++)
		model_preserve_some(m, i % 4 ? i % 3 : i % 12);
	saved[nr++].page = M_FDT;
	saved[nr++].page = M_ARRAY;
	for (i = 0; i < m->nr_node && nr < ARRAY_SIZE(saved); i++)
		saved[nr++].page = m->node[i];
	for (i = 0; i < nr; i++)
		memcpy(saved[i].bytes, model_at(m, saved[i].page), 4096);
	mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, mem);
	free_pages = pagemap_free_pages(&pm);

	for (round = 0; round < 20000; round++) {
		struct ranges scratch = { scratch_table, 0, KHO_MAX_SCRATCH };
		struct findings f = { .total = 0 };
		struct kho_in in = { .h.nr_scratch = 0 };
		unsigned int pokes = 1 + (unsigned int)model_below(3);

		for (i = 0; i < nr; i++)
			memcpy(model_at(m, saved[i].page), saved[i].bytes, 4096);
		for (i = 0; i < pokes; i++) {
			unsigned int k = (unsigned int)model_below(nr);

			if (model_below(4) == 0)
				k = 0;
			poke(saved[k].page, k == 0         ? 400 :
					    k == 1         ? 32 :
					    model_below(2) ? 4096 :
							     64);
		}
		pagemap_init(&pm, &m->ram, mem);
		model_protect(m, PROT_READ);
		kho_in_scratch(&in, &m->window, &m->data, &m->ram, &scratch, &f);
		for (i = 0; i < scratch.nr; i++)
			pagemap_set(&pm, scratch.r[i].base, scratch.r[i].end);
		kho_in_fdt(&in, &scratch, &f);
		kho_in_ingest(&in, &m->ram, &scratch, &pm, &f);
		client_check(&in.h, &f);
		ask_everything(&in);
		model_protect(m, PROT_READ | PROT_WRITE);

		if (f.total)
			continue;
		passed++;
		assert_int_equal(free_pages - pagemap_free_pages(&pm),
				 ranges_bytes(&scratch) / 4096 + in.pages + in.nodes + in.leaves);
	}
	print_message("# fuzz: %u of %u handovers had no finding\n", passed, round);
	free(mem);
}

#define ROWS ARRAY_SIZE(table)

int main(void)
{
	static char names[ROWS][96];
	struct CMUnitTest tests[ROWS + 16] = {
		cmocka_unit_test(valid_random),
		cmocka_unit_test(valid_each_order),
		cmocka_unit_test_setup_teardown(valid_empty_leaves, setup, teardown),
		cmocka_unit_test_setup_teardown(valid_at_borders, setup, teardown),
		cmocka_unit_test_setup_teardown(valid_empty_scratch, setup, teardown),
		cmocka_unit_test_setup_teardown(blobs, setup, teardown),
		cmocka_unit_test_setup_teardown(blobs_without_size, setup, teardown),
		cmocka_unit_test(all_findings_have_a_row),
		cmocka_unit_test_setup_teardown(taken_as_linux_does, setup, teardown),
		cmocka_unit_test_setup_teardown(shrunk_inward, setup, teardown),
		cmocka_unit_test_setup_teardown(hot_added, setup, teardown),
		cmocka_unit_test_setup_teardown(list_is_bounded_and_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_lost_behind_findings, setup, teardown),
		cmocka_unit_test_setup_teardown(paths_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_links, setup, teardown),
		cmocka_unit_test_setup_teardown(small_table_for_scratch, setup, teardown),
		cmocka_unit_test_setup_teardown(strings_are_shown_safely, setup, teardown),
		cmocka_unit_test_setup_teardown(questions_to_a_broken_handover, setup, teardown),
		cmocka_unit_test_setup_teardown(fuzz, setup, teardown),
	};
	unsigned int i;

	for (i = 0; i < ROWS; i++) {
		struct CMUnitTest *row = &tests[ARRAY_SIZE(tests) - ROWS + i];

		snprintf(names[i], sizeof(names[i]), "%s: %s", table[i].expect[0], table[i].title);
		row->name = names[i];
		row->test_func = corrupt_one;
		row->setup_func = setup;
		row->teardown_func = teardown;
		row->initial_state = (void *)(uintptr_t)&table[i];
	}
	return cmocka_run_group_tests_name("incoming", tests, NULL, NULL);
}
