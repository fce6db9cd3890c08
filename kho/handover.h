/* SPDX-License-Identifier: MIT */
/*
 * One view of a handover, for what came in and for what is published alike: every reader takes
 * this, and every question about a handover is asked here, once.
 */
#ifndef BATON_KHO_HANDOVER_H
#define BATON_KHO_HANDOVER_H

#include "kho/abi.h"
#include "mm/borders.h"

/**
 * struct handover - where the parts of a handover are
 * @map:     its map, and with @map.window the way to all of its memory; has no format until it is known
 *           where the map is and how it is stored
 * @fdt:     physical address of the root FDT, 0 for none. Of the published handover only this address
 *           is passed on at the jump: it changes by a single aligned store, and always leads to a
 *           complete handover.
 * @abi:     its version, NULL if not known
 * @scratch: the scratch array, @nr_scratch entries, where it was handed over
 * @borders: where NUMA nodes meet; NULL if not known
 */
struct handover {
	struct map map;
	volatile paddr_t fdt;
	const struct kho_abi *abi;
	const struct kho_scratch *scratch;
	unsigned int nr_scratch;
	const struct borders *borders;
};

_Static_assert(offsetof(struct handover, fdt) % sizeof(uint64_t) == 0, "one aligned store");

/**
 * struct kho_blob - what a sub-node of the root FDT points to
 * @name: lives in the FDT
 * @addr, @size: 0 if @bad
 * @stated: the size that the FDT says; 0 where it says none. Linux takes a blob of 0 bytes: only those
 *          of its clients that look at the size then get nothing.
 * @bad:  its properties are not what they must be: no kernel finds the blob. The sub-node goes on as it
 *        is.
 */
struct kho_blob {
	const char *name;
	paddr_t addr;
	uint64_t size, stated;
	bool bad;
};

#define BLOB_FIRST (-1)

/** handover_is_read() - has its map been walked, or is there none to walk? */
static inline bool handover_is_read(const struct handover *h)
{
	return h->map.format && (h->map.pages || !h->map.root);
}

/**
 * handover_is_unfinished() - does it hand nothing over, because it has no map?
 * A kernel of kho-v1 does so if nobody wrote 1 to /sys/kernel/debug/kho/out/finalize before the next
 * kernel was loaded. Linux 7.0 then names blobs, but no page of them is preserved: the next Linux takes
 * over nothing but scratch. Linux 6.18 then has no KHO entry at all.
 */
static inline bool handover_is_unfinished(const struct handover *h)
{
	return h->map.format && !h->map.root;
}

/** handover_look() - a pointer to [@addr, @addr + @size) in its memory. Return: NULL unless all of that is RAM. */
static inline const void *handover_look(const struct handover *h, paddr_t addr, uint64_t size)
{
	return window_ro(h->map.window, addr, size);
}

/** handover_fdt() - its root FDT, KHO_FDT_SIZE bytes. Return: NULL if there is none. */
const void *handover_fdt(const struct handover *h);

/**
 * handover_next_blob() - go through the blobs, in the order of the FDT
 * @node: BLOB_FIRST, then what the last call left there
 * @blob: set to the next one
 *
 * Where the FDT says no size, or 0, the blob's own FDT header gives it, else the rest of the block
 * that it lies in. Return: false past the last, or where the version is not known.
 */
bool handover_next_blob(const struct handover *h, int *node, struct kho_blob *blob);

/** handover_blob() - set @blob to the @i-th. Return: false past the last. */
bool handover_blob(const struct handover *h, unsigned int i, struct kho_blob *blob);

/** handover_find_blob() - set @blob to the one whose whole name is @name. Return: false if there is none. */
bool handover_find_blob(const struct handover *h, const char *name, struct kho_blob *blob);

/** handover_blob_within() - find a @blob with bytes in [@base, @end). Return: false if there is none. */
bool handover_blob_within(const struct handover *h, paddr_t base, paddr_t end,
			  struct kho_blob *blob);

/** handover_count_blobs() - how many there are. */
unsigned int handover_count_blobs(const struct handover *h);

/**
 * handover_find_key() - which key covers @addr
 * @base, @order: set to the key
 * Return: false if the page at @addr is not preserved.
 */
bool handover_find_key(const struct handover *h, paddr_t addr, paddr_t *base, unsigned int *order);

/** handover_has_key() - true if exactly that key is in the map. */
bool handover_has_key(const struct handover *h, paddr_t addr, unsigned int order);

/**
 * handover_is_map_page() - true if the page at @addr is one of the map's
 * Walks the whole map. Safe at any time and with any handover; false before its pages are counted.
 */
bool handover_is_map_page(const struct handover *h, paddr_t addr);

/**
 * handover_for_each_leaf() - call @fn for each leaf of a handover without findings
 * Stops when @fn returns non-zero, and returns that; else 0.
 */
int handover_for_each_leaf(const struct handover *h,
			   int (*fn)(const struct kho_leaf *leaf, void *arg), void *arg);

/**
 * handover_for_each_key() - the same for each key: a block of 2^order pages at base
 * Stops when @fn returns non-zero, and returns that; else 0.
 */
int handover_for_each_key(const struct handover *h,
			  int (*fn)(paddr_t base, unsigned int order, void *arg), void *arg);

/**
 * fdt_read_u64() - read a property of eight bytes, native order, at any alignment
 * @fdt:   a good FDT
 * @node:  offset of the node in it
 * @name:  of the property
 * @value: set to the number
 * @len:   set to the property's length, below 0 if there is none; may be NULL
 *
 * Return: false unless it has eight bytes.
 */
bool fdt_read_u64(const void *fdt, int node, const char *name, uint64_t *value, int *len);

#endif
