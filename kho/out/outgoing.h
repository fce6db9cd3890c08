/* SPDX-License-Identifier: MIT */
/*
 * The outgoing handover: a newly built map and FDT, published by one store (design law 3).
 */
#ifndef BATON_KHO_OUT_OUTGOING_H
#define BATON_KHO_OUT_OUTGOING_H

#include "kho/in/incoming.h"
#include "mm/pageset.h"

/* No FDT of one page has more sub-nodes: the smallest takes 32 bytes. */
#define KHO_MAX_BLOBS 127

/**
 * struct kho_out - the outgoing handover
 * @in:    what came in; tells scratch and NUMA borders as well
 * @abi:   the version it is written in
 * @pages: where its pages come from
 * @map:   root of the radix tree; it never changes
 * @fdt:   the published root FDT's address; 0 until the handover is complete. The one thing that is
 *         bound at the jump: it changes by a single aligned store, and always leads to a valid
 *         handover.
 * @meta:  the page of kexec-metadata as it was built
 * @nodes: pages of the map, interior and leaf
 * @blobs: sub-nodes of the FDT
 * @named: where they point to, in their order: what must stay preserved
 * @own:   pages of the map and of baton's own books, which no block may cover; empty until the
 *         first change
 * @lent:  pages that callers hold and may give back: allocated, restored, or free until they were
 *         preserved
 */
struct kho_out {
	const struct kho_in *in;
	const struct kho_abi *abi;
	struct palloc *pages;
	paddr_t map;
	volatile paddr_t fdt;
	paddr_t meta;
	uint64_t nodes;
	unsigned int blobs;
	struct range named[KHO_MAX_BLOBS];
	struct pageset own, lent;
};

/**
 * kho_out_build() - build and publish
 * @out:     zeroed
 * @in:      a handover without findings, kept for as long as @out is; one whose @fdt is NULL is not
 *           allowed
 * @abi:     the version that the next kernel speaks
 * @pages:   free RAM outside scratch
 * @release: what kexec-metadata names as the previous release ("baton-0.1"), at most 64 characters
 * @f:       what went wrong
 *
 * The keys that go out are those that came in, less the order-0 keys of the old FDT page and the
 * old kexec-metadata page, plus those of the new ones. Every other blob keeps its name, address and
 * size.
 *
 * Return: 0; or -1 with fault out-of-memory, fdt-full, order-too-large (a key that the next kernel
 * could not take in). On failure nothing is published and all pages taken are given back.
 */
int kho_out_build(struct kho_out *out, const struct kho_in *in, const struct kho_abi *abi,
		  struct palloc *pages, const char *release, struct fault *f);

#endif
