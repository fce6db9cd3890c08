// SPDX-License-Identifier: MIT
/* The EFI door against a firmware made of a few functions: memory map, screen, ExitBootServices. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include "boot/door/efi/machine.c"
/* clang-format on */

#define ENTRY     48 /* as firmware does it: larger than the structure that is known */
#define MAX_CALLS 8

/** struct firmware - how it behaves, and what was asked of it */
static struct {
	unsigned int entries, fail_exits, exits, allocs, maps;
	unsigned int allocs_after_exit, said, said_after_exit;
	unsigned int fail_map; /* of the calls of GetMemoryMap: from 1 on, 0 for none */
	EFI_STATUS map_status;
	UINTN entry;
	bool no_memory, taken;
	EFI_PHYSICAL_ADDRESS at; /* where memory was asked for last */
	UINTN asked[MAX_CALLS];
	EFI_MEMORY_DESCRIPTOR map[210];
} fw;

static void *blocks[4];

void *efi_alloc(struct efi *e, UINT64 bytes)
{
	(void)e;
	fw.allocs_after_exit += fw.exits > 0;
	if (fw.no_memory)
		return NULL;
	fw.entries++; /* as asking for memory does */
	return blocks[fw.allocs++] = calloc(1, bytes);
}

void *efi_alloc_at(struct efi *e, EFI_PHYSICAL_ADDRESS at, UINT64 bytes)
{
	fw.at = at;
	return fw.taken ? NULL : efi_alloc(e, bytes);
}

EFI_STATUS efi_fail(struct efi *e, EFI_STATUS status, const CHAR16 *a, const CHAR16 *b)
{
	(void)e, (void)a, (void)b;
	fw.said++;
	fw.said_after_exit += fw.exits > 0;
	return status;
}

/* The tables of ACPI 1 and 2, where there are such. */
static void *acpi[2];

void *efi_table(const struct efi *e, const EFI_GUID *guid)
{
	static const EFI_GUID acpi1 = ACPI_TABLE_GUID, acpi2 = ACPI_20_TABLE_GUID;

	(void)e;
	if (memcmp(guid, &acpi1, sizeof(acpi1)) == 0)
		return acpi[0];
	assert_memory_equal(guid, &acpi2, sizeof(acpi2));
	return acpi[1];
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
					UINTN *entry, UINT32 *version)
{
	UINTN have = *size;

	fw.asked[fw.maps++] = have;
	if (fw.maps == fw.fail_map)
		return fw.map_status;
	*size = fw.entries * ENTRY;
	*entry = fw.entry;
	*version = 1;
	*key = 100 + fw.exits;
	if (have < *size)
		return EFI_BUFFER_TOO_SMALL;
	for (unsigned int i = 0; i < fw.entries; i++)
		memcpy((UINT8 *)map + i * ENTRY, &fw.map[i], sizeof(*map));
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
	(void)image;
	if (key != 100 + fw.exits || fw.exits < fw.fail_exits) {
		fw.exits++;
		fw.entries += 3; /* it stopped a timer, which freed its memory */
		return EFI_INVALID_PARAMETER;
	}
	return EFI_SUCCESS;
}

static EFI_BOOT_SERVICES bs = { .GetMemoryMap = get_memory_map,
				.ExitBootServices = exit_boot_services };
static struct boot_params bp;

static EFI_STATUS leave(void)
{
	struct efi e = { .bs = &bs, .bp = &bp, .st = (EFI_SYSTEM_TABLE *)0x123456789aUL };

	return efi_leave(&e);
}

static void make_firmware(unsigned int entries)
{
	memset(&fw, 0, sizeof(fw));
	memset(&bp, 0, sizeof(bp));
	fw.entries = entries;
	fw.entry = ENTRY;
	for (unsigned int i = 0; i < ARRAY_SIZE(fw.map); i++)
		fw.map[i] = (EFI_MEMORY_DESCRIPTOR){ .Type = i % 2 ? EfiRuntimeServicesData :
								     EfiConventionalMemory,
						     .PhysicalStart = i * 0x10000,
						     .NumberOfPages = 16 };
}

