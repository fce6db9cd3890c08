// SPDX-License-Identifier: MIT
#include "model/ops.h"

#define ROUNDS       26
#define NAIVE_ROUNDS 3 /* it is slow */
#define ROUND_OPS    4000
#define WATCHED_OPS  1500

static struct reading *after;
static unsigned int done[OP_KINDS], failed[OP_KINDS], no_memory[OP_KINDS];

static int setup(void **state)
{
	(void)state;
	w_now = malloc(sizeof(*w_now));
	after = malloc(sizeof(*after));
	memset(done, 0, sizeof(done));
	memset(failed, 0, sizeof(failed));
	memset(no_memory, 0, sizeof(no_memory));
	w_nr_lists = 0;
	w_begin(true);
	w_read(w_now);
	return 0;
}

/* The same on maps of a format that the code under test knows by its operations only. */
static int setup_naive(void **state)
{
	model_store = &model_naive;
	return setup(state);
}

static int setup_chunks(void **state)
{
	model_store = &model_chunks;
	return setup(state);
}

static int teardown(void **state)
{
	(void)state;
	w_next_kernel();
	w_end();
	free(w_now);
	free(after);
	model_store = &model_radix;
	return 0;
}

/* Bytes that an FDT with one more such blob needs at least. */
static uint64_t fdt_bytes(const struct op *op)
{
	uint64_t bytes = 56 + 57 + 8 + 20 + 20 + 8 + strlen(op->name) / 4 * 4 + 52;
	unsigned int i;

	for (i = 0; i < w.nr_blob; i++)
		bytes += strlen(w.blob[i].name) / 4 * 4 + 52;
	return bytes;
}

static void assert_unchanged(const struct op *op)
{
	if (!w_same_keys(w_now, after) || !w_same_blobs(w_now, after) || w_now->fdt != after->fdt ||
	    w_now->map != after->map || w_now->nr_node != after->nr_node)
		fail_msg("%s failed with %s and changed what is published", op_name[op->kind],
			 fault.name);
}

static void assert_verdict(const struct op *op, bool may_lack_memory)
{
	if (!op->err && !op->expect)
		return;
	if (!op->err)
		fail_msg("%s at 0x%lx, order %u, %lu pages, %lu bytes, '%s': expected %s",
			 op_name[op->kind], op->addr, op->order, op->pages, op->bytes,
			 op->name ? op->name : "", op->expect);
	assert_unchanged(op);
	assert_true(strlen(fault.text) > 0);
	if (!strcmp(fault.name, "out-of-memory") && may_lack_memory) {
		no_memory[op->kind]++;
		return;
	}
	if (!strcmp(fault.name, "fdt-full") && !op->expect && fdt_bytes(op) > W_FDT_ROOM)
		return;
	if (!op->expect || strcmp(fault.name, op->expect) != 0)
		fail_msg(
			"%s at 0x%lx, order %u, %lu pages, %lu bytes, '%s': expected %s, got %s: %s",
			op_name[op->kind], op->addr, op->order, op->pages, op->bytes,
			op->name ? op->name : "", op->expect ? op->expect : "success", fault.name,
			fault.text);
	failed[op->kind]++;
}

static void count(const struct op *op)
{
	if (!op->err)
		done[op->kind]++;
}

/* What was found after one operation is what there is before the next. */
static void next(void)
{
	struct reading *r = w_now;

	w_now = after;
	after = r;
	op_look();
}

/* One operation, with @memory allocations to succeed. */
static void run(struct op *op, unsigned int memory, bool watch)
{
	w.left = memory;
	op_do(op, watch);
	w.left = UINT32_MAX;
	w_read(after);
	assert_verdict(op, memory != UINT32_MAX);
	count(op);
	w_check_model(after);
	w_check_pages();
}

static void assert_all_kinds(const unsigned int *nr, const char *what)
{
	unsigned int i;

	for (i = 0; i < OP_KINDS; i++)
		if (!nr[i])
			fail_msg("no %s that %s", op_name[i], what);
}

/* What a reader would find in the middle of a call, at each allocation. */
static void look_in_the_middle(void)
{
	static struct reading middle;

	w_read(&middle);
	if (!w_same_blobs(&middle, w_now) || middle.fdt != w_now->fdt)
		w_die("blobs change before all memory is there");
}

