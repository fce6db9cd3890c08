/* SPDX-License-Identifier: MIT */
/* Where baton's own image lies: symbols of linker/baton.ld. */
#ifndef BATON_ARCH_IMAGE_H
#define BATON_ARCH_IMAGE_H

#include <stdint.h>

extern uint8_t image_start[], rodata_start[], data_start[], stack_guard[], stack_end[], image_end[];

/* The stack pointer at the entry: by the kexec door it lies in the last kernel's purgatory. */
extern uint64_t entry_stack;

#endif
