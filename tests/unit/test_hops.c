// SPDX-License-Identifier: MIT
/* The command line of the next hop: whoever reads it must find one hop less. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/words/hops.h"
#include "boot/words/options.h"

static const struct {
	const char *comment, *line, *next;
	unsigned int hops;
} rows[] = {
	{ "alone", "baton.hops=3", "baton.hops=2/3", 3 },
	{ "in the middle", "a baton.hops=1 b", "a baton.hops=0/1 b", 1 },
	{ "of a total", "a baton.hops=03/12 b", "a baton.hops=02/12 b", 3 },
	{ "the number keeps its width", "baton.hops=10", "baton.hops=09/10", 10 },
	{ "twice", "baton.hops=7 a baton.hops=3", "baton.hops=2/3 a baton.hops=2/3", 3 },
	{ "three times", "baton.hops=1 baton.hops=2 baton.hops=2",
	  "baton.hops=1/2 baton.hops=1/2 baton.hops=1/2", 2 },
	{ "the end of another word", "xbaton.hops=9 baton.hops=2", "xbaton.hops=9 baton.hops=1/2",
	  2 },
	{ "the value of another word", "a=baton.hops=9 baton.hops=2",
	  "a=baton.hops=9 baton.hops=1/2", 2 },
	{ "in the quotes of another word", "a=\"x baton.hops=9 y\" baton.hops=2",
	  "a=\"x baton.hops=9 y\" baton.hops=1/2", 2 },
	{ "its value in quotes", "baton.hops=\"4\" b", "baton.hops=3/4 b", 4 },
	{ "all of it in quotes", "a \"baton.hops=4\" b", "a baton.hops=3/4 b", 4 },
	{ "a quote that is not closed", "\"baton.hops=4", "baton.hops=3/4", 4 },
	{ "behind --", "baton.hops=2 -- baton.hops=9", "baton.hops=1/2 -- baton.hops=9", 2 },
	{ "a tab behind it", "baton.hops=2\tb", "baton.hops=1/2\tb", 2 },
};

static void test_rows(void **state)
{
	struct options *o = malloc(sizeof(*o));
	struct fault f;
	char buf[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (options_parse(o, rows[i].line, &f) || o->hops != rows[i].hops)
			fail_msg("%s: %u hops", rows[i].comment, o->hops);
		if (hops_rewrite(buf, sizeof(buf), rows[i].line, o->hops - 1, o->hops_total, &f) ||
		    strcmp(buf, rows[i].next))
			fail_msg("%s: '%s'", rows[i].comment, buf);
		assert_int_equal(options_parse(o, buf, &f), 0);
		assert_int_equal(o->hops, rows[i].hops - 1);
	}
	free(o);
}

/* "baton.hops=1/2" has 14 characters and a NUL. With less room nothing is written past the end. */
static void test_room(void **state)
{
	char buf[20];
	struct fault f;

	(void)state;
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(hops_rewrite(buf, 15, "baton.hops=2", 1, 2, &f), 0);
	assert_string_equal(buf, "baton.hops=1/2");
	for (size_t size = 1; size < 15; size++) {
		memset(buf, 'x', sizeof(buf));
		assert_int_equal(hops_rewrite(buf, size, "baton.hops=2", 1, 2, &f), -1);
		assert_string_equal(f.name, "cmdline-too-long");
		assert_int_equal(buf[size], 'x');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests_name("hops", tests, NULL, NULL);
}
