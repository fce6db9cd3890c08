// SPDX-License-Identifier: MIT
/*
 * Sources: Documentation/arch/x86/boot.rst, and for what a kexec hands on of its own boot_params
 * setup_boot_parameters() in arch/x86/kernel/kexec-bzimage64.c of Linux 7.3.
 */
#include "kexec/params.h"

#include <string.h>

#define NODE_SIZE  sizeof(struct setup_data)
#define NODE_ALIGN 16

/**
 * struct layout - byte offsets in the segment; 0 for a part that is not there
 * @seed, @kho, @ima, @efi_map: setup_data entries of baton's
 * @rest: the first entry that is passed on
 * @size: of the segment
 */
struct layout {
	uint64_t seed, kho, ima, efi_map, rest, size;
};

/**
 * struct chain - a setup_data chain being written
 * @buf, @at:   the segment, and its physical address
 * @next_field: offset of the 8 bytes that are to point to the next entry
 */
struct chain {
	uint8_t *buf;
	paddr_t at;
	uint64_t next_field;
};

_Static_assert(sizeof(struct boot_params) == 4096, "the zero page");
_Static_assert(sizeof(struct setup_data) == 16, "setup_data header");

/* The EFI memory map. Return: NULL if there is none in RAM; nothing of EFI is then passed on. */
static const void *efi_map(const struct boot_info *info, uint32_t *size)
{
	struct efi_info efi = info->bp->efi_info;

	*size = efi.efi_memmap_size;
	if (*size == 0)
		return NULL;
	return window_ro(&info->window, (uint64_t)efi.efi_memmap_hi << 32 | efi.efi_memmap, *size);
}

/* The payload of a setup_data entry that goes on, else NULL. */
static const uint8_t *passed_on(const struct boot_info *info, const struct boot_setup *s)
{
	const uint8_t *node;

	if (!params_passes_on(info, s->type))
		return NULL;
	node = window_ro(&info->window, s->addr, NODE_SIZE + s->len);
	return node ? node + NODE_SIZE : NULL;
}

static uint64_t node_end(uint64_t at, uint64_t len)
{
	return align_up(at + NODE_SIZE + len, NODE_ALIGN);
}

static uint32_t kho_len(const struct params *p)
{
	return (uint32_t)(sizeof(struct kho_data) + p->nr_scratch * sizeof(struct kho_scratch));
}

static void lay_out(const struct params *p, struct layout *l)
{
	uint64_t at = align_up(sizeof(struct boot_params) + strlen(p->cmdline) + 1, NODE_ALIGN);
	uint32_t map_size;

	memset(l, 0, sizeof(*l));
	if (p->seed_size) {
		l->seed = at;
		at = node_end(at, p->seed_size);
	}
	if (p->fdt) {
		l->kho = at;
		at = node_end(at, kho_len(p));
	}
	if (p->ima_size) {
		l->ima = at;
		at = node_end(at, sizeof(struct ima_setup_data));
	}
	if (efi_map(p->info, &map_size)) {
		l->efi_map = at;
		at = node_end(at, map_size);
	}
	l->rest = at;
	for (unsigned int i = 0; i < p->info->nr_setup; i++) {
		if (passed_on(p->info, &p->info->setup[i]))
			at = node_end(at, p->info->setup[i].len);
	}
	l->size = at;
}

/* Put a node at offset @at and link it to the chain. Return: where its @len payload bytes go. */
static uint8_t *add_node(struct chain *c, uint64_t at, uint32_t type, uint32_t len)
{
	struct setup_data node = { .type = type, .len = len };
	uint64_t link = c->at + at;

	memcpy(c->buf + at, &node, sizeof(node));
	memcpy(c->buf + c->next_field, &link, sizeof(link));
	c->next_field = at + offsetof(struct setup_data, next);
	return c->buf + at + NODE_SIZE;
}

static void add_kho(const struct params *p, struct chain *c, uint64_t at)
{
	uint8_t *data = add_node(c, at, SETUP_KEXEC_KHO, kho_len(p));
	struct kho_data kho = {
		.fdt_addr = p->fdt,
		.fdt_size = KHO_FDT_SIZE,
		.scratch_addr = c->at + at + NODE_SIZE + sizeof(kho),
		.scratch_size = p->nr_scratch * sizeof(struct kho_scratch),
	};

	memcpy(data, &kho, sizeof(kho));
	memcpy(data + sizeof(kho), p->scratch, kho.scratch_size);
}

static void add_ima(const struct params *p, struct chain *c, uint64_t at)
{
	const struct ima_setup_data list = { .addr = p->ima, .size = p->ima_size };

	memcpy(add_node(c, at, SETUP_IMA, sizeof(list)), &list, sizeof(list));
}

static void add_chain(const struct params *p, const struct layout *l, uint8_t *buf, paddr_t at)
{
	struct chain c = { buf, at, offsetof(struct boot_params, hdr.setup_data) };
	uint64_t rest = l->rest;
	uint32_t map_size;
	const void *map = efi_map(p->info, &map_size);

	if (l->seed)
		memcpy(add_node(&c, l->seed, SETUP_RNG_SEED, p->seed_size), p->seed, p->seed_size);
	if (l->kho)
		add_kho(p, &c, l->kho);
	if (l->ima)
		add_ima(p, &c, l->ima);
	if (l->efi_map)
		memcpy(add_node(&c, l->efi_map, SETUP_NONE, map_size), map, map_size);
	for (unsigned int i = 0; i < p->info->nr_setup; i++) {
		const struct boot_setup *s = &p->info->setup[i];
		const uint8_t *payload = passed_on(p->info, s);

		if (!payload)
			continue;
		memcpy(add_node(&c, rest, s->type, s->len), payload, s->len);
		rest = node_end(rest, s->len);
	}
}

