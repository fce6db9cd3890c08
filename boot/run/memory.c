// SPDX-License-Identifier: MIT
#include "boot/run/memory.h"

#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/efi_tables.h"
#include "arch/image.h"
#include "boot/run/display.h"
#include "boot/run/image.h"
#include "boot/run/taken.h"
#include "boot/words/numa.h"

#define GRANT_PAGES \
	64 /* page tables in reserve, to split large pages when the allocator hands out RAM */

/* In the entry SETUP_EFI: behind its header, fw_vendor and an unused field (struct efi_setup_data of Linux). */
#define SETUP_EFI_TABLES (sizeof(struct setup_data) + 16)

static struct ground *here; /* for the callbacks, which get only an address */

/* The @bytes, whole pages, at the top of the first range of @early that has them. Return: where, or 0. */
static paddr_t carve(const struct ranges *early, uint64_t bytes, struct fault *f)
{
	for (unsigned int i = 0; i < early->nr; i++) {
		paddr_t end = align_down(early->r[i].end, PAGE_SIZE);
		paddr_t base = align_up(early->r[i].base, PAGE_SIZE);

		if (base < end && end - base >= bytes)
			return end - bytes;
	}
	fault_set(f, "scratch-too-small",
		  "%lu KiB of scratch in a row needed for page tables and page map; "
		  "expected more kho_scratch=",
		  bytes >> 10);
	return 0;
}

static int too_many_pieces(struct fault *f)
{
	return fault_set(f, "memory-in-pieces", "more than %u pieces of scratch", GROUND_RANGES);
}

/* All RAM above 1 MiB except the firmware's. */
static int find_room(struct ground *g, const struct given *given, struct fault *f)
{
	const struct ranges *ram = &given->info.ram;
	bool ok = true;

	g->room = (struct ranges){ g->room_table, 0, GROUND_RANGES };
	for (unsigned int i = 0; i < ram->nr; i++)
		ok = ok && ranges_add(&g->room, max_u64(ram->r[i].base, LOW_LIMIT),
				      max_u64(ram->r[i].end, LOW_LIMIT));
	ok = ok && boot_info_keep_firmware(&given->info, &g->room) &&
	     ranges_keep(&g->room, &g->left);
	return ok ? 0 : too_many_pieces(f);
}

/* The part of @room in which nothing lies yet: neither what baton was booted with, nor baton itself. */
static int find_early(struct ground *g, const struct given *given, const struct ranges *room,
		      struct ranges *early, struct fault *f)
{
	bool ok;

	g->inputs = (struct ranges){ g->input_table, 0, GROUND_INPUTS };
	*early = (struct ranges){ g->work, 0, GROUND_RANGES };
	ok = boot_info_inputs(&given->info, &g->inputs);
	for (unsigned int i = 0; i < room->nr; i++)
		ok = ok && ranges_add(early, room->r[i].base, room->r[i].end);
	for (unsigned int i = 0; i < g->inputs.nr; i++)
		ok = ok && ranges_sub(early, g->inputs.r[i].base, g->inputs.r[i].end);
	ok = ok && ranges_sub(early, (paddr_t)image_start, bundle_end()) &&
	     ranges_keep(early, &g->left);
	return ok ? 0 : too_many_pieces(f);
}

static bool map_ranges(struct paging *pt, const struct ranges *set, unsigned int rights)
{
	bool ok = true;

	for (unsigned int i = 0; i < set->nr; i++)
		ok = ok && paging_map(pt, set->r[i].base, set->r[i].end, rights);
	return ok;
}

/* Take memory for page map and page tables out of @room. */
static int begin_tables(struct ground *g, const struct given *given, const struct ranges *room,
			struct fault *f)
{
	const struct ranges *ram = &given->info.ram;
	uint64_t map = pagemap_bytes(ram), bytes;
	bool gib = paging_cpu_gib_pages();
	struct ranges early;