static EFI_STATUS run(unsigned int entries, unsigned int fail_exits)
{
	make_firmware(entries);
	fw.fail_exits = fail_exits;
	return leave();
}

static void release(void)
{
	for (unsigned int i = 0; i < fw.allocs; i++)
		free(blocks[i]);
}

static void test_leave(void **state)
{
	(void)state;
	assert_int_equal(run(10, 0), EFI_SUCCESS);
	assert_int_equal(fw.allocs, 2);
	assert_int_equal(bp.e820_entries, 12);
	assert_int_equal(bp.efi_info.efi_loader_signature, SIGNATURE_64);
	assert_int_equal(bp.efi_info.efi_systab, 0x3456789a);
	assert_int_equal(bp.efi_info.efi_systab_hi, 0x12);
	assert_int_equal(bp.efi_info.efi_memmap_size, 12 * ENTRY);
	assert_int_equal(bp.efi_info.efi_memdesc_size, ENTRY);
	assert_int_equal(bp.hdr.setup_data, 0);
	release();
}

/* It offers the whole buffer again, not what the first map took, and asks for no memory. */
static void test_leave_again(void **state)
{
	(void)state;
	assert_int_equal(run(10, 1), EFI_SUCCESS);
	assert_int_equal(fw.exits, 1);
	assert_int_equal(fw.allocs_after_exit, 0);
	assert_int_equal(fw.maps, 4);
	assert_int_equal(fw.asked[3], fw.asked[2]);
	assert_true(fw.asked[2] >= 10 * ENTRY + MAP_SLACK);
	assert_int_equal(bp.e820_entries, 15);
	release();
}

static void test_leave_never(void **state)
{
	(void)state;
	assert_int_equal(run(10, 9), EFI_INVALID_PARAMETER);
	assert_int_equal(fw.exits, EXIT_TRIES);
	assert_int_equal(fw.allocs_after_exit, 0);
	assert_int_equal(fw.said, 0); /* the console may be gone */
	release();
}

/*
 * Each of the times that the firmware is asked for its map, but for the second, which only looks for
 * a good place; a message while there is a console.
 */