/* What baton knows of the machine and the next kernel cannot find out by itself. */
static void copy_machine(struct boot_params *bp, const struct boot_params *in)
{
	bp->screen_info = in->screen_info;
	bp->edid_info = in->edid_info;
	bp->acpi_rsdp_addr = in->acpi_rsdp_addr;
	bp->alt_mem_k = in->alt_mem_k;
	bp->secure_boot = in->secure_boot;
	bp->hdr.hardware_subarch = in->hdr.hardware_subarch;
	bp->hdr.hardware_subarch_data = in->hdr.hardware_subarch_data;

	bp->e820_entries = boot_e820_entries(in);
	memcpy(bp->e820_table, in->e820_table, sizeof(bp->e820_table));

	bp->eddbuf_entries = in->eddbuf_entries;
	memcpy(bp->eddbuf, in->eddbuf, sizeof(bp->eddbuf));
	bp->edd_mbr_sig_buf_entries = in->edd_mbr_sig_buf_entries;
	memcpy(bp->edd_mbr_sig_buffer, in->edd_mbr_sig_buffer, sizeof(bp->edd_mbr_sig_buffer));
}

/* @map: where the copy of the memory map lies */
static void copy_efi(struct boot_params *bp, const struct boot_params *in, paddr_t map)
{
	bp->efi_info = in->efi_info;
	bp->efi_info.efi_memmap = (uint32_t)map;
	bp->efi_info.efi_memmap_hi = (uint32_t)(map >> 32);
}

static void fill_header(struct boot_params *bp, const struct params *p, paddr_t cmdline)
{
	bp->hdr = p->kernel->hdr;
	/* none is assigned to baton, and a kernel that knows this one takes the start for a kexec */
	bp->hdr.type_of_loader = LOADER_KEXEC;
	bp->hdr.loadflags = 0;
	bp->hdr.setup_data = 0;
	bp->hdr.cmd_line_ptr = (uint32_t)cmdline;
	bp->ext_cmd_line_ptr = (uint32_t)(cmdline >> 32);
	bp->hdr.ramdisk_image = (uint32_t)p->initrd;
	bp->ext_ramdisk_image = (uint32_t)(p->initrd >> 32);
	bp->hdr.ramdisk_size = (uint32_t)p->initrd_size;
	bp->ext_ramdisk_size = (uint32_t)(p->initrd_size >> 32);
}

bool params_passes_on(const struct boot_info *info, uint32_t type)
{
	uint32_t map_size;

	switch (type) {
	case SETUP_EFI:
		return efi_map(info, &map_size);
	case SETUP_E820_EXT:
	case SETUP_DTB:
	case SETUP_PCI:
	case SETUP_APPLE_PROPERTIES:
	case SETUP_JAILHOUSE:
	case SETUP_CC_BLOB:
		return true;
	default:
		return false;
	}
}

static void mix(uint8_t *seed, const uint8_t *random, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		seed[i % PARAMS_SEED] ^= random[i];
}

uint32_t params_seed(const struct boot_info *info, const void *random, uint8_t *seed)
{
	bool any = random;

	memset(seed, 0, PARAMS_SEED);
	if (random)
		mix(seed, random, PARAMS_SEED);
	for (unsigned int i = 0; i < info->nr_setup; i++) {
		const struct boot_setup *s = &info->setup[i];
		const uint8_t *node;

		if (s->type != SETUP_RNG_SEED || s->len < PARAMS_SEED)
			continue; /* Linux would trust a short one as much as a whole one */
		node = window_ro(&info->window, s->addr, NODE_SIZE + s->len);
		if (!node)
			continue;
		mix(seed, node + NODE_SIZE, s->len);
		any = true;
	}
	return any ? PARAMS_SEED : 0;
}

uint64_t params_size(const struct params *p, struct fault *f)
{
	uint64_t len = strlen(p->cmdline) + 1;
	struct layout l;

	if (len - 1 > p->kernel->hdr.cmdline_size) {
		fault_set(f, "cmdline-too-long",
			  "%llu characters of command line; the kernel takes %u",
			  (unsigned long long)len - 1, p->kernel->hdr.cmdline_size);
		return 0;
	}
	lay_out(p, &l);
	return l.size;
}

void params_build(const struct params *p, void *buf, paddr_t at)
{
	struct boot_params *bp = buf;
	struct layout l;

	lay_out(p, &l);
	memset(buf, 0, l.size);
	fill_header(bp, p, at + sizeof(*bp));
	copy_machine(bp, p->info->bp);
	if (l.efi_map)
		copy_efi(bp, p->info->bp, at + l.efi_map + NODE_SIZE);
	memcpy((uint8_t *)buf + sizeof(*bp), p->cmdline, strlen(p->cmdline));
	add_chain(p, &l, buf, at);
}

uint64_t params_fdt_slot(const struct params *p)
{
	struct layout l;

	lay_out(p, &l);
	return l.kho ? l.kho + NODE_SIZE + offsetof(struct kho_data, fdt_addr) : 0;
}

unsigned int params_scratch(const struct kho_scratch *in, unsigned int nr, uint64_t align,
			    struct kho_scratch *out, struct ranges *set)
{
	unsigned int n = 0;
	paddr_t base, end;

	for (unsigned int i = 0; i < nr; i++) {
		base = align_up(in[i].addr, align);
		if (base < in[i].addr || !range_end(in[i].addr, in[i].size, &end))
			continue;
		end = align_down(end, align);
		if (base >= end || !ranges_add(set, base, end))
			continue;
		out[n++] = (struct kho_scratch){ base, end - base };
	}
	return n;
}
