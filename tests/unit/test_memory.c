// SPDX-License-Identifier: MIT
/* How baton finds memory for itself, and how that fails; the rest of memory.c needs the machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Stand-ins for the CPU; the rest is the real code. */
#define paging_use           no_paging_use
#define paging_flush         no_paging_flush
#define paging_cpu_gib_pages no_gib_pages
/* clang-format off */
#include "boot/run/baton.h"
#include "boot/run/memory.c"
#include "boot/run/image.c"
/* clang-format on */

#define MAP_AT  0x200000UL  /* where the EFI memory map lies */
#define FIRST   0x1000000UL /* and the first of the firmware's pages that it names */
#define RAM_END (FIRST + 4 * GROUND_RANGES * PAGE_SIZE)

struct slot slot_bytes __asm__("payload_slot");
uint8_t image_start[1], rodata_start[1], data_start[1], stack_guard[1], image_end[1];

static struct efi_memory {
	uint32_t type, pad;
	uint64_t addr, virt, pages, attribute;
} efi_map[2 * GROUND_RANGES];

void no_paging_use(const struct paging *pt)
{
	(void)pt;
	fail();
}

void no_paging_flush(void)
{
}

bool no_gib_pages(void)
{
	return false;
}

/* no word takes memory here */
int read_taken(struct ground *ground, const struct given *given, struct fault *f)
{
	(void)given, (void)f;
	ground->left = *ground->ram;
	return 0;
}

void find_display(struct framebuffer *screen, const struct given *given)
{
	(void)screen, (void)given;
}

uint64_t display_tables(const struct framebuffer *screen)
{
	(void)screen;
	return 0;
}

bool map_display(const struct framebuffer *screen, struct paging *pt)
{
	(void)screen, (void)pt;
	return true;
}

void open_display(const struct framebuffer *screen)
{
	(void)screen;
}

bool display_meets(const struct framebuffer *screen, paddr_t base, paddr_t end)
{
	(void)screen, (void)base, (void)end;
	return false;
}

void clock_set(uint16_t pm_timer)
{
	(void)pm_timer;
}

void stage_done(struct record *record, enum stage stage)
{
	(void)record, (void)stage;
}

void say(const char *topic, const char *fmt, ...)
{
	(void)topic, (void)fmt;
}

/* A machine in which the firmware keeps every second page of @pieces: so much scratch in single pages. */
static struct baton *machine(unsigned int pieces)
{
	struct baton *b = calloc(1, sizeof(*b));
	struct boot_info *info = &b->given.info;
	struct boot_params *bp = calloc(1, sizeof(*bp));

	/* First all below and above, so that it is never in more pieces than in the end. */
	efi_map[0] = (struct efi_memory){ .type = 3, .pages = FIRST / PAGE_SIZE };
	efi_map[1] = (struct efi_memory){ .type = 3, .addr = FIRST + 2 * pieces * PAGE_SIZE };
	efi_map[1].pages = (RAM_END - efi_map[1].addr) / PAGE_SIZE;
	for (unsigned int i = 0; i < pieces; i++)
		efi_map[2 + i] = (struct efi_memory){ .type = 4, /* boot services data */
						      .addr = FIRST + 2 * i * PAGE_SIZE,
						      .pages = 1 };
	bp->efi_info = (struct efi_info){ .efi_memmap = MAP_AT,
					  .efi_memmap_size = (pieces + 2) * sizeof(*efi_map),
					  .efi_memdesc_size = sizeof(*efi_map) };
	info->bp = bp;
	info->ram_table[0] = (struct range){ LOW_LIMIT, RAM_END };
	info->ram = (struct ranges){ info->ram_table, 1, BOOT_MAX_RAM };
	info->panes[0] = (struct pane){ MAP_AT, MAP_AT + sizeof(efi_map), efi_map };
	info->window = (struct window){ info->panes, 1 };
	return b;
}

static void expect_fault(unsigned int pieces, const char *name)
{
	struct baton *b = machine(pieces);

	assert_int_equal(protect_cold(&b->ground, &b->given, &b->record), -1);
	assert_string_equal(b->record.fault.name, name);
	free((void *)b->given.info.bp);
	free(b);
}

static void test_pieces(void **state)
{
	(void)state;
	/* The whole table in pages of which none is large enough for page tables and page map … */
	expect_fault(GROUND_RANGES, "scratch-too-small");
	/* … and more pieces than it has room for. */
	expect_fault(GROUND_RANGES + 1, "memory-in-pieces");
}

/* The page map on a cold start, in @mem. */
static void fill_cold(struct baton *b, struct range own, void *mem)
{
	struct ground *g = &b->ground;
	struct ranges early;

	begin(g, &b->given);
	assert_int_equal(read_taken(g, &b->given, &b->record.fault), 0);
	assert_int_equal(find_room(g, &b->given, &b->record.fault), 0);
	assert_int_equal(find_early(g, &b->given, &g->room, &early, &b->record.fault), 0);
	g->own.base = (paddr_t)mem;
	fill_map_cold(g);
	g->own = own;
	begin_pages(g);
}

/*
 * On a cold start the memory of the firmware's boot services must not be given out, because Linux frees it
 * later. With a handover, scratch must not. The tables of baton must not be given out in either case.
 */
static void test_page_map(void **state)
{
	const unsigned int pieces = 100;
	struct baton *b = machine(pieces);
	struct pagemap *map = &b->ground.map;
	struct range own = { .base = FIRST + 4 * pieces * PAGE_SIZE };
	void *mem = aligned_alloc(PAGE_SIZE, pagemap_bytes(&b->given.info.ram));
	struct range scratch = { FIRST, FIRST + MIB(4) };

	(void)state;
	fill_cold(b, own, mem);
	for (unsigned int i = 0; i < 2 * pieces; i++) {
		paddr_t page = FIRST + i * PAGE_SIZE;

		assert_int_equal(pagemap_any(map, page, page + PAGE_SIZE), i % 2 == 0);
	}
	assert_true(pagemap_any(map, LOW_LIMIT, LOW_LIMIT + PAGE_SIZE));
	assert_true(pagemap_any(map, RAM_END - PAGE_SIZE, RAM_END));

	/* now a machine whose firmware keeps no memory */
	((struct boot_params *)b->given.info.bp)->efi_info.efi_memmap_size = 0;
	own.end = own.base + 3 * PAGE_SIZE;
	fill_cold(b, own, mem);
	assert_false(pagemap_any(map, own.base - PAGE_SIZE, own.base));
	assert_int_equal(pagemap_first_clear(map, own.base, RAM_END), own.end);

	b->ground.own.base = (paddr_t)mem;
	fill_map_warm(&b->ground, &(struct ranges){ &scratch, 1, 1 });
	b->ground.own = (struct range){ 0 };
	begin_pages(&b->ground);
	assert_int_equal(pagemap_first_clear(map, FIRST, RAM_END), FIRST + MIB(4));
	assert_false(pagemap_any(map, FIRST - PAGE_SIZE, FIRST));
	free((void *)b->given.info.bp);
	free(mem);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_page_map),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
