// SPDX-License-Identifier: MIT
/* Source: bzImage64_probe() and bzImage64_load() in arch/x86/kernel/kexec-bzimage64.c of Linux 7.3. */
#include "tools/limits.h"

#include "kho/abi.h"

#define PARAGRAPH 16 /* what syssize counts */
#define SIGNATURES \
	KIB(16) /* kept in init_size: sbsign makes the file longer, and loaders load all of it */
#define BOOT_PARAMS \
	KIB(128) /* with a long command line, a full array of scratch and an EFI memory map */
#define SCRATCH_ALIGN MIB(2) /* of scratch that any Linux has laid out */
#define LOADER \
	MIB(4) /* what kexec loads beside a bundle: boot_params, purgatory, the scratch array */
#define UNIT       MIB(16) /* sizes of scratch that are proposed are whole units */
#define FIVE_LEVEL (XLF_5LEVEL | XLF_5LEVEL_ENABLED)

/* Of scratch that such a kernel cannot take as it is, baton leaves out what is beyond its alignment, at both ends. */
static uint64_t trimmed(const struct parts *p)
{
	const struct kho_abi *abi = kho_abi_by_name(p->scan.manifest.abi);

	return abi ? 2 * (abi->scratch_align - SCRATCH_ALIGN) : 0;
}

uint64_t limits_room(const struct parts *p, const struct bundle_size *l)
{
	uint64_t kernel = p->initrd.size ? align_up(l->initrd_end, p->bz.align) : 0;

	kernel += p->bz.memory + BOOT_PARAMS + trimmed(p);
	return align_up(max_u64(l->whole + SIGNATURES, kernel), PAGE_SIZE);
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

/*
 * In the order of kho_scratch=: what must lie below 4 GiB while a kernel starts; what kexec loads, in a row; page structs,
 * by NUMA node.
 */
void limits_tell(const struct parts *p, uint64_t room)
{
	fprintf(parts_told(p),
		"It needs %llu MiB of scratch in a row%s. If kexec finds no room: kho_scratch=128M,%lluM,64M\n"
		"for the first Linux, with a last number of 1/64 of a NUMA node's memory or more.\n",
		(unsigned long long)(room + MIB(1) - 1) >> 20,
		p->initrd.size ? "" : ", and room for the initrd that kexec is given",
		(unsigned long long)align_up(room + LOADER, UNIT) >> 20);
}
