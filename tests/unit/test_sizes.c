// SPDX-License-Identifier: MIT
/* baton.scratch= and baton.reserve=, as the words of Linux that they are written like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "boot/words/sizes.h"

#define K 1024ULL
#define M (K * K)
#define G (K * M)

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t size;
		const char *rest; /* NULL: not a size */
	} table[] = {
		{ "0", 0, "" },
		{ "4096", 4096, "" },
		{ "64M", 64 * M, "" },
		{ "64m,1", 64 * M, ",1" },
		{ "3K:x", 3 * K, ":x" },
		{ "2g", 2 * G, "" },
		{ "1T", K * G, "" },
		{ "0x1000", 4096, "" },
		{ "0X10K", 16 * K, "" },
		{ "12MM", 12 * M, "M" },
		{ "7b", 7, "b" },
		{ "18446744073709551615", UINT64_MAX, "" },
		{ "18446744073709551616", 0, NULL },
		{ "18014398509481984K", 0, NULL }, /* 2^64 */
		{ "16777216T", 0, NULL },
		{ "", 0, NULL },
		{ "M", 0, NULL },
		{ "-1", 0, NULL },
		{ " 1", 0, NULL },
		{ "0x", 0, "x" }, /* as Linux: a 0, and then something */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *s = table[i].text;
		uint64_t size = 0;
		bool ok = read_size(&s, s + strlen(s), &size);

		if (ok != (table[i].rest != NULL) ||
		    (ok && (size != table[i].size || strcmp(s, table[i].rest) != 0)))
			fail_msg("'%s': %d, %lu, '%s'", table[i].text, ok, size, s);
	}
}

/* The end counts, not a NUL: the text is a piece of a command line. */
static void sizes_end(void **state)
{
	const char *text = "12M34", *s = text;
	uint64_t size;

	(void)state;
	assert_true(read_size(&s, text + 2, &size));
	assert_int_equal(size, 12);
	assert_ptr_equal(s, text + 2);
}

static void scratch_words(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		struct scratch_word w;
	} table[] = {
		{ "64M,0,16M", true, { .low = 64 * M, .node = 16 * M } },
		{ "0,0x1000000,0", true, { .global = 16 * M } },
		{ "1,2,3", true, { .low = 1, .global = 2, .node = 3 } },
		{ "200%", true, { .percent = 200 } },
		{ "1%", true, { .percent = 1 } },
		{ "10000%", true, { .percent = 10000 } },
		{ "10001%", false, { 0 } },
		{ "4294967396%", false, { 0 } }, /* 100 in 32 bits */
		{ "0%", false, { 0 } },
		{ "200%5", false, { 0 } },
		{ "%", false, { 0 } },
		{ "0,0,0", false, { 0 } },
		{ "64M", false, { 0 } },
		{ "64M,64M", false, { 0 } },
		{ "64M,64M,64M,64M", false, { 0 } },
		{ "64M,,64M", false, { 0 } },
		{ "64M, 64M,64M", false, { 0 } },
		{ "", false, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct scratch_word w, expect = table[i].w;
		const char *s = table[i].text;
		bool ok = read_scratch_word(s, s + strlen(s), &w);

		if (ok != table[i].ok)
			fail_msg("'%s': %d", s, ok);
		if (ok && (w.low != expect.low || w.global != expect.global ||
			   w.node != expect.node || w.percent != expect.percent || !w.given))
			fail_msg("'%s': %lu, %lu, %lu, %u%%", s, w.low, w.global, w.node,
				 w.percent);
	}
}

static void reserve_words(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		struct memblock_region r;
	} table[] = {
		{ "8M:4K:relay", true, { 8 * M, 4 * K, "relay" } },
		{ "8M:relay", true, { 8 * M, 4 * K, "relay" } },
		{ "12M:2M:fifteen-letters", true, { 12 * M, 2 * M, "fifteen-letters" } },
		{ "4K:64:small", true, { 4 * K, 4 * K, "small" } }, /* never less than a page */
		{ "4K:0:none", true, { 4 * K, 4 * K, "none" } },
		{ "0x2000:0x1000:4K", true, { 8 * K, 4 * K, "4K" } },
		{ "12M:2M:sixteen-letters-", false, { 0 } },
		{ "12M:2M:seventeen-letters", false, { 0 } },
		{ "8M:4K:", false, { 0 } },
		{ "8M:", false, { 0 } },
		{ "8M", false, { 0 } },
		{ "8M:4K", true, { 8 * M, 4 * K, "4K" } },
		{ "8M:3K:x", false, { 0 } },
		{ "6K:x", false, { 0 } },
		{ "0:x", false, { 0 } },
		{ "2048T:x", false, { 0 } },
		{ "8M:a/b", false, { 0 } },
		{ "8M:a b", false, { 0 } },
		{ "8M:4K:a:b", true, { 8 * M, 4 * K, "a:b" } },
		{ "8Mx:4K:a", false, { 0 } },
		{ ":4K:a", false, { 0 } },
		{ "", false, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *s = table[i].text;
		struct memblock_region r;
		bool ok = read_reserve_word(s, s + strlen(s), &r);

		if (ok != table[i].ok)
			fail_msg("'%s': %d", s, ok);
		if (ok && (r.size != table[i].r.size || r.align != table[i].r.align ||
			   strcmp(r.name, table[i].r.name) != 0))
			fail_msg("'%s': %lu, %lu, '%s'", s, r.size, r.align, r.name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(sizes_end),
		cmocka_unit_test(scratch_words),
		cmocka_unit_test(reserve_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
