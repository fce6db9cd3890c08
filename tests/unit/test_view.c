// SPDX-License-Identifier: MIT
/* What monitor and host tool both show of a handover. */
#include "model/kho.h"

#include "kho/view/summary.h"
#include "kho/view/verify.h"

static struct model *m;

static int setup(void **state)
{
	(void)state;
	m = model_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	model_free(m);
	return 0;
}

static void assert_sums(const struct summary *s)
{
	uint64_t pages = 0, by_order[64] = { 0 };
	unsigned int i;

	for (i = 0; i < m->nr_key; i++) {
		pages += 1UL << m->key[i].order;
		by_order[m->key[i].order]++;
	}
	assert_int_equal(s->blocks, m->nr_key);
	assert_int_equal(s->pages, pages);
	for (i = 0; i <= KHO_MAX_ORDER; i++)
		assert_int_equal(s->by_order[i], by_order[i]);
}

static void summaries(void **state)
{
	struct model_run *r;
	struct summary s;
	unsigned int i;

	(void)state;
	model_seed(0x73756d);
	for (i = 0; i < 100; i++)
		model_preserve_some(m, (unsigned int)model_below(12));
	r = model_run(m);
	assert_int_equal(r->f.total, 0);
	s = summary_of_in(&r->in);
	assert_sums(&s);
	s = summary_count(&r->in.h);
	assert_sums(&s);
	model_run_free(r);
}

static void orders(void **state)
{
	struct summary s = { .by_order = { [0] = 12, [9] = 3, [37] = 1 }, .blocks = 16 };
	char line[160], tiny[40];
	unsigned int i;

	(void)state;
	assert_string_equal(summary_orders(&s, line, sizeof(line)), "0: 12, 9: 3, 37: 1");
	/* orders for which there may be no room are not begun */
	assert_string_equal(summary_orders(&s, tiny, sizeof(tiny)), "0: 12, 9: 3, 37: 1");
	assert_string_equal(summary_orders(&s, tiny, 29), "0: 12");
	for (i = 0; i <= KHO_MAX_ORDER; i++)
		s.by_order[i] = UINT64_MAX;
	assert_true(strlen(summary_orders(&s, line, sizeof(line))) < sizeof(line));
	memset(&s, 0, sizeof(s));
	assert_string_equal(summary_orders(&s, line, sizeof(line)), "");
}

static struct verify *verified(void)
{
	struct verify *v = calloc(1, sizeof(*v));
	void *map = aligned_alloc(4096, pagemap_bytes(&m->ram));

	model_protect(m, PROT_READ);
	verify_handover(v, &m->window, &m->data, &m->ram, m->borders, map);
	model_protect(m, PROT_READ | PROT_WRITE);
	free(map);
	return v;
}

/* Each of its steps is done: something is found that only that step finds. */
static void verification(void **state)
{
	static struct borders borders = { .at = { M_BLOB + 4096 }, .nr = 1 };
	struct verify *v = verified();

	(void)state;
	assert_int_equal(v->f.total, 0);
	assert_int_equal(v->in.pages, 6);
	free(v);

	m->scratch[1].addr += 64;
	model_write_scratch(m);
	m->blob[1].size_len = 4;
	strcpy(m->blob[1].name, "LUO");
	model_write_fdt(m);
	model_force(m, M_BLOB + 8192, 0);
	model_force(m, M_SCRATCH0, 0);
	m->borders = &borders;
	v = verified();
	assert_int_equal(v->f.total, 5);
	assert_string_equal(v->f.list[0].name, "scratch-misaligned");
	assert_string_equal(v->f.list[1].name, "block-across-nodes");
	assert_string_equal(v->f.list[2].name, "block-in-scratch");
	assert_string_equal(v->f.list[3].name, "block-overlap");
	assert_string_equal(v->f.list[4].name, "client-unreadable");
	free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(summaries, setup, teardown),
		cmocka_unit_test_setup_teardown(orders, setup, teardown),
		cmocka_unit_test_setup_teardown(verification, setup, teardown),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
