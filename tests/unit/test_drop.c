// SPDX-License-Identifier: MIT
/* Dropping clients and sessions by name, and the names that a next kernel must know. */
#define _GNU_SOURCE
#include "model/luo_world.h"

#include "kho/client/drop.h"
#include "kho/client/names.h"

/* Pages of the keys of @owner that are published, and of all that are somebody else's and are not. */
static void count_keys(int owner, uint64_t *here, uint64_t *lost)
{
	unsigned int i;

	*here = *lost = 0;
	for (i = 0; i < lw_place.nr; i++) {
		struct model_key k = { lw_place.key[i].addr, lw_place.key[i].order };
		bool has = w_has_key(&lw_after, &k);

		if (lw_place.key[i].owner == owner)
			*here += has ? 1UL << k.order : 0;
		else if (lw_place.key[i].owner != LM_CONTAINER)
			*lost += !has;
	}
}

/* All of @owner is gone, and @pages of containers with it. */
static void assert_dropped(int owner, uint64_t bytes, uint64_t pages)
{
	uint64_t here, lost;
	unsigned int i;

	w_read(&lw_after);
	count_keys(owner, &here, &lost);
	assert_int_equal(here, 0);
	assert_int_equal(lost, 0);
	for (i = 0; i < lw_place.nr; i++)
		pages += lw_place.key[i].owner == owner ? 1UL << lw_place.key[i].order : 0;
	assert_true(pages > 3);
	assert_int_equal(bytes, pages * 4096);
}

static void world_to_drop(int version)
{
	struct lm_list list;

	lw_new(version);
	lw_fill(9, 40, version == 1 ? 1 : 2);
	lm_kho_test(&lw_place, 600, &list);
	lm_memblock(&lw_place);
	lw_start();
}

static void test_drop_session(void **state)
{
	static const int version[] = { 1, 5 };
	struct dropped d;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(version); i++) {
		world_to_drop(version[i]);
		w_read(&lw_before);
		assert_int_equal(client_drop(w.out, "LUO:session", &d, &fault), -1);
		assert_string_equal(fault.name, "not-found");
		assert_int_equal(client_drop(w.out, "LUO:", &d, &fault), -1);
		lw_assert_unchanged();
		assert_int_equal(client_drop(w.out, "LUO:session 0", &d, &fault), 0);
		assert_int_equal(d.sessions, 1);
		assert_int_equal(d.files, 40);
		assert_int_equal(d.unknown, 35);
		assert_dropped(0, d.bytes, version[i] == 1 ? 2 : 1);
		lw_look();
		assert_int_equal(lw_now.version, version[i]);
		assert_int_equal(lw_now.nr_session, 8);
		assert_string_equal(lw_now.session[0].name, "session 1");
		assert_int_equal(lw_now.nr_file, lw_came.nr_file - 40);
		assert_memory_equal(&lw_now.file[0].data, &lw_came.file[40].data, 16);
		lw_assert_no_leak();
		w_next_kernel();
		w_end();
	}
}

/* With a memfd of 2,000 folios: bytes that leave, and none when memory runs out on the way. */
static void test_drop_without_memory(void **state)
{
	struct dropped d;
	unsigned int n;

	(void)state;
	lw_new(5);
	lm_session(&lw_came, "big");
	lm_file(&lw_came, "memfd-v2", 0, lm_memfd(&lw_place, 2, 2000, 0, 2, 0, 0, 0));
	lm_session(&lw_came, "small");
	lw_start();
	w_read(&lw_before);
	for (n = 0;; n++) {
		w.left = n;
		if (!client_drop(w.out, "LUO:big", &d, &fault))
			break;
		assert_string_equal(fault.name, "out-of-memory");
		w.left = UINT32_MAX;
		lw_assert_unchanged();
	}
	assert_true(n > 2);
	assert_dropped(0, d.bytes, 1);
	w.left = UINT32_MAX;
	w_end();
}

/* Whole blobs; also a LUO state that has been translated before. */
static void test_drop_blobs(void **state)
{
	uint64_t here, lost;
	struct dropped d;

	(void)state;
	world_to_drop(1);
	lw_hop(L73, 5, 2);
	assert_int_equal(client_drop(w.out, "kho_test", &d, &fault), 0);
	w_read(&lw_after);
	count_keys(LM_KHO_TEST, &here, &lost);
	assert_int_equal(here, 0);
	assert_int_equal(d.bytes % 4096, 0);
	assert_int_equal(client_drop(w.out, "memblock", &d, &fault), 0);
	assert_int_equal(d.bytes, 8 * 4096);
	assert_int_equal(client_drop(w.out, "LUO", &d, &fault), 0);
	assert_int_equal(d.sessions, 9);
	assert_int_equal(d.files, lw_came.nr_file);
	assert_int_equal(client_drop(w.out, "LUO", &d, &fault), -1);
	assert_string_equal(fault.name, "not-found");
	w_read(&lw_after);
	/* all that is left: the model's blob that nobody names, FDT, metadata */
	assert_int_equal(lw_after.nr_key, 3);
	assert_int_equal(lw_after.nr_blob, 1);
	assert_int_equal(w.pa.taken, w.out->h.map.pages + 1 + w.out->books.held +
					     w.out->owned.held + w.restore.done.pages + 1);
	w_next_kernel();
	w_end();
}

