// SPDX-License-Identifier: MIT
#include "model/world.h"

#define RUN    0xc000000UL /* keys in a row: orders 0, 0, 1, 2, 0, then a hole, then order 3 */
#define LIST   0xd000000UL /* 600 blocks of order 1, every second pair of pages */
#define BLOCKS 600
#define CHUNK0 0xe000000UL
#define CHUNK1 0xe002000UL
#define BIG    0xf000000UL /* one block of order 4 */

static struct reading *before, *after;
static struct kho_vmalloc list;
static paddr_t pages[BLOCKS];
static uint32_t nr;

/* The list as Linux would make it: the first chunk full, the second with the rest. */
static void write_list(void)
{
	uint64_t *c0 = model_at(w.m, CHUNK0), *c1 = model_at(w.m, CHUNK1);
	unsigned int i;

	c0[0] = CHUNK1;
	for (i = 0; i < BLOCKS; i++) {
		model_preserve(w.m, LIST + i * 16384, 1);
		*(i < 511 ? &c0[1 + i] : &c1[1 + i - 511]) = LIST + i * 16384;
	}
	model_preserve(w.m, CHUNK0, 0);
	model_preserve(w.m, CHUNK1, 0);
	list = (struct kho_vmalloc){
		.first = CHUNK0, .total_pages = 2 * BLOCKS, .flags = 1, .order = 1
	};
}

static int setup(void **state)
{
	(void)state;
	before = malloc(sizeof(*before));
	after = malloc(sizeof(*after));
	w_new(false);
	model_preserve(w.m, RUN, 0);
	model_preserve(w.m, RUN + 0x1000, 0);
	model_preserve(w.m, RUN + 0x2000, 1);
	model_preserve(w.m, RUN + 0x4000, 2);
	model_preserve(w.m, RUN + 0x8000, 0);
	model_preserve(w.m, RUN + 0x10000, 3);
	model_preserve(w.m, BIG, 4);
	write_list();
	return 0;
}

static int setup_and_start(void **state)
{
	setup(state);
	w_start();
	w_read(before);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	w_read(after);
	w_next_kernel();
	w_end();
	free(before);
	free(after);
	return 0;
}

static void assert_unchanged(const char *what)
{
	w_read(after);
	if (!w_same_keys(before, after) || !w_same_blobs(before, after) ||
	    before->fdt != after->fdt)
		fail_msg("%s: what is published has changed", what);
}

static void expect(const char *what, int err, const char *name)
{
	if (!err != !name || (name && strcmp(fault.name, name) != 0))
		fail_msg("%s: expected %s, got %s", what, name ? name : "success",
			 err ? fault.text : "success");
}

static bool is_published(uint64_t addr, unsigned int order)
{
	w_read(after);
	return w_has_key(after, &(struct model_key){ addr, order });
}

/* ---- blocks ---- */

