// SPDX-License-Identifier: MIT
/* ACPI tables, laid out by hand from the specification, and what baton reads out of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/acpi.h"

#define BASE  0x7f000000
#define BYTES 0x20000
#define RSDP  BASE
#define XSDT  (BASE + 0x100)
#define FADT  (BASE + 0x200)
#define DSDT  (BASE + 0x400)
#define SRAT  (BASE + 0x1000)

static uint8_t *arena;

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

static void put_header(paddr_t addr, const char *signature, uint32_t length)
{
	memcpy(arena + (addr - BASE), signature, 4);
	put(addr + 4, length, 4);
}

/* _S5_ as iasl writes it: Name(_S5_, Package(4){5, 5, 0, 0}) */
static const uint8_t s5_bytes[] = { 0x08, '_',  'S',  '5',  '_',  0x12, 0x08,
				    0x04, 0x0a, 0x05, 0x0a, 0x05, 0,    0 };

static void put_srat(unsigned int ranges)
{
	static const uint32_t node[] = { 1, 0, 0, 1 };
	static const uint64_t base[] = { 0x80000000, 0, 0x100000, 0x100000000 };

	put_header(SRAT, "SRAT", 48 + 16 + ranges * 40);
	put(SRAT + 8, 3, 1);
	put(SRAT + 48, 0x1000, 2); /* a processor: type 0, 16 bytes; to be passed over */
	for (unsigned int i = 0; i < ranges; i++) {
		paddr_t at = SRAT + 64 + i * 40;

		put(at, 40 << 8 | 1, 2);
		put(at + 2, node[i % 4], 4);
		put(at + 8, base[i % 4], 8);
		put(at + 16, 0x1000, 8);
		put(at + 28, 1, 4);
	}
}

static int setup(void **state)
{
	(void)state;
	arena = calloc(1, BYTES);
	memcpy(arena, "RSD PTR ", 8);
	put(RSDP + 15, 2, 1);
	put(RSDP + 24, XSDT, 8);
	put_header(XSDT, "XSDT", 36 + 2 * 8);
	put(XSDT + 36, SRAT, 8);
	put(XSDT + 44, FADT, 8);
	put_header(FADT, "FACP", 244);
	put(FADT + 40, DSDT, 4);
	put(FADT + 64, 0x604, 4);
	put(FADT + 76, 0x608, 4);
	put(FADT + 91, 4, 1);
	put_header(DSDT, "DSDT", 0x100);
	memcpy(arena + (DSDT - BASE) + 0x60, s5_bytes, sizeof(s5_bytes));
	put_srat(4);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(arena);
	return 0;
}

static void test_fields(void **state)
{
	struct acpi acpi;

	(void)state;
	acpi_read(&acpi, RSDP, look);
	assert_int_equal(acpi.pm_timer, 0x608);
	assert_int_equal(acpi.pm1a, 0x604);
	assert_int_equal(acpi.pm1b, 0);
	assert_true(acpi.has_s5);
	assert_int_equal(acpi.sleep_type, 5);
}

/* Whatever is cut or missing leaves its fields at 0 and reads nothing outside the tables. */
static void test_broken(void **state)
{
	struct acpi acpi;

	(void)state;
	put(FADT + 91, 0, 1);
	acpi_read(&acpi, RSDP, look);
	assert_int_equal(acpi.pm_timer, 0);
	assert_int_equal(acpi.pm1a, 0x604);
	put(DSDT + 4, 0x66, 4); /* ends inside _S5_ */
	acpi_read(&acpi, RSDP, look);
	assert_false(acpi.has_s5);
	put(FADT + 4, 91, 4);
	acpi_read(&acpi, RSDP, look);
	assert_int_equal(acpi.pm1a, 0);
	put(XSDT + 4, 0xffffffff, 4);
	acpi_read(&acpi, RSDP, look);
	assert_int_equal(acpi.pm1a, 0);
	acpi_read(&acpi, 0, look); /* no BIOS area to search */
	assert_int_equal(acpi.pm1a, 0);
}

/* Ranges out of order: node 0 below 2 GiB in two pieces, node 1 above. One border. */
static void test_borders(void **state)
{
	struct borders set;
	paddr_t at;

	(void)state;
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 1);
	assert_int_equal(set.at[0], 0x80000000);
	assert_true(borders_inside(&set, 0x7ffff000, 0x80001000, &at));
	assert_int_equal(at, 0x80000000);
	assert_false(borders_inside(&set, 0x80000000, 0x90000000, &at)); /* begins at it */
	assert_false(borders_inside(&set, 0, 0x80000000, &at));          /* ends at it */
}

static void test_borders_none(void **state)
{
	struct borders set;

	(void)state;
	put(SRAT + 64 + 28, 0, 4); /* node 1's two ranges disabled */
	put(SRAT + 64 + 3 * 40 + 28, 0, 4);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 0);
	put_header(SRAT, "XXXX", 48);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 0);
}

/* Ranges that touch are one: only what is left beyond the room for borders is not known. */
static void test_borders_many(void **state)
{
	struct borders set;
	unsigned int i;

	(void)state;
	put_srat(BORDERS_MAX + 3);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr_ranges, 4);
	for (i = 0; i < BORDERS_MAX + 3; i++) {
		put(SRAT + 64 + i * 40 + 2, i & 1, 4);
		put(SRAT + 64 + i * 40 + 8, (uint64_t)i << 12, 8);
	}
	assert_int_equal(acpi_borders(&set, RSDP, look), 3);
	assert_int_equal(set.nr_ranges, BORDERS_MAX);
	assert_int_equal(set.nr, BORDERS_MAX - 1);
	for (i = 0; i < BORDERS_MAX + 3; i++)
		put(SRAT + 64 + i * 40 + 2, 7, 4);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr_ranges, 1);
	assert_int_equal(set.range[0].end, (BORDERS_MAX + 3) << 12);
}

/* In revision 1 only the lowest 8 bits of a proximity domain count; the others may hold anything. */
static void test_borders_revision(void **state)
{
	struct borders set;

	(void)state;
	put(SRAT + 64 + 2, 0xabcdef00, 4); /* of node 0 then, like the two below */
	put(SRAT + 64 + 3 * 40 + 2, 0x100, 4);
	put(SRAT + 8, 1, 1);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 0);
	put(SRAT + 8, 2, 1);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 2);
}

/* An entry of length 0 must not be an endless loop, one that leaves the table must not be read. */
static void test_borders_broken(void **state)
{
	struct borders set;

	(void)state;
	put(SRAT + 48, 0, 2);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 0);
	put_srat(4);
	put(SRAT + 4, 64 + 4 * 40 - 1, 4);
	assert_int_equal(acpi_borders(&set, RSDP, look), 0);
	assert_int_equal(set.nr, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_borders, setup, teardown),
		cmocka_unit_test_setup_teardown(test_borders_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_borders_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_borders_revision, setup, teardown),
		cmocka_unit_test_setup_teardown(test_borders_broken, setup, teardown),
	};

	return cmocka_run_group_tests_name("acpi", tests, NULL, NULL);
}
