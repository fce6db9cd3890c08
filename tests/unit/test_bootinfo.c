// SPDX-License-Identifier: MIT
/* Reading boot_params, in a memory of 4 MiB that begins at physical address 0. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/bootinfo.h"

#define MEMORY MIB(4)
#define BP     0x9000

static uint8_t *memory;
static struct boot_info *bi;
static struct findings *found;
static struct fault fault;

static void put(paddr_t at, unsigned int bytes, uint64_t value)
{
	for (unsigned int i = 0; i < bytes; i++)
		memory[at + i] = (uint8_t)(value >> 8 * i);
}

static void *ptr(paddr_t base, paddr_t end)
{
	/* Where a test says that there is more RAM than the arena, nothing must look at it. */
	return end <= MEMORY ? memory + base : NULL;
}

static void e820(unsigned int i, uint64_t addr, uint64_t size, uint32_t type)
{
	put(BP + 0x2d0 + 20 * i, 8, addr);
	put(BP + 0x2d0 + 20 * i + 8, 8, size);
	put(BP + 0x2d0 + 20 * i + 16, 4, type);
	if (memory[BP + 0x1e8] <= i)
		memory[BP + 0x1e8] = (uint8_t)(i + 1);
}

static void node(paddr_t at, paddr_t next, uint32_t type, uint32_t len)
{
	put(at, 8, next);
	put(at + 8, 4, type);
	put(at + 12, 4, len);
}

static void chain(paddr_t first)
{
	put(BP + 0x250, 8, first);
}

/* RAM is 0-640 KiB and 1-4 MiB, less the last 64 KiB. */
static int setup(void **state)
{
	(void)state;
	memory = calloc(1, MEMORY);
	bi = malloc(sizeof(*bi));
	found = calloc(1, sizeof(*found));
	memset(&fault, 0, sizeof(fault));
	fault.name = "none";
	e820(0, 0, KIB(640), 1);
	e820(1, MIB(1), MIB(3) - KIB(64), 1);
	e820(2, MIB(4) - KIB(64), KIB(64), 2);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	free(bi);
	free(found);
	return 0;
}

static int read_it(void)
{
	return boot_info_read(bi, (const struct boot_params *)(memory + BP), BP, ptr, found,
			      &fault);
}

static void expect_finding(const char *name)
{
	assert_int_equal(found->total, 1);
	assert_string_equal(found->list[0].name, name);
}

static void expect_ram(unsigned int nr, const struct range *ram)
{
	assert_int_equal(bi->ram.nr, nr);
	assert_int_equal(bi->window.nr, nr);
	for (unsigned int i = 0; i < nr; i++) {
		assert_int_equal(bi->ram.r[i].base, ram[i].base);
		assert_int_equal(bi->ram.r[i].end, ram[i].end);
		assert_int_equal(bi->panes[i].base, ram[i].base);
		assert_int_equal(bi->panes[i].end, ram[i].end);
	}
}

static void test_plain(void **state)
{
	static const struct range ram[] = { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) } };

	(void)state;
	assert_int_equal(read_it(), 0);
	assert_int_equal(found->total, 0);
	expect_ram(2, ram);
	assert_int_equal(bi->bp_addr, BP);
	assert_string_equal(bi->cmdline, "");
	assert_int_equal(bi->cmdline_size, 0);
	assert_int_equal(bi->initrd_size, 0);
	assert_int_equal(bi->nr_setup, 0);
	assert_false(bi->has_kho);
}

