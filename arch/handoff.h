/* SPDX-License-Identifier: MIT */
/* The hand-off: the copies for the next kernel, and the jump. */
#ifndef BATON_ARCH_HANDOFF_H
#define BATON_ARCH_HANDOFF_H

#include "arch/paging.h"
#include "mm/ranges.h"

#define HANDOFF_MOVES 4
#define HANDOFF_TEXT  256

/** struct handoff_move - copy @size bytes from @src to @dst, then zero up to @memsz; they may overlap */
struct handoff_move {
	paddr_t dst, src;
	uint64_t size, memsz;
};

struct __attribute__((packed)) handoff_table {
	uint16_t limit;
	uint64_t base;
	uint8_t pad[6];
};

/**
 * struct handoff - what the trampoline reads; its layout is known to handoff.asm
 * @cr3: identity tables over all RAM, readable, writable and executable
 * @entry, @params: where the next kernel is entered, and its boot_params
 * @stack: top of a small stack, which the next kernel may use until it has its own
 * @gdt, @idt: descriptor tables in the same page; the IDT knows the NMI only
 * @nr, @move: the copies, done in this order
 * @text: what to print after the copies: first what stands before the time they took, then, behind
 *        its NUL, what stands after it
 * @uart: the console's port, 0 for none
 * @unit_mul: units of time per tick of the time-stamp counter, times 2^64
 * @gdt_entry, @idt_entry: what @gdt and @idt describe
 * @closing: room for what @text points to
 */
struct handoff {
	uint64_t cr3;
	paddr_t entry, params;
	uint64_t stack;
	struct handoff_table gdt, idt;
	uint64_t nr;
	uint64_t text, uart, unit_mul;
	struct handoff_move move[HANDOFF_MOVES];
	uint64_t gdt_entry[4];
	uint64_t idt_entry[6];
	char closing[HANDOFF_TEXT];
};

_Static_assert(offsetof(struct handoff, stack) == 24, "H_STACK");
_Static_assert(offsetof(struct handoff, gdt) == 32, "H_GDT");
_Static_assert(offsetof(struct handoff, idt) == 48, "H_IDT");
_Static_assert(offsetof(struct handoff, nr) == 64, "H_NR");
_Static_assert(offsetof(struct handoff, text) == 72, "H_TEXT");
_Static_assert(offsetof(struct handoff, uart) == 80, "H_UART");
_Static_assert(offsetof(struct handoff, unit_mul) == 88, "H_UNIT_MUL");
_Static_assert(offsetof(struct handoff, move) == 96, "H_MOVES");
_Static_assert(sizeof(struct handoff) < PAGE_SIZE - 1024, "the stack shares its page");
_Static_assert(sizeof(struct handoff_move) == 32, "MOVE_LEN");

/** handoff_copy() - make one move, with overlaps of source and destination in either direction. */
void handoff_copy(const struct handoff_move *move);

/** handoff_pages() - pages that handoff_prepare() needs, contiguous, for RAM as in @ram. */
uint64_t handoff_pages(const struct ranges *ram);

/**
 * handoff_prepare() - lay the trampoline, its data and its page tables out
 * @at:    handoff_pages() pages of writable, identity-mapped memory that no destination overlaps
 * @pages: how many
 * @ram:   what the next kernel must find mapped, besides the first MiB
 *
 * Return: the handoff, in which the caller still sets entry, params, nr, move and closing; NULL if
 * the pages were too few. The first page must be made executable before handoff_jump().
 */
struct handoff *handoff_prepare(paddr_t at, uint64_t pages, const struct ranges *ram);

/** handoff_jump() - copy and go. Nothing can fail from here on. */
_Noreturn void handoff_jump(const struct handoff *h);

#endif
