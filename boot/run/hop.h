/* SPDX-License-Identifier: MIT */
/* baton.hops=N: baton starts itself N times before the payload. */
#ifndef BATON_BOOT_RUN_HOP_H
#define BATON_BOOT_RUN_HOP_H

#include "boot/run/baton.h"

/**
 * choose_itself() - let the payload be baton itself, with one hop less to go
 * @next:   filled in
 * @given:  what baton was given
 * @kho:    what came in, if anything did
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with fault cmdline-too-long.
 */
int choose_itself(struct next *next, const struct given *given, const struct handovers *kho,
		  struct record *record);

/** report_hop() - the one line that a hop prints. */
void report_hop(const struct baton *b);

#endif
