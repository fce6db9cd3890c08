// SPDX-License-Identifier: MIT
/*
 * LUO states translated there and back: what they hold is read back by a reader that shares no code
 * with the writer, all pages are accounted for, and what is published is looked at after every
 * store. All memory that came in is read-only throughout.
 */
#define _GNU_SOURCE
#include "model/luo_world.h"

#define HOPS 100

/* There and back, with and without other memfds; sizes at which blocks are empty, full, and one more. */
static const struct {
	int version, memfd;
	unsigned int sessions, files;
} size[] = {
	{ 1, 2, 0, 0 },     { 5, 2, 0, 0 },     { 1, 1, 1, 0 },   { 1, 2, 1, 1 },
	{ 5, 2, 51, 63 },   { 5, 2, 52, 64 },   { 1, 1, 51, 63 }, { 1, 2, 102, 126 },
	{ 1, 1, 103, 127 }, { 1, 2, 200, 128 },
};

static void test_there_and_back(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(size); i++) {
		lw_new(size[i].version);
		lw_fill(size[i].sessions, size[i].files, size[i].memfd);
		lw_start();
		lw_hop(L73, 5, 2);
		lw_hop(L71, 1, 2);
		lw_hop(L73, 5, 2);
		lw_hop(L70, 1, 1);
		lw_hop(L71, 1, 2);
		lw_hop(L70, 1, 1);
		lw_hop(L73, 5, 2);
		w_next_kernel();
		w_end();
	}
}

/* Nothing leaks over a hundred hops, and what the next kernel knows already is not touched. */
static void test_many_hops(void **state)
{
	unsigned int i, containers = 0;
	uint64_t fdt;

	(void)state;
	lw_new(1);
	lw_fill(60, 70, 1);
	lw_start();
	for (i = 0; i < HOPS; i++) {
		lw_hop(i % 2 ? L70 : L73, i % 2 ? 1 : 5, i % 2 ? 1 : 2);
		if (i >= 2 && i % 2)
			assert_int_equal(lw_now.containers, containers);
		containers = i % 2 ? lw_now.containers : containers;
		if (i == 1)
			containers = lw_now.containers;
	}
	fdt = w.out->h.fdt;
	assert_int_equal(luo_translate(w.out, lw_speaks(L70), &lw_report, &fault), 0);
	assert_null(lw_report.to);
	assert_string_equal(lw_report.from, "luo-v1");
	assert_int_equal(w.out->h.fdt, fdt);
	w_end();
}

static void test_report(void **state)
{
	uint64_t bytes = 0;
	unsigned int i, memfds = 0;

	(void)state;
	lw_new(1);
	lw_fill(20, 30, 1);
	lw_start();
	for (i = 0; i < lw_came.nr_file; i++) {
		if (!lw_is_memfd(&lw_came.file[i]))
			continue;
		memfds++;
		bytes += lm_get(w.m, lw_came.file[i].data + 8);
	}
	lw_hop(L73, 5, 2);
	assert_string_equal(lw_report.from, "luo-v1");
	assert_string_equal(lw_report.to, "luo-v5");
	assert_int_equal(lw_report.sessions, 20);
	assert_int_equal(lw_report.files, lw_came.nr_file);
	assert_int_equal(lw_report.translated, memfds);
	assert_int_equal(lw_report.flbs, 1);
	assert_int_equal(lw_report.bytes, bytes);
	w_end();
}

/* The LUO state that a published handover leads to is preserved, container by container. */
static void assert_whole(const struct reading *r, const struct lm *a, const struct lm *b)
{
	const struct lm *l = lw_blob_at(r, "LUO") == a->root ? a : b;
	unsigned int i;

	assert_int_equal(lw_blob_at(r, "LUO"), l->root);
	for (i = 0; i < l->containers; i++)
		assert_true(w_has_key(r, &l->container[i]));
	for (i = 0; i < l->nr_file; i++) {
		struct model_key page = { l->file[i].data, 0 };

		assert_true(!lw_is_memfd(&l->file[i]) || w_has_key(r, &page));
	}
}

