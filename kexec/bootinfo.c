// SPDX-License-Identifier: MIT
/* Source: Documentation/arch/x86/boot.rst and zero-page.rst of Linux. */
#include "kexec/bootinfo.h"

#include <string.h>

#define E820_RAM     1
#define CMDLINE_SIZE 4096 /* longest command line that is taken, with its NUL */
#define NODE_SIZE    sizeof(struct setup_data)
#define ENTRY_SIZE   sizeof(struct boot_e820_entry)

#define EFI_BOOT_CODE 3
#define EFI_BOOT_DATA 4
#define EFI_RUNTIME   (1UL << 63) /* attribute */

/* What is known of an EFI memory descriptor in any version. */
struct efi_memory {
	uint32_t type, pad;
	paddr_t addr;
	uint64_t virt, pages, attribute;
};

_Static_assert(sizeof(struct efi_memory) == 40, "EFI memory descriptor");
_Static_assert(ENTRY_SIZE == 20, "e820 entry");
_Static_assert(sizeof(struct ima_setup_data) == 16, "IMA's setup_data");
_Static_assert(sizeof(struct boot_params) == 4096, "the zero page");

/**
 * add_entries() - work @nr e820 entries at @table into the RAM
 * @ram: true to add RAM, false to take out what is anything else
 *
 * RAM shrinks to whole pages, anything else grows to them.
 * Return: false if the table of RAM is full.
 */
static bool add_entries(struct ranges *set, const uint8_t *table, uint64_t nr, bool ram)
{
	for (uint64_t i = 0; i < nr; i++) {
		struct boot_e820_entry e;
		paddr_t base, end;

		memcpy(&e, table + i * ENTRY_SIZE, ENTRY_SIZE);
		if ((e.type == E820_RAM) != ram || e.size == 0)
			continue;
		if (!range_end(e.addr, e.size, &end) || end > PHYS_LIMIT)
			end = PHYS_LIMIT;
		base = ram ? align_up(e.addr, PAGE_SIZE) : align_down(e.addr, PAGE_SIZE);
		end = ram ? align_down(end, PAGE_SIZE) : align_up(end, PAGE_SIZE);
		if (e.addr >= end || base >= end)
			continue;
		if (!(ram ? ranges_add(set, base, end) : ranges_sub(set, base, end)))
			return false;
	}
	return true;
}

/* Work in the table and every E820_EXT entry read so far. */
static bool add_all(struct boot_info *bi, bool ram)
{
	const uint8_t *table = (const uint8_t *)bi->bp + offsetof(struct boot_params, e820_table);

	if (!add_entries(&bi->ram, table, boot_e820_entries(bi->bp), ram))
		return false;
	for (unsigned int i = 0; i < bi->nr_setup; i++) {
		const struct boot_setup *s = &bi->setup[i];
		const uint8_t *node;

		if (s->type != SETUP_E820_EXT)
			continue;
		node = window_ro(&bi->window, s->addr, NODE_SIZE + s->len);
		if (node && !add_entries(&bi->ram, node + NODE_SIZE, s->len / ENTRY_SIZE, ram))
			return false;
	}
	return true;
}

/* First all that is RAM, then all that is not: where entries overlap, the memory counts as no RAM. */
static int read_ram(struct boot_info *bi, struct fault *fault)
{
	bi->ram = (struct ranges){ bi->ram_table, 0, BOOT_MAX_RAM };
	if (!add_all(bi, true) || !add_all(bi, false))
		return fault_set(fault, "e820-too-many",
				 "the memory map has more than %u ranges of RAM", BOOT_MAX_RAM);
	if (bi->ram.nr == 0)
		return fault_set(fault, "e820-empty",
				 "the memory map of %u entries names no whole page of RAM",
				 bi->bp->e820_entries);
	return 0;
}

static void open_windows(struct boot_info *bi, void *(*ptr)(paddr_t base, paddr_t end))
{
	for (unsigned int i = 0; i < bi->ram.nr; i++) {
		const struct range *r = &bi->ram.r[i];

		bi->panes[i] = (struct pane){ r->base, r->end, ptr(r->base, r->end) };
	}
	bi->window = (struct window){ bi->panes, bi->ram.nr };
}

static bool seen(const struct boot_info *bi, paddr_t addr)
{
	for (unsigned int i = 0; i < bi->nr_setup; i++) {
		if (bi->setup[i].addr == addr)
			return true;
	}
	return false;
}

static void read_kho(struct boot_info *bi, const struct boot_setup *s, const uint8_t *payload,
		     struct findings *f)
{
	if (bi->has_kho) {
		finding_add(f, FINDING_KHO_ENTRY_TWICE, "a second KHO entry at 0x%llx",
			    (unsigned long long)s->addr);
	} else if (s->len < sizeof(bi->kho)) {
		finding_add(f, FINDING_KHO_ENTRY_LENGTH, "the KHO entry at 0x%llx has %u bytes",
			    (unsigned long long)s->addr, s->len);
	} else {
		memcpy(&bi->kho, payload, sizeof(bi->kho));
		bi->has_kho = true;
	}
}