	if (find_early(g, given, room, &early, f))
		return -1;
	bytes = map +
		PAGE_SIZE * (GRANT_PAGES + display_tables(&g->screen) +
			     paging_pages(ram->r[ram->nr - 1].end, ram->nr + room->nr + 8, gib));
	g->own.base = carve(&early, bytes, f);
	g->own.end = g->own.base + bytes;
	if (!g->own.base)
		return -1;
	paging_init(&g->paging, g->own.base + map, g->own.end, cpu_la57() ? 5 : 4, gib);
	return 0;
}

/* Called by the allocator before it uses [base, end). */
static bool grant(paddr_t base, paddr_t end)
{
	bool ok = paging_map(&here->paging, base, end, MAP_READ | MAP_WRITE);

	paging_flush();
	return ok;
}

bool make_executable(struct paging *pt, paddr_t page)
{
	bool ok = paging_map(pt, page, page + PAGE_SIZE, MAP_READ | MAP_EXEC);

	paging_flush();
	return ok;
}

/*
 * Firmware tables, in what e820 calls ACPI, NVS or reserved, or in the BIOS area. They are mapped
 * read-only on demand.
 */
static const void *look_at_firmware(paddr_t addr, uint64_t size)
{
	struct ground *g = here;
	paddr_t end;

	if (!range_end(addr, size, &end) || end > PHYS_LIMIT)
		return NULL;
	if (window_ro(g->window, addr, size))
		return (const void *)addr;
	if (ranges_meet(g->ram, align_down(addr, PAGE_SIZE), align_up(end, PAGE_SIZE)) ||
	    display_meets(&g->screen, addr, end) ||
	    !paging_map(&g->paging, align_down(addr, PAGE_SIZE), align_up(end, PAGE_SIZE),
			MAP_READ))
		return NULL;
	return (const void *)addr;
}

/* Borders that Linux does not see are none. */
static void find_borders(struct ground *g, const char *cmdline, paddr_t rsdp)
{
	unsigned int missed = acpi_borders(&g->borders, rsdp, look_at_firmware);

	if (missed)
		say("numa",
		    "%u memory ranges more in the SRAT than %u: where these meet is not checked",
		    missed, BORDERS_MAX);
	if (g->borders.nr_ranges && words_numa_off(cmdline)) {
		g->borders.nr = g->borders.nr_ranges = 0;
		say("numa", "off by the command line: all memory counts as that of one node");
	}
}

static void ask_acpi(struct ground *g, const struct given *given)
{
	const struct boot_params *bp = given->info.bp;
	const struct efi_info efi = bp->efi_info;
	paddr_t rsdp = bp->acpi_rsdp_addr;

	if (!rsdp)
		rsdp = acpi_rsdp_of_efi((paddr_t)efi.efi_systab_hi << 32 | efi.efi_systab,
					look_at_firmware);
	acpi_read(&g->acpi, rsdp, look_at_firmware);
	clock_set(g->acpi.pm_timer);
	find_borders(g, given->opt.forward, rsdp);
}

/* Switch to the tables if @mapped says that they are complete: from here on law 1 holds. */
static int use_tables(struct ground *g, const struct given *given, bool mapped, struct fault *f)
{
	uint64_t bytes = g->own.end - g->own.base - pagemap_bytes(g->ram);

	if (!mapped)
		return fault_set(f, "page-tables", "%lu pages of page tables did not suffice",
				 bytes / PAGE_SIZE);
	paging_use(&g->paging);
	open_display(&g->screen);
	ask_acpi(g, given);
	return 0;
}

/* Scratch is not free: kernels are loaded there. */
static void fill_map_warm(struct ground *g, const struct ranges *scratch)
{
	pagemap_init(&g->map, g->ram, (void *)g->own.base);
	for (unsigned int i = 0; i < scratch->nr; i++)
		pagemap_set(&g->map, scratch->r[i].base, scratch->r[i].end);
}

static bool keep(paddr_t base, paddr_t end, void *arg)
{
	pagemap_set(arg, base, end);
	return true;
}

static void keep_table(paddr_t base, paddr_t end, void *arg)
{
	pagemap_set(arg, base, end);
}

