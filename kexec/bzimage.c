// SPDX-License-Identifier: MIT
/*
 * Checking a bzImage before it is trusted with a place in memory.
 *
 * Sources: Documentation/arch/x86/boot.rst, and the checks of arch/x86/kernel/kexec-bzimage64.c in
 * Linux 7.3.
 */
#include "kexec/bzimage.h"

#include <string.h>

#define SECTOR 512

#define HDR_LENGTH    0x201 /* the byte that says how far the header reaches beyond HDR_BASE */
#define HDR_BASE      0x202
#define HDR_BOOT_FLAG 0xaa55
#define VERSION_BASE  0x200  /* what kernel_version counts from */
#define PROTOCOL_MIN  0x020c /* the first with xloadflags */
#define DEFAULT_SECTS 4      /* what setup_sects 0 stands for */

_Static_assert(offsetof(struct boot_params, hdr) == BZIMAGE_HEADER, "setup header in boot_params");
_Static_assert(offsetof(struct setup_header, init_size) == 0x260 - BZIMAGE_HEADER,
	       "setup header layout");

/* The header is as long as the file says; fields of a newer protocol are dropped. */
static void copy_header(struct setup_header *hdr, const uint8_t *file)
{
	size_t size = HDR_BASE + file[HDR_LENGTH] - BZIMAGE_HEADER;

	memset(hdr, 0, sizeof(*hdr));
	memcpy(hdr, file + BZIMAGE_HEADER, size < sizeof(*hdr) ? size : sizeof(*hdr));
}

static int check_kind(const struct setup_header *hdr, bool la57, struct fault *f)
{
	if (memcmp(&hdr->header, "HdrS", 4) != 0)
		return fault_set(f, "kernel-not-bzimage", "no HdrS at 0x202 of the kernel image");
	if (hdr->boot_flag != HDR_BOOT_FLAG)
		return fault_set(f, "kernel-not-bzimage", "boot flag 0x%04x, expected 0xaa55",
				 hdr->boot_flag);
	if (hdr->version < PROTOCOL_MIN)
		return fault_set(f, "kernel-too-old",
				 "boot protocol %u.%02u, needed is 2.12 or later",
				 hdr->version >> 8, hdr->version & 0xff);
	if (!(hdr->loadflags & LOADED_HIGH))
		return fault_set(f, "kernel-not-bzimage", "a zImage: LOADED_HIGH is not set");
	if (!(hdr->xloadflags & XLF_KERNEL_64))
		return fault_set(f, "kernel-not-64bit",
				 "no 64-bit entry: XLF_KERNEL_64 is not set in xloadflags 0x%x",
				 hdr->xloadflags);
	if (!(hdr->xloadflags & XLF_CAN_BE_LOADED_ABOVE_4G))
		return fault_set(f, "kernel-not-above-4g",
				 "XLF_CAN_BE_LOADED_ABOVE_4G is not set in xloadflags 0x%x",
				 hdr->xloadflags);
	if (la57 && !(hdr->xloadflags & XLF_5LEVEL))
		return fault_set(f, "kernel-not-5level",
				 "no XLF_5LEVEL in xloadflags 0x%x, on 5-level paging",
				 hdr->xloadflags);
	return 0;
}

static int check_layout(struct bzimage *bz, uint64_t size, struct fault *f)
{
	const struct setup_header *hdr = &bz->hdr;
	unsigned int sects = hdr->setup_sects ? hdr->setup_sects : DEFAULT_SECTS;
	uint64_t whole;

	bz->code = (uint64_t)(sects + 1) * SECTOR;
	whole = bz->code + (uint64_t)hdr->syssize * 16;
	if (size <= bz->code || size < whole)
		return fault_set(f, "kernel-truncated",
				 "the kernel image has %llu bytes, its header says %llu",
				 (unsigned long long)size, (unsigned long long)whole);
	bz->code_size = size - bz->code;
	bz->memory = align_up(hdr->init_size, PAGE_SIZE);
	bz->align = hdr->kernel_alignment;
	bz->min = max_u64(LOW_LIMIT, hdr->pref_address);

	if (!hdr->relocatable_kernel)
		return fault_set(f, "kernel-header", "the kernel is not relocatable");
	if (!is_power_of_two(bz->align) || bz->align < PAGE_SIZE)
		return fault_set(f, "kernel-header",
				 "kernel_alignment 0x%llx, expected a power of two, 4 KiB or more",
				 (unsigned long long)bz->align);
	if (bz->memory < bz->code_size)
		return fault_set(f, "kernel-header",
				 "init_size 0x%x is less than the 0x%llx bytes to be loaded",
				 hdr->init_size, (unsigned long long)bz->code_size);
	return 0;
}

/* The release goes to a console: only printable ASCII that ends inside the setup part counts as one. */
static void read_release(struct bzimage *bz, const uint8_t *file)
{
	uint64_t at = VERSION_BASE + (uint64_t)bz->hdr.kernel_version;
	size_t n = 0;

	bz->release[0] = '\0';
	if (bz->hdr.kernel_version == 0)
		return;
	while (n < sizeof(bz->release) - 1 && at + n < bz->code && file[at + n] > ' ' &&
	       file[at + n] < 0x7f)
		n++;
	if (at + n >= bz->code || (file[at + n] != '\0' && file[at + n] != ' '))
		return;
	memcpy(bz->release, file + at, n);
	bz->release[n] = '\0';
}

int bzimage_parse(struct bzimage *bz, const void *data, uint64_t size, bool la57, struct fault *f)
{
	memset(bz, 0, sizeof(*bz));
	if (size < 2 * SECTOR)
		return fault_set(f, "kernel-too-short", "%llu bytes, a bzImage has 1024 or more",
				 (unsigned long long)size);
	copy_header(&bz->hdr, data);
	if (check_kind(&bz->hdr, la57, f) || check_layout(bz, size, f))
		return -1;
	read_release(bz, data);
	return 0;
}