static void random_ops(void **state)
{
	static struct op op;
	unsigned int rounds = model_store == &model_naive ? NAIVE_ROUNDS : ROUNDS, round, i;

	(void)state;
	model_seed(0x6c6976);
	for (round = 0; round < rounds; round++) {
		w_next_kernel();
		w_end();
		w_nr_lists = 0;
		w_begin(round > 0);
		w_read(after);
		w.at_grant = round % 4 == 3 ? look_in_the_middle : NULL;
		for (i = 0; i < ROUND_OPS; i++) {
			next();
			memset(&op, 0, sizeof(op));
			op_plan(&op);
			run(&op, model_below(5) ? UINT32_MAX : (unsigned int)model_below(7), false);
		}
	}
	assert_all_kinds(done, "went well");
	assert_all_kinds(failed, "was refused");
}

/* Every allocation of every call fails in turn; what was published before stays published. */
static void each_allocation_fails(void **state)
{
	static struct op op;
	unsigned int i, n;

	(void)state;
	model_seed(0x6f6f6d);
	w_read(after);
	for (i = 0; i < 4000; i++) {
		next();
		memset(&op, 0, sizeof(op));
		op_plan(&op);
		for (n = op.expect ? UINT32_MAX : 0;; n++) {
			run(&op, n, false);
			if (!op.err || op.expect || !strcmp(fault.name, "fdt-full"))
				break;
			assert_string_equal(fault.name, "out-of-memory");
		}
	}
	for (i = 0; i < OP_KINDS; i++)
		if (!no_memory[i] && i != UNPRESERVE && i != UNPRESERVE_PAGES &&
		    i != UNPRESERVE_FREE && i != UNVMALLOC)
			fail_msg("no %s without memory", op_name[i]);
	/* taking something out never needs any */
	assert_int_equal(no_memory[UNPRESERVE] + no_memory[UNPRESERVE_PAGES] +
				 no_memory[UNPRESERVE_FREE] + no_memory[UNVMALLOC],
			 0);
}

/*
 * What was seen after each store of one call: blobs go over at once; no key that was there before
 * and is there after is ever missing; nothing else is ever there, but for what a failed call has to
 * take back.
 */
static void assert_seen(const struct op *op)
{
	bool over = false;
	unsigned int i, k;

	for (i = 0; i < w.nr_seen; i++) {
		const struct reading *r = w.seen[i];

		over = over || r->fdt != w_now->fdt;
		if (!w_same_blobs(r, over ? after : w_now) || r->fdt != (over ? after : w_now)->fdt)
			fail_msg("%s: blobs after store %u are neither the old nor the new ones",
				 op_name[op->kind], i);
		for (k = 0; k < w_now->nr_key; k++)
			if (w_has_key(after, &w_now->key[k]) && !w_has_key(r, &w_now->key[k]))
				fail_msg("%s: key 0x%lx is missing after store %u",
					 op_name[op->kind], w_now->key[k].addr, i);
		for (k = 0; !op->err && k < r->nr_key; k++)
			if (!w_has_key(w_now, &r->key[k]) && !w_has_key(after, &r->key[k]))
				fail_msg("%s: key 0x%lx comes and goes, at store %u",
					 op_name[op->kind], r->key[k].addr, i);
	}
}

/* One key and one bit at a time, calls on one block show no third state. */
static void assert_one_step(const struct op *op)
{
	unsigned int i, states = 1;

	if (op->kind != PRESERVE && op->kind != UNPRESERVE && op->kind != ALLOC &&
	    op->kind != UNPRESERVE_FREE && op->kind != RESTORE && op->kind != RESTORE_FREE)
		return;
	for (i = 1; i < w.nr_seen; i++)
		states += !w_same_keys(w.seen[i], w.seen[i - 1]);
	if (states > 2)
		fail_msg("%s: %u states", op_name[op->kind], states);
}

static void each_store(void **state)
{
	static struct op op;
	unsigned int i;

	(void)state;
	model_seed(0x73746f);
	w_read(after);
	for (i = 0; i < WATCHED_OPS; i++) {
		next();
		memset(&op, 0, sizeof(op));
		w.watching = true; /* for the plan: short lists */
		op_plan(&op);
		w.watching = false;
		run(&op, model_below(5) ? UINT32_MAX : (unsigned int)model_below(7), true);
		assert_seen(&op);
		assert_one_step(&op);
	}
	assert_all_kinds(done, "went well");
	fprintf(stderr, "# %u stores in %u calls\n", w.stores, i);
	assert_true(w.stores > WATCHED_OPS);
}