/* More entries behind the three of setup(), and the RAM that is left. */
static const struct {
	const char *comment;
	struct {
		uint64_t addr, size;
		uint32_t type;
	} entry[2];
	unsigned int nr;
	struct range ram[4];
} maps[] = {
	{ "RAM that touches is one range",
	  { { KIB(640), KIB(384), 1 } },
	  1,
	  { { 0, MIB(4) - KIB(64) } } },
	{ "RAM named twice",
	  { { 0, KIB(640), 1 } },
	  2,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) } } },
	{ "reserved wins over RAM",
	  { { MIB(2), 4096, 2 } },
	  3,
	  { { 0, KIB(640) }, { MIB(1), MIB(2) }, { MIB(2) + 4096, MIB(4) - KIB(64) } } },
	{ "one reserved byte takes its page",
	  { { MIB(2) + 4095, 1, 2 } },
	  3,
	  { { 0, KIB(640) }, { MIB(1), MIB(2) }, { MIB(2) + 4096, MIB(4) - KIB(64) } } },
	{ "reserved wins over RAM named later",
	  { { MIB(5), 4096, 2 }, { MIB(4), MIB(2), 1 } },
	  4,
	  { { 0, KIB(640) },
	    { MIB(1), MIB(4) - KIB(64) },
	    { MIB(4), MIB(5) },
	    { MIB(5) + 4096, MIB(6) } } },
	{ "any other type wins too",
	  { { 0, MIB(1), 0xefffffff } },
	  1,
	  { { MIB(1), MIB(4) - KIB(64) } } },
	{ "parts of pages are no RAM",
	  { { MIB(8) + 1, 8190, 1 } },
	  2,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) } } },
	{ "whole pages between parts are",
	  { { MIB(8) - 1, 8194, 1 } },
	  3,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) }, { MIB(8), MIB(8) + 8192 } } },
	{ "no size",
	  { { MIB(8), 0, 1 }, { MIB(2) + 5, 0, 2 } },
	  2,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) } } },
	{ "RAM that wraps ends with the address space",
	  { { 0xffffffffff000, UINT64_MAX, 1 } },
	  3,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) }, { 0xffffffffff000, 0x10000000000000 } } },
	{ "RAM beyond every address space",
	  { { UINT64_MAX - 8191, 8191, 1 } },
	  2,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) } } },
	{ "reserved that wraps reaches to the end",
	  { { MIB(2), UINT64_MAX, 2 } },
	  2,
	  { { 0, KIB(640) }, { MIB(1), MIB(2) } } },
	{ "reserved beyond every address space",
	  { { UINT64_MAX - 4095, 4096, 2 } },
	  2,
	  { { 0, KIB(640) }, { MIB(1), MIB(4) - KIB(64) } } },
};

static void test_maps(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		teardown(state);
		setup(state);
		for (unsigned int e = 0; e < 2; e++)
			e820(3 + e, maps[i].entry[e].addr, maps[i].entry[e].size,
			     maps[i].entry[e].type);
		if (read_it() != 0 || bi->ram.nr != maps[i].nr)
			fail_msg("%s: %s, %u ranges", maps[i].comment, fault.name, bi->ram.nr);
		for (unsigned int r = 0; r < maps[i].nr; r++) {
			if (bi->ram.r[r].base != maps[i].ram[r].base ||
			    bi->ram.r[r].end != maps[i].ram[r].end)
				fail_msg("%s: range %u is %lx-%lx", maps[i].comment, r,
					 bi->ram.r[r].base, bi->ram.r[r].end);
		}
	}
}

static void test_no_ram(void **state)
{
	(void)state;
	memory[BP + 0x1e8] = 0;
	assert_int_equal(read_it(), -1);
	assert_string_equal(fault.name, "e820-empty");
	e820(0, 0, MIB(4), 1);
	e820(1, 0, MIB(4), 2);
	assert_int_equal(read_it(), -1);
	assert_string_equal(fault.name, "e820-empty");
}

static void test_too_many_entries(void **state)
{
	(void)state;
	/* Entry 127 is the last that fits; 128 lies where the EDD data are. */
	memory[BP + 0x1e8] = 129;
	e820(127, MIB(16), MIB(1), 1);
	e820(128, MIB(32), MIB(1), 1);
	assert_int_equal(read_it(), 0);
	assert_int_equal(bi->ram.r[bi->ram.nr - 1].base, MIB(16));
}

