/* SPDX-License-Identifier: MIT */
/* The point of no return. */
#ifndef BATON_BOOT_RUN_JUMP_H
#define BATON_BOOT_RUN_JUMP_H

#include "boot/run/baton.h"

/**
 * jump_to_next() - bind what is published at this instant, and jump
 * @b: prepare_jump() has succeeded
 *
 * Needs nothing but a stack, @b->kho.out.h.fdt and what prepare_jump() left: it may be entered at any
 * instruction.
 */
_Noreturn void jump_to_next(const struct baton *b);

#endif
