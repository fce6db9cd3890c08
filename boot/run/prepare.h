/* SPDX-License-Identifier: MIT */
/* Everything before the jump that can fail. */
#ifndef BATON_BOOT_RUN_PREPARE_H
#define BATON_BOOT_RUN_PREPARE_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * prepare_jump() - plan where each segment goes, and lay out the next boot_params and the trampoline
 * @next:   the payload; its hand-off is filled in
 * @ground: gives the pages
 * @kho:    the handover is published, or there is none
 * @given:  what goes on to the next kernel
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with a fault.
 */
int prepare_jump(struct next *next, struct ground *ground, const struct handovers *kho,
		 const struct given *given, struct record *record);

#endif
