// SPDX-License-Identifier: MIT
/* From hvm_start_info to boot_params. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* clang-format off */
#include "boot/door/pvh.c"
/* clang-format on */

static struct start_info info;
static struct module module;
static struct map_entry map[1100];

static struct boot_params *run(void)
{
	memset(&params, 0, sizeof(params));
	memset(cmdline, 0, sizeof(cmdline));
	return (struct boot_params *)pvh_boot_params((paddr_t)&info);
}

/* Every second 64 KiB is RAM: nothing that could be merged. */
static void describe(uint32_t entries)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(map); i++)
		map[i] = (struct map_entry){ i * 0x20000UL, 0x10000, E820_RAM, 0 };
	info = (struct start_info){ .magic = START_MAGIC,
				    .version = MAP_VERSION,
				    .map = (uint64_t)map,
				    .map_entries = entries };
}

static uint64_t pointer(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static void test_all(void **state)
{
	static const char words[] = "console=ttyS0 quiet";
	const struct boot_params *bp;

	(void)state;
	describe(3);
	module = (struct module){ .addr = 0x123456789a000, .size = 0x100000fff };
	info.rsdp = 0xf5aa0;
	info.cmdline = (uint64_t)words;
	info.modules = (uint64_t)&module;
	info.nr_modules = 2;
	bp = run();
	assert_int_equal(bp->e820_entries, 3);
	assert_int_equal(bp->e820_table[2].addr, 0x40000);
	assert_int_equal(bp->acpi_rsdp_addr, 0xf5aa0);
	assert_int_equal(pointer(bp->hdr.ramdisk_image, bp->ext_ramdisk_image), module.addr);
	assert_int_equal(pointer(bp->hdr.ramdisk_size, bp->ext_ramdisk_size), module.size);
	assert_string_equal((const char *)pointer(bp->hdr.cmd_line_ptr, bp->ext_cmd_line_ptr),
			    words);
	assert_int_equal(bp->hdr.setup_data, 0);
}

static void test_little(void **state)
{
	const struct boot_params *bp;

	(void)state;
	describe(1);
	bp = run();
	assert_int_equal(bp->hdr.ramdisk_size, 0);
	assert_int_equal(bp->hdr.cmd_line_ptr, 0);
}

/* No map is no machine: refused where boot_params are read. */
static void test_none(void **state)
{
	(void)state;
	describe(3);
	info.version = 0;
	assert_int_equal(run()->e820_entries, 0);
	describe(3);
	info.magic = 0;
	assert_int_equal(run()->e820_entries, 0);
}

static void test_many(void **state)
{
	const struct boot_params *bp;

	(void)state;
	describe(ARRAY_SIZE(map));
	bp = run();
	assert_int_equal(bp->e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
	assert_int_equal(bp->hdr.setup_data, (uint64_t)extra);
	assert_int_equal(((const struct setup_data *)extra)->len,
			 EXTRA * sizeof(struct boot_e820_entry));
}

static void test_long_cmdline(void **state)
{
	static char words[PVH_CMDLINE + 100];

	(void)state;
	describe(1);
	memset(words, 'x', sizeof(words) - 1);
	info.cmdline = (uint64_t)words;
	run();
	assert_null(memchr(cmdline, '\0', sizeof(cmdline))); /* refused where it is read */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),          cmocka_unit_test(test_little),
		cmocka_unit_test(test_none),         cmocka_unit_test(test_many),
		cmocka_unit_test(test_long_cmdline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
