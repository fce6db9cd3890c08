/* SPDX-License-Identifier: MIT */
/* What the clients of the handover become for the next kernel (law 10). */
#ifndef BATON_BOOT_RUN_CARRY_H
#define BATON_BOOT_RUN_CARRY_H

#include "boot/run/given.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * carry_clients() - let go what the user said, and translate what the next kernel knows in another version
 * @kho:    with a handover that is published; it stays complete and valid at every instant
 * @next:   tells what the next kernel knows
 * @given:  the words baton.drop=
 * @record: gets what is wrong
 *
 * To another baton all goes on as it came in, but for what the user lets go. In a chain of batons only
 * the last translates.
 *
 * Return: 0; or -1 with findings client-unnamed, or a fault: kho-off or kho-liveupdate-off (the words of the
 * next kernel would lose a client), or one of kho/client/luo_translate.h. Then
 * nothing of what came in has been changed, and baton must not jump.
 */
int carry_clients(struct handovers *kho, const struct next *next, const struct given *given,
		  struct record *record);

#endif
