/* SPDX-License-Identifier: MIT */
/*
 * Regions of reserve_mem that Linux has put into scratch.
 *
 * A Linux that itself came from a handover allocates early memory in scratch alone, and a region of
 * reserve_mem= that it did not inherit as well (reserve_mem() in mm/memblock.c, Linux 6.18 to 7.3).
 * With KEXEC_HANDOVER_DEBUG it then refuses to preserve it; without, it hands over a block that lies
 * in scratch.
 */
#ifndef BATON_KHO_CLIENT_IN_SCRATCH_H
#define BATON_KHO_CLIENT_IN_SCRATCH_H

#include "kho/client/memblock.h"
#include "kho/in/incoming.h"

#define IN_SCRATCH_MAX 16 /* regions; Linux has 8 at most */

/** struct in_scratch - the @nr regions that were found: whole pages @at, and each one's @name */
struct in_scratch {
	struct range at[IN_SCRATCH_MAX];
	char name[IN_SCRATCH_MAX][MEMBLOCK_NAME];
	unsigned int nr;
};

/**
 * in_scratch_find() - find the regions that meet scratch
 * @in:      its root FDT has been read, and nothing else; the map is not looked at
 * @scratch: the regions of scratch
 * @found:   zeroed; filled in
 *
 * Whether they are preserved is not known yet: client_claim() finds that out.
 */
void in_scratch_find(const struct kho_in *in, const struct ranges *scratch,
		     struct in_scratch *found);

/**
 * in_scratch_carve() - take the regions out of scratch
 * @found:   the regions
 * @h:       its scratch array is the one that came in
 * @scratch: they are taken out of it
 * @region:  set to the scratch array without them, room for KHO_MAX_SCRATCH; each part that is left of
 *           a region takes its place in the order
 * @nr:      set to its entries
 *
 * Return: false if a table is full.
 */
bool in_scratch_carve(const struct in_scratch *found, const struct handover *h,
		      struct ranges *scratch, struct kho_scratch *region, unsigned int *nr);

#endif
