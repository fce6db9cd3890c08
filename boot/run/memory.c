// SPDX-License-Identifier: MIT
/*
 * Law 1 by page tables, and where baton's own memory comes from.
 *
 * Page tables and page map are carved out of scratch before anything has been taken in: what lies in scratch
 * by then is baton's image and its inputs, and nothing else is known to be free.
 */
#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/image.h"
#include "boot/run/baton.h"
#include "kexec/slot.h"

#define GRANT_PAGES \
	64 /* page tables kept back for splitting large pages when the allocator hands out RAM */

static struct range input_table[BOOT_MAX_SETUP + 8];
static struct ranges inputs;
static struct baton *owner_of_all; /* for the callbacks, which get nothing but an address */

paddr_t memory_image_end(void)
{
	uint64_t end = payload_slot.payload + payload_slot.size;

	return (paddr_t)image_start +
	       max_u64((uint64_t)(image_end - image_start), align_up(end, PAGE_SIZE));
}

/* @bytes from the top of the first early range that has them; whole pages. */
static paddr_t carve(struct baton *b, uint64_t bytes, const char *what)
{
	bytes = align_up(bytes, PAGE_SIZE);
	for (unsigned int i = 0; i < b->early.nr; i++) {
		paddr_t end = align_down(b->early.r[i].end, PAGE_SIZE);
		paddr_t base = align_up(b->early.r[i].base, PAGE_SIZE);

		if (base < end && end - base >= bytes) {
			ranges_sub(&b->early, end - bytes, b->early.r[i].end);
			return end - bytes;
		}
	}
	fault_set(&b->fault, "scratch-too-small",
		  "%lu KiB of scratch in a row needed for %s; expected more kho_scratch=",
		  bytes >> 10, what);
	return 0;
}

/* Without a handover there is no scratch, and all RAM above 1 MiB serves as such but the firmware's. */
static bool find_scratch(struct baton *b)
{
	bool ok = true;

	inputs = (struct ranges){ input_table, 0, ARRAY_SIZE(input_table) };
	b->early = (struct ranges){ b->early_table, 0, SCRATCH_RANGES };
	if (!b->info.has_kho)
		for (unsigned int i = 0; i < b->info.ram.nr; i++)
			ok = ok &&
			     ranges_add(&b->scratch, max_u64(b->info.ram.r[i].base, LOW_LIMIT),
					max_u64(b->info.ram.r[i].end, LOW_LIMIT));
	if (!b->info.has_kho)
		ok = ok && boot_info_keep_firmware(&b->info, &b->scratch);
	ok = ok && boot_info_inputs(&b->info, &inputs);
	for (unsigned int i = 0; i < b->scratch.nr; i++)
		ok = ok && ranges_add(&b->early, b->scratch.r[i].base, b->scratch.r[i].end);
	for (unsigned int i = 0; i < inputs.nr; i++)
		ok = ok && ranges_sub(&b->early, inputs.r[i].base, inputs.r[i].end);
	ok = ok && ranges_sub(&b->early, (paddr_t)image_start, memory_image_end());
	if (!ok)
		fault_set(&b->fault, "memory-in-pieces", "more than %u pieces of scratch",
			  SCRATCH_RANGES);
	return ok;
}

bool memory_map_image(struct paging *pt)
{
	return paging_map(pt, (paddr_t)image_start, (paddr_t)rodata_start, MAP_READ | MAP_EXEC) &&
	       paging_map(pt, (paddr_t)rodata_start, (paddr_t)data_start, MAP_READ) &&
	       paging_map(pt, (paddr_t)data_start, (paddr_t)image_end, MAP_READ | MAP_WRITE) &&
	       paging_map(pt, (paddr_t)stack_guard, (paddr_t)stack_guard + PAGE_SIZE, MAP_NONE) &&
	       paging_map(pt, (paddr_t)image_end, memory_image_end(), MAP_READ);
}

/* All RAM read-only; then scratch, which without a handover is @own only, writable; then the image. */
static bool map_all(struct baton *b, struct range own)
{
	struct paging *pt = &b->paging;
	bool ok = true;

	for (unsigned int i = 0; i < b->info.ram.nr; i++)
		ok = ok && paging_map(pt, b->info.ram.r[i].base, b->info.ram.r[i].end, MAP_READ);
	if (!b->info.has_kho)
		ok = ok && paging_map(pt, own.base, own.end, MAP_READ | MAP_WRITE);
	for (unsigned int i = 0; b->info.has_kho && i < b->scratch.nr; i++)
		ok = ok && paging_map(pt, b->scratch.r[i].base, b->scratch.r[i].end,
				      MAP_READ | MAP_WRITE);
	return ok && memory_map_image(pt) && display_map(pt);
}

/* Called by the allocator before it uses [base, end). */
static bool grant(paddr_t base, paddr_t end)
{
	bool ok = paging_map(&owner_of_all->paging, base, end, MAP_READ | MAP_WRITE);

	paging_flush();
	return ok;
}

bool memory_make_executable(paddr_t page)
{
	bool ok = paging_map(&owner_of_all->paging, page, page + PAGE_SIZE, MAP_READ | MAP_EXEC);

	paging_flush();
	return ok;
}

