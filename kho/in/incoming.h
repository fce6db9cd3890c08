/* SPDX-License-Identifier: MIT */
/*
 * The incoming handover: read, checked in full, and entered in the page map.
 *
 * The three steps are called in order; each adds what it finds wrong to the findings and goes on as far as
 * that is safe. Nothing handed over is written. A caller that sees findings must stop (design law 5).
 */
#ifndef BATON_KHO_IN_INCOMING_H
#define BATON_KHO_IN_INCOMING_H

#include "kho/finding.h"
#include "kho/map/leaf.h"
#include "mm/borders.h"
#include "mm/pagemap.h"

/** struct kho_blob - what a sub-node of the root FDT points to; @name lives in the FDT */
struct kho_blob {
	const char *name;
	paddr_t addr;
	uint64_t size;
};

/**
 * struct kho_in - the incoming handover
 * @window:  the way to its memory
 * @data:    what the setup_data entry says
 * @borders: where NUMA nodes meet, set by the caller before step 3; NULL if not known
 * @scratch: the scratch array, @nr_scratch entries, where it was handed over
 * @fdt:     the root FDT
 * @abi:     its version
 * @map:     physical address of the map's root
 * @nodes, @leaves: pages of the map, interior and leaf
 * @blocks:  keys by order
 * @pages:   preserved 4 KiB pages
 */
struct kho_in {
	const struct window *window;
	struct kho_data data;
	const struct borders *borders;
	const struct kho_scratch *scratch;
	unsigned int nr_scratch;
	const void *fdt;
	const struct kho_abi *abi;
	paddr_t map;
	uint64_t nodes, leaves;
	uint64_t blocks[KHO_MAX_ORDER + 1];
	uint64_t pages;
};

/**
 * kho_in_scratch() - step 1: the scratch array
 * @in:   zeroed; @data and @door are filled in from the arguments
 * @ram:  what is RAM
 * @free: scratch as a set of ranges; the caller's table needs room for KHO_MAX_SCRATCH
 */
void kho_in_scratch(struct kho_in *in, const struct window *window, const struct kho_data *data,
		    const struct ranges *ram, struct ranges *scratch, struct findings *f);

/** kho_in_fdt() - step 2: the root FDT, its version, the map's address, the form of every sub-node. */
void kho_in_fdt(struct kho_in *in, const struct ranges *scratch, struct findings *f);

/**
 * kho_in_ingest() - step 3: walk the map, enter nodes and blocks in the page map, check blobs against it
 * @pm: as pagemap_init() leaves it, and every scratch region set
 *
 * Does nothing if step 2 could not tell the version and the map. Afterwards @pm has every map node and every
 * preserved page set, and @in its counts. A map with more than 32 broken links fills the list with them: its blocks
 * are then not looked at, and @f->total says how many findings there are at least.
 */
void kho_in_ingest(struct kho_in *in, const struct ranges *ram, const struct ranges *scratch,
		   struct pagemap *pm, struct findings *f);

/**
 * kho_in_blob() - the @i-th blob
 * Where the version has no size, the blob's own FDT header gives it, else the rest of the block it lies in.
 * Address and size are 0 where the handover has a finding about them.
 * Return: false past the last.
 */
bool kho_in_blob(const struct kho_in *in, unsigned int i, struct kho_blob *blob);

/**
 * kho_in_key() - which key covers @addr
 * @base, @order: set to the key
 * Return: false if the page at @addr is not preserved.
 */
bool kho_in_key(const struct kho_in *in, paddr_t addr, paddr_t *base, unsigned int *order);

/**
 * kho_in_is_node() - true if the page at @addr is a node or leaf of the map
 * Walks the whole map; false before step 3. Safe at any time and with any handover.
 */
bool kho_in_is_node(const struct kho_in *in, paddr_t addr);

/**
 * kho_in_for_each_leaf() - call @fn for each leaf of a handover without findings
 * Stops when @fn returns non-zero, and returns that; else 0.
 */
int kho_in_for_each_leaf(const struct kho_in *in, int (*fn)(const struct kho_leaf *leaf, void *arg),
			 void *arg);

#endif
