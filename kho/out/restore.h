/* SPDX-License-Identifier: MIT */
/*
 * Taking back what was handed over: what Linux's kho_restore_*() do.
 *
 * A block is restored once, by its exact key. From then on its pages belong to baton and are writable,
 * and its key is no longer in the outgoing handover: to hand it on, preserve it again. Everything that
 * is not restored stays there.
 *
 * Faults:
 * - not-preserved: no incoming key begins there;
 * - restored: a second time;
 * - in-use: a blob that is published lies in it, or the incoming FDT;
 * - overlap: it was unpreserved, and pages of it preserved again as other blocks;
 * - out-of-memory;
 * - list-corrupt: a list of pages that loops, leaves RAM, or has another total; list-too-long: for
 *   the room given.
 */
#ifndef BATON_KHO_OUT_RESTORE_H
#define BATON_KHO_OUT_RESTORE_H

#include "kho/out/preserve.h"

/**
 * struct kho_restore - what has been restored so far
 * @in:   what came in
 * @out:  what goes out
 * @done: restored keys, in a private map that is never handed over; @build is the means to change it
 */
struct kho_restore {
	const struct handover *in;
	struct kho_out *out;
	struct map done;
	struct map_build build;
};

/** kho_restore_init() - begin to restore from @in to @out; @r must not move any more. Return: 0, or -1 and out-of-memory. */
int kho_restore_init(struct kho_restore *r, const struct handover *in, struct kho_out *out,
		     struct fault *f);

/** kho_restore_block() - restore the block that begins at @addr; @order is set to its order. */
int kho_restore_block(struct kho_restore *r, paddr_t addr, unsigned int *order, struct fault *f);

/** kho_restore_pages() - restore a run of blocks, of any orders; all of it or nothing. */
int kho_restore_pages(struct kho_restore *r, paddr_t addr, uint64_t pages, struct fault *f);

/**
 * kho_restore_vmalloc() - restore the blocks of a list and free its chunks; all of it or nothing
 * @v:     the list
 * @pages: filled with the blocks' addresses, room for @max
 * @nr:    set to how many there are
 */
int kho_restore_vmalloc(struct kho_restore *r, const struct kho_vmalloc *v, paddr_t *pages,
			uint32_t max, uint32_t *nr, struct fault *f);

/** kho_restore_free() - restore the block that begins at @addr, and free its pages. */
int kho_restore_free(struct kho_restore *r, paddr_t addr, struct fault *f);

#endif
