// SPDX-License-Identifier: MIT
/* The EFI door from end to end, with what it calls replaced: whatever fails, all memory goes back. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include "boot/door/efi/efi.c"
/* clang-format on */

#define MAX_BLOCKS EFI_BLOCKS

/** struct firmware - where the door is to fail, and what it left behind */
static struct {
	EFI_STATUS image, payload, check, leave;
	bool no_header, no_memory, no_console;
	EFI_PHYSICAL_ADDRESS at; /* where memory was last asked for; 0 for anywhere */
	void *block[MAX_BLOCKS];
	unsigned int allocated, freed;
	char text[512];
} fw;

static struct {
	UINT8 sector[HDR_OFFSET];
	struct setup_header hdr;
} __attribute__((packed)) image;

static EFI_LOADED_IMAGE loaded = { .ImageBase = &image };

/* The code to which a door jumps that did not fail. */
void entry_efi(void);
void entry_efi(void)
{
	abort();
}

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
					EFI_PHYSICAL_ADDRESS *base)
{
	fw.at = how == AllocateAddress ? *base : 0;
	assert_true(fw.at || how == AllocateAnyPages);
	assert_int_equal(type, EfiLoaderData);
	if (fw.no_memory)
		return EFI_OUT_OF_RESOURCES;
	assert_true(fw.allocated < MAX_BLOCKS);
	*base = (UINTN)aligned_alloc(PAGE_SIZE, pages * PAGE_SIZE);
	memset((void *)*base, 0xa5, pages * PAGE_SIZE);
	fw.block[fw.allocated++] = (void *)*base;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS base, UINTN pages)
{
	assert_true(pages > 0);
	for (unsigned int i = 0; i < fw.allocated; i++)
		if (fw.block[i] == (void *)base) {
			free(fw.block[i]);
			fw.block[i] = NULL;
			fw.freed++;
			return EFI_SUCCESS;
		}
	fail_msg("0x%lx was not allocated", (unsigned long)base);
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **interface)
{
	(void)handle, (void)guid;
	*interface = &loaded;
	return fw.image;
}

static EFI_STATUS EFIAPI output_string(SIMPLE_TEXT_OUTPUT_INTERFACE *out, CHAR16 *text)
{
	size_t n = strlen(fw.text);

	(void)out;
	while (*text && n < sizeof(fw.text) - 1)
		fw.text[n++] = (char)*text++;
	fw.text[n] = '\0';
	return EFI_SUCCESS;
}

void efi_describe(struct efi *e)
{
	assert_int_equal(e->bp->hdr.type_of_loader, 0xff);
	assert_int_equal(e->bp->e820_entries, 0);
	assert_int_equal(e->cmdline[EFI_CMDLINE - 1], 0);
	memset(e->seed, 0x5a, sizeof(*e->seed) + PARAMS_SEED);
	assert_int_equal(e->cmdline[EFI_CMDLINE - 1], 0);
}

EFI_STATUS efi_payload(struct efi *e)
{
	assert_non_null(efi_alloc(e, 10000));
	return fw.payload;
}

EFI_STATUS efi_check(struct efi *e)
{
	(void)e;
	return fw.check;
}

void efi_keep_tpm_log(struct efi *e)
{
	assert_int_equal(fw.check, EFI_SUCCESS);
	assert_non_null(e->bp);
}

EFI_STATUS efi_leave(struct efi *e)
{
	assert_non_null(efi_alloc(e, 1));
	return fw.leave;
}

static EFI_STATUS start(void)
{
	static EFI_BOOT_SERVICES bs = { .AllocatePages = allocate_pages,
					.FreePages = free_pages,
					.HandleProtocol = handle_protocol };
	static SIMPLE_TEXT_OUTPUT_INTERFACE out = { .OutputString = output_string };
	EFI_SYSTEM_TABLE st = { .BootServices = &bs, .ConOut = fw.no_console ? NULL : &out };

	image.hdr.header = fw.no_header ? 0 : HDR_MAGIC;
	return efi_main(NULL, &st);
}