/* ---- one case a row ---- */

struct block_case {
	const char *name;
	uint64_t addr;
	unsigned int order;
	const char *expect;
};

static void preserve_cases(void **state)
{
	const struct block_case table[] = {
		{ "a free page", 0xb000000, 0, NULL },
		{ "the same again", 0xb000000, 0, "overlap" },
		{ "a block around it", 0xb000000, 3, "overlap" },
		{ "a block of whole leaves around it", 0x8000000, 15,
		  "bad-block" }, /* over borders */
		{ "a large block, with incoming ones in it", 0, 18, "bad-block" },
		{ "a block of many leaves", 0x140000000, 18, NULL },
		{ "the last page of it", 0x17ffff000, 0, "overlap" },
		{ "the page after it", 0x180000000, 0, NULL },
		{ "the page before it", 0x13ffff000, 0, NULL },
		{ "a page in the block that came in", M_BLOB + 0x3000, 0, "overlap" },
		{ "the page after it", M_BLOB + 0x4000, 0, NULL },
		{ "misaligned for its order", 0xb001000, 1, "bad-block" },
		{ "in the middle of a page", 0xb001008, 0, "bad-block" },
		{ "of the largest order, and no RAM", 1UL << 42, 30, "not-ram" },
		{ "of an order that is too large", 0, 31, "bad-block" },
		{ "of an order that no shift can take", 0, 64, "bad-block" },
		{ "of an order with all bits", 0, UINT32_MAX, "bad-block" },
		{ "below 1 MiB", 0x9f000, 0, "bad-block" },
		{ "page 0", 0, 0, "bad-block" },
		{ "the first page above 1 MiB", 0x100000, 0, NULL },
		{ "in a hole", M_MID_END, 0, "not-ram" },
		{ "its first page in a hole", M_FAR_BASE - 4096, 1, "not-ram" },
		{ "the last page of all", -4096UL, 0, "bad-block" },
		{ "the end of scratch", M_SCRATCH0 + MIB(32) - 4096, 0, "in-scratch" },
		{ "just behind scratch", M_SCRATCH0 + MIB(32), 0, NULL },
		{ "as large as scratch", M_SCRATCH0, 13, "in-scratch" },
		{ "in the second region", M_SCRATCH1 + 4096, 0, "in-scratch" },
		{ "over a border", 0x8000000 + 122 * 4096, 1, "bad-block" },
		{ "up to a border", 0x8000000 + 122 * 4096, 0, NULL },
		{ "from a border on", 0x8000000 + 256 * 4096, 8, NULL },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		int err = kho_preserve(w.out, table[i].addr, table[i].order, &fault);
		const char *got = err ? fault.name : NULL;

		if (!got != !table[i].expect || (got && strcmp(got, table[i].expect) != 0))
			fail_msg("%s: %s", table[i].name, got ? fault.text : "success");
		w_read(after);
		assert_true(!err == w_has_key(after, &(struct model_key){ table[i].addr,
									  table[i].order }) ||
			    !strcmp(got, "overlap"));
	}
}

/*
 * Each page of the map and of baton's own books, by itself and in a block that is otherwise free or
 * not.
 */
static void own_pages(void **state)
{
	unsigned int i, order;

	(void)state;
	op_look();
	assert_true(w_nr_books > w_now->nr_node + 10);
	for (i = 0; i < w_nr_books; i++) {
		for (order = 0; order < 9; order++) {
			uint64_t addr = w_books[i] & ~((4096UL << order) - 1);

			assert_int_equal(kho_preserve(w.out, addr, order, &fault), -1);
			if (!order)
				assert_string_equal(fault.name, "in-use");
		}
		assert_int_equal(kho_preserve_pages(w.out, w_books[i], 1, &fault), -1);
		assert_string_equal(fault.name, "in-use");
	}
	/*
	 * neither the FDT, which has a key, nor in it a blob, which would lose its page with the
	 * next switch
	 */
	assert_int_equal(kho_preserve(w.out, w.out->h.fdt, 0, &fault), -1);
	assert_string_equal(fault.name, "overlap");
	assert_int_equal(kho_blob_add(w.out, "blob", w.out->h.fdt + 8, 8, &fault), -1);
	assert_string_equal(fault.name, "in-use");
	assert_int_equal(kho_unpreserve(w.out, w.out->h.fdt, 0, &fault), -1);
	assert_string_equal(fault.name, "in-use");
	w_read(after);
	assert_true(w_same_keys(w_now, after));
}