static void block_cases(void **state)
{
	static const struct {
		const char *what;
		uint64_t addr;
		const char *expect;
		unsigned int order;
	} table[] = {
		{ "a page", RUN, NULL, 0 },
		{ "a second time", RUN, "restored", 0 },
		{ "its neighbour", RUN + 0x1000, NULL, 0 },
		{ "the second page of a block", RUN + 0x3000, "not-preserved", 0 },
		{ "the block", RUN + 0x2000, NULL, 1 },
		{ "its second page still", RUN + 0x3000, "not-preserved", 0 },
		{ "not at the start of a page", RUN + 0x4008, "not-preserved", 0 },
		{ "a page that nobody preserved", RUN + 0x9000, "not-preserved", 0 },
		{ "no RAM", M_MID_END, "not-preserved", 0 },
		{ "the last page of all", -4096UL, "not-preserved", 0 },
		{ "a block with a blob in it", M_BLOB, "in-use", 0 },
		{ "the incoming FDT", M_FDT, "in-use", 0 },
		{ "the incoming metadata, which was replaced", M_META, NULL, 0 },
		{ "a large block", BIG, NULL, 4 },
	};
	unsigned int i, order;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		w_read(before);
		expect(table[i].what, kho_restore_block(&w.restore, table[i].addr, &order, &fault),
		       table[i].expect);
		if (table[i].expect) {
			assert_unchanged(table[i].what);
			continue;
		}
		assert_int_equal(order, table[i].order);
		assert_false(is_published(table[i].addr, order));
		/* baton's now, with what was in it, and not free */
		memset(model_at(w.m, table[i].addr), 0x77, 4096UL << order);
		assert_true(w_page_is_set(table[i].addr));
	}
	/* the new metadata was not handed over */
	expect("the outgoing metadata",
	       kho_restore_block(&w.restore, w.out->made[0], &order, &fault), "not-preserved");
	/* without its blob, the block is like any other */
	expect("blob", kho_blob_remove(w.out, "ODD", &fault), NULL);
	expect("block", kho_restore_free(&w.restore, M_BLOB, &fault), NULL);
	assert_false(w_page_is_set(M_BLOB + 0x3000));
	expect("again", kho_restore_free(&w.restore, M_BLOB, &fault), "restored");
}

/* A restored block is anybody's memory: preserved again in other pieces, unpreserved, freed. */
static void restored_and_preserved_again(void **state)
{
	unsigned int order;

	(void)state;
	expect("restore", kho_restore_block(&w.restore, BIG, &order, &fault), NULL);
	expect("preserve", kho_preserve_pages(w.out, BIG + 0x1000, 10, &fault), NULL);
	assert_true(is_published(BIG + 0x8000, 1));
	expect("restore", kho_restore_block(&w.restore, BIG, &order, &fault), "restored");
	expect("free", kho_unpreserve_free(w.out, BIG + 0x1000, &fault), NULL);
	assert_false(w_page_is_set(BIG + 0x1000));
	assert_true(w_page_is_set(BIG + 0x2000));
}

/* Unpreserved, and preserved in other pieces: it cannot leave any more. */
static void unpreserved_first(void **state)
{
	unsigned int order;

	(void)state;
	expect("unpreserve", kho_unpreserve(w.out, BIG, 4, &fault), NULL);
	expect("preserve", kho_preserve(w.out, BIG + 0x4000, 2, &fault), NULL);
	w_read(before);
	expect("restore", kho_restore_block(&w.restore, BIG, &order, &fault), "overlap");
	assert_unchanged("restore");
	expect("unpreserve", kho_unpreserve(w.out, BIG + 0x4000, 2, &fault), NULL);
	expect("restore", kho_restore_block(&w.restore, BIG, &order, &fault), NULL);
	assert_int_equal(order, 4);
	/* a run like this as well */
	expect("unpreserve", kho_unpreserve(w.out, RUN + 0x4000, 2, &fault), NULL);
	expect("preserve", kho_preserve(w.out, RUN + 0x5000, 0, &fault), NULL);
	w_read(before);
	expect("run", kho_restore_pages(&w.restore, RUN, 9, &fault), "overlap");
	assert_unchanged("run");
}

static void find_blob(void **state)
{
	struct kho_blob blob;

	(void)state;
	assert_true(handover_find_blob(&w.in->in.h, "ODD", &blob));
	assert_int_equal(blob.addr, M_BLOB + 8);
	assert_int_equal(blob.size, 9000);
	assert_true(handover_find_blob(&w.in->in.h, "kexec-metadata", &blob));
	assert_int_equal(blob.addr, M_META);
	assert_false(handover_find_blob(&w.in->in.h, "LU", &blob));
	assert_false(handover_find_blob(&w.in->in.h, "", &blob));
}

/* ---- runs ---- */

