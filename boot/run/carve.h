/* SPDX-License-Identifier: MIT */
/* Memory that the last kernel reserved inside scratch (kho/client/in_scratch.h). */
#ifndef BATON_BOOT_RUN_CARVE_H
#define BATON_BOOT_RUN_CARVE_H

#include "boot/run/given.h"
#include "boot/run/handovers.h"
#include "boot/run/record.h"

/**
 * carve_scratch() - take such memory out of scratch, before anything is put there
 * @kho:    as read_handover() left it; @kho->scratch and the scratch array that goes out get smaller
 * @given:  what lies in scratch since the jump, and the words baton.drop=
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with fault reserve-overwritten: something was loaded over it, and no baton.drop= lets
 * memblock go; or memory-in-pieces.
 */
int carve_scratch(struct handovers *kho, const struct given *given, struct record *record);

#endif
