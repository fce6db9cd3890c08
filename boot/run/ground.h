/* SPDX-License-Identifier: MIT */
/* The ground of a run: memory, and what the machine says of itself. */
#ifndef BATON_BOOT_RUN_GROUND_H
#define BATON_BOOT_RUN_GROUND_H

#include "arch/acpi.h"
#include "arch/framebuffer.h"
#include "arch/paging.h"
#include "kexec/bootinfo.h"
#include "mm/palloc.h"

/* Room for scratch, cut up by all that can lie in it; or for the RAM that takes its place. */
#define GROUND_RANGES (KHO_MAX_SCRATCH + BOOT_MAX_RAM + BOOT_MAX_SETUP)

#define GROUND_INPUTS (BOOT_MAX_SETUP + 8)

/**
 * struct ground - written by the stage that protects memory; later stages take pages from it
 * @window, @ram: the way to foreign memory, and what is RAM
 * @room:    on a cold start: RAM above 1 MiB that is not the firmware's; it takes the place of scratch
 * @left:    RAM that memmap= and mem= leave
 * @inputs:  what baton was booted with
 * @own:     where page map and page tables lie
 * @paging:  the page tables in use
 * @map, @pages: the page map and, once the handover is in it, the page allocator
 * @acpi, @borders: what ACPI says of timer, power-off and NUMA nodes
 * @screen:  the framebuffer; zeroed if there is no screen
 * @room_table, @left_table, @input_table: of the sets above
 * @work:    for a set of ranges that a stage needs while it runs: too large for the stack
 */
struct ground {
	const struct window *window;
	const struct ranges *ram;
	struct ranges room, left, inputs;
	struct range own;
	struct paging paging;
	struct pagemap map;
	struct palloc pages;
	struct acpi acpi;
	struct borders borders;
	struct framebuffer screen;
	struct range room_table[GROUND_RANGES], left_table[GROUND_RANGES];
	struct range input_table[GROUND_INPUTS], work[GROUND_RANGES];
};

#endif
