// SPDX-License-Identifier: MIT
/*
 * Blocks larger than the next kernel's clients restore: good where nobody restores them, in a region
 * of reserve_mem, and refused anywhere else.
 */
#define _GNU_SOURCE
#include "model/luo.h"

#include "kho/client/client.h"
#include "kho/client/orders.h"

#define AT   0x20000000UL /* 512 MiB */
#define SIZE (4096UL << 11)

static bool grant(paddr_t base, paddr_t end)
{
	(void)base;
	(void)end;
	return true;
}

static const struct row {
	const char *what, *abi;
	unsigned int order;   /* of the blocks that lie from AT on */
	unsigned int blocks;  /* so many */
	uint64_t start, size; /* of the region; no memblock where the size is 0 */
	uint64_t refused;     /* the block that is named; 0 for none */
} rows[] = {
	{ "no region", "kho-v1", 11, 1, 0, 0, AT },
	{ "order 10, no region", "kho-v1", 10, 1, 0, 0, 0 },
	{ "order 12, no region", "kho-v1", 12, 1, 0, 0, AT },
	{ "in a region", "kho-v1", 11, 1, AT, SIZE, 0 },
	{ "inside a larger one", "kho-v1", 11, 2, AT, 2 * SIZE, 0 },
	{ "the region ends before", "kho-v1", 11, 1, AT, SIZE - 4096, AT },
	{ "the region begins behind", "kho-v1", 11, 1, AT + 4096, SIZE - 4096, AT },
	{ "the second of two is outside", "kho-v1", 11, 2, AT, SIZE, AT + SIZE },
	{ "the first of two is outside", "kho-v1", 11, 2, AT + SIZE, SIZE, AT },
	{ "kho-v2 restores them", "kho-v2", 11, 1, 0, 0, 0 },
	{ "kho-v3 restores them", "kho-v3", 11, 1, 0, 0, 0 },
	{ "kho-v4 restores them", "kho-v4", 11, 1, 0, 0, 0 },
};

/* Take @r in as kho-v4, publish it in its version, and look at that. Return: the block refused, or 0. */
static uint64_t look_at(const struct row *r, struct fault *f)
{
	static struct lm_place place;
	struct model *m = model_new();
	struct kho_out out = { 0 };
	struct model_run *in;
	struct palloc pa;
	uint64_t block = 0;
	int ret;

	place = (struct lm_place){ .m = m, .next = LM_BASE };
	for (unsigned int i = 0; i < r->blocks; i++)
		model_preserve(m, AT + i * (4096UL << r->order), r->order);
	if (r->size)
		lm_region(&place, r->start, r->size);
	model_write_fdt(m);
	in = model_run(m);
	client_claim(&in->in.h, &in->pm, &in->f);
	model_print_findings(&in->f);
	assert_int_equal(in->f.total, 0);
	palloc_init(&pa, &in->pm, &m->window, grant);
	assert_int_equal(model_publish(&out, &in->in.h, r->abi, &pa, "test", f), 0);

	ret = orders_check(&out.h, f);
	if (ret) {
		assert_int_equal(ret, -1);
		assert_string_equal(f->name, "order-not-restorable");
		assert_int_equal(sscanf(f->text, "block 0x%lx of order", &block), 1);
	}
	model_run_free(in);
	model_free(m);
	return block;
}

static void test_orders(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault f = { 0 };
		uint64_t block = look_at(&rows[i], &f);

		if (block != rows[i].refused)
			fail_msg("%s, %s: 0x%lx is refused; expected 0x%lx", rows[i].abi,
				 rows[i].what, block, rows[i].refused);
	}
}

/* What is refused is told with the order, and with what would be good. */
static void test_words(void **state)
{
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(look_at(&rows[0], &f), AT);
	assert_string_equal(f.text, "block 0x20000000 of order 11; "
				    "clients of kho-v1 restore orders up to 10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_words),
	};

	model_seed(11);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
