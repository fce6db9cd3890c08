/* SPDX-License-Identifier: MIT */
/* Choosing the payload, and the version of the handover for it. */
#ifndef BATON_BOOT_RUN_CHOOSE_H
#define BATON_BOOT_RUN_CHOOSE_H

#include "boot/run/given.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * choose_payload() - find the payload, check its kernel, and settle the version that it speaks
 * @next:   zeroed; filled in
 * @given:  what baton was given
 * @kho:    what came in, if anything did
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with a fault.
 */
int choose_payload(struct next *next, const struct given *given, const struct handovers *kho,
		   struct record *record);

#endif