/* What is published is complete and valid after every single store of a translation. */
static void test_every_store(void **state)
{
	static const char *const next[] = { L73, L70, L71, L73, L71 };
	struct lm *old = malloc(sizeof(*old));
	unsigned int i, n;

	(void)state;
	lw_new(1);
	lw_fill(54, 66, 1);
	lw_start();
	for (i = 0; i < ARRAY_SIZE(next); i++) {
		lw_look();
		*old = lw_now;
		w.stores = 0;
		watch_stores(true);
		assert_int_equal(luo_translate(w.out, lw_speaks(next[i]), &lw_report, &fault), 0);
		watch_stores(false);
		assert_true(w.stores > 20);
		lw_look();
		assert_int_not_equal(lw_now.root, old->root);
		for (n = 0; n < w.nr_seen; n++)
			assert_whole(w.seen[n], old, &lw_now);
		lm_assert_same(&lw_came, &lw_now, true);
		lw_assert_no_leak();
	}
	free(old);
	w_end();
}

/* Each allocation of a translation fails in turn. */
static void test_no_memory(void **state)
{
	static const char *const next[] = { L73, L70, L73 };
	unsigned int i, n, tries;

	(void)state;
	lw_new(1);
	lw_fill(53, 65, 1);
	lw_start();
	for (i = 0; i < ARRAY_SIZE(next); i++) {
		w_read(&lw_before);
		for (n = 0, tries = 0;; n++, tries++) {
			w.left = n;
			if (!luo_translate(w.out, lw_speaks(next[i]), &lw_report, &fault))
				break;
			assert_string_equal(fault.name, "out-of-memory");
			w.left = UINT32_MAX;
			lw_assert_unchanged();
		}
		w.left = UINT32_MAX;
		/* containers of about 40 sessions, 10 pages of memfds and the FDT at least */
		assert_true(tries > 30);
		lw_look();
		lm_assert_same(&lw_came, &lw_now, true);
		lw_assert_no_leak();
	}
	w_end();
}

/* ---- limits, each at its edge ---- */

static void many_files(unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		lm_file(&lw_came, LM_OTHERS, i, i);
}

static void one_memfd(uint32_t seals, uint32_t flags)
{
	uint64_t data = lm_memfd(&lw_place, 2, 3, 0, 0, 0, seals, 0);

	lm_put(w.m, data + 16, (uint64_t)flags << 32 | seals);
	lm_session(&lw_came, "a");
	lm_file(&lw_came, "memfd-v2", 1, data);
}

static const struct {
	const char *what;
	int version;
	unsigned int sessions, files, flbs;
	bool memfd;
	uint32_t seals, flags;
	const char *next, *fault;
} limit[] = {
	{ "819 sessions fit luo-v1", 5, 819, 0, 0, .next = L71 },
	{ "820 sessions do not", 5, 820, 0, 0, .next = L71, .fault = "luo-too-many-sessions" },
	{ "2000 sessions do not", 5, 2000, 0, 0, .next = L71, .fault = "luo-too-many-sessions" },
	{ "128 files fit a session of luo-v1", 5, 1, 128, 0, .next = L71 },
	{ "129 files do not", 5, 1, 129, 0, .next = L71, .fault = "luo-too-many-files" },
	{ "10000 files do not", 5, 1, 10000, 0, .next = L71, .fault = "luo-too-many-files" },
	{ "all sessions and FLBs of luo-v1 fit luo-v5", 1, 819, 128, 63, .next = L73 },
	{ "63 FLBs fit luo-v1", 5, 3, 3, 63, .next = L71 },
	{ "a memfd that takes no more seals fits memfd-v1", 5, .memfd = true, .seals = 1,
	  .next = L70 },
	{ "one without seals becomes such a one", 5, .memfd = true, .next = L70 },
	{ "F_SEAL_SHRINK does not", 5, .memfd = true, .seals = 2, .next = L70,
	  .fault = "memfd-seals" },
	{ "all seals do not", 5, .memfd = true, .seals = 0x3f, .next = L70,
	  .fault = "memfd-seals" },
	{ "all seals go on in memfd-v2", 5, .memfd = true, .seals = 0x3f, .next = L71 },
	{ "flags do not fit memfd-v1", 5, .memfd = true, .flags = 1, .next = L70,
	  .fault = "memfd-flags" },
	{ "a handler that the next kernel does not know", 5, 1, 1, 0, .next = "luo-v1,memfd-v2",
	  .fault = "client-unnamed" },
	{ "no LUO that it knows", 5, 1, 1, 0, .next = "kho-v3,memfd-v2",
	  .fault = "client-unnamed" },
	{ "no memfd that it knows", 5, .memfd = true, .next = "luo-v5,other-v9",
	  .fault = "client-unnamed" },
};

