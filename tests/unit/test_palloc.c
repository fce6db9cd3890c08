// SPDX-License-Identifier: MIT
/* mm/palloc: where it takes pages from, and that it gives all of them back. */
#include "model/kho.h"

#include "mm/palloc.h"

static struct model *m;
static struct pagemap pm;
static void *mem;
static struct palloc pa;

static unsigned int grants;
static bool grant_ok;
static uint64_t granted_base, granted_end;

static bool grant(paddr_t base, paddr_t end)
{
	grants++;
	granted_base = base;
	granted_end = end;
	return grant_ok;
}

static int setup(void **state)
{
	(void)state;
	m = calloc(1, sizeof(*m));
	model_window(m, 0, 0xa0000);
	model_window(m, MIB(1), MIB(24));
	model_window(m, GIB(4), GIB(4) + MIB(1));
	mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, mem);
	grants = 0;
	grant_ok = true;
	palloc_init(&pa, &pm, &m->window, grant);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(mem);
	model_free(m);
	return 0;
}

static void places(void **state)
{
	uint64_t at, first;

	(void)state;
	/* from 16 MiB upwards first */
	assert_non_null(palloc_pages(&pa, 1, &first));
	assert_int_equal(first, MIB(16));
	assert_int_equal(granted_base, MIB(16));
	assert_int_equal(granted_end, MIB(16) + 4096);
	assert_non_null(palloc_pages(&pa, 3, &at));
	assert_int_equal(at, MIB(16) + 4096);
	assert_int_equal(granted_end - granted_base, 3 * 4096);
	assert_int_equal(pa.taken, 4);
	/* what came back is taken again */
	palloc_free(&pa, first, 1);
	assert_non_null(palloc_pages(&pa, 1, &at));
	assert_int_equal(at, first);
	/*
	 * more than there is in one piece above 16 MiB: below it, never below 1 MiB, never over a
	 * hole
	 */
	assert_non_null(palloc_pages(&pa, MIB(9) / 4096, &at));
	assert_int_equal(at, MIB(1));
	assert_null(palloc_pages(&pa, MIB(9) / 4096, &at));
	assert_null(palloc_pages(&pa, 0, &at));
	assert_int_equal(pa.taken, 4 + MIB(9) / 4096);
	/* and what came back from there does not become the first choice */
	palloc_free(&pa, MIB(1), MIB(9) / 4096);
	assert_non_null(palloc_pages(&pa, 1, &at));
	assert_int_equal(at, MIB(16) + 4 * 4096);
}

/* A run that does not fit at first leaves the single pages before it for later. */
static void no_gaps_left(void **state)
{
	uint64_t a, b, at;

	(void)state;
	assert_non_null(palloc_pages(&pa, 1, &a));
	assert_non_null(palloc_pages(&pa, 1, &b));
	assert_non_null(palloc_pages(&pa, 1, &at));
	palloc_free(&pa, a, 1);
	palloc_free(&pa, b, 1);
	assert_non_null(palloc_pages(&pa, 3, &at));
	assert_int_equal(at, MIB(16) + 3 * 4096);
	assert_non_null(palloc_pages(&pa, 1, &at));
	assert_int_equal(at, a);
}

/* Pages side by side, as far as they are free, with what is in them. */
static void some(void **state)
{
	uint64_t at, nr = 0, next;
	uint8_t *page;

	(void)state;
	memset(model_at(m, MIB(16)), 0x5a, 8192);
	pagemap_set(&pm, MIB(16) + 2 * 4096, MIB(16) + 3 * 4096);
	assert_null(palloc_some(&pa, 0, &at, &nr));
	page = palloc_some(&pa, 100, &at, &nr);
	assert_int_equal(at, MIB(16));
	assert_int_equal(nr, 2);
	assert_int_equal(pa.taken, 2);
	assert_int_equal(granted_end, MIB(16) + 2 * 4096);
	assert_int_equal(page[0], 0x5a);
	assert_int_equal(page[8191], 0x5a);
	assert_non_null(palloc_some(&pa, 5, &next, &nr));
	assert_int_equal(next, MIB(16) + 3 * 4096);
	assert_int_equal(nr, 5);
	assert_non_null(palloc_some(&pa, 1, &next, &nr));
	assert_int_equal(next, MIB(16) + 8 * 4096);
	/* what came back is taken again, and no more than that is there */
	palloc_free(&pa, at, 2);
	assert_non_null(palloc_some(&pa, 5, &next, &nr));
	assert_int_equal(next, at);
	assert_int_equal(nr, 2);
	/* up to the end of this piece of RAM, and all else in the end */
	assert_non_null(palloc_some(&pa, UINT64_MAX >> 13, &next, &nr));
	assert_int_equal(next + nr * 4096, MIB(24));
	while (palloc_some(&pa, UINT64_MAX >> 13, &next, &nr))
		;
	assert_int_equal(pagemap_free_pages(&pm), 0);
	/* refused, and nothing is taken */
	palloc_free(&pa, at, 2);
	grant_ok = false;
	assert_null(palloc_some(&pa, 2, &next, &nr));
	assert_int_equal(pagemap_free_pages(&pm), 2);
}

static void until_empty(void **state)
{
	uint64_t free_pages = pagemap_free_pages(&pm), n, at, *all;

	(void)state;
	all = calloc(free_pages, sizeof(*all));
	for (n = 0; n < free_pages; n++) {
		uint8_t *page;
		unsigned int i;

		/* in the order: 16 MiB … 24 MiB, 4 GiB …, then 1 MiB … 16 MiB */
		at = n < 2048 ? MIB(16) + n * 4096 :
		     n < 2304 ? GIB(4) + (n - 2048) * 4096 :
				MIB(1) + (n - 2304) * 4096;
		memset(model_at(m, at), 0x5a, 4096);
		page = palloc_pages(&pa, 1, &all[n]);
		assert_int_equal(all[n], at);
		assert_ptr_equal(page, model_at(m, at));
		for (i = 0; i < 4096; i++)
			assert_int_equal(page[i], 0);
	}
	assert_null(palloc_pages(&pa, 1, &at));
	assert_int_equal(pa.taken, free_pages);
	while (n--)
		palloc_free(&pa, all[n], 1);
	assert_int_equal(pa.taken, 0);
	assert_int_equal(pagemap_free_pages(&pm), free_pages);
	free(all);
}

static void refused_grant(void **state)
{
	uint64_t before = pagemap_free_pages(&pm), at = 77;

	(void)state;
	grant_ok = false;
	memset(model_at(m, MIB(16)), 0x5a, 4096);
	assert_null(palloc_pages(&pa, 1, &at));
	assert_int_equal(at, 77);
	assert_int_equal(pa.taken, 0);
	assert_int_equal(pagemap_free_pages(&pm), before);
	/* not even zeroed: it may be read-only */
	assert_int_equal(*(uint8_t *)model_at(m, MIB(16)), 0x5a);
	assert_int_equal(grants, 1);
	/* and without a grant function, all is writable */
	palloc_init(&pa, &pm, &m->window, NULL);
	assert_non_null(palloc_pages(&pa, 1, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(places, setup, teardown),
		cmocka_unit_test_setup_teardown(no_gaps_left, setup, teardown),
		cmocka_unit_test_setup_teardown(some, setup, teardown),
		cmocka_unit_test_setup_teardown(until_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(refused_grant, setup, teardown),
	};

	return cmocka_run_group_tests_name("palloc", tests, NULL, NULL);
}
