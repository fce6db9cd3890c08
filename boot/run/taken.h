/* SPDX-License-Identifier: MIT */
/* Memory that a word on the command line, such as memmap= or mem=, takes out of RAM: it is nobody's (law 6). */
#ifndef BATON_BOOT_RUN_TAKEN_H
#define BATON_BOOT_RUN_TAKEN_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * read_taken() - read baton's own command line, before any memory is used
 * @ground: its left is set
 * @given:  what it was given
 * @f:      what is wrong
 *
 * Return: 0; or -1 with fault memory-in-pieces.
 */
int read_taken(struct ground *ground, const struct given *given, struct fault *f);

/**
 * take_out() - read the payload's own command line as well, and take what both name out of the free memory
 * @ground: its left, room and map are changed
 * @kho:    what came in is in the map already
 * @next:   the payload
 * @record: how the run went
 *
 * Return: 0; or -1 with fault memory-taken (baton's tables, or preserved memory, lie in such memory), or
 * memory-in-pieces.
 */
int take_out(struct ground *ground, const struct handovers *kho, const struct next *next,
	     struct record *record);

#endif
