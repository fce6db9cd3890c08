/* SPDX-License-Identifier: MIT */
/* Descriptor tables and exceptions. Any exception but an NMI ends the run with a report. */
#ifndef BATON_ARCH_TRAPS_H
#define BATON_ARCH_TRAPS_H

#include <stdint.h>

#include "lib/num.h"

/**
 * struct trap_frame - the state at an exception
 * @r15, @r14, @r13, @r12, @r11, @r10, @r9, @r8, @rbp, @rdi, @rsi, @rdx, @rcx, @rbx, @rax: as
 *         traps.asm pushes them
 * @vector, @error: number of the exception and its error code, 0 if it has none
 * @rip, @cs, @rflags, @rsp, @ss: as the CPU pushes them
 */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct trap_frame) == 22 * 8, "traps.asm pushes 22 words");

/** nmi_count - NMIs survived so far */
extern volatile uint64_t nmi_count;

/**
 * traps_init() - load the IDT and the TSS
 * @owner: says in a few words what the memory at a physical address is, for the report
 * @end:   how the run ends after a report
 */
void traps_init(const char *(*owner)(paddr_t addr), void (*end)(void));

/** trap_report() - print the report; called by traps.asm only. */
_Noreturn void trap_report(const struct trap_frame *frame);

#endif
