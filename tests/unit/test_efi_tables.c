// SPDX-License-Identifier: MIT
/* The tables of EFI, laid out by hand, and which memory baton keeps for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/efi_tables.h"

#define BASE   0x7e000000
#define BYTES  0x40000
#define SYSTAB BASE
#define LIST   (BASE + 0x1000)
#define OTHER  (BASE + 0x2000) /* another list */
#define AT(n)  (BASE + 0x4000 + (n)*0x4000)

static uint8_t arena[BYTES];

static const void *look(paddr_t addr, uint64_t size)
{
	if (addr < BASE || addr + size > BASE + BYTES)
		return NULL;
	return arena + (addr - BASE);
}

static void put(paddr_t addr, uint64_t value, unsigned int bytes)
{
	memcpy(arena + (addr - BASE), &value, bytes);
}

/* A GUID as it is written: the first three parts are numbers, the rest is bytes. */
static void put_table(paddr_t list, unsigned int i, uint32_t a, uint16_t b, uint16_t c,
		      uint64_t rest, paddr_t addr)
{
	paddr_t at = list + i * 24;

	put(at, a, 4);
	put(at + 4, b, 2);
	put(at + 6, c, 2);
	for (unsigned int j = 0; j < 8; j++)
		put(at + 8 + j, rest >> (56 - 8 * j), 1);
	put(at + 16, addr, 8);
}

static int setup(void **state)
{
	(void)state;
	memset(arena, 0, sizeof(arena));
	memcpy(arena, "IBI SYST", 8);
	put(SYSTAB + 104, 6, 8);
	put(SYSTAB + 112, LIST, 8);
	/* memory attributes: three entries of 48 bytes, at the end of a page */
	put_table(LIST, 0, 0xdcfa911d, 0x26eb, 0x469f, 0xa22038b7dc461220, AT(0) + 4000);
	put(AT(0) + 4004, 3, 4);
	put(AT(0) + 4008, 48, 4);
	/* ESRT: 200 entries */
	put_table(LIST, 1, 0xb122a263, 0x3661, 0x4f68, 0x992978f8b0d62180, AT(1));
	put(AT(1), 200, 4);
	/* MOK: 5000 and 3000 bytes, and the end */
	put_table(LIST, 2, 0xc451ed2b, 0x9694, 0x45d3, 0xbabaed9f8988a389, AT(2));
	put(AT(2), 'x', 1);
	put(AT(2) + 256, 5000, 8);
	put(AT(2) + 264 + 5000, 'y', 1);
	put(AT(2) + 264 + 5000 + 256, 3000, 8);
	/* TPM log: 4096 - 9 bytes */
	put_table(LIST, 3, 0xb7799cb0, 0xeca2, 0x4943, 0x96671fae07b747fa, AT(4));
	put(AT(4), 4096 - 9, 4);
	put_table(LIST, 4, 0x12345678, 0, 0, 0, AT(5) + 5);
	put_table(LIST, 5, 0x12345678, 0, 0, 0, 0);
	return 0;
}

static struct {
	paddr_t base, end;
} told[8];
static unsigned int nr;

static void note(paddr_t base, paddr_t end, void *arg)
{
	(void)arg;
	assert_true(nr < 8);
	told[nr].base = base;
	told[nr++].end = end;
}

static void ask(paddr_t list)
{
	nr = 0;
	efi_tables(SYSTAB, list, look, note, NULL);
}

static void is(unsigned int i, paddr_t base, paddr_t pages)
{
	assert_true(i < nr);
	assert_int_equal(told[i].base, base);
	assert_int_equal(told[i].end, base + pages * 4096);
}

static void test_lengths(void **state)
{
	(void)state;
	ask(0);
	assert_int_equal(nr, 5);
	is(0, AT(0), 2);
	is(1, AT(1), 2);
	is(2, AT(2), 3); /* 8792 bytes */
	is(3, AT(4), 1);
	is(4, AT(5), 1);
	put(AT(4), 4096 - 8, 4);
	ask(0);
	is(3, AT(4), 2);
}

/* After Linux has given the firmware virtual addresses the list is where SETUP_EFI says. */
static void test_other_list(void **state)
{
	(void)state;
	put(SYSTAB + 104, 1, 8);
	put(SYSTAB + 112, 0xffffffff00000000, 8);
	put_table(OTHER, 0, 1, 2, 3, 4, AT(3));
	ask(OTHER);
	assert_int_equal(nr, 1);
	is(0, AT(3), 1);
	ask(0);
	assert_int_equal(nr, 0);
}

/* Lengths that make no sense: the first page is kept. */
static void test_broken(void **state)
{
	(void)state;
	put(AT(0) + 4004, 0xffffffff, 4);
	put(AT(1), 0xffffffff, 4);
	put(AT(2) + 256, UINT64_MAX - 300, 8);
	ask(0);
	is(0, AT(0), 1);
	is(1, AT(1), 1);
	is(2, AT(2), 1);
	put(SYSTAB + 104, 257, 8);
	ask(0);
	assert_int_equal(nr, 0);
	setup(state);
	put(SYSTAB, 0, 1);
	ask(0);
	assert_int_equal(nr, 0);
	nr = 0;
	efi_tables(0, 0, look, note, NULL);
	assert_int_equal(nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_lengths, setup),
		cmocka_unit_test_setup(test_other_list, setup),
		cmocka_unit_test_setup(test_broken, setup),
	};

	return cmocka_run_group_tests_name("efi_tables", tests, NULL, NULL);
}