static void test_e820_ext(void **state)
{
	static const struct range ram[] = {
		{ 0, KIB(640) },
		{ MIB(1), MIB(3) },
		{ MIB(3) + 4096, MIB(4) },
		{ MIB(8), MIB(9) },
	};

	(void)state;
	/* The second entry lies in RAM that only the first one tells of. */
	memory[BP + 0x1e8] = 0;
	e820(0, 0, KIB(640), 1);
	e820(1, MIB(1), MIB(1), 1);
	chain(MIB(1) + 64);
	node(MIB(1) + 64, MIB(2) + 64, 1, 60 + 19);
	put(MIB(1) + 80, 8, MIB(2));
	put(MIB(1) + 88, 8, MIB(2));
	put(MIB(1) + 96, 4, 1);
	put(MIB(1) + 100, 8, MIB(8));
	put(MIB(1) + 108, 8, MIB(1));
	put(MIB(1) + 116, 4, 1);
	put(MIB(1) + 120, 8, MIB(3));
	put(MIB(1) + 128, 8, 1);
	put(MIB(1) + 136, 4, 2);
	put(MIB(1) + 140, 8, MIB(1)); /* all but the last byte of an entry is no entry */
	put(MIB(1) + 148, 8, MIB(8));
	put(MIB(1) + 156, 3, 2);
	node(MIB(2) + 64, 0, 4, 8);
	assert_int_equal(read_it(), 0);
	assert_int_equal(found->total, 0);
	assert_int_equal(bi->nr_setup, 2);
	expect_ram(4, ram);
}

/* The last entry of a chain counts as well. */
static void test_e820_ext_last(void **state)
{
	(void)state;
	chain(MIB(1));
	node(MIB(1), 0, 1, 20);
	put(MIB(1) + 16, 8, MIB(8));
	put(MIB(1) + 24, 8, MIB(1));
	put(MIB(1) + 32, 4, 1);
	assert_int_equal(read_it(), 0);
	assert_int_equal(bi->ram.nr, 3);
	assert_int_equal(bi->window.nr, 3);
	assert_int_equal(bi->ram.r[2].base, MIB(8));
}

static void test_e820_ext_takes_an_entry(void **state)
{
	(void)state;
	chain(MIB(1));
	node(MIB(1), MIB(2), 4, 8);
	node(MIB(2), 0, 1, 20);
	put(MIB(2) + 16, 8, MIB(1));
	put(MIB(2) + 24, 8, 1);
	put(MIB(2) + 32, 4, 2);
	assert_int_equal(read_it(), 0);
	expect_finding("setup-data-not-ram");
}

/* With those of the table they are one range more than there is room for. */
static void too_many(void)
{
	chain(MIB(1));
	node(MIB(1), 0, 1, 20 * 1023);
	for (unsigned int i = 0; i < 1023; i++) {
		put(MIB(1) + 16 + 20 * i, 8, GIB(1) + 8192ULL * i);
		put(MIB(1) + 24 + 20 * i, 8, 4096);
		put(MIB(1) + 32 + 20 * i, 4, 1);
	}
}

static void test_e820_ext_too_many(void **state)
{
	(void)state;
	too_many();
	assert_int_equal(read_it(), -1);
	assert_string_equal(fault.name, "e820-too-many");
	put(MIB(1) + 12, 4, 20 * 1022);
	assert_int_equal(read_it(), 0);
	assert_int_equal(bi->ram.nr, BOOT_MAX_RAM);
}

static void test_chain(void **state)
{
	(void)state;
	chain(MIB(1));
	node(MIB(1), MIB(2), 9, 32);
	node(MIB(2), MIB(3), 10, 32);
	put(MIB(2) + 16, 8, 0x1111111111111111);
	put(MIB(2) + 24, 8, 4096);
	put(MIB(2) + 32, 8, MIB(3) + 4096);
	put(MIB(2) + 40, 8, 48);
	node(MIB(3), 0, 0x80000000, 0);
	assert_int_equal(read_it(), 0);
	assert_int_equal(found->total, 0);
	assert_int_equal(bi->nr_setup, 3);
	assert_int_equal(bi->setup[0].addr, MIB(1));
	assert_int_equal(bi->setup[0].type, 9);
	assert_int_equal(bi->setup[0].len, 32);
	assert_int_equal(bi->setup[2].addr, MIB(3));
	assert_int_equal(bi->setup[2].type, 0x80000000);
	assert_true(bi->has_kho);
	assert_int_equal(bi->kho.fdt_addr, 0x1111111111111111);
	assert_int_equal(bi->kho.fdt_size, 4096);
	assert_int_equal(bi->kho.scratch_addr, MIB(3) + 4096);
	assert_int_equal(bi->kho.scratch_size, 48);
}

