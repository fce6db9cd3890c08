// SPDX-License-Identifier: MIT
/*
 * The EFI door: baton as an application that a UEFI firmware loads and starts.
 *
 * It writes a boot_params that describes the machine, as a Linux boot loader does, ends boot services
 * and enters by the 64-bit door. Until then the firmware's rules hold: its stack; its page tables, in
 * which .text and .rodata may be read-only; and an error is a message on its console and a status
 * returned to it.
 */
#include "boot/door/efi/efi.h"

#include <string.h>

#include "arch/cpu.h"
#include "arch/image.h"

#define HDR_OFFSET    0x1f1
#define HDR_MAGIC     0x53726448 /* HdrS */
#define LOADER_OTHER  0xff
#define STATUS_DIGITS 16

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st);

static void put(struct efi *e, const CHAR16 *text)
{
	if (e->st->ConOut) /* a machine may have no console at all */
		e->st->ConOut->OutputString(e->st->ConOut, (CHAR16 *)text);
}

void efi_say(struct efi *e, const CHAR16 *a, const CHAR16 *b)
{
	put(e, L"baton: ");
	put(e, a);
	if (b)
		put(e, b);
	put(e, L"\r\n");
}

EFI_STATUS efi_fail(struct efi *e, EFI_STATUS status, const CHAR16 *a, const CHAR16 *b)
{
	CHAR16 number[STATUS_DIGITS + 1];

	for (int i = 0; i < STATUS_DIGITS; i++) {
		unsigned int digit = status >> 4 * (STATUS_DIGITS - 1 - i) & 15;

		number[i] = (CHAR16)(digit < 10 ? L'0' + digit : L'a' + digit - 10);
	}
	number[STATUS_DIGITS] = 0;
	efi_say(e, a, b);
	efi_say(e, L"back to the firmware with status 0x", number);
	return status;
}

static EFI_STATUS allocate(struct efi *e, EFI_ALLOCATE_TYPE how, EFI_PHYSICAL_ADDRESS at,
			   UINT64 bytes, void **data)
{
	struct efi_block b = { at, align_up(bytes, PAGE_SIZE) / PAGE_SIZE };
	EFI_STATUS status = EFI_OUT_OF_RESOURCES;

	if (e->nr_blocks < EFI_BLOCKS)
		status = e->bs->AllocatePages(how, EfiLoaderData, b.pages, &b.base);
	if (EFI_ERROR(status))
		return status;
	e->block[e->nr_blocks++] = b;
	*data = memset((void *)b.base, 0, b.pages * PAGE_SIZE);
	return EFI_SUCCESS;
}

void *efi_alloc(struct efi *e, UINT64 bytes)
{
	void *data = NULL;
	EFI_STATUS status = allocate(e, AllocateAnyPages, 0, bytes, &data);

	if (EFI_ERROR(status))
		efi_fail(e, status, L"out-of-memory: too little memory for the payload", NULL);
	return data;
}

void *efi_alloc_at(struct efi *e, EFI_PHYSICAL_ADDRESS at, UINT64 bytes)
{
	void *data = NULL;

	allocate(e, AllocateAddress, at, bytes, &data);
	return data;
}

void *efi_table(const struct efi *e, const EFI_GUID *guid)
{
	for (UINTN i = 0; i < e->st->NumberOfTableEntries; i++)
		if (memcmp(&e->st->ConfigurationTable[i].VendorGuid, guid, sizeof(*guid)) == 0)
			return e->st->ConfigurationTable[i].VendorTable;
	return NULL;
}

static void free_all(struct efi *e)
{
	for (unsigned int i = 0; i < e->nr_blocks; i++)
		e->bs->FreePages(e->block[i].base, e->block[i].pages);
}

static EFI_STATUS begin(struct efi *e)
{
	static const EFI_GUID loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_STATUS status =
		e->bs->HandleProtocol(e->image, (EFI_GUID *)&loaded_image, (void **)&e->loaded);
	const struct setup_header *hdr;

	if (EFI_ERROR(status))
		return efi_fail(e, status,
				L"efi-image: the firmware does not say where it put the image",
				NULL);
	hdr = (const struct setup_header *)((const UINT8 *)e->loaded->ImageBase + HDR_OFFSET);
	if (hdr->header != HDR_MAGIC)
		return efi_fail(e, EFI_LOAD_ERROR, L"efi-image: the setup header was not loaded",
				NULL);
	e->bp = efi_alloc(e, sizeof(*e->bp) + EFI_CMDLINE + sizeof(*e->seed) + PARAMS_SEED);
	if (!e->bp)
		return EFI_OUT_OF_RESOURCES;
	e->cmdline = (char *)(e->bp + 1);
	e->seed = (struct setup_data *)(e->cmdline + EFI_CMDLINE);
	e->bp->hdr = *hdr;
	e->bp->hdr.type_of_loader = LOADER_OTHER;
	e->bp->hdr.cmd_line_ptr = (uint32_t)(UINTN)e->cmdline;
	e->bp->ext_cmd_line_ptr = (uint32_t)((UINTN)e->cmdline >> 32);
	return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *st)
{
	UINT64 entered = rdtsc();
	struct efi e = { .image = image, .st = st, .bs = st->BootServices };
	EFI_STATUS status = begin(&e);

	if (!EFI_ERROR(status)) {
		efi_describe(&e);
		status = efi_payload(&e);
	}
	if (!EFI_ERROR(status))
		status = efi_check(&e);
	if (!EFI_ERROR(status)) {
		efi_keep_tpm_log(&e);
		status = efi_leave(&e);
	}
	if (EFI_ERROR(status)) {
		free_all(&e);
		return status;
	}
	__asm__ volatile("jmp entry_efi" : : "S"(e.bp), "D"(entered) : "memory");
	__builtin_unreachable();
}
