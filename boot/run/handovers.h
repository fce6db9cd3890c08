/* SPDX-License-Identifier: MIT */
/* The two handovers: the one that came in, and the one that goes out. */
#ifndef BATON_BOOT_RUN_HANDOVERS_H
#define BATON_BOOT_RUN_HANDOVERS_H

#include "kho/client/in_scratch.h"
#include "kho/in/incoming.h"
#include "kho/out/restore.h"

/**
 * struct handovers - what comes in and what goes out
 * @came_in:      whether a kernel handed over to baton
 * @in:           what it handed over, written by take_in(); or an empty handover, by begin_chain()
 * @goes_out:     one will be published for the payload: one came in, or a chain begins here
 * @scratch:      where kernels may be loaded, in @scratch_table; empty without a handover
 * @region, @nr_region: the scratch array of a chain that begins here, or one out of which memory was carved
 * @carved:       that memory
 * @out:          what is published, written by publish()
 * @restore:      what has been restored of @in, begun by begin_restore()
 */
struct handovers {
	bool came_in, goes_out;
	struct kho_in in;
	struct ranges scratch;
	struct kho_out out;
	struct kho_restore restore;
	struct range scratch_table[KHO_MAX_SCRATCH];
	struct kho_scratch region[KHO_MAX_SCRATCH];
	unsigned int nr_region;
	struct in_scratch carved;
};

#endif
