/* SPDX-License-Identifier: MIT */
/* Whether a handover can be carried to a kernel: it is, in a copy of the dump that nobody keeps. */
#ifndef BATON_TOOLS_CARRY_H
#define BATON_TOOLS_CARRY_H

#include "tools/reading.h"

/**
 * carry_try() - build, publish and translate as baton does, and check the result in full
 * @r:    a reading without findings; its page map is used up
 * @next: a bzImage; or a list as baton.abi= has it: "kho-v4,luo-v5,memfd-v2"
 * @f:    why it is not known what @next speaks
 *
 * What is done goes to standard output, a line a step. Return: 0 if it can be carried; 1 if not, and
 * the reasons have been printed; or -1 with a fault: of the image, abi-unknown, abi-none, bad-name,
 * out-of-memory.
 */
int carry_try(struct reading *r, const char *next, struct fault *f);

#endif
