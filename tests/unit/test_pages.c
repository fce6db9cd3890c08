// SPDX-License-Identifier: MIT
/*
 * Pages side by side, each with a key of its own: those of one word of a leaf come and go by one store,
 * in every format of maps.
 */
#include "model/ops.h"

#include "kho/client/let_go.h"

static struct reading *before, *after;

static int begin(void **state, const struct model_store *store)
{
	(void)state;
	model_store = store;
	before = malloc(sizeof(*before));
	after = malloc(sizeof(*after));
	w_begin(true);
	/* the books are opened by the first change */
	assert_int_equal(kho_preserve(w.out, 0xb000000, 0, &fault), 0);
	w_read(before);
	return 0;
}

static int setup(void **state)
{
	return begin(state, &model_radix);
}

static int setup_naive(void **state)
{
	return begin(state, &model_naive);
}

static int setup_chunks(void **state)
{
	return begin(state, &model_chunks);
}

static int teardown(void **state)
{
	(void)state;
	w_next_kernel();
	w_end();
	free(before);
	free(after);
	model_store = &model_radix;
	return 0;
}

static unsigned int words(uint64_t addr, uint64_t nr)
{
	return (unsigned int)(((addr + nr * 4096 - 1) >> 18) - (addr >> 18) + 1);
}

/* @r has the keys of @before, and of the pages [@addr, @addr + 4096 @nr) with @set one each. */
static void assert_pages(const struct reading *r, uint64_t addr, uint64_t nr, bool set)
{
	uint64_t i;

	for (i = 0; i < nr; i++) {
		const struct model_key k = { addr + i * 4096, 0 };

		assert_int_equal(w_has_key(r, &k), set);
	}
	for (i = 0; i < before->nr_key; i++)
		assert_true(w_has_key(r, &before->key[i]));
	assert_int_equal(r->nr_key, before->nr_key + (set ? nr : 0));
}

static uint64_t add(uint64_t max, uint64_t *addr)
{
	uint64_t nr = 0;
	uint8_t *mem;

	watch_stores(true);
	mem = kho_alloc_preserve_pages(w.out, max, addr, &nr, &fault);
	watch_stores(false);
	assert_ptr_equal(mem, model_at(w.m, *addr));
	/* what was published first, and after the store of each word */
	assert_int_equal(w.nr_seen, 1 + words(*addr, nr));
	return nr;
}

/* Every @step-th page, so that all go in the end, each word at once. */
static void let_go(uint64_t addr, uint64_t nr, uint64_t step)
{
	struct let_go l = { .out = w.out };
	uint64_t i, at;

	watch_stores(true);
	for (at = addr; at < addr + nr * 4096; at = (at & ~0x3ffffUL) + 0x40000) {
		uint64_t end = (at & ~0x3ffffUL) + 0x40000, in;

		if (end > addr + nr * 4096)
			end = addr + nr * 4096;
		in = (end - at) / 4096;
		for (i = 0; i < in; i++)
			let_go_page(&l, at + i * step % in * 4096);
	}
	let_go_collected(&l);
	watch_stores(false);
	assert_int_equal(w.nr_seen, 1 + words(addr, nr));
	assert_int_equal(l.bytes, nr * 4096);
	for (i = 0; i < nr; i++)
		assert_false(w_page_is_set(addr + i * 4096));
}

static void come_and_go(void **state)
{
	static const uint64_t max[] = { 1, 2, 63, 64, 65, 200, 500 };
	uint64_t taken = w.pa.taken, addr, nr;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(max); i++) {
		nr = add(max[i], &addr);
		assert_true(nr && nr <= max[i]);
		w_read(after);
		assert_pages(after, addr, nr, true);
		/* 1 and 509 have no divisor in common with any number of pages in a word */
		let_go(addr, nr, i % 2 ? 1 : 509);
		w_read(after);
		assert_pages(after, addr, nr, false);
		/* a leaf of the books may have been made, and stays */
		assert_true(w.pa.taken <= taken + 2);
	}
}

/* As many as there are in a row, up to the first one that is taken. */
static void what_is_there(void **state)
{
	uint64_t first, third, addr, nr;

	(void)state;
	assert_non_null(palloc_pages(&w.pa, 1, &first));
	pagemap_set(&w.in->pm, first + 3 * 4096, first + 4 * 4096);
	third = first + 3 * 4096;
	nr = add(100, &addr);
	assert_int_equal(addr, first + 4096);
	assert_int_equal(nr, 2);
	let_go(addr, nr, 1);
	pagemap_clear(&w.in->pm, third, third + 4096);
	palloc_free(&w.pa, first, 1);
}

/* A run in two leaves that are both new: without memory for the first, or the second, all is as it was. */
static void no_memory(void **state)
{
	const uint64_t from = 0x14fff8000;
	uint64_t addr, nr, taken = w.pa.taken;
	unsigned int tries = 0;

	(void)state;
	for (;; tries++) {
		w.left = tries;
		w.pa.from = from;
		if (kho_alloc_preserve_pages(w.out, 16, &addr, &nr, &fault))
			break;
		w.left = UINT32_MAX;
		assert_string_equal(fault.name, "out-of-memory");
		w_read(after);
		assert_true(w_same_keys(before, after));
		assert_true(w.pa.taken <= taken + 4);
	}
	w.left = UINT32_MAX;
	w_read(after);
	assert_pages(after, addr, nr, true);
	assert_int_equal(addr, from);
	assert_int_equal(nr, 16);
	/* the run itself, and two leaves at least */
	assert_true(tries > 2);
}

/* Of a word only those keys go that are there, and it is said which. */
static void some_of_a_word(void **state)
{
	const uint64_t at = 0xc000000, in = 0xf0f00000000000ffUL, ask = 0xff0000000000000fUL;
	struct map *m = &w.out->h.map;
	unsigned int i;

	(void)state;
	assert_int_equal(map_add_keys(&w.out->build, at, 0, in), 0);
	for (i = 0; i < 64; i++)
		assert_int_equal(map_has(m, at + i * 4096, 0), in >> i & 1);
	assert_int_equal(map_remove_keys(&w.out->build, at + 5 * 4096, 0, ask), in & ask);
	assert_int_equal(map_remove_keys(&w.out->build, at, 0, ask), 0);
	for (i = 0; i < 64; i++)
		assert_int_equal(map_has(m, at + i * 4096, 0), (in & ~ask) >> i & 1);
	assert_int_equal(map_remove_keys(&w.out->build, at, 0, ~0UL), in & ~ask);
	assert_int_equal(map_remove_keys(&w.out->build, at, 0, ~0UL), 0);
}

#define IN_EVERY_FORMAT(test)                                                         \
	cmocka_unit_test_setup_teardown(test, setup, teardown),                       \
		{ #test " on a list of chunks", test, setup_chunks, teardown, NULL }, \
	{                                                                             \
#test " on a naive map", test, setup_naive, teardown, NULL            \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_EVERY_FORMAT(come_and_go),
		IN_EVERY_FORMAT(what_is_there),
		IN_EVERY_FORMAT(no_memory),
		IN_EVERY_FORMAT(some_of_a_word),
	};

	model_seed(0x70616765);
	return cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