/*
 * Pages of nodes stay out of reach when they were made after the first change, and are free when
 * the node went.
 */
static void node_pages(void **state)
{
	uint64_t far = 0x150000000;
	unsigned int i, nr;

	(void)state;
	op_look();
	nr = w_now->nr_node;
	assert_int_equal(kho_preserve(w.out, far, 12, &fault), 0);
	w_read(after);
	assert_true(after->nr_node > nr);
	for (i = 0; i < after->nr_node; i++) {
		assert_int_equal(kho_preserve(w.out, after->node[i], 0, &fault), -1);
		assert_string_equal(fault.name, "in-use");
	}
	assert_int_equal(kho_unpreserve(w.out, far, 12, &fault), 0);
	assert_int_equal(w.out->h.map.pages, nr);
	for (i = 0; i < after->nr_node; i++)
		if (!w_page_is_set(after->node[i]))
			assert_int_equal(kho_preserve(w.out, after->node[i], 0, &fault), 0);
}

/* The split of a run, written out by hand. */
static void runs(void **state)
{
	static const struct model_key expect[] = {
		{ 0x8000000 + 117 * 4096, 0 }, { 0x8000000 + 118 * 4096, 1 },
		{ 0x8000000 + 120 * 4096, 1 }, /* the border at 123 halves it twice */
		{ 0x8000000 + 122 * 4096, 0 }, { 0x8000000 + 123 * 4096, 0 },
		{ 0x8000000 + 124 * 4096, 2 }, { 0x8000000 + 128 * 4096, 7 },
		{ 0x8000000 + 256 * 4096, 2 }, { 0x8000000 + 260 * 4096, 0 },
	};
	unsigned int i;

	(void)state;
	op_look();
	assert_int_equal(kho_preserve_pages(w.out, expect[0].addr, 261 - 117, &fault), 0);
	w_read(after);
	for (i = 0; i < ARRAY_SIZE(expect); i++)
		assert_true(w_has_key(after, &expect[i]));
	assert_int_equal(after->nr_key, w_now->nr_key + i);
	/* another run than was preserved */
	assert_int_equal(kho_unpreserve_pages(w.out, expect[0].addr, 260 - 117, &fault), 0);
	w_read(after);
	assert_int_equal(after->nr_key, w_now->nr_key + 1);
	assert_int_equal(kho_unpreserve_pages(w.out, expect[0].addr, 261 - 117, &fault), -1);
	assert_string_equal(fault.name, "not-preserved");
	assert_int_equal(kho_unpreserve(w.out, expect[i - 1].addr, 0, &fault), 0);
	w_read(after);
	assert_true(w_same_keys(w_now, after));
}