/* Where it leads to is checked when all RAM is known. */
static void read_ima(struct boot_info *bi, const struct boot_setup *s, const uint8_t *payload,
		     struct findings *f)
{
	struct ima_setup_data list;

	if (s->len < sizeof(list) || bi->ima_size) {
		finding_add(f, FINDING_IMA_LIST, "the IMA entry at 0x%llx%s has %u bytes",
			    (unsigned long long)s->addr, bi->ima_size ? ", a second one," : "",
			    s->len);
		return;
	}
	memcpy(&list, payload, sizeof(list));
	if (list.size) {
		bi->ima = list.addr;
		bi->ima_size = list.size;
	}
}

/**
 * read_entry() - take the setup_data entry at @addr into the table
 * Return: the address of the next one; 0 at the end, and where a finding says why it ends.
 */
static paddr_t read_entry(struct boot_info *bi, paddr_t addr, struct findings *f)
{
	struct boot_setup *s = &bi->setup[bi->nr_setup];
	const uint8_t *p = window_ro(&bi->window, addr, NODE_SIZE);
	struct setup_data node = { 0 };

	if (p)
		memcpy(&node, p, sizeof(node));
	if (p)
		p = window_ro(&bi->window, addr, NODE_SIZE + node.len);
	if (!p) {
		finding_add(f, FINDING_SETUP_DATA_NOT_RAM,
			    "setup_data entry %u at 0x%llx, type %u, %u bytes", bi->nr_setup,
			    (unsigned long long)addr, node.type, node.len);
		return 0;
	}
	*s = (struct boot_setup){ addr, node.type, node.len };
	if (s->type == SETUP_KEXEC_KHO)
		read_kho(bi, s, p + NODE_SIZE, f);
	if (s->type == SETUP_IMA)
		read_ima(bi, s, p + NODE_SIZE, f);
	bi->nr_setup++;
	return node.next;
}

/* A later E820_EXT entry may take away RAM in which an earlier entry of the chain lies. */
static void check_chain(const struct boot_info *bi, struct findings *f)
{
	for (unsigned int i = 0; i < bi->nr_setup; i++) {
		const struct boot_setup *s = &bi->setup[i];

		if (!window_ro(&bi->window, s->addr, NODE_SIZE + s->len))
			finding_add(f, FINDING_SETUP_DATA_NOT_RAM,
				    "setup_data entry %u at 0x%llx, by an E820_EXT entry after it",
				    i, (unsigned long long)s->addr);
	}
	if (bi->ima_size && !window_ro(&bi->window, bi->ima, bi->ima_size))
		finding_add(f, FINDING_IMA_LIST, "the IMA list, 0x%llx bytes at 0x%llx",
			    (unsigned long long)bi->ima_size, (unsigned long long)bi->ima);
}

static int read_chain(struct boot_info *bi, void *(*ptr)(paddr_t base, paddr_t end),
		      struct findings *f, struct fault *fault)
{
	paddr_t addr = bi->bp->hdr.setup_data;

	while (addr) {
		unsigned int nr = bi->nr_setup;

		if (nr == BOOT_MAX_SETUP || seen(bi, addr)) {
			finding_add(f, FINDING_SETUP_DATA_LOOP, "setup_data entry %u at 0x%llx%s",
				    nr, (unsigned long long)addr,
				    seen(bi, addr) ? " was there before" :
						     ", and the chain goes on");
			return 0;
		}
		addr = read_entry(bi, addr, f);
		/* Later entries may lie in RAM that only this one names. */
		if (bi->nr_setup > nr && bi->setup[nr].type == SETUP_E820_EXT) {
			if (read_ram(bi, fault))
				return -1;
			open_windows(bi, ptr);
		}
	}
	return 0;
}

/* The string may end where RAM ends: its first page is read alone, then as much as is allowed. */
static int read_cmdline(struct boot_info *bi, struct fault *fault)
{
	paddr_t addr = (uint64_t)bi->bp->ext_cmd_line_ptr << 32 | bi->bp->hdr.cmd_line_ptr;
	uint64_t size = PAGE_SIZE - (addr & (PAGE_SIZE - 1)), len;

	bi->cmdline = "";
	if (addr == 0)
		return 0;
	for (;; size = CMDLINE_SIZE) {
		const char *text = window_ro(&bi->window, addr, size);

		if (!text)
			return fault_set(fault, "cmdline-not-ram",
					 "the command line at 0x%llx is not in RAM",
					 (unsigned long long)addr);
		len = strnlen(text, size);
		if (len < size) {
			bi->cmdline = text;
			break;
		}
		if (size == CMDLINE_SIZE)
			return fault_set(fault, "cmdline-too-long",
					 "the command line at 0x%llx has no end in %u bytes",
					 (unsigned long long)addr, CMDLINE_SIZE);
	}
	bi->cmdline_addr = addr;
	bi->cmdline_size = len + 1;
	return 0;
}