static void test_no_map(void **state)
{
	static const struct {
		unsigned int fail_map, fail_exits;
		EFI_STATUS gives, expect;
		unsigned int said;
	} row[] = {
		{ 1, 0, EFI_UNSUPPORTED, EFI_UNSUPPORTED, 1 },
		{ 1, 0, EFI_SUCCESS, EFI_LOAD_ERROR, 1 }, /* a map of nothing */
		{ 3, 0, EFI_DEVICE_ERROR, EFI_DEVICE_ERROR, 1 },
		{ 3, 0, EFI_BUFFER_TOO_SMALL, EFI_BUFFER_TOO_SMALL, 1 },
		{ 4, 1, EFI_BUFFER_TOO_SMALL, EFI_BUFFER_TOO_SMALL, 0 },
		{ 4, 1, EFI_INVALID_PARAMETER, EFI_INVALID_PARAMETER, 0 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		make_firmware(10);
		fw.fail_map = row[i].fail_map;
		fw.fail_exits = row[i].fail_exits;
		fw.map_status = row[i].gives;
		assert_int_equal(leave(), row[i].expect);
		assert_int_equal(fw.said, row[i].said);
		assert_int_equal(fw.said_after_exit, 0);
		assert_int_equal(fw.allocs_after_exit, 0);
		assert_int_equal(bp.e820_entries, 0);
		release();
	}
}

/* The table for more entries lies in the first free memory that has room, or where there is any. */
static void test_place_of_ext(void **state)
{
	(void)state;
	make_firmware(200);
	fw.map[16].NumberOfPages = 1; /* the first from 1 MiB on, but too small */
	assert_int_equal(leave(), EFI_SUCCESS);
	assert_int_equal(fw.at, 18 * 0x10000);
	assert_int_equal(bp.hdr.setup_data, (UINTN)blocks[1]);
	release();

	make_firmware(200);
	fw.taken = true;
	assert_int_equal(leave(), EFI_SUCCESS);
	assert_int_equal(fw.allocs, 2);
	assert_int_equal(bp.hdr.setup_data, (UINTN)blocks[1]);
	release();

	make_firmware(150);
	fw.fail_map = 2; /* no map to look into */
	fw.map_status = EFI_DEVICE_ERROR;
	assert_int_equal(leave(), EFI_SUCCESS);
	assert_int_equal(fw.at, 0);
	assert_int_equal(fw.said, 0);
	release();
}

static void test_odd_firmware(void **state)
{
	(void)state;
	make_firmware(10);
	fw.entry = 0; /* descriptors of no size */
	assert_true(EFI_ERROR(leave()));
	assert_int_equal(fw.said, 1);
	make_firmware(10);
	fw.no_memory = true;
	assert_int_equal(leave(), EFI_OUT_OF_RESOURCES);
	assert_int_equal(fw.exits, 0);
}

/** struct variable - what GetVariable gives for SecureBoot and SetupMode */
static struct variable {
	EFI_STATUS status;
	UINT8 value;
} secure_boot, setup_mode;

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *vendor, UINT32 *attributes,
				      UINTN *size, void *data)
{
	static const EFI_GUID global = EFI_GLOBAL_VARIABLE;
	const struct variable *v = name[1] == 'e' && name[2] == 'c' ? &secure_boot : &setup_mode;

	assert_memory_equal(vendor, &global, sizeof(global));
	assert_null(attributes);
	assert_int_equal(*size, 1);
	if (!EFI_ERROR(v->status))
		*(UINT8 *)data = v->value;
	return v->status;
}