/* One bad entry at the end of a chain of two; RAM ends at 4 MiB - 64 KiB. */
static const struct {
	const char *comment;
	paddr_t at;
	paddr_t next;
	uint32_t type, len;
	const char *finding; /* NULL if it is good */
} chains[] = {
	{ "outside all memory", 0x123456789000, 0, 4, 8, "setup-data-not-ram" },
	{ "at the end of the address space", UINT64_MAX - 7, 0, 4, 8, "setup-data-not-ram" },
	{ "in reserved memory", MIB(4) - KIB(64), 0, 4, 8, "setup-data-not-ram" },
	{ "a header half in RAM", MIB(4) - KIB(64) - 8, 0, 4, 0, "setup-data-not-ram" },
	{ "a header that ends with the RAM", MIB(4) - KIB(64) - 16, 0, 4, 0, NULL },
	{ "data that ends with the RAM", MIB(4) - KIB(64) - 24, 0, 4, 8, NULL },
	{ "data one byte beyond it", MIB(4) - KIB(64) - 24, 0, 4, 9, "setup-data-not-ram" },
	{ "4 GiB of data", MIB(2), 0, 4, 0xffffffff, "setup-data-not-ram" },
	{ "itself next", MIB(2), MIB(2), 4, 8, "setup-data-loop" },
	{ "the first next", MIB(2), MIB(1), 4, 8, "setup-data-loop" },
	{ "at an odd address", MIB(2) + 3, 0, 4, 8, NULL },
	{ "a KHO entry", MIB(2), 0, 10, 32, NULL },
	{ "a KHO entry with the scratch array behind it", MIB(2), 0, 10, 80, NULL },
	{ "an empty list of IMA's", MIB(2), 0, 8, 16, NULL },
	{ "15 bytes of IMA", MIB(2), 0, 8, 15, "ima-list" },
	{ "31 bytes of KHO", MIB(2), 0, 10, 31, "kho-entry-length" },
	{ "no bytes of KHO", MIB(2), 0, 10, 0, "kho-entry-length" },
};

static void test_bad_chains(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(chains); i++) {
		uint64_t expected = chains[i].finding ? 1 : 0;

		teardown(state);
		setup(state);
		chain(MIB(1));
		node(MIB(1), chains[i].at, 9, 32);
		if (chains[i].at < MEMORY)
			node(chains[i].at, chains[i].next, chains[i].type, chains[i].len);
		if (read_it() != 0 || found->total != expected)
			fail_msg("%s: %s, %lu findings", chains[i].comment, fault.name,
				 found->total);
		if (expected && strcmp(found->list[0].name, chains[i].finding) != 0)
			fail_msg("%s: %s", chains[i].comment, found->list[0].name);
	}
}

static void test_loop(void **state)
{
	(void)state;
	chain(MIB(1));
	node(MIB(1), MIB(2), 9, 32);
	node(MIB(2), MIB(1), 4, 8);
	assert_int_equal(read_it(), 0);
	expect_finding("setup-data-loop");
	assert_non_null(strstr(found->list[0].text, "was there before"));
	assert_int_equal(bi->nr_setup, 2);
}

/* What lies behind the end of RAM is not read. */
static void test_kho_not_ram(void **state)
{
	(void)state;
	chain(MIB(4) - KIB(64) - 16);
	node(MIB(4) - KIB(64) - 16, 0, 10, 32);
	assert_int_equal(read_it(), 0);
	expect_finding("setup-data-not-ram");
	assert_false(bi->has_kho);
}

static void test_second_kho(void **state)
{
	(void)state;
	chain(MIB(1));
	node(MIB(1), MIB(2), 10, 32);
	put(MIB(1) + 16, 8, 0x1000);
	node(MIB(2), 0, 10, 32);
	put(MIB(2) + 16, 8, 0x2000);
	assert_int_equal(read_it(), 0);
	expect_finding("kho-entry-twice");
	assert_int_equal(bi->kho.fdt_addr, 0x1000);
}

