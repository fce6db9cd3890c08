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
#include "boot/run/memory.c"
/* clang-format on */

#define MAP_AT  0x200000UL  /* where the EFI memory map lies */
#define FIRST   0x1000000UL /* and the first of the firmware's pages that it names */
#define RAM_END (FIRST + 4 * SCRATCH_RANGES * PAGE_SIZE)

struct slot slot_bytes __asm__("payload_slot");
uint8_t image_start[1], rodata_start[1], data_start[1], stack_guard[1], image_end[1];

static struct efi_memory {
	uint32_t type, pad;
	uint64_t addr, virt, pages, attribute;
} efi_map[2 * SCRATCH_RANGES];

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

void display_find(struct baton *b)
{
	(void)b;
}

uint64_t display_tables(void)
{
	return 0;
}

bool display_map(struct paging *pt)
{
	(void)pt;
	return true;
}

void display_open(void)
{
}

bool display_meets(paddr_t base, paddr_t end)
{
	(void)base, (void)end;
	return false;
}

void clock_set(uint16_t pm_timer)
{
	(void)pm_timer;
}

void stage_done(struct baton *b, enum stage stage)
{
	(void)b, (void)stage;
}

void say(const char *topic, const char *fmt, ...)
{
	(void)topic, (void)fmt;
}

/* A machine in which the firmware keeps every second page of @pieces: so much scratch in single pages. */
static struct baton *machine(unsigned int pieces)
{
	struct baton *b = calloc(1, sizeof(*b));
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
	b->info.bp = bp;
	b->info.ram_table[0] = (struct range){ LOW_LIMIT, RAM_END };
	b->info.ram = (struct ranges){ b->info.ram_table, 1, BOOT_MAX_RAM };
	b->info.panes[0] = (struct pane){ MAP_AT, MAP_AT + sizeof(efi_map), efi_map };
	b->info.window = (struct window){ b->info.panes, 1 };
	b->scratch = (struct ranges){ b->scratch_table, 0, SCRATCH_RANGES };
	return b;
}

static void expect_fault(unsigned int pieces, const char *name)
{
	struct baton *b = machine(pieces);

	assert_int_equal(memory_protect(b), -1);
	assert_string_equal(b->fault.name, name);
	free((void *)b->info.bp);
	free(b);
}

static void test_pieces(void **state)
{
	(void)state;
	/* The whole table in pages of which none is large enough for page tables and page map … */
	expect_fault(SCRATCH_RANGES, "scratch-too-small");
	/* … and more pieces than it has room for. */
	expect_fault(SCRATCH_RANGES + 1, "memory-in-pieces");
}

/*
 * On a cold start the memory of the firmware's boot services must not be given out, because Linux frees it
 * later. With a handover, scratch must not. The tables of baton must not be given out in either case.
 */
static void test_page_map(void **state)
{
	const unsigned int pieces = 100;
	struct baton *b = machine(pieces);
	struct range own = { .base = FIRST + 4 * pieces * PAGE_SIZE };
	void *mem = aligned_alloc(PAGE_SIZE, pagemap_bytes(&b->info.ram));

	(void)state;
	assert_true(find_scratch(b));
	fill_page_map(b, own, mem);
	for (unsigned int i = 0; i < 2 * pieces; i++) {
		paddr_t page = FIRST + i * PAGE_SIZE;

		assert_int_equal(pagemap_any(&b->map, page, page + PAGE_SIZE), i % 2 == 0);
	}
	assert_true(pagemap_any(&b->map, LOW_LIMIT, LOW_LIMIT + PAGE_SIZE));
	assert_true(pagemap_any(&b->map, RAM_END - PAGE_SIZE, RAM_END));

	/* now a machine whose firmware keeps no memory */
	((struct boot_params *)b->info.bp)->efi_info.efi_memmap_size = 0;
	b->scratch.nr = 0;
	assert_true(find_scratch(b));
	own.end = own.base + 3 * PAGE_SIZE;
	fill_page_map(b, own, mem);
	assert_false(pagemap_any(&b->map, own.base - PAGE_SIZE, own.base));
	assert_int_equal(pagemap_first_clear(&b->map, own.base, RAM_END), own.end);

	b->info.has_kho = true;
	b->scratch.nr = 0;
	ranges_add(&b->scratch, FIRST, FIRST + MIB(4));
	fill_page_map(b, (struct range){ 0 }, mem);
	assert_int_equal(pagemap_first_clear(&b->map, FIRST, RAM_END), FIRST + MIB(4));
	assert_false(pagemap_any(&b->map, FIRST - PAGE_SIZE, FIRST));
	free((void *)b->info.bp);
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
