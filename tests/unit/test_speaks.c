// SPDX-License-Identifier: MIT
/* The set of names that the next kernel knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kho/client/client.h"
#include "kho/client/handler.h"
#include "kho/client/known.h"
#include "kho/client/luo.h"
#include "kho/client/speaks.h"

/* On the heap and filled, so that a read beyond the names shows. */
static struct speaks *new_set(void)
{
	struct speaks *s = malloc(sizeof(*s));

	memset(s, 'x', sizeof(*s));
	s->what = SPEAKS_UNKNOWN;
	s->nr = 0;
	s->used = 0;
	return s;
}

static bool add(struct speaks *s, const char *name)
{
	return speaks_add(s, name, strlen(name));
}

static void test_what_is_known(void **state)
{
	struct speaks *s = new_set();

	(void)state;
	assert_false(speaks_name(s, "luo-v5"));
	assert_null(speaks_next(s, NULL));
	s->what = SPEAKS_ALL;
	assert_true(speaks_name(s, "luo-v5"));
	s->what = SPEAKS_LISTED;
	assert_false(speaks_name(s, "luo-v5"));
	free(s);
}

static void test_names(void **state)
{
	struct speaks *s = new_set();
	const char *name;

	(void)state;
	/* Only as much as is said of the text is the name. */
	assert_true(speaks_add(s, "luo-v5,memfd-v2", 6));
	assert_true(add(s, "memfd-v2"));
	assert_true(add(s, "LUO"));
	assert_int_equal(s->what, SPEAKS_LISTED);
	assert_int_equal(s->nr, 3);

	assert_true(speaks_name(s, "luo-v5"));
	assert_true(speaks_name(s, "memfd-v2"));
	assert_true(speaks_name(s, "LUO"));
	assert_false(speaks_name(s, "luo-v"));
	assert_false(speaks_name(s, "luo-v50"));
	assert_false(speaks_name(s, "uo-v5"));
	assert_false(speaks_name(s, ""));

	name = speaks_next(s, NULL);
	assert_string_equal(name, "luo-v5");
	name = speaks_next(s, name);
	assert_string_equal(name, "memfd-v2");
	name = speaks_next(s, name);
	assert_string_equal(name, "LUO");
	assert_null(speaks_next(s, name));
	free(s);
}

static void test_what_is_no_name(void **state)
{
	static const struct {
		const char *comment, *text;
		size_t len;
		bool good;
	} rows[] = {
		{ "nothing", "", 0, false },
		{ "one character", "a", 1, true },
		{ "a space", "luo v5", 6, false },
		{ "a newline", "luo-v5\n", 7, false },
		{ "a NUL", "luo\0v5", 6, false },
		{ "above ASCII", "luo-v\xb2", 6, false },
		{ "a composite", "kho-v4;radix-v1", 15, true },
		{ "47 characters", "12345678901234567890123456789012345678901234567", 47, true },
		{ "48 characters", "123456789012345678901234567890123456789012345678", 48, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct speaks *s = new_set();

		if (speaks_add(s, rows[i].text, rows[i].len) != rows[i].good)
			fail_msg("%s", rows[i].comment);
		assert_int_equal(s->nr, rows[i].good);
		assert_int_equal(s->what, rows[i].good ? SPEAKS_LISTED : SPEAKS_UNKNOWN);
		free(s);
	}
}

/* As many of the longest names as there may be fit, one more does not, and one twice is one. */
static void test_full(void **state)
{
	struct speaks *s = new_set();
	char name[SPEAKS_NAME];

	(void)state;
	memset(name, 'n', sizeof(name));
	for (unsigned int i = 0; i < SPEAKS_MAX; i++) {
		snprintf(name + sizeof(name) - 4, 4, "%03u", i);
		assert_true(add(s, name));
	}
	assert_int_equal(s->used, SPEAKS_ROOM);
	assert_true(add(s, name));
	assert_false(add(s, "one-more-v1"));
	assert_int_equal(s->nr, SPEAKS_MAX);
	assert_true(speaks_name(s, name));
	assert_false(speaks_name(s, "one-more-v1"));
	free(s);
}

static void test_known(void **state)
{
	const struct known_name *k;
	unsigned int i, blobs = 0;

	(void)state;
	for (i = 0; (k = known_name_at(i)); i++) {
		assert_true(speaks_is_name(k->name, strlen(k->name)));
		blobs += k->blob;
	}
	assert_int_equal(blobs, 4);
	assert_null(known_name_at(i + 1));
}

static bool is_known(const char *name, bool blob)
{
	const struct known_name *k;

	for (unsigned int i = 0; (k = known_name_at(i)); i++)
		if (strcmp(k->name, name) == 0)
			return k->blob == blob;
	return false;
}

/* What has a row elsewhere is looked for in a kernel. */
static void test_known_rows(void **state)
{
	const struct client *client;
	const struct luo_version *luo;
	const struct file_handler *handler;
	unsigned int i, n = 0;

	(void)state;
	for (i = 0; (client = client_at(i)); i++, n++)
		assert_true(is_known(client->name, true));
	for (i = 0; (luo = luo_version_at(i)); i++, n++)
		assert_true(is_known(luo->name, false));
	for (i = 0; (handler = file_handler_at(i)); i++, n++)
		assert_true(is_known(handler->name, false));
	assert_true(n >= 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_known),   cmocka_unit_test(test_names),
		cmocka_unit_test(test_what_is_no_name), cmocka_unit_test(test_full),
		cmocka_unit_test(test_known),           cmocka_unit_test(test_known_rows),
	};

	return cmocka_run_group_tests_name("speaks", tests, NULL, NULL);
}
