// SPDX-License-Identifier: MIT
/*
 * What the firmware knows of the machine and later kernels need, written into boot_params; and the
 * exit from boot services. Sources: UEFI Specification 7 and 12.9; zero-page.rst and efi-stub.rst
 * of Linux.
 */
#include "boot/door/efi/efi.h"
#include "boot/words/efi.h"

#include <string.h>

#include "kexec/bootinfo.h"
#include "boot/door/e820.h"

#define PERSISTENT_MEMORY 14        /* memory types that GNU-EFI's headers may not know */
#define SPECIAL_PURPOSE   0x40000UL /* attribute */
#define MAP_SLACK         KIB(8)    /* asking for memory changes the map */
#define EXIT_TRIES        2
#define SIGNATURE_64      0x34364c45 /* EL64 */
#define NO_MAP            L"efi-memory-map: the firmware gives none"

/**
 * struct memory_map - the firmware's memory map
 * @data, @capacity, @size: a buffer, its bytes, and how many of them the map takes
 * @key:   which state of the map this is
 * @entry, @version: bytes of a descriptor, and their version
 */
struct memory_map {
	UINT8 *data;
	UINTN size, capacity, key, entry;
	UINT32 version;
};

static void find_acpi(struct efi *e)
{
	static const EFI_GUID acpi1 = ACPI_TABLE_GUID, acpi2 = ACPI_20_TABLE_GUID;

	e->bp->acpi_rsdp_addr = (UINTN)efi_table(e, &acpi2);
	if (!e->bp->acpi_rsdp_addr)
		e->bp->acpi_rsdp_addr = (UINTN)efi_table(e, &acpi1);
}

/* One byte of a variable. Return: its status; @value is 0 on error. */
static EFI_STATUS flag(struct efi *e, const CHAR16 *name, UINT8 *value)
{
	static const EFI_GUID global = EFI_GLOBAL_VARIABLE;
	UINTN size = sizeof(*value);

	*value = 0;
	return e->st->RuntimeServices->GetVariable((CHAR16 *)name, (EFI_GUID *)&global, NULL, &size,
						   value);
}

/* If the variables cannot be read, Linux is told so, and the door takes it for on. */
static void find_secure_boot(struct efi *e)
{
	UINT8 on, setup;
	EFI_STATUS status = flag(e, L"SecureBoot", &on);
	bool unknown = EFI_ERROR(status) && status != EFI_NOT_FOUND;

	flag(e, L"SetupMode", &setup);
	e->secure = unknown || (on && !setup);
	e->bp->secure_boot = unknown ? SECURE_UNKNOWN : e->secure ? SECURE_ON : SECURE_OFF;
}

/* A mask of contiguous bits as @size and @pos. */
static void find_bits(UINT32 mask, __u8 *size, __u8 *pos)
{
	*pos = mask ? (__u8)__builtin_ctz(mask) : 0;
	*size = mask ? (__u8)(32 - __builtin_clz(mask) - *pos) : 0;
}

static bool set_pixels(struct screen_info *si, const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
	EFI_PIXEL_BITMASK mask = { 0xff, 0xff00, 0xff0000, 0xff000000 };

	if (info->PixelFormat == PixelBlueGreenRedReserved8BitPerColor)
		mask = (EFI_PIXEL_BITMASK){ 0xff0000, 0xff00, 0xff, 0xff000000 };
	else if (info->PixelFormat == PixelBitMask)
		mask = info->PixelInformation;
	else if (info->PixelFormat != PixelRedGreenBlueReserved8BitPerColor)
		return false; /* there is no frame buffer */
	find_bits(mask.RedMask, &si->red_size, &si->red_pos);
	find_bits(mask.GreenMask, &si->green_size, &si->green_pos);
	find_bits(mask.BlueMask, &si->blue_size, &si->blue_pos);
	find_bits(mask.ReservedMask, &si->rsvd_size, &si->rsvd_pos);
	si->lfb_depth = si->red_size + si->green_size + si->blue_size + si->rsvd_size;
	return true;
}

static void find_screen(struct efi *e)
{
	static const EFI_GUID graphics = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	struct screen_info si = { 0 };
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;

	if (EFI_ERROR(e->bs->HandleProtocol(e->st->ConsoleOutHandle, (EFI_GUID *)&graphics,
					    (void **)&gop)) &&
	    EFI_ERROR(e->bs->LocateProtocol((EFI_GUID *)&graphics, NULL, (void **)&gop)))
		return;
	info = gop->Mode->Info;
	if (!set_pixels(&si, info))
		return;
	si.orig_video_isVGA = VIDEO_TYPE_EFI;
	si.lfb_width = (__u16)info->HorizontalResolution;
	si.lfb_height = (__u16)info->VerticalResolution;
	si.lfb_linelength = (__u16)(info->PixelsPerScanLine * si.lfb_depth / 8);
	si.lfb_size = (__u32)si.lfb_linelength * si.lfb_height;
	si.lfb_base = (__u32)gop->Mode->FrameBufferBase;
	si.ext_lfb_base = (__u32)(gop->Mode->FrameBufferBase >> 32);
	si.capabilities = VIDEO_CAPABILITY_SKIP_QUIRKS;
	if (si.ext_lfb_base)
		si.capabilities |= VIDEO_CAPABILITY_64BIT_BASE;
	si.pages = 1;
	e->bp->screen_info = si;
}