static void blob_cases(void **state)
{
	paddr_t a, b;
	char name[8];
	unsigned int i;
	struct kho_blob blob;

	(void)state;
	assert_non_null(kho_alloc_preserve(w.out, 8192, &a, &fault));
	assert_non_null(kho_alloc_preserve(w.out, 4096, &b, &fault));
	assert_int_equal(kho_blob_add(w.out, "one", a + 4000, 4192, &fault), 0);
	/* in use from its first byte to its last */
	assert_int_equal(kho_unpreserve_free(w.out, a, &fault), -1);
	assert_string_equal(fault.name, "in-use");
	assert_int_equal(kho_blob_replace(w.out, "one", b, 1, &fault), 0);
	assert_int_equal(kho_unpreserve(w.out, b, 0, &fault), -1);
	assert_int_equal(kho_unpreserve_free(w.out, a, &fault), 0);
	/* its own place in the list, and the first page of a gone block is no target */
	assert_int_equal(kho_blob_add(w.out, "two", a, 1, &fault), -1);
	assert_string_equal(fault.name, "not-preserved");
	assert_int_equal(kho_blob_remove(w.out, "one", &fault), 0);
	assert_int_equal(kho_blob_remove(w.out, "one", &fault), -1);
	assert_string_equal(fault.name, "not-found");
	/* a name that came in and that baton would not give can be taken out */
	if (w_find_blob("gamma@1") >= 0) {
		assert_int_equal(kho_blob_add(w.out, "gamma", b, 1, &fault), -1);
		assert_string_equal(fault.name, "exists");
		assert_int_equal(kho_blob_remove(w.out, "gamma@1", &fault), 0);
		assert_int_equal(kho_blob_add(w.out, "gamma", b, 1, &fault), 0);
	}
	/* until the page is full: then nothing changes, and one out is one in */
	for (i = 0;; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		w_read(w_now);
		if (kho_blob_add(w.out, name, b + i, 1, &fault))
			break;
		w_read(after);
		assert_int_equal(after->nr_blob, w_now->nr_blob + 1);
	}
	assert_string_equal(fault.name, "fdt-full");
	w_read(after);
	assert_true(w_same_blobs(w_now, after) && w_same_keys(w_now, after) &&
		    w_now->fdt == after->fdt);
	assert_true(after->nr_blob > 60);
	assert_int_equal(kho_blob_remove(w.out, "n0", &fault), 0);
	assert_int_equal(kho_blob_add(w.out, name, b, 1, &fault), 0);
	for (i = 0; handover_blob(&w.out->h, i, &blob); i++)
		;
	assert_int_equal(i, after->nr_blob);
	w_read(after);
}

/* What a list is made of can be spoiled before it is taken back: nothing happens then. */
static const struct spoiled {
	const char *what;
	unsigned int chunk, word;
	uint64_t value;
	const char *expect;
} spoiled[] = {
	{ "too short", 0, 0, 0, "list-corrupt" },
	{ "the next chunk is no RAM", 0, 0, M_MID_END, "list-corrupt" },
	{ "the next chunk is at no page", 0, 0, 0xb000008, "list-corrupt" },
	{ "ended early", 1, 89, 0, "list-corrupt" },
	{ "a chunk that is empty, and not the last", 0, 1, 0, "list-corrupt" },
	{ "a block that is not preserved", 1, 89, 0xb000000 - 8192, "not-preserved" },
	{ "a block that is misaligned", 1, 89, 0xb001000, "bad-block" },
	{ "a block that is no RAM", 1, 89, -8192UL, "not-preserved" },
};

static void expect_spoiled(const struct kho_vmalloc *v, const char *what, const char *expect)
{
	assert_int_equal(kho_unpreserve_vmalloc(w.out, v, &fault), -1);
	if (strcmp(fault.name, expect) != 0)
		fail_msg("%s: %s: %s", what, fault.name, fault.text);
	w_read(after);
	assert_true(w_same_keys(w_now, after));
}

static void spoiled_heads(const struct kho_vmalloc *v)
{
	struct kho_vmalloc bad = *v;

	bad.total_pages -= 2;
	expect_spoiled(&bad, "too few pages", "list-corrupt");
	bad.total_pages++;
	expect_spoiled(&bad, "not a multiple", "list-corrupt");
	bad = *v;
	bad.order = 64;
	expect_spoiled(&bad, "of an order that cannot be", "list-corrupt");
	bad.order = 0;
	expect_spoiled(&bad, "of another order", "not-preserved");
}

static void spoiled_lists(void **state)
{
	paddr_t pages[600];
	struct kho_vmalloc v;
	uint64_t *chunk[2];
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = 0xb000000 + i * 8192;
	assert_int_equal(kho_preserve_vmalloc(w.out, pages, 600, 1, 2, &v, &fault), 0);
	assert_int_equal(v.total_pages, 1200);
	chunk[0] = model_at(w.m, v.first);
	chunk[1] = model_at(w.m, chunk[0][0]);
	w_read(w_now);
	for (i = 0; i < ARRAY_SIZE(spoiled); i++) {
		uint64_t *word = &chunk[spoiled[i].chunk][spoiled[i].word], old = *word;

		*word = spoiled[i].value;
		expect_spoiled(&v, spoiled[i].what, spoiled[i].expect);
		*word = old;
	}
	for (i = 0; i < 2; i++) {
		uint64_t old = chunk[i][0];

		chunk[i][0] = v.first;
		expect_spoiled(&v, "a loop", "list-corrupt");
		chunk[i][0] = old;
	}
	/* a loop of a chunk that lists nothing, so that no count ever ends it */
	i = (unsigned int)chunk[1][1];
	chunk[1][0] = chunk[0][0];
	chunk[1][1] = 0;
	expect_spoiled(&v, "an empty loop", "list-corrupt");
	chunk[1][0] = 0;
	chunk[1][1] = i;
	spoiled_heads(&v);
	assert_int_equal(kho_unpreserve_vmalloc(w.out, &v, &fault), 0);
}

