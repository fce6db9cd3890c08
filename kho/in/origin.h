/* SPDX-License-Identifier: MIT */
/*
 * The beginning of a chain: scratch laid out on a machine that has none, and a handover with
 * nothing in it.
 *
 * Source: kho_reserve_scratch() and scratch_size_update() in kernel/liveupdate/kexec_handover.c of
 * Linux 7.3. It lays out a region below 4 GiB, one anywhere, and one on each node with memory, and
 * sizes them by what the kernel itself has reserved by then.
 */
#ifndef BATON_KHO_IN_ORIGIN_H
#define BATON_KHO_IN_ORIGIN_H

#include "kho/in/incoming.h"

/* What the strictest version aligns scratch to; so a chain that begins with it can go on in any. */
#define ORIGIN_ALIGN MIB(4)

/* Linux keeps a struct page of 64 bytes for each page of 4096. */
#define ORIGIN_PAGE_STRUCTS (PAGE_SIZE / 64)

/**
 * struct origin_sizes - how large scratch is to be
 * @low, @global: bytes of the region below 4 GiB and of that anywhere; 0 for none
 * @node:         bytes of that on each node; 0 for none
 * @node_percent: where this is not 0, @node counts for nothing: percent of what the struct pages of
 *                the node's RAM take
 */
struct origin_sizes {
	uint64_t low, global, node;
	unsigned int node_percent;
};

/**
 * origin_scratch() - find places for scratch
 * @sizes: rounded up to ORIGIN_ALIGN each
 * @ram:   all RAM
 * @free:  the part of it that is nobody's; scratch is taken out of it. On failure it is spoilt.
 * @nodes: whose RAM it is; without any ranges all of it is one node's
 * @out:   room for KHO_MAX_SCRATCH
 * @nr:    set to how many regions there are
 *
 * Each region is the highest there is, and lies in one node.
 *
 * Return: 0; or -1 with fault scratch-no-room, which says for which region and how much there is.
 */
int origin_scratch(const struct origin_sizes *sizes, const struct ranges *ram, struct ranges *free,
		   const struct borders *nodes, struct kho_scratch *out, unsigned int *nr,
		   struct fault *f);

/**
 * origin_begin() - a handover that brings nothing, for kho_out_build() to start from
 * @in:      zeroed; @in->h.borders may be set
 * @window:  the way to memory
 * @abi:     the version it is to be read in
 * @scratch: @nr regions, kept for as long as @in is; they lie in RAM
 * @nr:      entries in @scratch
 */
void origin_begin(struct kho_in *in, const struct window *window, const struct kho_abi *abi,
		  const struct kho_scratch *scratch, unsigned int nr);

#endif