/* If the firmware has no random numbers, the next kernel gets none, as from its own EFI stub. */
static void find_seed(struct efi *e)
{
	static const EFI_GUID rng = EFI_RNG_PROTOCOL_GUID;
	EFI_RNG_PROTOCOL *source;

	if (EFI_ERROR(e->bs->LocateProtocol((EFI_GUID *)&rng, NULL, (void **)&source)) ||
	    EFI_ERROR(source->GetRNG(source, NULL, PARAMS_SEED, e->seed->data)))
		return;
	e->seed->type = SETUP_RNG_SEED;
	e->seed->len = PARAMS_SEED;
	e->seed->next = e->bp->hdr.setup_data;
	e->bp->hdr.setup_data = (UINTN)e->seed;
}

void efi_describe(struct efi *e)
{
	find_acpi(e);
	find_secure_boot(e);
	find_screen(e);
	find_seed(e);
}

/* With @soft, memory for a special purpose is none of the RAM. */
static UINT32 e820_type(const EFI_MEMORY_DESCRIPTOR *d, bool soft)
{
	switch (d->Type) {
	case EfiConventionalMemory:
		if (soft && d->Attribute & SPECIAL_PURPOSE)
			return E820_SOFT;
		return E820_RAM;
	case EfiLoaderCode:
	case EfiLoaderData:
	case EfiBootServicesCode:
	case EfiBootServicesData:
		return E820_RAM;
	case EfiACPIReclaimMemory:
		return E820_ACPI;
	case EfiACPIMemoryNVS:
		return E820_NVS;
	case EfiUnusableMemory:
		return E820_UNUSABLE;
	case PERSISTENT_MEMORY:
		return E820_PERSISTENT;
	default:
		return E820_RESERVED;
	}
}

static void write_e820(struct efi *e, const struct memory_map *map, void *ext, UINTN entries)
{
	bool soft = !e->cmdline || !words_efi(e->cmdline, "nosoftreserve");
	struct e820 out;

	e820_begin(&out, e->bp, ext, entries);
	for (UINTN at = 0; at < map->size; at += map->entry) {
		const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(map->data + at);

		e820_add(&out, d->PhysicalStart, d->NumberOfPages * PAGE_SIZE, e820_type(d, soft));
	}
	e820_end(&out, (paddr_t)ext);
}

static void write_efi_info(struct efi *e, const struct memory_map *map)
{
	e->bp->efi_info = (struct efi_info){
		.efi_loader_signature = SIGNATURE_64,
		.efi_systab = (__u32)(UINTN)e->st,
		.efi_systab_hi = (__u32)((UINTN)e->st >> 32),
		.efi_memmap = (__u32)(UINTN)map->data,
		.efi_memmap_hi = (__u32)((UINTN)map->data >> 32),
		.efi_memmap_size = (__u32)map->size,
		.efi_memdesc_size = (__u32)map->entry,
		.efi_memdesc_version = map->version,
	};
}

static EFI_STATUS get_map(struct efi *e, struct memory_map *map)
{
	map->size = map->capacity;
	return e->bs->GetMemoryMap(&map->size, (EFI_MEMORY_DESCRIPTOR *)map->data, &map->key,
				   &map->entry, &map->version);
}

/*
 * A timer of the firmware's can change the map between GetMemoryMap and ExitBootServices. The latter
 * then fails, and may have stopped part of the firmware, its console too. From then on only the
 * memory services are allowed, and an allocation would change the map again. So the map is read once
 * more into the same buffer; and if that fails as well, only the returned status tells it.
 */
static EFI_STATUS leave_firmware(struct efi *e, struct memory_map *map)
{
	EFI_STATUS status = get_map(e, map);

	if (EFI_ERROR(status))
		return efi_fail(e, status, NO_MAP, NULL);
	status = e->bs->ExitBootServices(e->image, map->key);
	for (int i = 1; i < EXIT_TRIES && status == EFI_INVALID_PARAMETER; i++) {
		status = get_map(e, map);
		if (!EFI_ERROR(status))
			status = e->bs->ExitBootServices(e->image, map->key);
	}
	return status;
}

/*
 * The table of the entries that do not fit in boot_params has to lie in RAM that is known without
 * it, so it goes into the first memory of the map that has room.
 */
static void *alloc_ext(struct efi *e, struct memory_map *map, UINT64 bytes)
{
	EFI_STATUS status = get_map(e, map);
	void *ext = NULL;

	for (UINTN at = 0; !EFI_ERROR(status) && !ext && at < map->size; at += map->entry) {
		const EFI_MEMORY_DESCRIPTOR *d = (const EFI_MEMORY_DESCRIPTOR *)(map->data + at);

		if (d->Type == EfiConventionalMemory && d->PhysicalStart >= MIB(1) &&
		    d->NumberOfPages * PAGE_SIZE >= bytes)
			ext = efi_alloc_at(e, d->PhysicalStart, bytes);
	}
	return ext ? ext : efi_alloc(e, bytes);
}

EFI_STATUS efi_leave(struct efi *e)
{
	struct memory_map map = { 0 };
	EFI_STATUS status = get_map(e, &map);
	UINTN entries;
	void *ext;

	if (status != EFI_BUFFER_TOO_SMALL || map.entry < sizeof(EFI_MEMORY_DESCRIPTOR))
		return efi_fail(e, EFI_ERROR(status) ? status : EFI_LOAD_ERROR, NO_MAP, NULL);
	map.capacity = align_up(map.size + MAP_SLACK, PAGE_SIZE);
	entries = map.capacity / map.entry;
	map.data = efi_alloc(e, map.capacity);
	ext = map.data ? alloc_ext(e, &map, e820_bytes(entries)) : NULL;
	if (!ext)
		return EFI_OUT_OF_RESOURCES;
	status = leave_firmware(e, &map);
	if (EFI_ERROR(status))
		return status;
	write_e820(e, &map, ext, entries);
	write_efi_info(e, &map);
	return EFI_SUCCESS;
}