/* Linux makes one more chunk when the last is just full. */
static void empty_last_chunk(void **state)
{
	paddr_t pages[511], last;
	struct kho_vmalloc v;
	uint64_t *chunk;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(pages); i++)
		pages[i] = 0xb000000 + i * 4096;
	assert_int_equal(kho_preserve_vmalloc(w.out, pages, 511, 0, 2, &v, &fault), 0);
	chunk = model_at(w.m, v.first);
	assert_int_equal(chunk[0], 0);
	assert_non_null(kho_alloc_preserve(w.out, 4096, &last, &fault));
	chunk[0] = last;
	assert_int_equal(kho_unpreserve_vmalloc(w.out, &v, &fault), 0);
	w_read(after);
	assert_false(w_page_is_set(last));
}

/*
 * What came in and was not restored, and what is somebody else's, is never given to the allocator.
 */
static void not_owned(void **state)
{
	paddr_t at;

	(void)state;
	assert_int_equal(kho_blob_remove(w.out, "ODD", &fault), 0);
	assert_int_equal(kho_unpreserve_free(w.out, M_BLOB, &fault), -1);
	assert_string_equal(fault.name, "not-owned");
	/* not even in other pieces */
	assert_int_equal(kho_unpreserve(w.out, M_BLOB, 2, &fault), 0);
	assert_int_equal(kho_preserve(w.out, M_BLOB, 1, &fault), 0);
	assert_int_equal(kho_unpreserve_free(w.out, M_BLOB, &fault), -1);
	assert_string_equal(fault.name, "not-owned");
	/* a block that is free only in part is nobody's */
	assert_non_null(palloc_pages(&w.pa, 1, &at));
	assert_int_equal(kho_preserve(w.out, at & ~8191UL, 1, &fault), -1);
	assert_string_equal(fault.name, "in-use");
	/* pages from the allocator can be preserved, but go back the way they came */
	assert_int_equal(kho_preserve(w.out, at, 0, &fault), 0);
	assert_int_equal(kho_unpreserve_free(w.out, at, &fault), -1);
	assert_int_equal(kho_unpreserve(w.out, at, 0, &fault), 0);
	palloc_free(&w.pa, at, 1);
	/* the metadata that was built can be replaced */
	at = w.out->made[0];
	assert_int_equal(kho_blob_remove(w.out, "kexec-metadata", &fault), 0);
	assert_int_equal(kho_unpreserve_free(w.out, at, &fault), 0);
	w_read(after);
}

#define NAIVE(test)                                                        \
	{                                                                  \
#test " on a naive map", test, setup_naive, teardown, NULL \
	}

#define CHUNKS(test)                                                             \
	{                                                                        \
#test " on a list of chunks", test, setup_chunks, teardown, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(preserve_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(own_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(node_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(runs, setup, teardown),
		cmocka_unit_test_setup_teardown(blob_cases, setup, teardown),
		cmocka_unit_test_setup_teardown(spoiled_lists, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_last_chunk, setup, teardown),
		cmocka_unit_test_setup_teardown(not_owned, setup, teardown),
		cmocka_unit_test_setup_teardown(each_store, setup, teardown),
		cmocka_unit_test_setup_teardown(each_allocation_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(random_ops, setup, teardown),
		CHUNKS(own_pages),
		CHUNKS(node_pages),
		CHUNKS(runs),
		CHUNKS(blob_cases),
		CHUNKS(each_store),
		CHUNKS(each_allocation_fails),
		CHUNKS(random_ops),
		NAIVE(own_pages),
		NAIVE(node_pages),
		NAIVE(runs),
		NAIVE(blob_cases),
		NAIVE(each_store),
		NAIVE(each_allocation_fails),
		NAIVE(random_ops),
	};

	return cmocka_run_group_tests_name("preserve", tests, NULL, NULL);
}
