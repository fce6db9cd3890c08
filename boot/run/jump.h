/* SPDX-License-Identifier: MIT */
/* The jump into the next kernel, from which nothing returns. */
#ifndef BATON_BOOT_RUN_JUMP_H
#define BATON_BOOT_RUN_JUMP_H

#include "boot/run/baton.h"

/**
 * jump_to_next() - bind what is published at this instant, and jump
 * @b: prepare_jump() has succeeded
 *
 * It needs a stack, @b->kho.out.h.fdt and what prepare_jump() left, and nothing else: so it may be
 * called between any two instructions after that.
 */
_Noreturn void jump_to_next(const struct baton *b);

#endif
