/* SPDX-License-Identifier: MIT */
/*
 * The outgoing handover: a newly built map and FDT, published by one store (design law 3).
 */
#ifndef BATON_KHO_OUTGOING_H
#define BATON_KHO_OUTGOING_H

#include "kho/incoming.h"
#include "mm/palloc.h"

/**
 * struct kho_out - the outgoing handover
 * @abi:   the version it is written in
 * @pages: where its pages come from
 * @map:   root of the radix tree
 * @fdt:   the published root FDT's address; 0 until the handover is complete. The one thing that is bound at
 *         the jump: it changes by a single aligned store, and always leads to a valid handover.
 * @nodes: pages of the new map, interior and leaf
 * @blobs: sub-nodes of the new FDT
 */
struct kho_out {
	const struct kho_abi *abi;
	struct palloc *pages;
	paddr_t map;
	volatile paddr_t fdt;
	uint64_t nodes;
	unsigned int blobs;
};

/**
 * kho_out_build() - build and publish
 * @out:     zeroed
 * @in:      a handover without findings; NULL or one whose @fdt is NULL is not allowed
 * @abi:     the version that the next kernel speaks
 * @pages:   free RAM outside scratch
 * @release: what kexec-metadata names as the previous release ("baton-0.1"), at most 64 characters
 * @f:       what went wrong
 *
 * The keys that go out are those that came in, less the order-0 keys of the old FDT page and the old
 * kexec-metadata page, plus those of the new ones. Every other blob keeps its name, address and size.
 *
 * Return: 0; or -1 with fault out-of-memory, fdt-full, order-too-large (a key that the next kernel could
 * not take in). On failure nothing is published and all pages taken are given back.
 */
int kho_out_build(struct kho_out *out, const struct kho_in *in, const struct kho_abi *abi,
		  struct palloc *pages, const char *release, struct fault *f);

#endif
