// SPDX-License-Identifier: MIT
/* Source: bzImage64_probe() and bzImage64_load() in arch/x86/kernel/kexec-bzimage64.c of Linux 7.3. */
#include "tools/limits.h"

#define PARAGRAPH 16 /* what syssize counts */
#define SIGNATURES \
	KIB(16) /* kept in init_size: sbsign makes the file longer, and loaders load all of it */
#define BOOT_PARAMS \
	KIB(128) /* with a long command line, a full array of scratch and an EFI memory map */
#define FIVE_LEVEL (XLF_5LEVEL | XLF_5LEVEL_ENABLED)

uint64_t limits_room(const struct parts *p, const struct bundle_size *l)
{
	uint64_t kernel = p->initrd.size ? align_up(l->initrd_end, p->bz.align) : 0;

	return align_up(max_u64(l->whole + SIGNATURES, kernel + p->bz.memory + BOOT_PARAMS),
			PAGE_SIZE);
}

int limits_take_over(struct setup_header *hdr, const struct parts *p, const struct bundle_size *l,
		     struct fault *f)
{
	const struct setup_header *next = &p->bz.hdr;
	uint64_t room = max_u64(limits_room(p, l), hdr->init_size);

	if (room > UINT32_MAX)
		return fault_set(
			f, "bundle-too-large",
			"%llu MiB of memory in a row needed to start it; expected less than %u",
			(unsigned long long)(room >> 20), PARTS_MAX >> 20);
	hdr->syssize = (uint32_t)(l->whole / PARAGRAPH);
	hdr->init_size = (uint32_t)room;
	hdr->pref_address = max_u64(hdr->pref_address, next->pref_address);
	hdr->kernel_alignment = (uint32_t)max_u64(hdr->kernel_alignment, next->kernel_alignment);
	hdr->xloadflags &= (uint16_t)(next->xloadflags | ~FIVE_LEVEL);
	if (!p->cmdline)
		hdr->cmdline_size = (uint32_t)min_u64(hdr->cmdline_size, next->cmdline_size);
	if (!p->initrd.size)
		hdr->initrd_addr_max =
			(uint32_t)min_u64(hdr->initrd_addr_max, next->initrd_addr_max);
	return 0;
}
