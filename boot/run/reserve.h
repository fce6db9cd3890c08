/* SPDX-License-Identifier: MIT */
/* The memory that baton.reserve= asks for, in the published handover. */
#ifndef BATON_BOOT_RUN_RESERVE_H
#define BATON_BOOT_RUN_RESERVE_H

#include "boot/run/given.h"
#include "boot/run/handovers.h"
#include "boot/run/record.h"

/**
 * reserve_memory() - reserve it, as reserve_mem= does in Linux
 * @kho:    the handover is published, or there is none
 * @given:  has the words
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with fault exists or one of memblock_reserve().
 */
int reserve_memory(struct handovers *kho, const struct given *given, struct record *record);

#endif
