// SPDX-License-Identifier: MIT
/*
 * The PVH door: from a monitor's hvm_start_info to boot_params.
 *
 * Source: xen/include/public/arch-x86/hvm/start_info.h of Xen. Only this structure says what is RAM,
 * so its pointers are trusted as long as they lie below 4 GiB, where the early page tables reach.
 */
#include "boot/door/pvh.h"

#include <string.h>

#include "boot/door/e820.h"

#define START_MAGIC  0x336ec578
#define MAP_VERSION  1   /* the first with a memory map */
#define EXTRA        896 /* beyond the 128 in boot_params; together they are as many as baton reads */
#define LOADER_OTHER 0xff

struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modules, cmdline, rsdp, map;
	uint32_t map_entries, reserved;
};

struct module {
	uint64_t addr, size, cmdline, reserved;
};

struct map_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

_Static_assert(sizeof(struct start_info) == 56, "hvm_start_info, version 1");
_Static_assert(sizeof(struct module) == 32, "hvm_modlist_entry");
_Static_assert(sizeof(struct map_entry) == 24, "hvm_memmap_table_entry");

static struct boot_params params;
static char cmdline[PVH_CMDLINE + 1];
static uint8_t extra[sizeof(struct setup_data) + EXTRA * sizeof(struct boot_e820_entry)];

/* Entries that do not fit are dropped: less RAM, as if the monitor had less to give. */
static void copy_map(struct boot_params *bp, const struct map_entry *e, uint32_t nr)
{
	struct e820 map;

	e820_begin(&map, bp, extra, EXTRA);
	for (uint32_t i = 0; i < nr; i++)
		if (!e820_add(&map, e[i].addr, e[i].size, e[i].type))
			break;
	e820_end(&map, (paddr_t)extra);
}

static void set_initrd(struct boot_params *bp, const struct module *m)
{
	bp->hdr.ramdisk_image = (uint32_t)m->addr;
	bp->ext_ramdisk_image = (uint32_t)(m->addr >> 32);
	bp->hdr.ramdisk_size = (uint32_t)m->size;
	bp->ext_ramdisk_size = (uint32_t)(m->size >> 32);
}

/*
 * Some monitors leave the command line in memory that their own memory map calls reserved, so it is
 * copied. One that is too long is left without an end, and is refused where it is read.
 */
static void set_cmdline(struct boot_params *bp, const char *text)
{
	if (!text)
		return;
	memcpy(cmdline, text, strnlen(text, sizeof(cmdline)));
	bp->hdr.cmd_line_ptr = (uint32_t)(paddr_t)cmdline;
	bp->ext_cmd_line_ptr = (uint32_t)((paddr_t)cmdline >> 32);
}

paddr_t pvh_boot_params(paddr_t start)
{
	const struct start_info *info = (const struct start_info *)start;
	struct boot_params *bp = &params;

	bp->hdr.type_of_loader = LOADER_OTHER;
	bp->hdr.cmdline_size = PVH_CMDLINE;
	if (info->magic != START_MAGIC)
		return (paddr_t)bp;
	set_cmdline(bp, (const char *)info->cmdline);
	bp->acpi_rsdp_addr = info->rsdp;
	if (info->nr_modules)
		set_initrd(bp, (const struct module *)info->modules);
	if (info->version >= MAP_VERSION)
		copy_map(bp, (const struct map_entry *)info->map, info->map_entries);
	return (paddr_t)bp;
}