/* Where the list of EFI's tables lies, as the last Linux says. Return: 0 if it says nothing. */
static paddr_t list_of_tables(const struct boot_info *info)
{
	paddr_t list = 0;

	for (unsigned int i = 0; i < info->nr_setup; i++) {
		const struct boot_setup *s = &info->setup[i];
		const uint8_t *p = window_ro(&info->window, s->addr, SETUP_EFI_TABLES + 8);

		if (s->type == SETUP_EFI && p)
			memcpy(&list, p + SETUP_EFI_TABLES, sizeof(list));
	}
	return list;
}

void keep_firmware(struct ground *ground, const struct given *given)
{
	const struct efi_info efi = given->info.bp->efi_info;

	boot_info_firmware(&given->info, keep, &ground->map);
	efi_tables((paddr_t)efi.efi_systab_hi << 32 | efi.efi_systab, list_of_tables(&given->info),
		   look_at_firmware, keep_table, &ground->map);
}

/* RAM outside @room is not free: the firmware may still use it. */
static void fill_map_cold(struct ground *g)
{
	paddr_t at = 0;

	pagemap_init(&g->map, g->ram, (void *)g->own.base);
	for (unsigned int i = 0; i < g->room.nr; i++) {
		pagemap_set(&g->map, at, g->room.r[i].base);
		at = g->room.r[i].end;
	}
	pagemap_set(&g->map, at, g->ram->r[g->ram->nr - 1].end);
}

/* What baton was booted with is not free, nor is baton itself. The rest can be given out. */
static void begin_pages(struct ground *g)
{
	for (unsigned int i = 0; i < g->inputs.nr; i++)
		pagemap_set(&g->map, g->inputs.r[i].base, g->inputs.r[i].end);
	pagemap_set(&g->map, (paddr_t)image_start, bundle_end());
	pagemap_set(&g->map, g->own.base, g->own.end);
	palloc_init(&g->pages, &g->map, g->window, grant);
}

static void report_tables(const struct ground *g)
{
	uint64_t map = pagemap_bytes(g->ram);

	say("memory", "page map %lu KiB, page tables %lu of %lu KiB, %u-level%s", map >> 10,
	    (g->paging.next - g->own.base - map) >> 10, (g->own.end - g->own.base - map) >> 10,
	    g->paging.levels, g->paging.gib_pages ? ", 1 GiB pages" : "");
}

static void begin(struct ground *g, const struct given *given)
{
	here = g;
	g->window = &given->info.window;
	g->ram = &given->info.ram;
	find_display(&g->screen, given);
}

int protect_warm(struct ground *ground, const struct given *given, const struct ranges *scratch,
		 struct record *record)
{
	struct paging *pt = &ground->paging;
	bool mapped;

	begin(ground, given);
	if (read_taken(ground, given, &record->fault) ||
	    begin_tables(ground, given, scratch, &record->fault))
		return -1;
	mapped = map_ranges(pt, ground->ram, MAP_READ) &&
		 map_ranges(pt, scratch, MAP_READ | MAP_WRITE) && map_bundle(pt) &&
		 map_display(&ground->screen, pt);
	if (use_tables(ground, given, mapped, &record->fault))
		return -1;
	fill_map_warm(ground, scratch);
	begin_pages(ground);
	report_tables(ground);
	stage_done(record, STAGE_ENTRY);
	return 0;
}

int protect_cold(struct ground *ground, const struct given *given, struct record *record)
{
	const struct range *own = &ground->own;
	struct paging *pt = &ground->paging;
	bool mapped;

	begin(ground, given);
	if (read_taken(ground, given, &record->fault) || find_room(ground, given, &record->fault) ||
	    begin_tables(ground, given, &ground->room, &record->fault))
		return -1;
	mapped = map_ranges(pt, ground->ram, MAP_READ) &&
		 paging_map(pt, own->base, own->end, MAP_READ | MAP_WRITE) && map_bundle(pt) &&
		 map_display(&ground->screen, pt);
	if (use_tables(ground, given, mapped, &record->fault))
		return -1;
	fill_map_cold(ground);
	begin_pages(ground);
	keep_firmware(ground, given);
	report_tables(ground);
	stage_done(record, STAGE_ENTRY);
	return 0;
}
