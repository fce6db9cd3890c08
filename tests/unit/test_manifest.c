// SPDX-License-Identifier: MIT
/* What is recorded of the next kernel: lines that are taken, and lines that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/manifest.h"

#define NINES  "999999999"
#define N45    NINES NINES NINES NINES NINES
#define N63    N45 NINES NINES
#define REFUSE "!" /* in place of a version: refused */

static const struct {
	const char *comment, *text;
	size_t size;
	const char *abi; /* or REFUSE */
	enum speaks_what what;
	const char *names;   /* each followed by a space */
	const char *message; /* what the refusal must say */
} rows[] = {
#define TEXT(t) t, sizeof(t) - 1
	{ "an older manifest", TEXT("kho-v4"), "kho-v4", SPEAKS_UNKNOWN, "", "" },
	{ "with a newline", TEXT("kho-v4\n"), "kho-v4", SPEAKS_UNKNOWN, "", "" },
	{ "no KHO", TEXT("none"), "none", SPEAKS_UNKNOWN, "", "" },
	{ "names", TEXT("kho-v4\nname luo-v5\nname LUO\nend\n"), "kho-v4", SPEAKS_LISTED,
	  "luo-v5 LUO ", "" },
	{ "no names", TEXT("kho-v4\nend\n"), "kho-v4", SPEAKS_LISTED, "", "" },
	{ "the last newline may be missing", TEXT("kho-v4\nend"), "kho-v4", SPEAKS_LISTED, "", "" },
	{ "a name twice is one", TEXT("kho-v4\nname luo-v5\nname luo-v5\nend\n"), "kho-v4",
	  SPEAKS_LISTED, "luo-v5 ", "" },
	{ "the longest version", TEXT(N63), N63, SPEAKS_UNKNOWN, "", "" },
	{ "the longest name", TEXT("kho-v4\nname " N45 "12\nend\n"), "kho-v4", SPEAKS_LISTED,
	  N45 "12 ", "" },

	{ "nothing", TEXT(""), REFUSE, 0, "", "line 1: ''; expected a KHO version" },
	{ "an empty line", TEXT("\nkho-v4\n"), REFUSE, 0, "", "line 1: ''" },
	{ "a version too long", TEXT(N63 "9"), REFUSE, 0, "", "at most 63" },
	{ "a NUL in the version", TEXT("kho\0v4"), REFUSE, 0, "", "line 1: 'kho'" },
	{ "a space in the version", TEXT("kho v4"), REFUSE, 0, "", "line 1: 'kho v4'" },
	{ "a carriage return", TEXT("kho-v4\r\n"), REFUSE, 0, "", "line 1: 'kho-v4'" },
	{ "a list that is cut off", TEXT("kho-v4\nname luo-v5\n"), REFUSE, 0, "",
	  "line 3: ''; expected 'end'" },
	{ "one cut off in a word", TEXT("kho-v4\nname luo-v5\nen"), REFUSE, 0, "",
	  "line 3: 'en'; expected 'name NAME' or 'end'" },
	{ "an empty line in it", TEXT("kho-v4\n\nend\n"), REFUSE, 0, "", "line 2: ''" },
	{ "more behind its end", TEXT("kho-v4\nend\nname luo-v5\n"), REFUSE, 0, "",
	  "line 3: 'name luo-v5'; expected nothing" },
	{ "a word of later times", TEXT("kho-v4\nblob LUO\nend\n"), REFUSE, 0, "",
	  "line 2: 'blob LUO'" },
	{ "no name", TEXT("kho-v4\nname \nend\n"), REFUSE, 0, "", "line 2: 'name '" },
	{ "a name too long", TEXT("kho-v4\nname " N45 "123\nend\n"), REFUSE, 0, "", "at most 47" },
	{ "two names on a line", TEXT("kho-v4\nname a b\nend\n"), REFUSE, 0, "",
	  "line 2: 'name a b'" },
	{ "a NUL in a name", TEXT("kho-v4\nname a\0b\nend\n"), REFUSE, 0, "", "line 2: 'name a'" },
	{ "what can't be printed is not", TEXT("kho-v4\n\033[2J\n"), REFUSE, 0, "", "line 2: ''" },
};

static void check_names(const struct speaks *s, const char *names, const char *comment)
{
	const char *name = NULL;
	char all[256] = "";

	while ((name = speaks_next(s, name))) {
		strcat(all, name);
		strcat(all, " ");
	}
	if (strcmp(all, names) != 0)
		fail_msg("%s: %s", comment, all);
}

/* Text on the heap and without a NUL behind it, so that a read beyond it shows. */
static int read_text(struct manifest *m, const char *text, size_t size, struct fault *f)
{
	char *copy = malloc(size ? size : 1);
	int ret;

	memcpy(copy, text, size);
	memset(m, 0, sizeof(*m));
	ret = manifest_read(m, copy, size, f);
	free(copy);
	return ret;
}

static void test_rows(void **state)
{
	struct manifest *m = malloc(sizeof(*m));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault f = { .name = "none" };
		int ret = read_text(m, rows[i].text, rows[i].size, &f);

		if (strcmp(rows[i].abi, REFUSE) == 0) {
			if (ret != -1 || strcmp(f.name, "payload-abi") != 0 ||
			    !strstr(f.text, rows[i].message))
				fail_msg("%s: %d %s: %s", rows[i].comment, ret, f.name, f.text);
			continue;
		}
		if (ret || strcmp(m->abi, rows[i].abi) != 0 || m->speaks.what != rows[i].what)
			fail_msg("%s: %d %s: %s", rows[i].comment, ret, f.name, f.text);
		check_names(&m->speaks, rows[i].names, rows[i].comment);
	}
	free(m);
}

/* As many names as there may be; one more; and one byte more than there may be. */
static void test_large(void **state)
{
	struct manifest *m = malloc(sizeof(*m));
	char *text = malloc(MANIFEST_MAX + 1);
	struct fault f = { .name = "none" };
	size_t n = 7;

	(void)state;
	memcpy(text, "kho-v4\n", n);
	for (unsigned int i = 0; i < SPEAKS_MAX; i++)
		n += (size_t)sprintf(text + n, "name %047u\n", i);
	memcpy(text + n, "end\n", 5);
	assert_int_equal(read_text(m, text, n + 4, &f), 0);
	assert_int_equal(m->speaks.nr, SPEAKS_MAX);

	n += (size_t)sprintf(text + n, "name x\nend\n");
	assert_int_equal(read_text(m, text, n, &f), -1);
	assert_string_equal(f.name, "payload-abi");
	assert_non_null(strstr(f.text, "at most 128 names"));

	memset(text, '\n', MANIFEST_MAX + 1);
	assert_int_equal(read_text(m, text, MANIFEST_MAX + 1, &f), -1);
	assert_string_equal(f.name, "payload-abi");
	assert_non_null(strstr(f.text, "8193 bytes"));
	free(text);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
