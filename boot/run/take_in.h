/* SPDX-License-Identifier: MIT */
/* Taking in the handover that came in. */
#ifndef BATON_BOOT_RUN_TAKE_IN_H
#define BATON_BOOT_RUN_TAKE_IN_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/record.h"

/**
 * read_scratch() - read the scratch array first: all that baton needs for itself must lie in scratch
 * @kho:    zeroed
 * @given:  has the KHO entry of a handover
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with findings.
 */
int read_scratch(struct handovers *kho, const struct given *given, struct record *record);

/**
 * take_in() - read and check root FDT, map and blobs, and enter what is preserved in the page map
 * @kho:    as read_scratch() left it
 * @ground: protected; its page map is filled in
 * @given:  what baton was given
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with findings.
 */
int take_in(struct handovers *kho, struct ground *ground, const struct given *given,
	    struct record *record);

#endif