/* Firmware tables: what e820 calls ACPI, NVS or reserved, and the BIOS area. Mapped read-only when asked for. */
static const void *look_at_firmware(paddr_t addr, uint64_t size)
{
	struct baton *b = owner_of_all;
	paddr_t end;

	if (!range_end(addr, size, &end) || end > PHYS_LIMIT)
		return NULL;
	if (window_ro(&b->info.window, addr, size))
		return (const void *)addr;
	if (ranges_meet(&b->info.ram, align_down(addr, PAGE_SIZE), align_up(end, PAGE_SIZE)) ||
	    display_meets(addr, end) ||
	    !paging_map(&b->paging, align_down(addr, PAGE_SIZE), align_up(end, PAGE_SIZE),
			MAP_READ))
		return NULL;
	return (const void *)addr;
}

/* Scratch is not free; without a handover, what is not in it is not: firmware that has been left. */
static void fill_page_map(struct baton *b, struct range own, void *mem)
{
	paddr_t at = 0;

	pagemap_init(&b->map, &b->info.ram, mem);
	for (unsigned int i = 0; i < b->scratch.nr; i++) {
		const struct range *r = &b->scratch.r[i];

		if (b->info.has_kho)
			pagemap_set(&b->map, r->base, r->end);
		else
			pagemap_set(&b->map, at, r->base);
		at = r->end;
	}
	if (!b->info.has_kho)
		pagemap_set(&b->map, at, b->info.ram.r[b->info.ram.nr - 1].end);
	for (unsigned int i = 0; i < inputs.nr; i++)
		pagemap_set(&b->map, inputs.r[i].base, inputs.r[i].end);
	pagemap_set(&b->map, (paddr_t)image_start, memory_image_end());
	pagemap_set(&b->map, own.base, own.end);
	palloc_init(&b->pages, &b->map, &b->info.window, grant);
}

static int ask_acpi(struct baton *b)
{
	const struct efi_info efi = b->info.bp->efi_info;
	paddr_t rsdp = b->info.bp->acpi_rsdp_addr;

	if (!rsdp)
		rsdp = acpi_rsdp_of_efi((paddr_t)efi.efi_systab_hi << 32 | efi.efi_systab,
					look_at_firmware);
	acpi_read(&b->acpi, rsdp, look_at_firmware);
	clock_set(b->acpi.pm_timer);
	if (!acpi_borders(&b->borders, rsdp, look_at_firmware))
		return fault_set(&b->fault, "srat-too-long",
				 "more than %u memory ranges in the SRAT", BORDERS_MAX);
	b->in.h.borders = &b->borders;
	return 0;
}

int memory_protect(struct baton *b)
{
	bool gib = paging_cpu_gib_pages();
	uint64_t map_bytes = pagemap_bytes(&b->info.ram), tables;
	struct range own;

	owner_of_all = b;
	display_find(b);
	if (!find_scratch(b))
		return -1;
	tables = GRANT_PAGES + display_tables() +
		 paging_pages(b->info.ram.r[b->info.ram.nr - 1].end,
			      b->info.ram.nr + b->scratch.nr + 8, gib);
	own.base = carve(b, map_bytes + tables * PAGE_SIZE, "page tables and page map");
	own.end = own.base + map_bytes + tables * PAGE_SIZE;
	if (!own.base)
		return -1;
	paging_init(&b->paging, own.base + map_bytes, own.end, cpu_la57() ? 5 : 4, gib);
	if (!map_all(b, own))
		return fault_set(&b->fault, "page-tables",
				 "%lu pages of page tables did not suffice", tables);
	paging_use(&b->paging);
	display_open();
	if (ask_acpi(b))
		return -1;
	fill_page_map(b, own, (void *)own.base);
	say("memory", "page map %lu KiB, page tables %lu of %lu KiB, %u-level%s", map_bytes >> 10,
	    (b->paging.next - own.base - map_bytes) >> 10, tables * PAGE_SIZE >> 10,
	    b->paging.levels, gib ? ", 1 GiB pages" : "");
	stage_done(b, STAGE_ENTRY);
	return 0;
}

static const char *image_part(paddr_t addr)
{
	if (addr < (paddr_t)image_start || addr >= memory_image_end())
		return NULL;
	if (addr < (paddr_t)rodata_start)
		return "baton's code";
	if (addr < (paddr_t)data_start)
		return "baton's constants";
	if (addr - (paddr_t)stack_guard < PAGE_SIZE)
		return "the page below baton's stack: the stack is full";
	return addr < (paddr_t)image_end ? "baton's data" : "the payload";
}

const char *memory_owner(paddr_t addr)
{
	struct baton *b = owner_of_all;
	const char *image = image_part(addr);
	unsigned int order;
	paddr_t base;

	if (image)
		return image;
	if (display_meets(addr, addr + 1))
		return "the screen";
	if (!b || !ranges_meet(&b->info.ram, addr, addr + 1))
		return "not RAM";
	if (b->info.has_kho && b->in.h.abi) {
		if (align_down(b->info.kho.fdt_addr, PAGE_SIZE) == align_down(addr, PAGE_SIZE))
			return "the incoming FDT";
		if (handover_find_key(&b->in.h, addr, &base, &order))
			return "preserved";
		if (handover_is_map_page(&b->in.h, addr))
			return "a node of the incoming map";
	}
	if (ranges_meet(&inputs, addr, addr + 1))
		return "what baton was booted with";
	if (b->hands_over && ranges_meet(&b->scratch, addr, addr + 1))
		return "scratch";
	return addr < LOW_LIMIT ? "RAM below 1 MiB" : "RAM that baton does not own";
}
