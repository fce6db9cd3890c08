// SPDX-License-Identifier: MIT
/* mm/ranges and mm/window: tables of boundary cases, then random work against one byte a unit. */
#include "model/kho.h"

#include "mm/ranges.h"

#define TOP UINT64_MAX

struct set {
	struct range table[4];
	struct ranges s;
};

static void set_init(struct set *set, const struct range *from, unsigned int cap)
{
	memset(set, 0, sizeof(*set));
	set->s.r = set->table;
	set->s.cap = cap;
	while (set->s.nr < 4 && from[set->s.nr].end) {
		set->table[set->s.nr] = from[set->s.nr];
		set->s.nr++;
	}
}

static void assert_set(const struct set *set, const struct range *expect, const char *row)
{
	unsigned int i;

	for (i = 0; i < 4 && expect[i].end; i++)
		if (i >= set->s.nr || set->table[i].base != expect[i].base ||
		    set->table[i].end != expect[i].end)
			fail_msg("%s: range %u", row, i);
	if (set->s.nr != i)
		fail_msg("%s: %u ranges, not %u", row, set->s.nr, i);
}

static void add_boundaries(void **state)
{
	static const struct {
		const char *row;
		struct range before[4], add;
		unsigned int cap;
		bool ok;
		struct range after[4];
	} table[] = {
		{ "into nothing", {}, { 10, 20 }, 4, true, { { 10, 20 } } },
		{ "empty adds nothing", { { 10, 20 } }, { 15, 15 }, 4, true, { { 10, 20 } } },
		{ "reversed adds nothing", { { 10, 20 } }, { 30, 25 }, 4, true, { { 10, 20 } } },
		{ "touches from below", { { 10, 20 } }, { 5, 10 }, 4, true, { { 5, 20 } } },
		{ "touches from above", { { 10, 20 } }, { 20, 25 }, 4, true, { { 10, 25 } } },
		{ "one short below", { { 10, 20 } }, { 5, 9 }, 4, true, { { 5, 9 }, { 10, 20 } } },
		{ "one short above",
		  { { 10, 20 } },
		  { 21, 25 },
		  4,
		  true,
		  { { 10, 20 }, { 21, 25 } } },
		{ "inside", { { 10, 20 } }, { 12, 18 }, 4, true, { { 10, 20 } } },
		{ "around", { { 10, 20 } }, { 5, 25 }, 4, true, { { 5, 25 } } },
		{ "bridges two", { { 10, 20 }, { 30, 40 } }, { 20, 30 }, 4, true, { { 10, 40 } } },
		{ "swallows two",
		  { { 10, 20 }, { 30, 40 }, { 50, 60 } },
		  { 5, 45 },
		  4,
		  true,
		  { { 5, 45 }, { 50, 60 } } },
		{ "from address 0", { { 10, 20 } }, { 0, 10 }, 4, true, { { 0, 20 } } },
		{ "up to the last address",
		  { { 10, 20 } },
		  { 30, TOP },
		  4,
		  true,
		  { { 10, 20 }, { 30, TOP } } },
		{ "full",
		  { { 10, 20 }, { 30, 40 } },
		  { 50, 60 },
		  2,
		  false,
		  { { 10, 20 }, { 30, 40 } } },
		{ "full, but merges",
		  { { 10, 20 }, { 30, 40 } },
		  { 40, 60 },
		  2,
		  true,
		  { { 10, 20 }, { 30, 60 } } },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct set set;

		set_init(&set, table[i].before, table[i].cap);
		if (ranges_add(&set.s, table[i].add.base, table[i].add.end) != table[i].ok)
			fail_msg("%s: returned %d", table[i].row, !table[i].ok);
		assert_set(&set, table[i].after, table[i].row);
	}
}

static void sub_boundaries(void **state)
{
	static const struct {
		const char *row;
		struct range before[4], sub;
		unsigned int cap;
		bool ok;
		struct range after[4];
	} table[] = {
		{ "from nothing", {}, { 10, 20 }, 4, true, {} },
		{ "empty", { { 10, 20 } }, { 15, 15 }, 4, true, { { 10, 20 } } },
		{ "exactly", { { 10, 20 } }, { 10, 20 }, 4, true, {} },
		{ "touches from below", { { 10, 20 } }, { 5, 10 }, 4, true, { { 10, 20 } } },
		{ "touches from above", { { 10, 20 } }, { 20, 25 }, 4, true, { { 10, 20 } } },
		{ "cuts the head", { { 10, 20 } }, { 5, 11 }, 4, true, { { 11, 20 } } },
		{ "cuts the tail", { { 10, 20 } }, { 19, 25 }, 4, true, { { 10, 19 } } },
		{ "splits", { { 10, 20 } }, { 12, 18 }, 4, true, { { 10, 12 }, { 18, 20 } } },
		{ "splits, full", { { 10, 20 } }, { 12, 18 }, 1, false, { { 10, 20 } } },
		{ "cuts two, drops one between",
		  { { 10, 20 }, { 30, 40 }, { 50, 60 } },
		  { 15, 55 },
		  4,
		  true,
		  { { 10, 15 }, { 55, 60 } } },
		{ "cuts two neighbours",
		  { { 10, 20 }, { 30, 40 } },
		  { 15, 35 },
		  2,
		  true,
		  { { 10, 15 }, { 35, 40 } } },
		{ "all there is", { { 10, 20 }, { 30, 40 } }, { 0, TOP }, 4, true, {} },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct set set;

		set_init(&set, table[i].before, table[i].cap);
		if (ranges_sub(&set.s, table[i].sub.base, table[i].sub.end) != table[i].ok)
			fail_msg("%s: returned %d", table[i].row, !table[i].ok);
		assert_set(&set, table[i].after, table[i].row);
	}
}