/* The numbers are those of enum efi_secureboot_mode of Linux. */
static void test_secure_boot(void **state)
{
	static EFI_RUNTIME_SERVICES rt = { .GetVariable = get_variable };
	static EFI_SYSTEM_TABLE st = { .RuntimeServices = &rt };
	static const struct {
		struct variable secure_boot, setup_mode;
		bool secure;
		UINT8 linux_says;
	} row[] = {
		{ { 0, 1 }, { 0, 0 }, true, 3 },
		{ { 0, 1 }, { EFI_NOT_FOUND, 0 }, true, 3 },
		{ { 0, 1 }, { 0, 1 }, false, 2 },
		{ { 0, 0 }, { 0, 0 }, false, 2 },
		{ { EFI_NOT_FOUND, 0 }, { EFI_NOT_FOUND, 0 }, false, 2 },
		{ { EFI_DEVICE_ERROR, 0 }, { 0, 0 }, true, 1 }, /* nobody can tell */
		{ { EFI_BUFFER_TOO_SMALL, 0 }, { 0, 1 }, true, 1 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct efi e = { .st = &st, .bp = &bp };

		secure_boot = row[i].secure_boot;
		setup_mode = row[i].setup_mode;
		find_secure_boot(&e);
		assert_int_equal(e.secure, row[i].secure);
		assert_int_equal(bp.secure_boot, row[i].linux_says);
	}
}

static void test_many_entries(void **state)
{
	const struct setup_data *ext;

	(void)state;
	assert_int_equal(run(150, 0), EFI_SUCCESS);
	assert_int_equal(bp.e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
	ext = (const struct setup_data *)(uintptr_t)bp.hdr.setup_data;
	assert_non_null(ext);
	assert_int_equal(ext->type, SETUP_E820_EXT);
	assert_int_equal(ext->len,
			 (152 - E820_MAX_ENTRIES_ZEROPAGE) * sizeof(struct boot_e820_entry));
	release();
}

static void test_types(void **state)
{
	static const struct {
		UINT32 type;
		UINT64 attribute;
		UINT32 e820;
	} row[] = {
		{ EfiReservedMemoryType, 0, E820_RESERVED },
		{ EfiLoaderCode, 0, E820_RAM },
		{ EfiLoaderData, 0, E820_RAM },
		{ EfiBootServicesCode, 0, E820_RAM },
		{ EfiBootServicesData, 0, E820_RAM },
		{ EfiRuntimeServicesCode, 0, E820_RESERVED },
		{ EfiRuntimeServicesData, 0, E820_RESERVED },
		{ EfiConventionalMemory, 0, E820_RAM },
		{ EfiConventionalMemory, SPECIAL_PURPOSE, E820_SOFT },
		{ EfiUnusableMemory, 0, E820_UNUSABLE },
		{ EfiACPIReclaimMemory, 0, E820_ACPI },
		{ EfiACPIMemoryNVS, 0, E820_NVS },
		{ EfiMemoryMappedIO, 0, E820_RESERVED },
		{ EfiPalCode, 0, E820_RESERVED },
		{ PERSISTENT_MEMORY, 0, E820_PERSISTENT },
		{ 15, 0, E820_RESERVED }, /* unaccepted */
		{ 0x80000000, 0, E820_RESERVED },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		const EFI_MEMORY_DESCRIPTOR d = { .Type = row[i].type,
						  .Attribute = row[i].attribute };

		assert_int_equal(e820_type(&d, true), row[i].e820);
		assert_int_equal(e820_type(&d, false),
				 row[i].e820 == E820_SOFT ? E820_RAM : row[i].e820);
	}
}

static void test_pixels(void **state)
{
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION info = {
		.PixelFormat = PixelBlueGreenRedReserved8BitPerColor
	};
	struct screen_info si = { 0 };

	(void)state;
	assert_true(set_pixels(&si, &info));
	assert_int_equal(si.red_pos, 16);
	assert_int_equal(si.blue_pos, 0);
	assert_int_equal(si.lfb_depth, 32);
	info.PixelFormat = PixelBitMask;
	info.PixelInformation = (EFI_PIXEL_BITMASK){ 0xf800, 0x7e0, 0x1f, 0 };
	assert_true(set_pixels(&si, &info));
	assert_int_equal(si.green_size, 6);
	assert_int_equal(si.green_pos, 5);
	assert_int_equal(si.lfb_depth, 16);
	info.PixelFormat = PixelBltOnly;
	assert_false(set_pixels(&si, &info));
}

static EFI_GRAPHICS_OUTPUT_MODE_INFORMATION mode_info = { .HorizontalResolution = 800,
							  .VerticalResolution = 600,
							  .PixelsPerScanLine = 832 };
static EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode = { .Info = &mode_info,
						  .FrameBufferBase = 0x1280000000 };
static EFI_GRAPHICS_OUTPUT_PROTOCOL gop = { .Mode = &mode };
static bool on_console, anywhere;

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **interface)
{
	(void)handle, (void)guid;
	*interface = &gop;
	return on_console ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **interface)
{
	(void)guid, (void)registration;
	*interface = &gop;
	return anywhere ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static bool screen(int format)
{
	EFI_BOOT_SERVICES services = { .HandleProtocol = handle_protocol,
				       .LocateProtocol = locate_protocol };
	EFI_SYSTEM_TABLE st = { 0 };
	struct efi e = { .bs = &services, .st = &st, .bp = &bp };
	static const struct screen_info none;

	memset(&bp, 0, sizeof(bp));
	mode_info.PixelFormat = format;
	find_screen(&e);
	return memcmp(&bp.screen_info, &none, sizeof(none)) != 0;
}

static void test_screen(void **state)
{
	(void)state;
	on_console = anywhere = false;
	assert_false(screen(PixelBlueGreenRedReserved8BitPerColor));
	anywhere = true;
	assert_false(screen(PixelBltOnly)); /* nothing to draw into once the firmware is gone */
	assert_false(screen(PixelFormatMax));
	assert_true(screen(PixelRedGreenBlueReserved8BitPerColor));
	on_console = true;
	anywhere = false;
	assert_true(screen(PixelBlueGreenRedReserved8BitPerColor));
	assert_int_equal(bp.screen_info.orig_video_isVGA, 0x70); /* VIDEO_TYPE_EFI */
	assert_int_equal(bp.screen_info.lfb_width, 800);
	assert_int_equal(bp.screen_info.lfb_height, 600);
	assert_int_equal(bp.screen_info.lfb_linelength, 832 * 4);
	assert_int_equal(bp.screen_info.lfb_size, 832 * 4 * 600);
	assert_int_equal(bp.screen_info.lfb_base, 0x80000000);
	assert_int_equal(bp.screen_info.ext_lfb_base, 0x12);
}

/* Of two the newer. */
static void test_acpi(void **state)
{
	struct efi e = { .bp = &bp };

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		acpi[0] = i & 1 ? (void *)0x1000 : NULL;
		acpi[1] = i & 2 ? (void *)0x2000 : NULL;
		find_acpi(&e);
		assert_int_equal(bp.acpi_rsdp_addr, i & 2 ? 0x2000 : i ? 0x1000 : 0);
	}
}

static EFI_STATUS rng_status;

static EFI_STATUS EFIAPI get_rng(EFI_RNG_PROTOCOL *this, EFI_RNG_ALGORITHM *algorithm, UINTN len,
				 UINT8 *value)
{
	assert_non_null(this);
	assert_null(algorithm); /* the firmware's own choice */
	memset(value, 0x77, len);
	return rng_status;
}

static EFI_STATUS EFIAPI locate_rng(EFI_GUID *guid, void *registration, void **interface)
{
	static const UINT8 rng_guid[] = { 0xa5, 0xbc, 0x52, 0x31, 0xde, 0xea, 0x3d, 0x43,
					  0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44 };
	static EFI_RNG_PROTOCOL rng = { .GetRNG = get_rng };

	(void)registration;
	assert_memory_equal(guid, rng_guid, sizeof(rng_guid));
	*interface = &rng;
	return anywhere ? EFI_SUCCESS : EFI_NOT_FOUND;
}

/* In front of what is in the chain; and no entry without all of its bytes. */
static void test_seed(void **state)
{
	EFI_BOOT_SERVICES services = { .LocateProtocol = locate_rng };
	static struct {
		struct setup_data node;
		UINT8 data[PARAMS_SEED + 1];
	} seed;
	struct efi e = { .bs = &services, .bp = &bp, .seed = &seed.node };

	(void)state;
	memset(&bp, 0, sizeof(bp));
	bp.hdr.setup_data = 0x1234;
	anywhere = false;
	find_seed(&e);
	assert_int_equal(bp.hdr.setup_data, 0x1234);
	anywhere = true;
	rng_status = EFI_NOT_READY;
	find_seed(&e);
	assert_int_equal(bp.hdr.setup_data, 0x1234);
	rng_status = EFI_SUCCESS;
	find_seed(&e);
	assert_int_equal(bp.hdr.setup_data, (UINTN)&seed);
	assert_int_equal(seed.node.next, 0x1234);
	assert_int_equal(seed.node.type, 9);
	assert_int_equal(seed.node.len, 32);
	for (int i = 0; i < 32; i++)
		assert_int_equal(seed.data[i], 0x77);
	assert_int_equal(seed.data[32], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_leave),        cmocka_unit_test(test_leave_again),
		cmocka_unit_test(test_leave_never),  cmocka_unit_test(test_many_entries),
		cmocka_unit_test(test_types),        cmocka_unit_test(test_pixels),
		cmocka_unit_test(test_no_map),       cmocka_unit_test(test_place_of_ext),
		cmocka_unit_test(test_odd_firmware), cmocka_unit_test(test_secure_boot),
		cmocka_unit_test(test_screen),       cmocka_unit_test(test_seed),
		cmocka_unit_test(test_acpi),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
