/* SPDX-License-Identifier: MIT */
/* The two handovers: the one that came in, and the one that goes out. */
#ifndef BATON_BOOT_RUN_HANDOVERS_H
#define BATON_BOOT_RUN_HANDOVERS_H

#include "kho/in/incoming.h"
#include "kho/out/restore.h"

/**
 * struct handovers
 * @came_in, @in: whether there is one, and what it is; by the stage that takes it in, or without one
 *                by the origin of a chain, as a handover that brings nothing
 * @goes_out:     there will be one for the payload: one came in, or a chain begins here
 * @scratch:      the scratch of the handover as ranges, in @scratch_table, where kernels may be
 *                loaded; none without one
 * @region, @nr_region: the scratch array of a chain that begins here
 * @out:          by publish()
 * @restore:      what has been restored of @in; begun by begin_restore()
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
};

#endif