/*
 * For a memory map that cannot be used: the command line says how the run is to end, and the boot protocol has it
 * mapped in any case. The window shows it alone, and is closed again.
 */
static void read_cmdline_only(struct boot_info *bi, void *(*ptr)(paddr_t base, paddr_t end))
{
	paddr_t addr = (uint64_t)bi->bp->ext_cmd_line_ptr << 32 | bi->bp->hdr.cmd_line_ptr, end;
	paddr_t base = align_down(addr, PAGE_SIZE);
	struct fault none;

	bi->cmdline = "";
	if (!addr || !range_end(base, CMDLINE_SIZE + PAGE_SIZE, &end))
		return;
	bi->panes[0] = (struct pane){ base, end, ptr(base, end) };
	bi->window = (struct window){ bi->panes, 1 };
	if (bi->panes[0].ptr)
		read_cmdline(bi, &none);
	bi->window.nr = 0;
}

static int read_initrd(struct boot_info *bi, struct fault *fault)
{
	const struct boot_params *bp = bi->bp;
	paddr_t addr = (uint64_t)bp->ext_ramdisk_image << 32 | bp->hdr.ramdisk_image;
	uint64_t size = (uint64_t)bp->ext_ramdisk_size << 32 | bp->hdr.ramdisk_size;

	if (addr == 0 || size == 0)
		return 0;
	if (!window_ro(&bi->window, addr, size))
		return fault_set(fault, "initrd-not-ram",
				 "the initrd, 0x%llx bytes at 0x%llx, is not all in RAM",
				 (unsigned long long)size, (unsigned long long)addr);
	bi->initrd = addr;
	bi->initrd_size = size;
	return 0;
}

int boot_info_read(struct boot_info *bi, const struct boot_params *bp, paddr_t bp_addr,
		   void *(*ptr)(paddr_t base, paddr_t end), struct findings *f, struct fault *fault)
{
	int err;

	memset(bi, 0, sizeof(*bi));
	bi->bp = bp;
	bi->bp_addr = bp_addr;
	err = read_ram(bi, fault);
	if (!err) {
		open_windows(bi, ptr);
		err = read_chain(bi, ptr, f, fault);
	}
	if (err) {
		read_cmdline_only(bi, ptr);
		return -1;
	}
	check_chain(bi, f);
	if (read_cmdline(bi, fault))
		return -1;
	return read_initrd(bi, fault);
}

static bool add_input(struct ranges *set, paddr_t addr, uint64_t size)
{
	paddr_t end;

	/* A range that wraps is not in RAM, and is reported where it is read. */
	return !range_end(addr, size, &end) || ranges_add(set, addr, end);
}

bool boot_info_inputs(const struct boot_info *bi, struct ranges *set)
{
	struct efi_info efi = bi->bp->efi_info;
	bool fits = add_input(set, bi->bp_addr, sizeof(*bi->bp)) &&
		    add_input(set, bi->cmdline_addr, bi->cmdline_size) &&
		    add_input(set, bi->initrd, bi->initrd_size) &&
		    add_input(set, bi->ima, bi->ima_size) &&
		    add_input(set, (uint64_t)efi.efi_memmap_hi << 32 | efi.efi_memmap,
			      efi.efi_memmap_size);

	if (bi->has_kho)
		fits = fits && add_input(set, bi->kho.scratch_addr, bi->kho.scratch_size);
	for (unsigned int i = 0; fits && i < bi->nr_setup; i++)
		fits = add_input(set, bi->setup[i].addr, NODE_SIZE + bi->setup[i].len);
	return fits;
}

bool boot_info_firmware(const struct boot_info *bi,
			bool (*fn)(paddr_t base, paddr_t end, void *arg), void *arg)
{
	struct efi_info efi = bi->bp->efi_info;
	const uint8_t *map = window_ro(&bi->window,
				       (uint64_t)efi.efi_memmap_hi << 32 | efi.efi_memmap,
				       efi.efi_memmap_size);

	if (!map || efi.efi_memdesc_size < sizeof(struct efi_memory))
		return true;
	for (uint32_t at = 0; at + efi.efi_memdesc_size <= efi.efi_memmap_size;
	     at += efi.efi_memdesc_size) {
		struct efi_memory m;
		paddr_t end;

		memcpy(&m, map + at, sizeof(m));
		if (m.type != EFI_BOOT_CODE && m.type != EFI_BOOT_DATA &&
		    !(m.attribute & EFI_RUNTIME))
			continue;
		if (m.pages <= PHYS_LIMIT / PAGE_SIZE &&
		    range_end(m.addr, m.pages * PAGE_SIZE, &end) && !fn(m.addr, end, arg))
			return false;
	}
	return true;
}

static bool take_out(paddr_t base, paddr_t end, void *arg)
{
	return ranges_sub(arg, base, end);
}

bool boot_info_keep_firmware(const struct boot_info *bi, struct ranges *set)
{
	return boot_info_firmware(bi, take_out, set);
}
