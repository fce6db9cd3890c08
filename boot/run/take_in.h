/* SPDX-License-Identifier: MIT */
/* Taking in the handover that came in. */
#ifndef BATON_BOOT_RUN_TAKE_IN_H
#define BATON_BOOT_RUN_TAKE_IN_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/record.h"

/**
 * read_handover() - read the scratch array and the root FDT
 *
 * The scratch array comes first: all that baton needs for itself must lie in scratch.
 * @kho:    zeroed
 * @given:  has the KHO entry of a handover
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with findings about scratch. Those about the root FDT are left to take_in(), which
 * adds its own.
 */
int read_handover(struct handovers *kho, const struct given *given, struct record *record);

/**
 * forget_unfinished() - forget a handover of kho-v1 that its kernel never finalized, and say so
 * @kho:    as read_handover() left it; as before a cold start if it is forgotten
 * @record: what is wrong with it
 *
 * Return: true if nothing was handed over.
 */
bool forget_unfinished(struct handovers *kho, const struct record *record);

/**
 * take_in() - read and check map and blobs, and enter what is preserved in the page map
 * @kho:    as read_handover() left it
 * @ground: protected; its page map is filled in
 * @given:  what baton was given
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with findings.
 */
int take_in(struct handovers *kho, struct ground *ground, const struct given *given,
	    struct record *record);

#endif