/* A blob that baton does not know: its pages, but for those in which another blob lies. */
static void test_drop_unknown(void **state)
{
	struct dropped d;

	(void)state;
	lw_new(5);
	lw_many_sessions(1);
	lm_write(&lw_place, &lw_came);
	model_blob(w.m, "alpha", M_BLOB + 8, 5000);
	model_blob(w.m, "beta", M_BLOB + 9000, 100);
	w_start();
	assert_int_equal(client_drop(w.out, "alpha", &d, &fault), 0);
	assert_int_equal(d.bytes, 0);
	assert_int_equal(client_drop(w.out, "beta", &d, &fault), 0);
	assert_int_equal(d.bytes, 4 * 4096);
	w_read(&lw_after);
	assert_int_equal(lw_after.nr_blob, 2);
	w_end();
}

/* ---- names ---- */

static const struct {
	const char *what, *next;
	unsigned int findings;
	const char *text; /* in the first */
} named[] = {
	{ "all are known", L71 ",some-flb-v1", 0, NULL },
	{ "all can be translated",
	  "luo-v5,memfd-v1,other-v9,some-flb-v1,memblock-v1,kho-test-v1,kexec-metadata", 0, NULL },
	{ "the FLB is not", L71, 1, "FLB 'some-flb-v1'" },
	{ "the handler is not",
	  "luo-v1,memfd-v1,some-flb-v1,memblock-v1,kho-test-v1,kexec-metadata", 1,
	  "file handler 'other-v9'" },
	{ "no handler is", "luo-v1,some-flb-v1,memblock-v1,kho-test-v1,kexec-metadata", 2,
	  "file handler '" },
	{ "LUO is not", "memfd-v1,other-v9,some-flb-v1,memblock-v1,kho-test-v1,kexec-metadata", 1,
	  "client 'luo-v1'" },
	{ "no whole name is", "luo-v,emfd-v1,other-v99,some-flb-v,memblock-v,kho-test-v", 6,
	  "client" },
	{ "nothing is", "", 6, "client" },
};

static void count_name(enum name_kind kind, const char *blob, const char *name, void *arg)
{
	unsigned int *nr = arg;

	assert_true(strlen(blob) && strlen(name));
	nr[kind]++;
}

static void test_names(void **state)
{
	unsigned int i, nr[3] = { 0 };

	(void)state;
	world_to_drop(1);
	names_of(&w.in->in.h, count_name, nr);
	assert_int_equal(nr[NAME_CLIENT], 4);
	assert_int_equal(nr[NAME_HANDLER], lw_came.nr_file);
	assert_int_equal(nr[NAME_FLB], 1);
	for (i = 0; i < ARRAY_SIZE(named); i++) {
		static struct findings f;

		memset(&f, 0, sizeof(f));
		names_check(&w.in->in.h, lw_speaks(named[i].next), &f);
		if (f.total != named[i].findings ||
		    (f.total && !strstr(f.list[0].text, named[i].text)))
			fail_msg("%s: %lu findings: %s", named[i].what, f.total, f.list[0].text);
		if (f.total)
			assert_string_equal(f.list[0].name, "client-unnamed");
	}
	w_end();
}

/* baton.abi= with a version alone: no name is known, so each client but kexec-metadata is refused. */
static void test_no_names(void **state)
{
	static const struct speaks unknown;
	static struct findings f;
	unsigned int i, clients = 0;

	(void)state;
	world_to_drop(1);
	memset(&f, 0, sizeof(f));
	names_check(&w.in->in.h, &unknown, &f);
	for (i = 0; i < f.total; i++) {
		assert_string_equal(f.list[i].name, "client-unnamed");
		clients += !strncmp(f.list[i].text, "client ", 7);
	}
	assert_int_equal(clients, 3);
	w_end();
}

/* A LUO state with nothing in it is nothing to lose. */
static void test_names_of_empty(void **state)
{
	static const int version[] = { 1, 5 };
	unsigned int i, flbs;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(version) * 2; i++) {
		static struct findings f;

		flbs = i / 2;
		memset(&f, 0, sizeof(f));
		lw_new(version[i % 2]);
		if (flbs)
			lm_flb(&lw_came, "flb", 1, 1);
		lw_start();
		names_check(&w.in->in.h, lw_speaks("kexec-metadata"), &f);
		assert_int_equal(f.total, flbs * 2);
		w_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drop_session), cmocka_unit_test(test_drop_without_memory),
		cmocka_unit_test(test_drop_blobs),   cmocka_unit_test(test_drop_unknown),
		cmocka_unit_test(test_names),        cmocka_unit_test(test_names_of_empty),
		cmocka_unit_test(test_no_names),
	};

	model_seed(22);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
