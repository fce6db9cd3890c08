/* SPDX-License-Identifier: MIT */
/*
 * The incoming handover: read, checked in full, and entered in the page map.
 *
 * The three steps are called in order. Each adds what it finds wrong to the findings and goes on as far as that is
 * safe. Nothing that was handed over is written. A caller that sees findings must stop (law 5).
 */
#ifndef BATON_KHO_IN_INCOMING_H
#define BATON_KHO_IN_INCOMING_H

#include "kho/finding.h"
#include "kho/handover.h"
#include "mm/pagemap.h"

/**
 * struct kho_in - the incoming handover
 * @h:       the view of it. The caller sets @h.borders before step 3. @h.fdt and @h.map are 0 until they
 *           are known to be good enough to be read.
 * @data:    what the setup_data entry says
 * @nodes, @leaves: pages of the map, interior and leaf
 * @blocks:  keys by order
 * @pages:   preserved 4 KiB pages
 */
struct kho_in {
	struct handover h;
	struct kho_data data;
	uint64_t nodes, leaves;
	uint64_t blocks[KHO_MAX_ORDER + 1];
	uint64_t pages;
};

/**
 * kho_in_scratch() - step 1: the scratch array
 * @in:      zeroed; filled in from the other arguments
 * @window:  the way to its memory
 * @data:    the payload of the setup_data entry
 * @ram:     what is RAM
 * @scratch: filled with the regions, each shrunk inward to whole 2 MiB; the caller's table needs room for
 *           KHO_MAX_SCRATCH
 * @f:       the findings
 */
void kho_in_scratch(struct kho_in *in, const struct window *window, const struct kho_data *data,
		    const struct ranges *ram, struct ranges *scratch, struct findings *f);

/** kho_in_fdt() - step 2: the root FDT, its version, the address of the map, the names of the sub-nodes. */
void kho_in_fdt(struct kho_in *in, const struct ranges *scratch, struct findings *f);

/**
 * kho_in_ingest() - step 3: walk the map, enter nodes and blocks in the page map, check blobs against it
 * @in:  as steps 1 and 2 left it
 * @ram, @scratch: as in step 1
 * @pm:  as pagemap_init() leaves it, and every scratch region set
 * @f:   the findings
 *
 * Does nothing if step 2 has not found the version and the map. Afterwards every map node and every preserved page is
 * set in @pm, and @in has the counts. If a map has more than 32 broken links, they fill the list: its blocks and the
 * blobs are then not checked, and @f->total is a lower bound of the number of findings.
 */
void kho_in_ingest(struct kho_in *in, const struct ranges *ram, const struct ranges *scratch,
		   struct pagemap *pm, struct findings *f);

#endif