static void hold_and_meet_boundaries(void **state)
{
	static const struct range before[4] = { { 10, 20 }, { 30, 40 } };
	static const struct {
		const char *row;
		uint64_t base, end;
		bool hold, meet;
	} table[] = {
		{ "exactly one", 10, 20, true, true },     { "one byte below", 9, 20, false, true },
		{ "one byte above", 10, 21, false, true }, { "first byte", 10, 11, true, true },
		{ "last byte", 19, 20, true, true },       { "in the gap", 20, 30, false, false },
		{ "over the gap", 15, 35, false, true },   { "before all", 0, 10, false, false },
		{ "after all", 40, TOP, false, false },    { "empty", 15, 15, false, false },
		{ "everything", 0, TOP, false, true },
	};
	struct set set;
	unsigned int i;

	(void)state;
	set_init(&set, before, 4);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (ranges_hold(&set.s, table[i].base, table[i].end) != table[i].hold)
			fail_msg("hold: %s", table[i].row);
		if (ranges_meet(&set.s, table[i].base, table[i].end) != table[i].meet)
			fail_msg("meet: %s", table[i].row);
	}
	assert_int_equal(ranges_bytes(&set.s), 20);
}

#define UNITS 200

static void assert_like_bytes(const struct ranges *s, const uint8_t *in)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < UNITS; i++) {
		assert_int_equal(ranges_hold(s, i, i + 1), in[i]);
		assert_int_equal(ranges_meet(s, i, i + 1), in[i]);
		sum += in[i];
	}
	assert_int_equal(ranges_bytes(s), sum);
	for (i = 0; i < s->nr; i++) {
		assert_true(s->r[i].base < s->r[i].end);
		if (i)
			assert_true(s->r[i - 1].end < s->r[i].base);
	}
}

static void random_work(void **state)
{
	struct range table[UNITS];
	struct ranges s = { .r = table, .cap = UNITS };
	uint8_t in[UNITS] = { 0 };
	unsigned int round;

	(void)state;
	model_seed(0x7261);
	for (round = 0; round < 5000; round++) {
		uint64_t base = model_below(UNITS), end = base + model_below(12);
		bool add = model_below(2);

		end = end > UNITS ? UNITS : end;
		assert_true(add ? ranges_add(&s, base, end) : ranges_sub(&s, base, end));
		memset(in + base, add, end - base);
		assert_like_bytes(&s, in);
	}
}

static void door_boundaries(void **state)
{
	static char low[16], high[16];
	static const struct pane pane[] = { { 0x1000, 0x1010, low }, { 0x2000, 0x2010, high } };
	static const struct window d = { pane, 2 };
	static const struct {
		const char *row;
		uint64_t addr, size;
		const void *expect;
	} table[] = {
		{ "a whole window", 0x1000, 16, low },
		{ "its last byte", 0x100f, 1, low + 15 },
		{ "one byte too many", 0x1000, 17, NULL },
		{ "one byte too early", 0xfff, 1, NULL },
		{ "just after", 0x1010, 1, NULL },
		{ "over the gap", 0x1008, 0x1000, NULL },
		{ "the second window", 0x2004, 4, high + 4 },
		{ "size 0 of RAM", 0x2004, 0, high + 4 },
		{ "size 0 of no RAM", 0x2010, 0, NULL },
		{ "a sum that overflows", 0x1008, UINT64_MAX, NULL },
		{ "the last address", UINT64_MAX, 1, NULL },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (window_ro(&d, table[i].addr, table[i].size) != table[i].expect)
			fail_msg("ro: %s", table[i].row);
		if (window_rw(&d, table[i].addr, table[i].size) != table[i].expect)
			fail_msg("rw: %s", table[i].row);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(add_boundaries),           cmocka_unit_test(sub_boundaries),
		cmocka_unit_test(hold_and_meet_boundaries), cmocka_unit_test(random_work),
		cmocka_unit_test(door_boundaries),
	};

	return cmocka_run_group_tests_name("ranges", tests, NULL, NULL);
}