static void run_cases(void **state)
{
	static const struct {
		const char *what;
		uint64_t addr, pages;
		const char *expect;
	} table[] = {
		{ "no pages", RUN, 0, "not-preserved" },
		{ "more than there can be", RUN, UINT64_MAX, "not-preserved" },
		{ "past the end of all addresses", RUN, UINT64_MAX >> 12, "not-preserved" },
		{ "into the middle of a block", RUN, 3, "not-preserved" },
		{ "to the last page of a block but one", RUN, 7, "not-preserved" },
		{ "into a hole", RUN, 10, "not-preserved" },
		{ "over a hole", RUN, 17, "not-preserved" },
		{ "from the middle of a block", RUN + 0x3000, 5, "not-preserved" },
		{ "not at the start of a page", RUN + 8, 1, "not-preserved" },
		{ "up to a hole", RUN, 9, NULL },
		{ "again", RUN, 9, "restored" },
		{ "one of them again", RUN + 0x4000, 4, "restored" },
		{ "one block", RUN + 0x10000, 8, NULL },
		{ "a block with a blob in it", M_BLOB, 4, "in-use" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		w_read(before);
		expect(table[i].what,
		       kho_restore_pages(&w.restore, table[i].addr, table[i].pages, &fault),
		       table[i].expect);
		if (table[i].expect) {
			assert_unchanged(table[i].what);
			continue;
		}
		memset(model_at(w.m, table[i].addr), 0x77, table[i].pages * 4096);
		w_read(after);
		assert_null(w_covers(after->key, after->nr_key, table[i].addr));
	}
}

/* A run that failed left none of its blocks behind as restored. */
static void half_a_run(void **state)
{
	unsigned int order;

	(void)state;
	expect("run", kho_restore_pages(&w.restore, RUN, 10, &fault), "not-preserved");
	expect("block", kho_restore_block(&w.restore, RUN + 0x4000, &order, &fault), NULL);
	expect("run", kho_restore_pages(&w.restore, RUN, 9, &fault), "restored");
	expect("block", kho_restore_block(&w.restore, RUN, &order, &fault), NULL);
	expect("block", kho_restore_block(&w.restore, RUN + 0x2000, &order, &fault), NULL);
}

/* ---- lists ---- */

static int restore_list(const struct kho_vmalloc *v, uint32_t max)
{
	nr = 0;
	memset(pages, 0, sizeof(pages));
	return kho_restore_vmalloc(&w.restore, v, pages, max, &nr, &fault);
}

static void assert_list_restored(void)
{
	unsigned int i;

	assert_int_equal(nr, BLOCKS);
	w_read(after);
	for (i = 0; i < BLOCKS; i++) {
		assert_int_equal(pages[i], LIST + i * 16384);
		assert_null(w_covers(after->key, after->nr_key, pages[i]));
		assert_true(w_page_is_set(pages[i]));
		memset(model_at(w.m, pages[i]), 0x77, 8192);
	}
	/* the chunks have gone back to the allocator */
	assert_false(w_page_is_set(CHUNK0));
	assert_false(w_page_is_set(CHUNK1));
	assert_int_equal(after->nr_key, before->nr_key - BLOCKS - 2);
}

static void whole_list(void **state)
{
	(void)state;
	/* its chunks are not the allocator's yet: they go back by being restored, not otherwise */
	expect("unpreserve", kho_unpreserve_vmalloc(w.out, &list, &fault), "not-owned");
	assert_unchanged("unpreserve");
	expect("too little room", restore_list(&list, BLOCKS - 1), "list-too-long");
	assert_unchanged("too little room");
	expect("list", restore_list(&list, BLOCKS), NULL);
	assert_list_restored();
	w_read(before);
	expect("again", restore_list(&list, BLOCKS), "restored");
	assert_unchanged("again");
}

/*
 * Lists that were corrupt when they came in. Each is taken in anew, as nothing of it may be written
 * later.
 */
static const struct spoiled {
	const char *what;
	uint64_t page, value;
	unsigned int word;
	const char *expect;
} spoiled[] = {
	{ "a loop", CHUNK1, CHUNK0, 0, "list-corrupt" },
	{ "a loop of one", CHUNK0, CHUNK0, 0, "restored" }, /* its first block, again */
	{ "the next chunk is no RAM", CHUNK0, M_MID_END, 0, "list-corrupt" },
	{ "the next chunk ends after RAM", CHUNK0, M_FAR_END - 8, 0, "list-corrupt" },
	{ "the next chunk is at no page", CHUNK0, CHUNK1 + 8, 0, "list-corrupt" },
	{ "the second chunk is missing", CHUNK0, 0, 0, "list-corrupt" },
	{ "ended early", CHUNK1, 0, 89, "list-corrupt" },
	{ "an empty chunk in the middle", CHUNK0, 0, 1, "list-corrupt" },
	{ "a block too many", CHUNK1, RUN, 90, "list-corrupt" },
	{ "a block twice", CHUNK1, LIST, 89, "restored" },
	{ "a block of another order", CHUNK1, RUN, 89, "not-preserved" },
	{ "a block that nobody preserved", CHUNK1, LIST + 0x2000, 89, "not-preserved" },
	{ "the second page of a block", CHUNK1, LIST + 0x1000, 89, "not-preserved" },
	{ "a block that is no RAM", CHUNK1, -8192UL, 89, "not-preserved" },
	{ "the chunk itself as a block", CHUNK1, CHUNK1, 89,
	  "not-preserved" }, /* of another order */
	{ "a chunk that nobody preserved", CHUNK0, CHUNK1 + 0x1000, 0, "not-preserved" },
};

static void spoiled_lists(void **state)
{
	unsigned int i, order;

	for (i = 0; i < ARRAY_SIZE(spoiled); i++) {
		const struct spoiled *s = &spoiled[i];

		setup(state);
		((uint64_t *)model_at(w.m, s->page))[s->word] = s->value;
		w_start();
		w_read(before);
		expect(s->what, restore_list(&list, BLOCKS), s->expect);
		assert_unchanged(s->what);
		assert_int_equal(nr, 0);
		/* and nothing counts as restored */
		expect(s->what, kho_restore_block(&w.restore, LIST, &order, &fault), NULL);
		expect(s->what, kho_restore_block(&w.restore, CHUNK0, &order, &fault), NULL);
		teardown(state);
	}
}

static void spoiled_heads(void **state)
{
	struct kho_vmalloc v;

	(void)state;
	v = list;
	v.total_pages -= 2;
	expect("too few pages", restore_list(&v, BLOCKS), "list-corrupt");
	v.total_pages += 4;
	expect("too many pages", restore_list(&v, BLOCKS), "list-corrupt");
	v.total_pages -= 1;
	expect("an odd number of pages", restore_list(&v, BLOCKS), "list-corrupt");
	v = list;
	v.order = UINT16_MAX;
	expect("no order", restore_list(&v, BLOCKS), "list-corrupt");
	v.order = 0;
	expect("another order", restore_list(&v, BLOCKS), "not-preserved");
	v = list;
	v.first = 0;
	expect("no list", restore_list(&v, BLOCKS), "list-corrupt");
	assert_unchanged("heads");
	v.total_pages = 0;
	expect("nothing at all", restore_list(&v, BLOCKS), NULL);
	assert_int_equal(nr, 0);
	assert_unchanged("nothing");
}

/* Linux ends a list with an empty chunk when the one before is just full. */
static void empty_last_chunk(void **state)
{
	setup(state);
	memset(model_at(w.m, CHUNK1), 0, 4096);
	w_start();
	w_read(before);
	list.total_pages = 2 * 511;
	expect("list", restore_list(&list, BLOCKS), NULL);
	assert_int_equal(nr, 511);
	assert_false(w_page_is_set(CHUNK1));
	teardown(state);
}

/* ---- memory runs out, and every store ---- */

static void each_allocation_fails(void **state)
{
	unsigned int n, order;

	(void)state;
	for (n = 0;; n++) {
		w.left = n;
		if (!kho_restore_block(&w.restore, BIG, &order, &fault))
			break;
		assert_string_equal(fault.name, "out-of-memory");
		assert_unchanged("block");
	}
	assert_true(n > 1);
	w.left = UINT32_MAX;
	w_read(before);
	for (n = 0;; n++) {
		w.left = n;
		if (!kho_restore_pages(&w.restore, RUN, 9, &fault))
			break;
		assert_string_equal(fault.name, "out-of-memory");
		assert_unchanged("run");
	}
	assert_true(n > 4);
	w.left = UINT32_MAX;
	w_read(before);
	for (n = 0;; n++) {
		w.left = n;
		if (!restore_list(&list, BLOCKS))
			break;
		assert_string_equal(fault.name, "out-of-memory");
		assert_unchanged("list");
	}
	assert_true(n > BLOCKS);
	w.left = UINT32_MAX;
	assert_list_restored();
}

/* Also the very first step; and what has been taken for it goes back. */
static void no_memory_to_begin_with(void **state)
{
	uint64_t taken;
	unsigned int n;

	(void)state;
	/* an outgoing handover to which nothing was done yet */
	pageset_free(&w.out->books);
	pageset_free(&w.out->owned);
	map_free(&w.restore.build);
	taken = w.pa.taken;
	for (n = 0;; n++) {
		w.left = n;
		if (!kho_restore_init(&w.restore, &w.in->in.h, w.out, &fault))
			break;
		assert_string_equal(fault.name, "out-of-memory");
		assert_unchanged("init");
		assert_true(w.pa.taken == taken || w.out->owned.nr);
	}
	assert_true(n > 4);
	w.left = UINT32_MAX;
}

static void assert_each_state(unsigned int blocks)
{
	unsigned int i, k, last = w.seen[0]->nr_key;

	/* keys go one by one, and never come back */
	for (i = 1; i < w.nr_seen; i++) {
		assert_true(w.seen[i]->nr_key == last || w.seen[i]->nr_key == last - 1);
		last = w.seen[i]->nr_key;
		for (k = 0; k < w.seen[i]->nr_key; k++)
			assert_true(w_has_key(w.seen[i - 1], &w.seen[i]->key[k]));
	}
	assert_int_equal(last, before->nr_key - blocks);
}

static void each_store(void **state)
{
	unsigned int order;
	int err;

	(void)state;
	watch_stores(true);
	err = kho_restore_block(&w.restore, BIG, &order, &fault);
	watch_stores(false);
	expect("block", err, NULL);
	assert_each_state(1);

	w_read(before);
	watch_stores(true);
	err = kho_restore_pages(&w.restore, RUN, 9, &fault);
	watch_stores(false);
	expect("run", err, NULL);
	assert_each_state(5);

	w_read(before);
	watch_stores(true);
	err = restore_list(&list, BLOCKS);
	watch_stores(false);
	expect("list", err, NULL);
	assert_each_state(BLOCKS + 2);
	fprintf(stderr, "# %u stores\n", w.stores);
	assert_true(w.stores > BLOCKS);
	assert_list_restored();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(block_cases, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(restored_and_preserved_again, setup_and_start,
						teardown),
		cmocka_unit_test_setup_teardown(unpreserved_first, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(find_blob, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(run_cases, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(half_a_run, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(whole_list, setup_and_start, teardown),
		cmocka_unit_test(spoiled_lists),
		cmocka_unit_test_setup_teardown(spoiled_heads, setup_and_start, teardown),
		cmocka_unit_test(empty_last_chunk),
		cmocka_unit_test_setup_teardown(each_allocation_fails, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(no_memory_to_begin_with, setup_and_start, teardown),
		cmocka_unit_test_setup_teardown(each_store, setup_and_start, teardown),
	};

	return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
