// SPDX-License-Identifier: MIT
/* Writing a memory map: merging, the step from boot_params to E820_EXT, and the end of the room. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/bootinfo.h"
#include "boot/door/e820.h"

#define TABLE E820_MAX_ENTRIES_ZEROPAGE

struct fixture {
	struct boot_params bp;
	struct e820 map;
	void *ext;
};

static void begin(struct fixture *fx, uint64_t room)
{
	memset(fx, 0, sizeof(*fx));
	fx->ext = calloc(1, e820_bytes(room));
	e820_begin(&fx->map, &fx->bp, fx->ext, room);
}

/* Entry @i, wherever it is. */
static struct boot_e820_entry get(const struct fixture *fx, unsigned int i)
{
	const uint8_t *at = i < TABLE ? (const uint8_t *)&fx->bp +
						offsetof(struct boot_params, e820_table) +
						i * sizeof(struct boot_e820_entry) :
					(const uint8_t *)fx->ext + sizeof(struct setup_data) +
						(i - TABLE) * sizeof(struct boot_e820_entry);
	struct boot_e820_entry e;

	memcpy(&e, at, sizeof(e));
	return e;
}

static void test_merge(void **state)
{
	struct fixture fx;

	(void)state;
	begin(&fx, 1);
	assert_true(e820_add(&fx.map, 0x1000, 0x1000, E820_RAM));
	assert_true(e820_add(&fx.map, 0x2000, 0x3000, E820_RAM));      /* goes on */
	assert_true(e820_add(&fx.map, 0x5000, 0x1000, E820_RESERVED)); /* another type */
	assert_true(e820_add(&fx.map, 0x7000, 0x1000, E820_RESERVED)); /* a gap */
	assert_true(e820_add(&fx.map, 0x8000, 0, E820_NVS));           /* nothing */
	assert_int_equal(fx.bp.e820_entries, 3);
	assert_int_equal(get(&fx, 0).addr, 0x1000);
	assert_int_equal(get(&fx, 0).size, 0x4000);
	assert_int_equal(get(&fx, 2).addr, 0x7000);
	free(fx.ext);
}

/* With exactly a full table there is no extension, with one more there is. */
static void test_extension(void **state)
{
	struct fixture fx;

	(void)state;
	begin(&fx, 2);
	for (unsigned int i = 0; i < TABLE; i++)
		assert_true(e820_add(&fx.map, i * 0x2000, 0x1000, E820_RAM));
	e820_end(&fx.map, 0xabc0);
	assert_int_equal(fx.bp.hdr.setup_data, 0);
	assert_true(e820_add(&fx.map, TABLE * 0x2000, 0x1000, E820_RAM));
	assert_true(e820_add(&fx.map, TABLE * 0x2000 + 0x1000, 0x1000,
			     E820_RAM)); /* grows the extension's last */
	assert_true(e820_add(&fx.map, TABLE * 0x2000 + 0x4000, 0x1000, E820_ACPI));
	assert_false(e820_add(&fx.map, TABLE * 0x2000 + 0x8000, 0x1000, E820_RAM));
	fx.bp.hdr.setup_data = 0x1230;
	e820_end(&fx.map, 0xabc0);
	assert_int_equal(fx.bp.e820_entries, TABLE);
	assert_int_equal(get(&fx, TABLE).size, 0x2000);
	assert_int_equal(get(&fx, TABLE + 1).type, E820_ACPI);
	assert_int_equal(fx.bp.hdr.setup_data, 0xabc0);
	assert_int_equal(fx.map.ext->next, 0x1230);
	assert_int_equal(fx.map.ext->type, SETUP_E820_EXT);
	assert_int_equal(fx.map.ext->len, 2 * sizeof(struct boot_e820_entry));
	free(fx.ext);
}

static uint8_t *arena;

static void *in_arena(paddr_t base, paddr_t end)
{
	(void)end;
	return arena + base;
}

/* What is written here is what baton reads: 300 ranges, most of them in the extension. */
static void test_read_back(void **state)
{
	static struct boot_info bi;
	struct findings f = { 0 };
	struct fault fault;
	struct fixture fx;

	(void)state;
	begin(&fx, 300);
	arena = calloc(1024, PAGE_SIZE);
	assert_true(e820_add(&fx.map, 0, 0x10000, E820_RAM));
	for (unsigned int i = 1; i < 300; i++)
		assert_true(e820_add(&fx.map, 0x10000 + i * 0x3000, 0x1000, E820_RAM));
	e820_end(&fx.map, 0x1000);
	memcpy(arena + 0x1000, fx.ext, sizeof(struct setup_data) + fx.map.ext->len);
	assert_int_equal(boot_info_read(&bi, &fx.bp, 0, in_arena, &f, &fault), 0);
	assert_int_equal(f.total, 0);
	assert_int_equal(bi.ram.nr, 300);
	assert_int_equal(bi.ram.r[299].base, 0x10000 + 299 * 0x3000);
	free(arena);
	free(fx.ext);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_extension),
		cmocka_unit_test(test_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
