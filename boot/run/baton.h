/* SPDX-License-Identifier: MIT */
/* The one run of baton: everything that the stages hand to each other. */
#ifndef BATON_BOOT_RUN_BATON_H
#define BATON_BOOT_RUN_BATON_H

#include "arch/acpi.h"
#include "arch/paging.h"
#include "kexec/bootinfo.h"
#include "boot/words/options.h"
#include "kexec/bzimage.h"
#include "kexec/payload.h"
#include "kho/in/incoming.h"
#include "kho/out/restore.h"

/* Room for scratch cut up by all that can lie in it, or for RAM where it serves as scratch. */
#define SCRATCH_RANGES (KHO_MAX_SCRATCH + BOOT_MAX_RAM + BOOT_MAX_SETUP)

#define RELEASE BZIMAGE_BATON BATON_VERSION

/** enum entry - the way in. The EFI door has let nobody in whom Secure Boot would not have. */
enum entry { ENTRY_OTHER, ENTRY_PVH, ENTRY_EFI };

enum stage { STAGE_ENTRY, STAGE_INGEST, STAGE_PUBLISH, STAGE_PLAN, STAGE_COUNT };

/**
 * struct baton
 * @entry:       the way in
 * @info, @opt:  what came in with the boot_params, and the baton.* words
 * @scratch:     where kexec segments may lie: that of the handover; without one, all RAM above 1 MiB but the firmware's
 * @early:       the part of @scratch in which nothing lies yet that is still needed
 * @map, @pages: the page map and, once the handover is in it, the page allocator
 * @paging:      the page tables in use
 * @acpi, @borders: what ACPI says of timer, power-off and NUMA nodes
 * @in, @out:    the handover, incoming and outgoing
 * @restore:     what has been restored of @in; begun by restore_ready()
 * @hands_over:  there is a handover: one came in, or a chain begins here
 * @payload, @kernel: what is started next
 * @abi:         the version in which it is handed to it
 * @ticks:       time-stamp counter ticks by stage; @since: when the present stage began
 */
struct baton {
	enum entry entry;
	struct boot_info info;
	struct options opt;
	struct ranges scratch, early;
	struct pagemap map;
	struct palloc pages;
	struct paging paging;
	struct acpi acpi;
	struct borders borders;
	struct kho_in in;
	struct kho_out out;
	struct kho_restore restore;
	bool hands_over;
	struct payload payload;
	struct bzimage kernel;
	const struct kho_abi *abi;
	struct findings findings;
	struct fault fault;
	struct range scratch_table[SCRATCH_RANGES], early_table[SCRATCH_RANGES];
	uint64_t ticks[STAGE_COUNT], since;
};

/** stage_done() - charge the time since the last call to @stage. */
void stage_done(struct baton *b, enum stage stage);

/* memory.c: law 1 by page tables, and the memory that baton uses for itself */

/** memory_protect() - page tables by law 1, then the page map; both in scratch. Return: 0, or -1 and b->fault. */
int memory_protect(struct baton *b);

/** memory_map_image() - map baton's image and the payload behind it, each part with its rights. */
bool memory_map_image(struct paging *pt);

/** memory_make_executable() - turn a page from the allocator from writable into executable. */
bool memory_make_executable(paddr_t page);

/** memory_owner() - what lies at @addr, in a few words, for reports. */
const char *memory_owner(paddr_t addr);

/** memory_image_end() - the end of baton's image in memory, with the payload behind it. */
paddr_t memory_image_end(void);

/* origin.c: where a chain of handovers begins */

/** origin_wanted() - true if a word on the command line asks for a handover, whether one came in or not */
bool origin_wanted(const struct baton *b);

/**
 * origin_start() - without a handover, begin a chain: lay out scratch for a payload that speaks a known version
 * Where nobody asked for it and it can't be done, the payload starts cold, and a line says why.
 * Return: 0, or -1 and b->fault.
 */
int origin_start(struct baton *b);

/** origin_reserve() - what baton.reserve= asks for, into the published handover. Return: 0, or -1 and b->fault. */
int origin_reserve(struct baton *b);

/** restore_ready() - begin @b->restore, once, where there is a handover. Return: 0, or -1 and b->fault. */
int restore_ready(struct baton *b);

/* display.c: the screen, from the boot_params to the console */

/** display_find() - is there a framebuffer that can be used? Says what it is, or why not. Needs no page tables. */
void display_find(struct baton *b);

/** display_tables() - pages of page tables that display_map() can take. */
uint64_t display_tables(void);

/** display_map() - map the framebuffer, if there is one. Return: false if the pool of @pt is empty. */
bool display_map(struct paging *pt);

/** display_open() - let the console use the screen: the tables in use must map it. */
void display_open(void);

/** display_meets() - true if a byte of [@base, @end) lies in a page of the framebuffer. */
bool display_meets(paddr_t base, paddr_t end);

/**
 * display_refusal() - if no screen was opened, show what has been printed, by page tables that hold nothing else
 * Nothing that lies outside of the image can be reached after it: the run is to end.
 */
void display_refusal(struct baton *b);

/* hop.c: baton as its own payload */

/** hop_choose() - let the payload be baton itself, with one hop less to go. Return: 0, or -1 and b->fault. */
int hop_choose(struct baton *b);

/** hop_report() - the one line that a hop prints. */
void hop_report(const struct baton *b);

/* next.c: from the payload to the jump */

/** next_choose() - find the payload, check its kernel, and settle the version that it speaks. Return: 0 or -1. */
int next_choose(struct baton *b);

/** next_prepare() - plan, and lay out the next boot_params and the trampoline. Return: 0, or -1 and b->fault. */
int next_prepare(struct baton *b);

/**
 * next_go() - bind what is published at this instant, and jump; next_prepare() must have succeeded
 * Needs nothing but a stack, @b->out.h.fdt and what next_prepare() left: it may be entered at any instruction.
 */
_Noreturn void next_go(const struct baton *b);

/* report.c: what the person at the console is told */

/** report_hello() - who speaks, and what it was given. */
void report_hello(const struct baton *b);

/** report_books() - RAM, scratch, preserved memory, blobs, free. */
void report_books(const struct baton *b);

/** report_memory() - RAM, how much of it is free, and where scratch is. */
void report_memory(const struct baton *b);

/** report_refusal() - all findings and the fault, and what to do next. */
void report_refusal(const struct baton *b);

/** report_end() - end a run that failed, as baton.onerror says. */
_Noreturn void report_end(struct baton *b);

/* test.c */

/** test_hook() - commit the deliberate fault that baton.test= names, if any. Return: 0, or -1 and b->fault. */
int test_hook(struct baton *b);

#endif
