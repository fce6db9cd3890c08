/* SPDX-License-Identifier: MIT */
/* What the parts of the incoming side share. Private to kho/. */
#ifndef BATON_KHO_IN_INGEST_H
#define BATON_KHO_IN_INGEST_H

#include "kho/in/incoming.h"

/**
 * struct ingest - one ingestion
 * @in, @ram, @scratch, @pm, @f: the arguments of kho_in_ingest()
 * @map:     the map without the refused pages
 * @refused: the pages that pass 2 must leave out
 * @links:   links that have been seen
 * @small:   a leaf has been seen that only Linux 6.16 and 6.17 write
 * @whole:   @refused has room for all of them
 */
struct ingest {
	struct kho_in *in;
	const struct ranges *ram;
	const struct ranges *scratch;
	struct pagemap *pm;
	struct findings *f;
	struct map map;
	struct map_refused refused;
	uint64_t links;
	bool small, whole;
};

/**
 * ingest_leaf() - count the blocks of a leaf, check them, and enter them in the page map
 * @leaf: of an order that the version allows
 *
 * Every map node must be in the page map already, and nothing else but earlier blocks. A block that
 * meets a set page is a finding; its pages are entered all the same, so that a later block over
 * them is found too.
 */
void ingest_leaf(struct ingest *g, const struct kho_leaf *leaf);

/** kho_in_no_ram() - for messages: what memory at @addr may be that is no RAM; "" if nothing is known of it. */
const char *kho_in_no_ram(const struct kho_in *in, paddr_t addr);

/**
 * kho_in_read() - the part of kho_in_fdt() that depends on the version
 * @fdt: the root FDT, found good
 * @abi: its version; NULL if it is not known
 */
void kho_in_read(struct kho_in *in, const void *fdt, const struct kho_abi *abi, struct findings *f);

/**
 * kho_in_check_blobs() - check that the FDT and every blob are preserved
 * @g: with all blocks in @g->pm, and no pages of the map
 * @f: the findings
 */
void kho_in_check_blobs(const struct ingest *g, struct findings *f);

#endif