/* An IMA entry at MIB(1); its list is said to be @size bytes at @at. */
static void ima(paddr_t at, uint64_t size)
{
	chain(MIB(1));
	node(MIB(1), 0, 8, 16);
	put(MIB(1) + 16, 8, at);
	put(MIB(1) + 24, 8, size);
	assert_int_equal(read_it(), 0);
}

static void test_ima(void **state)
{
	struct range r[8];
	struct ranges set = { r, 0, 8 };

	(void)state;
	ima(MIB(3), 5000);
	assert_int_equal(found->total, 0);
	assert_int_equal(bi->ima, MIB(3));
	assert_int_equal(bi->ima_size, 5000);
	assert_true(boot_info_inputs(bi, &set));
	assert_true(ranges_hold(&set, MIB(3), MIB(3) + 5000));
}

static void test_ima_not_ram(void **state)
{
	(void)state;
	ima(MIB(4) - KIB(64) - 4999, 5000);
	expect_finding("ima-list");
}

static void test_ima_wraps(void **state)
{
	(void)state;
	ima(MIB(3), UINT64_MAX);
	expect_finding("ima-list");
}

static void test_second_ima(void **state)
{
	(void)state;
	chain(MIB(1));
	node(MIB(1), MIB(2), 8, 16);
	put(MIB(1) + 16, 8, MIB(3));
	put(MIB(1) + 24, 8, 4096);
	node(MIB(2), 0, 8, 16);
	assert_int_equal(read_it(), 0);
	expect_finding("ima-list");
}

static void test_endless_chain(void **state)
{
	(void)state;
	chain(MIB(1));
	for (unsigned int i = 0; i < BOOT_MAX_SETUP; i++)
		node(MIB(1) + 16 * i, i + 1 < BOOT_MAX_SETUP ? MIB(1) + 16 * (i + 1) : 0, 4, 0);
	assert_int_equal(read_it(), 0);
	assert_int_equal(found->total, 0);
	assert_int_equal(bi->nr_setup, BOOT_MAX_SETUP);

	node(MIB(1) + 16 * (BOOT_MAX_SETUP - 1), MIB(3), 4, 0);
	assert_int_equal(read_it(), 0);
	expect_finding("setup-data-loop");
}

static void set_cmdline(paddr_t at)
{
	put(BP + 0x228, 4, at);
	put(BP + 0xc8, 4, at >> 32);
}

