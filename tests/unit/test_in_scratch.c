// SPDX-License-Identifier: MIT
/* Regions of reserve_mem in scratch: found without a map, and cut out of it. */
#include "model/luo.h"

#include "kho/client/client.h"
#include "kho/client/in_scratch.h"

static struct model *m;
static struct lm_place place;
static struct in_scratch found;
static struct range table[KHO_MAX_SCRATCH];
static struct ranges scratch;
static struct kho_scratch region[KHO_MAX_SCRATCH];
static unsigned int nr;

static int setup(void **state)
{
	(void)state;
	m = model_new();
	memset(&place, 0, sizeof(place));
	place.m = m;
	place.next = LM_BASE;
	memset(&found, 0, sizeof(found));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	model_free(m);
	return 0;
}

/* Steps 1 and 2 of an ingestion, and the search. */
static void find(struct kho_in *in)
{
	struct findings f = { 0 };

	memset(in, 0, sizeof(*in));
	scratch = (struct ranges){ table, 0, KHO_MAX_SCRATCH };
	model_write_fdt(m);
	model_protect(m, PROT_READ);
	kho_in_scratch(in, &m->window, &m->data, &m->ram, &scratch, &f);
	kho_in_fdt(in, &scratch, &f);
	assert_int_equal(f.total, 0);
	in_scratch_find(in, &scratch, &found);
	model_protect(m, PROT_READ | PROT_WRITE);
}

/* Where a region lies, and the parts of the first region of scratch that are left: 32 MiB at 32 MiB. */
static const struct {
	const char *what;
	uint64_t start, size;
	bool found;
	struct range part[2];
} rows[] = {
	{ "in the middle", MIB(40), MIB(8), true, { { MIB(32), MIB(40) }, { MIB(48), MIB(64) } } },
	{ "at the start", MIB(32), MIB(8), true, { { MIB(40), MIB(64) } } },
	{ "at the end", MIB(56), MIB(8), true, { { MIB(32), MIB(56) } } },
	{ "all of it", MIB(32), MIB(32), true, { { 0, 0 } } },
	{ "over its end", MIB(60), MIB(8), true, { { MIB(32), MIB(60) } } },
	{ "not at a page, and two whole pages",
	  MIB(40) + 64,
	  3 * 4096 - 1,
	  true,
	  { { MIB(32), MIB(40) }, { MIB(40) + 8192, MIB(64) } } },
	{ "less than a page", MIB(40), 4095, false, { { MIB(32), MIB(64) } } },
	{ "behind it", MIB(64), MIB(8), false, { { MIB(32), MIB(64) } } },
	{ "up to the end of all addresses", MIB(40), -MIB(40), false, { { MIB(32), MIB(64) } } },
};

static void carved(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int at = 0;
		struct kho_in in;

		lm_region(&place, rows[i].start, rows[i].size);
		find(&in);
		if (found.nr != rows[i].found)
			fail_msg("%s: %u found", rows[i].what, found.nr);
		assert_true(in_scratch_carve(&found, &in.h, &scratch, region, &nr));
		for (unsigned int j = 0; j < 2 && rows[i].part[j].end; j++, at++) {
			if (region[at].addr != rows[i].part[j].base ||
			    region[at].addr + region[at].size != rows[i].part[j].end)
				fail_msg("%s: part %u is 0x%lx, 0x%lx", rows[i].what, at,
					 region[at].addr, region[at].size);
			assert_true(
				ranges_hold(&scratch, rows[i].part[j].base, rows[i].part[j].end));
		}
		/* the other region is as it was, and comes last */
		assert_int_equal(nr, at + 1);
		assert_int_equal(region[at].addr, M_SCRATCH1);
		assert_int_equal(region[at].size, MIB(16));
		if (found.nr)
			assert_false(ranges_meet(&scratch, found.at[0].base, found.at[0].end));
		teardown(state);
		setup(state);
	}
}

/* Its blocks are then preserved like any others; if they are not, that is a finding. */
static void ingested(void **state)
{
	(void)state;
	for (unsigned int preserved = 0; preserved < 2; preserved++) {
		struct findings f = { 0 };
		struct pagemap pm;
		struct kho_in in;
		void *mem;

		if (preserved)
			model_force(m, MIB(40), 11);
		lm_region(&place, MIB(40), MIB(8));
		find(&in);
		assert_int_equal(found.nr, 1);
		assert_true(in_scratch_carve(&found, &in.h, &scratch, region, &nr));
		mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
		pagemap_init(&pm, &m->ram, mem);
		for (unsigned int i = 0; i < scratch.nr; i++)
			pagemap_set(&pm, scratch.r[i].base, scratch.r[i].end);
		model_protect(m, PROT_READ);
		kho_in_ingest(&in, &m->ram, &scratch, &pm, &f);
		client_claim(&in.h, &pm, &f);
		model_protect(m, PROT_READ | PROT_WRITE);
		assert_int_equal(f.total, !preserved);
		if (!preserved)
			assert_string_equal(f.list[0].name, "client-not-preserved");
		assert_int_equal(pagemap_any(&pm, MIB(40), MIB(48)), preserved);
		free(mem);
		teardown(NULL);
		setup(NULL);
	}
}

/* What is no blob of memblock, or cannot be read, names no region. */
static void nothing_found(void **state)
{
	struct kho_in in;

	(void)state;
	find(&in);
	assert_int_equal(found.nr, 0);
	lm_region(&place, MIB(40), MIB(8));
	m->blob[m->nr_blob - 1].addr += 4;
	find(&in);
	assert_int_equal(found.nr, 0);
	m->blob[m->nr_blob - 1].addr = 0xa0000;
	find(&in);
	assert_int_equal(found.nr, 0);
	m->blob[m->nr_blob - 1].addr_len = 4;
	find(&in);
	assert_int_equal(found.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(carved, setup, teardown),
		cmocka_unit_test_setup_teardown(ingested, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_found, setup, teardown),
	};

	return cmocka_run_group_tests_name("in_scratch", tests, NULL, NULL);
}
