// SPDX-License-Identifier: MIT
/* Who decides what the next kernel speaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/target.h"

#define V3 "kho-v3"
#define V4 "kho-v4"

/* A version, and one name behind it; NULL for none. */
struct source {
	const char *version, *name;
};

static const struct {
	const char *comment;
	struct source asked, recorded;
	bool is_baton;
	const char *came_in;
	bool wanted;
	const char *result; /* a version, "cold", or a fault */
	enum speaks_what what;
	const char *name; /* one that is known */
} rows[] = {
	{ "a loose kernel, a handover", .came_in = V4, .result = "abi-undecided" },
	{ "a loose kernel, a wish", .wanted = true, .result = "abi-undecided" },
	{ "a loose kernel, a cold start", .result = "cold" },

	{ "a record", .recorded = { V3, "luo-v1" }, .came_in = V4, .result = V3,
	  .what = SPEAKS_LISTED, .name = "luo-v1" },
	{ "a record on a cold start", .recorded = { V3, "luo-v1" }, .result = V3,
	  .what = SPEAKS_LISTED, .name = "luo-v1" },
	{ "an old record", .recorded = { V3 }, .came_in = V4, .result = V3,
	  .what = SPEAKS_UNKNOWN },
	{ "a record of no KHO", .recorded = { "none" }, .came_in = V4, .result = "abi-none" },
	{ "with a wish", .recorded = { "none" }, .wanted = true, .result = "abi-none" },
	{ "on a cold start", .recorded = { "none" }, .result = "cold" },
	{ "a record of later times", .recorded = { "kho-v99" }, .came_in = V4,
	  .result = "abi-unknown" },
	{ "on a cold start", .recorded = { "kho-v99" }, .result = "cold" },

	{ "a word", .asked = { V3, "luo-v1" }, .came_in = V4, .result = V3, .what = SPEAKS_LISTED,
	  .name = "luo-v1" },
	{ "a word without names", .asked = { V3 }, .came_in = V4, .result = V3,
	  .what = SPEAKS_UNKNOWN },
	{ "a word wins", .asked = { V3, "luo-v1" }, .recorded = { V4, "luo-v5" }, .came_in = V4,
	  .result = V3, .what = SPEAKS_LISTED, .name = "luo-v1" },
	{ "and wins whole", .asked = { V3 }, .recorded = { V4, "luo-v5" }, .came_in = V4,
	  .result = V3, .what = SPEAKS_UNKNOWN },
	{ "also over no KHO", .asked = { V3 }, .recorded = { "none" }, .came_in = V4, .result = V3,
	  .what = SPEAKS_UNKNOWN },
	{ "a word on a cold start", .asked = { V3 }, .wanted = true, .result = V3,
	  .what = SPEAKS_UNKNOWN },
	{ "a word of later times", .asked = { "kho-v99" }, .recorded = { V4 }, .came_in = V4,
	  .result = "abi-unknown" },
	{ "on a cold start", .asked = { "kho-v99" }, .wanted = true, .result = "abi-unknown" },
	{ "none is no word", .asked = { "none" }, .came_in = V4, .result = "abi-unknown" },

	{ "a baton takes what came in", .is_baton = true, .came_in = V3, .result = V3,
	  .what = SPEAKS_ALL, .name = "anything" },
	{ "on a cold start, the newest", .is_baton = true, .result = V4, .what = SPEAKS_ALL,
	  .name = "anything" },
	{ "a baton and a word", .is_baton = true, .asked = { V4, "luo-v5" }, .came_in = V3,
	  .result = V4, .what = SPEAKS_ALL, .name = "anything" },
};

static void fill(struct manifest *m, const struct source *s)
{
	memset(m, 0, sizeof(*m));
	if (s->version)
		strcpy(m->abi, s->version);
	if (s->name)
		speaks_add(&m->speaks, s->name, strlen(s->name));
}

static void decisions(void **state)
{
	struct manifest *asked = malloc(sizeof(*asked)), *recorded = malloc(sizeof(*recorded));
	struct target *t = malloc(sizeof(*t));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct target_facts facts = {
			.asked = asked,
			.recorded = recorded,
			.is_baton = rows[i].is_baton,
			.came_in = rows[i].came_in ? kho_abi_by_name(rows[i].came_in) : NULL,
			.wanted = rows[i].wanted,
			.release = "7.3.4",
		};
		struct fault f = { .name = "none" };
		const char *result;

		fill(asked, &rows[i].asked);
		fill(recorded, &rows[i].recorded);
		memset(t, 'x', sizeof(*t));
		if (target_decide(t, &facts, &f))
			result = f.name;
		else
			result = t->abi ? t->abi->compatible : t->cold ? "cold" : "nothing";
		if (strcmp(result, rows[i].result) != 0)
			fail_msg("%s: %s", rows[i].comment, result);
		if (strcmp(f.name, "none") != 0 || t->cold)
			continue;
		if (t->speaks.what != rows[i].what ||
		    speaks_name(&t->speaks, rows[i].name ? rows[i].name : "luo-v5") !=
			    (rows[i].name != NULL))
			fail_msg("%s: %d", rows[i].comment, (int)t->speaks.what);
	}
	free(t);
	free(recorded);
	free(asked);
}

/* A refusal says what to do, and names the kernel. */
static void messages(void **state)
{
	struct manifest *none = calloc(1, sizeof(*none));
	struct target *t = malloc(sizeof(*t));
	struct target_facts facts = { .asked = none, .recorded = none, .release = "7.3.4" };
	struct fault f;

	(void)state;
	assert_int_equal(target_decide(t, &facts, &f), 0);
	assert_non_null(strstr(t->cold, "batonctl"));
	assert_non_null(strstr(t->cold, "baton.abi="));
	facts.came_in = kho_abi_by_name(V4);
	assert_int_equal(target_decide(t, &facts, &f), -1);
	assert_non_null(strstr(f.text, "7.3.4"));
	assert_non_null(strstr(f.text, "batonctl"));
	assert_non_null(strstr(f.text, "baton.abi= one of kho-v"));
	free(t);
	free(none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions),
		cmocka_unit_test(messages),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
