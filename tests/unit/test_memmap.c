// SPDX-License-Identifier: MIT
/*
 * What Linux takes for RAM behind mem= and memmap=. The expectations are worked out by hand from its
 * Documentation/admin-guide/kernel-parameters.txt, for a machine with RAM in [0, 640 KiB) and
 * [1 MiB, 4 GiB).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/words/memmap.h"

#define K 0x400ULL
#define M 0x100000ULL
#define G 0x40000000ULL
#define LO                 \
	{                  \
		0, 640 * K \
	}
#define HI               \
	{                \
		M, 4 * G \
	}

static const struct {
	const char *comment, *line;
	struct range left[5];
} rows[] = {
	{ "nothing", "", { LO, HI } },
	{ "other words", "quiet memory=1G xmem=1G mem hugemem=1G", { LO, HI } },
	{ "a pmem disk", "a memmap=512M!1536M b", { LO, { M, 1536 * M }, { 2 * G, 4 * G } } },
	{ "reserved", "memmap=64K$0x10000000", { LO, { M, 256 * M }, { 256 * M + 64 * K, 4 * G } } },
	{ "ACPI data", "memmap=1M#1G", { LO, { M, G }, { G + M, 4 * G } } },
	{ "its value in quotes", "memmap=\"1M$1G\"", { LO, { M, G }, { G + M, 4 * G } } },
	{ "all of it in quotes", "\"memmap=1M$1G\"", { LO, { M, G }, { G + M, 4 * G } } },
	{ "two items",
	  "memmap=1M$1G,2M!2G",
	  { LO, { M, G }, { G + M, 2 * G }, { 2 * G + 2 * M, 4 * G } } },
	{ "two words",
	  "memmap=1M$1G memmap=2M!2G",
	  { LO, { M, G }, { G + M, 2 * G }, { 2 * G + 2 * M, 4 * G } } },
	{ "behind --", "a -- memmap=1M$1G mem=1G", { LO, HI } },
	{ "inside quotes", "a=\"b memmap=1M$1G\"", { LO, HI } },
	{ "a limit", "mem=1G", { LO, { M, G } } },
	{ "a limit as memmap=", "memmap=1G", { LO, { M, G } } },
	{ "lower limits win", "mem=3G mem=2G", { LO, { M, 2 * G } } },
	{ "in whichever order", "mem=2G mem=3G", { LO, { M, 2 * G } } },
	{ "a limit behind all", "mem=4T", { LO, HI } },
	{ "a limit of nothing counts for nothing", "mem=0", { LO, HI } },
	{ "nor does one that is no number", "mem=nopentium", { LO, HI } },
	{ "in KiB", "mem=2097152K", { LO, { M, 2 * G } } },
	{ "small letters", "mem=2g", { LO, { M, 2 * G } } },
	{ "in bytes, hex", "mem=0x80000000", { LO, { M, 2 * G } } },
	{ "octal, as in C", "mem=010M", { LO, { M, 8 * M } } },
	{ "in PiB", "mem=1P", { LO, HI } },
	{ "in EiB", "mem=1E", { LO, HI } },
	{ "more than 64 bits", "mem=99999999999999999999", { LO, HI } },
	{ "more EiB than 64 bits", "memmap=1M$99E", { LO, HI } },
	{ "a map from nothing", "memmap=exactmap memmap=640K@0 memmap=1023M@1M", { LO, { M, G } } },
	{ "in one word", "memmap=exactmap,640K@0,1023M@1M", { LO, { M, G } } },
	{ "words before it are forgotten", "mem=1M memmap=exactmap memmap=1G@1G", { { G, 2 * G } } },
	{ "an added piece that is no RAM",
	  "memmap=exactmap,1G@512K",
	  { { 512 * K, 640 * K }, { M, G + 512 * K } } },
	{ "nothing at all", "memmap=exactmap", { { 0, 0 } } },
	{ "behind the limit and added again",
	  "mem=1G memmap=1G@2G",
	  { LO, { M, G }, { 2 * G, 3 * G } } },
	{ "added, then limited", "memmap=1G@2G mem=1G", { LO, { M, G } } },
	{ "reserved wins over RAM that is added later",
	  "memmap=1M$1G memmap=2G@1G",
	  { LO, { M, G }, { G + M, 4 * G } } },
	{ "% makes another type", "memmap=1M%1G-1+2", { LO, { M, G }, { G + M, 4 * G } } },
	{ "% adds another type", "memmap=1M%1G+12", { LO, { M, G }, { G + M, 4 * G } } },
	{ "% removes RAM", "memmap=1M%1G-1", { LO, { M, G }, { G + M, 4 * G } } },
	{ "% removes whatever it is", "memmap=1M%1G", { LO, { M, G }, { G + M, 4 * G } } },
	{ "% of what is no RAM", "memmap=1M%1G-2+3", { LO, HI } },
	{ "% in hex", "memmap=0x100000%0x40000000-0x1+0xc", { LO, { M, G }, { G + M, 4 * G } } },
	{ "% with something behind it counts for nothing", "memmap=1M%1G-1+2x", { LO, HI } },
	{ "no number", "memmap=x$1G", { LO, HI } },
	{ "nothing behind =", "memmap= mem=", { LO, HI } },
	{ "whole pages go", "memmap=1$1G", { LO, { M, G }, { G + 4 * K, 4 * G } } },
	{ "parts of pages go", "mem=1073741825", { LO, { M, G } } },
	{ "set aside", "efi_fake_mem=1M@1G:0x40000", { LO, { M, G }, { G + M, 4 * G } } },
	{ "with dashes", "efi-fake-mem=1M@1G:0x40000", { LO, { M, G }, { G + M, 4 * G } } },
	{ "the second is set aside",
	  "efi_fake_mem=1M@2G:0x10000,1M@1G:0x50000",
	  { LO, { M, G }, { G + M, 4 * G } } },
	{ "mirrored is not set aside", "efi_fake_mem=1M@1G:0x10000", { LO, HI } },
};

static void test_rows(void **state)
{
	struct range table[8], ram_table[] = { LO, HI };
	const struct ranges ram = { ram_table, 2, 2 };
	struct ranges left = { table, 0, 8 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned int nr = 0;

		while (nr < 5 && rows[i].left[nr].end)
			nr++;
		assert_true(memmap_leaves(rows[i].line, &ram, &left));
		for (unsigned int j = 0; j < left.nr; j++)
			if (left.nr != nr || left.r[j].base != rows[i].left[j].base ||
			    left.r[j].end != rows[i].left[j].end)
				fail_msg("%s: %u ranges, 0x%lx - 0x%lx", rows[i].comment, left.nr,
					 left.r[j].base, left.r[j].end);
		assert_int_equal(left.nr, nr);
	}
}

static void test_keep(void **state)
{
	struct range table[4] = { { 2 * M, 8 * M } },
		     left_table[] = { { M, 3 * M }, { 4 * M, 5 * M } };
	const struct ranges left = { left_table, 2, 2 }, none = { left_table, 0, 2 };
	struct ranges set = { table, 1, 4 };

	(void)state;
	assert_true(ranges_keep(&set, &left));
	assert_int_equal(set.nr, 2);
	assert_true(ranges_hold(&set, 2 * M, 3 * M) && ranges_hold(&set, 4 * M, 5 * M));
	assert_int_equal(ranges_bytes(&set), 2 * M);
	assert_true(ranges_keep(&set, &none));
	assert_int_equal(set.nr, 0);
}

/* Three ranges do not fit where there is room for two. */
static void test_full(void **state)
{
	struct range table[2], ram_table[] = { LO, HI };
	const struct ranges ram = { ram_table, 2, 2 };
	struct ranges left = { table, 0, 2 };

	(void)state;
	assert_true(memmap_leaves("mem=1G", &ram, &left));
	assert_false(memmap_leaves("memmap=1M$1G", &ram, &left));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests_name("memmap", tests, NULL, NULL);
}