static void test_failures(void **state)
{
	static const struct {
		EFI_STATUS image, payload, check, leave;
		bool no_header, no_memory;
		EFI_STATUS expect;
		unsigned int allocated;
		const char *text;
	} row[] = {
		{ .image = EFI_UNSUPPORTED,
		  .expect = EFI_UNSUPPORTED,
		  .text = "baton: efi-image: the firmware does not say where it put the image\r\n"
			  "baton: back to the firmware with status 0x8000000000000003\r\n" },
		{ .no_header = true,
		  .expect = EFI_LOAD_ERROR,
		  .text = "baton: efi-image: the setup header was not loaded\r\n"
			  "baton: back to the firmware with status 0x8000000000000001\r\n" },
		{ .no_memory = true,
		  .expect = EFI_OUT_OF_RESOURCES,
		  .text = "baton: out-of-memory: too little memory for the payload\r\n"
			  "baton: back to the firmware with status 0x8000000000000009\r\n" },
		{ .payload = EFI_NOT_FOUND, .expect = EFI_NOT_FOUND, .allocated = 2, .text = "" },
		{ .check = EFI_LOAD_ERROR, .expect = EFI_LOAD_ERROR, .allocated = 2, .text = "" },
		{ .leave = EFI_INVALID_PARAMETER,
		  .expect = EFI_INVALID_PARAMETER,
		  .allocated = 3,
		  .text = "" },
	};

	(void)state;
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(row); i++) {
		unsigned int r = i / 2;

		memset(&fw, 0, sizeof(fw));
		fw.image = row[r].image;
		fw.payload = row[r].payload;
		fw.check = row[r].check;
		fw.leave = row[r].leave;
		fw.no_header = row[r].no_header;
		fw.no_memory = row[r].no_memory;
		fw.no_console = i % 2;
		assert_int_equal(start(), row[r].expect);
		assert_int_equal(fw.allocated, row[r].allocated);
		assert_int_equal(fw.freed, row[r].allocated);
		assert_string_equal(fw.text, fw.no_console ? "" : row[r].text);
	}
}

/* It can note a limited number of blocks, and never takes more than it could give back. */
static void test_alloc(void **state)
{
	static EFI_BOOT_SERVICES bs = { .AllocatePages = allocate_pages, .FreePages = free_pages };
	EFI_SYSTEM_TABLE st = { 0 };
	struct efi e = { .st = &st, .bs = &bs };
	UINT8 *p;

	(void)state;
	memset(&fw, 0, sizeof(fw));
	p = efi_alloc(&e, PAGE_SIZE + 1);
	assert_non_null(p);
	assert_int_equal(e.block[0].pages, 2);
	assert_int_equal(p[0] | p[2 * PAGE_SIZE - 1], 0);
	for (int i = 1; i < EFI_BLOCKS; i++)
		assert_non_null(efi_alloc(&e, 1));
	assert_null(efi_alloc(&e, 1));
	assert_int_equal(fw.allocated, EFI_BLOCKS);
	free_all(&e);
	assert_int_equal(fw.freed, EFI_BLOCKS);
}

/* Memory at a certain address is given there or not at all, and without a message. */
static void test_alloc_at(void **state)
{
	static EFI_BOOT_SERVICES bs = { .AllocatePages = allocate_pages, .FreePages = free_pages };
	static SIMPLE_TEXT_OUTPUT_INTERFACE out = { .OutputString = output_string };
	EFI_SYSTEM_TABLE st = { .ConOut = &out };
	struct efi e = { .st = &st, .bs = &bs };

	(void)state;
	memset(&fw, 0, sizeof(fw));
	assert_non_null(efi_alloc_at(&e, 0x123000, 1));
	assert_int_equal(fw.at, 0x123000);
	fw.no_memory = true;
	assert_null(efi_alloc_at(&e, 0x123000, 1));
	assert_int_equal(e.nr_blocks, 1);
	assert_string_equal(fw.text, "");
	free_all(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_alloc),
		cmocka_unit_test(test_alloc_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
