/* SPDX-License-Identifier: MIT */
/*
 * The full checks of an incoming handover, on any handover in memory, with nothing but its addresses
 * to begin from.
 */
#ifndef BATON_KHO_VIEW_VERIFY_H
#define BATON_KHO_VIEW_VERIFY_H

#include "kho/in/incoming.h"

/**
 * struct verify - one verification, and what it found
 * @in, @f, @map: the handover read anew, what is wrong with it, and its own page map
 * @scratch, @scratch_table: its scratch
 */
struct verify {
	struct kho_in in;
	struct findings f;
	struct pagemap map;
	struct ranges scratch;
	struct range scratch_table[KHO_MAX_SCRATCH];
};

/**
 * verify_handover() - read a handover and check it in full
 * @v:       zeroed; too large for a stack
 * @window:  the way to memory
 * @data:    where FDT and scratch array are
 * @ram:     what is RAM
 * @borders: where NUMA nodes meet; NULL if not known
 * @map:     pagemap_bytes(@ram) of page-aligned memory, in any state, which @v then uses
 */
void verify_handover(struct verify *v, const struct window *window, const struct kho_data *data,
		     const struct ranges *ram, const struct borders *borders, void *map);

#endif
