/* SPDX-License-Identifier: MIT */
/*
 * The outgoing handover: a newly built map and FDT, published by one store (law 3).
 */
#ifndef BATON_KHO_OUT_OUTGOING_H
#define BATON_KHO_OUT_OUTGOING_H

#include "kho/handover.h"
#include "lib/fault.h"
#include "mm/pageset.h"

/* No FDT of one page has more sub-nodes: the smallest takes 32 bytes. */
#define KHO_MAX_BLOBS 127

/* Blobs that can be made anew when a handover is built. */
#define KHO_MAX_NEW 4

/**
 * struct kho_new_blob - a blob that is made anew when a handover is built
 * @name:  it takes the place of the incoming blob of that name, or comes last
 * @size:  bytes, at most a page; 0 to leave it out
 * @write: fills a zeroed page with it; @in is the handover that came in
 * @arg:   for @write
 */
struct kho_new_blob {
	const char *name;
	uint64_t size;
	void (*write)(const struct kho_new_blob *blob, const struct handover *in, void *mem);
	const void *arg;
};

/**
 * struct kho_out - the outgoing handover
 * @h:     the view of what is published; @h.fdt is 0 until the handover is complete, and the root
 *         of the map never changes
 * @build: the means to change @h.map
 * @pages: where its pages come from
 * @made:  the pages of the @nr_made blobs that were made anew when it was built
 * @blobs: sub-nodes of the FDT
 * @named: where they point to, in their order: what must stay preserved
 * @books: pages of the map and of the books themselves, which no block may cover; empty until the
 *         first change
 * @owned: pages that callers own and may give back: allocated, restored, or free until they were
 *         preserved
 */
struct kho_out {
	struct handover h;
	struct map_build build;
	struct palloc *pages;
	paddr_t made[KHO_MAX_NEW];
	unsigned int nr_made;
	unsigned int blobs;
	struct range named[KHO_MAX_BLOBS];
	struct pageset books, owned;
};

/**
 * kho_out_build() - build and publish
 * @out:     zeroed
 * @in:      a handover without findings; what it leads to is kept for as long as @out is
 * @abi:     the version that the next kernel speaks
 * @pages:   free RAM outside scratch
 * @blob:    the blobs that are made anew
 * @nr:      entries in @blob, at most KHO_MAX_NEW
 * @f:       what went wrong
 *
 * The keys that go out are those that came in, without the order-0 keys of the old FDT and of the old
 * blobs of those names, and with those of the new ones. Every other blob keeps its name, address and
 * size.
 *
 * Return: 0; or -1 with fault out-of-memory, fdt-full, fdt-clash, order-too-large (a key that the next
 * kernel could not take in). On failure nothing is published and all pages taken are given back.
 */
int kho_out_build(struct kho_out *out, const struct handover *in, const struct kho_abi *abi,
		  struct palloc *pages, const struct kho_new_blob *blob, unsigned int nr,
		  struct fault *f);

#endif
