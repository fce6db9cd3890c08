/* SPDX-License-Identifier: MIT */
/* What the parts of the incoming side share. Private to kho/. */
#ifndef BATON_KHO_IN_INGEST_H
#define BATON_KHO_IN_INGEST_H

#include "kho/in/incoming.h"
#include "kho/map/radix.h"

/**
 * struct ingest - one ingestion
 * @in, @ram, @scratch, @pm, @f: the arguments of kho_in_ingest()
 * @tree:  the map, less its bad links
 */
struct ingest {
	struct kho_in *in;
	const struct ranges *ram;
	const struct ranges *scratch;
	struct pagemap *pm;
	struct findings *f;
	struct radix_tree tree;
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

/**
 * kho_in_read_blob() - read the blob of the sub-node @node
 * Return: false, with address and size 0, if its properties are not what they must be; the size is
 * also 0 where it cannot be told.
 */
bool kho_in_read_blob(const struct kho_in *in, int node, struct kho_blob *blob);

/**
 * kho_in_check_blobs() - check the FDT and every blob against the map, and the metadata's version.
 */
void kho_in_check_blobs(const struct kho_in *in, struct findings *f);

#endif