static void test_limits(void **state)
{
	unsigned int i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(limit); i++) {
		int err;

		lw_new(limit[i].version);
		lw_many_sessions(limit[i].sessions);
		many_files(limit[i].files);
		if (limit[i].memfd)
			one_memfd(limit[i].seals, limit[i].flags);
		for (j = 0; j < limit[i].flbs; j++)
			lm_flb(&lw_came, "flb", j, j + 1);
		lw_start();
		w_read(&lw_before);
		err = luo_translate(w.out, lw_speaks(limit[i].next), &lw_report, &fault);
		if (!err != !limit[i].fault || (err && strcmp(fault.name, limit[i].fault) != 0))
			fail_msg("%s: %s", limit[i].what, err ? fault.text : "no fault");
		if (err) {
			lw_assert_unchanged();
		} else {
			lw_look();
			lm_assert_same(&lw_came, &lw_now, true);
			lw_assert_no_leak();
		}
		w_end();
	}
}

/* No FLBs in luo-v5; luo-v1 needs a page for them. */
static void test_no_flbs(void **state)
{
	(void)state;
	lw_new(5);
	lw_many_sessions(3);
	lm_write(&lw_place, &lw_came);
	lm_put(w.m, lw_came.root + 24, 0);
	w_start();
	assert_int_equal(luo_translate(w.out, lw_speaks(L71), &lw_report, &fault), 0);
	lw_look();
	assert_true(lw_now.flb_page && lw_now.flb_page != lw_came.flb_page);
	lm_assert_same(&lw_came, &lw_now, false);
	lw_assert_no_leak();
	assert_int_equal(luo_translate(w.out, lw_speaks(L73), &lw_report, &fault), 0);
	lw_look();
	lm_assert_same(&lw_came, &lw_now, false);
	lw_assert_no_leak();
	w_end();
}

/* A property more in a root of luo-v1, behind what is there: Linux does not look at it. */
static void test_extra(void **state)
{
	static const uint8_t more[] = { 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t *fdt;
	unsigned int end;

	(void)state;
	lw_new(1);
	lw_many_sessions(3);
	lm_write(&lw_place, &lw_came);
	/* before the end of the last node: 12 bytes of an empty property, all offsets moved */
	fdt = lm_at(w.m, lw_came.root);
	end = (unsigned int)fdt[14] << 8 | fdt[15];
	memmove(fdt + end - 12 + sizeof(more), fdt + end - 12, 600);
	memcpy(fdt + end - 12, more, sizeof(more));
	fdt[15] = (uint8_t)(end + sizeof(more));
	fdt[14] = (uint8_t)((end + sizeof(more)) >> 8);
	fdt[39] = (uint8_t)(end + sizeof(more) - 56);
	fdt[38] = (uint8_t)((end + sizeof(more) - 56) >> 8);
	lw_came.root_size += sizeof(more);
	fdt[6] = (uint8_t)(lw_came.root_size >> 8);
	fdt[7] = (uint8_t)lw_came.root_size;
	w.m->blob[1].size = lw_came.root_size;
	w_start();
	client_claim(&w.in->in.h, &w.in->pm, &w.in->f);
	assert_int_equal(w.in->f.total, 0);
	w_read(&lw_before);
	assert_int_equal(luo_translate(w.out, lw_speaks(L71), &lw_report, &fault), 0);
	assert_null(lw_report.to);
	assert_int_equal(luo_translate(w.out, lw_speaks(L73), &lw_report, &fault), -1);
	assert_string_equal(fault.name, "luo-extra");
	lw_assert_unchanged();
	w_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_many_hops),
		cmocka_unit_test(test_report),         cmocka_unit_test(test_every_store),
		cmocka_unit_test(test_no_memory),      cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_flbs),        cmocka_unit_test(test_extra),
	};

	model_seed(21);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
