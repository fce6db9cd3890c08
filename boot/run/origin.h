/* SPDX-License-Identifier: MIT */
/* A cold start: where a chain of handovers begins. */
#ifndef BATON_BOOT_RUN_ORIGIN_H
#define BATON_BOOT_RUN_ORIGIN_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * begin_chain() - lay out scratch, and begin with an empty handover
 * @kho:    zeroed
 * @ground: protected; scratch is taken out of its page map
 * @given:  what baton was given
 * @next:   the payload
 * @record: gets what is wrong
 *
 * If no word asks for a handover and none is possible, the payload starts cold, and a line says why:
 * no version is known that it speaks, or there is too little memory for scratch.
 *
 * Return: 0; or -1 with fault scratch-no-room.
 */
int begin_chain(struct handovers *kho, struct ground *ground, const struct given *given,
		const struct next *next, struct record *record);

#endif