static void test_cmdline(void **state)
{
	static const struct {
		const char *comment;
		paddr_t at;
		size_t len;
		const char *fault;
	} rows[] = {
		{ "in one page", MIB(2), 100, "none" },
		{ "empty", MIB(2), 0, "none" },
		{ "across two pages", MIB(2) + 4000, 200, "none" },
		{ "the longest, aligned", MIB(2), 4095, "none" },
		{ "the longest, across two pages", MIB(2) + 1, 4095, "none" },
		{ "one too long", MIB(2), 4096, "cmdline-too-long" },
		{ "one too long, across two pages", MIB(2) + 17, 4096, "cmdline-too-long" },
		{ "ends with the RAM", MIB(4) - KIB(64) - 10, 9, "none" },
		{ "goes on beyond the RAM", MIB(4) - KIB(64) - 10, 10, "cmdline-not-ram" },
		{ "in reserved memory", MIB(4) - KIB(64), 3, "cmdline-not-ram" },
		{ "above 4 GiB, where nothing is", GIB(4) + MIB(2), 3, "cmdline-not-ram" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		teardown(state);
		setup(state);
		set_cmdline(rows[i].at);
		if (rows[i].at < MEMORY)
			memset(memory + rows[i].at, 'x', rows[i].len);
		read_it();
		if (strcmp(fault.name, rows[i].fault) != 0)
			fail_msg("%s: %s", rows[i].comment, fault.name);
		if (strcmp(fault.name, "none") == 0) {
			assert_int_equal(strlen(bi->cmdline), rows[i].len);
			assert_int_equal(bi->cmdline_size, rows[i].len + 1);
			assert_int_equal(bi->cmdline_addr, rows[i].at);
		}
	}
}

static void set_initrd(paddr_t at, uint64_t size)
{
	put(BP + 0x218, 4, at);
	put(BP + 0xc0, 4, at >> 32);
	put(BP + 0x21c, 4, size);
	put(BP + 0xc4, 4, size >> 32);
}

static void test_initrd(void **state)
{
	(void)state;
	set_initrd(MIB(2), MIB(2) - KIB(64));
	assert_int_equal(read_it(), 0);
	assert_int_equal(bi->initrd, MIB(2));
	assert_int_equal(bi->initrd_size, MIB(2) - KIB(64));

	set_initrd(MIB(2), MIB(2) - KIB(64) + 1);
	assert_int_equal(read_it(), -1);
	assert_string_equal(fault.name, "initrd-not-ram");

	/* The high halves count. */
	set_initrd(MIB(2) + GIB(4), 4096);
	assert_int_equal(read_it(), -1);
	set_initrd(MIB(2), 4096 + GIB(4));
	assert_int_equal(read_it(), -1);
	set_initrd(UINT64_MAX - 10, 100);
	assert_int_equal(read_it(), -1);

	set_initrd(MIB(2), 0);
	assert_int_equal(read_it(), 0);
	assert_int_equal(bi->initrd, 0);
}

static void test_inputs(void **state)
{
	struct range r[8];
	struct ranges set = { r, 0, 8 };
	static const struct range want[] = {
		{ BP, BP + 4096 },
		{ MIB(1), MIB(1) + 16 + 32 },
		{ MIB(1) + 4096, MIB(1) + 4096 + 32 },
		{ MIB(2), MIB(2) + 4 },
		{ MIB(2) + 4096, MIB(2) + 4096 + 77 },
		{ MIB(3), MIB(3) + 96 },
	};

	(void)state;
	chain(MIB(1));
	node(MIB(1), 0, 10, 32);
	put(MIB(1) + 32, 8, MIB(1) + 4096);
	put(MIB(1) + 40, 8, 32);
	set_cmdline(MIB(2));
	memcpy(memory + MIB(2), "abc", 4);
	set_initrd(MIB(2) + 4096, 77);
	put(BP + 0x1d0, 4, MIB(3)); /* the EFI memory map */
	put(BP + 0x1d4, 4, 96);
	assert_int_equal(read_it(), 0);
	assert_true(boot_info_inputs(bi, &set));
	assert_int_equal(set.nr, ARRAY_SIZE(want));
	for (unsigned int i = 0; i < set.nr; i++) {
		assert_int_equal(r[i].base, want[i].base);
		assert_int_equal(r[i].end, want[i].end);
	}
	set = (struct ranges){ r, 0, ARRAY_SIZE(want) - 1 };
	assert_false(boot_info_inputs(bi, &set));
}

static void firmware(unsigned int i, uint32_t type, uint64_t addr, uint64_t pages)
{
	put(MIB(3) + 48 * i, 4, type);
	put(MIB(3) + 48 * i + 8, 8, addr);
	put(MIB(3) + 48 * i + 24, 8, pages);
	put(BP + 0x1d4, 4, 48 * (i + 1));
}

static void test_keep_firmware(void **state)
{
	struct range r[4];
	struct ranges set = { r, 0, 4 };

	(void)state;
	put(BP + 0x1c8, 4, 48); /* bytes of a descriptor */
	put(BP + 0x1d0, 4, MIB(3));
	firmware(0, 7, MIB(1), 512);         /* free */
	firmware(1, 4, MIB(2), 16);          /* boot services data */
	firmware(2, 3, MIB(2) + KIB(64), 1); /* boot services code */
	firmware(3, 4, MIB(8), 1);           /* elsewhere */
	firmware(4, 4, MIB(2), 1ULL << 52);  /* out of this world */
	firmware(5, 7, MIB(3), 1);           /* free, but marked RUNTIME */
	put(MIB(3) + 5 * 48 + 32, 8, 1ULL << 63);
	assert_int_equal(read_it(), 0);
	assert_true(ranges_add(&set, MIB(1), MIB(4)));
	assert_true(boot_info_keep_firmware(bi, &set));
	assert_int_equal(set.nr, 3);
	assert_int_equal(r[0].end, MIB(2));
	assert_int_equal(r[1].base, MIB(2) + KIB(68));
	assert_int_equal(r[1].end, MIB(3));
	assert_int_equal(r[2].base, MIB(3) + KIB(4));
	set = (struct ranges){ r, 0, 1 };
	assert_true(ranges_add(&set, MIB(1), MIB(4)));
	assert_false(boot_info_keep_firmware(bi, &set));
	put(BP + 0x1c8, 4, 8); /* descriptors that can't be */
	assert_true(boot_info_keep_firmware(bi, &set));
}

/* How a run is to end is known even where nothing else is; and nothing else can be reached then. */
static void test_cmdline_of_refusal(void **state)
{
	static const struct {
		const char *comment;
		paddr_t at;
		size_t len;
		const char *line;
	} rows[] = {
		{ "none", 0, 0, "" },
		{ "across two pages", MIB(2) + 4090, 10, "xxxxxxxxxx" },
		{ "where nothing can be reached", MEMORY - 4080, 3, "" },
		{ "at the end of all addresses", UINT64_MAX - 4096, 0, "" },
		{ "without an end", MIB(2), 8192, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		teardown(state);
		setup(state);
		set_cmdline(rows[i].at);
		if (rows[i].at < MEMORY)
			memset(memory + rows[i].at, 'x', rows[i].len);
		memory[BP + 0x1e8] = 0;
		assert_int_equal(read_it(), -1);
		assert_string_equal(fault.name, "e820-empty");
		if (strcmp(bi->cmdline, rows[i].line) != 0)
			fail_msg("%s: '%s'", rows[i].comment, bi->cmdline);
		assert_null(window_ro(&bi->window, MIB(2), 1));
	}
}

static void test_cmdline_of_other_refusals(void **state)
{
	(void)state;
	set_cmdline(MIB(2));
	memset(memory + MIB(2), 'x', 5);
	too_many();
	assert_int_equal(read_it(), -1);
	assert_string_equal(fault.name, "e820-too-many");
	assert_string_equal(bi->cmdline, "xxxxx");
	assert_null(window_ro(&bi->window, MIB(2), 1));

	chain(0);
	set_initrd(GIB(8), 1);
	assert_int_equal(read_it(), -1);
	assert_string_equal(fault.name, "initrd-not-ram");
	assert_string_equal(bi->cmdline, "xxxxx");
	assert_non_null(window_ro(&bi->window, MIB(2), 1));
}

/* The numbers are those of enum efi_secureboot_mode of Linux; 0 is where no UEFI was asked. */
static void test_secure(void **state)
{
	static const bool want[256] = { [1] = true, [3] = true };

	(void)state;
	for (unsigned int i = 0; i < 256; i++) {
		memory[BP + 0x1ec] = (uint8_t)i;
		assert_int_equal(boot_secure((const struct boot_params *)(memory + BP)), want[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plain),
		TEST(test_maps),
		TEST(test_no_ram),
		TEST(test_too_many_entries),
		TEST(test_e820_ext),
		TEST(test_e820_ext_last),
		TEST(test_e820_ext_takes_an_entry),
		TEST(test_e820_ext_too_many),
		TEST(test_chain),
		TEST(test_bad_chains),
		TEST(test_loop),
		TEST(test_kho_not_ram),
		TEST(test_second_kho),
		TEST(test_ima),
		TEST(test_ima_not_ram),
		TEST(test_ima_wraps),
		TEST(test_second_ima),
		TEST(test_endless_chain),
		TEST(test_cmdline),
		TEST(test_initrd),
		TEST(test_inputs),
		TEST(test_keep_firmware),
		TEST(test_cmdline_of_refusal),
		TEST(test_cmdline_of_other_refusals),
		TEST(test_secure),
	};

	return cmocka_run_group_tests_name("bootinfo", tests, NULL, NULL);
}
