/* SPDX-License-Identifier: MIT */
/* The handover that this kernel has made, found in its memory: for whoever wants to spoil it. */
#ifndef BATON_TESTS_HANDOVER_H
#define BATON_TESTS_HANDOVER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct outgoing - the outgoing handover
 * @fdt: a copy of the root FDT's page
 * @at:  physical address of that page
 * @map: that of the map's root
 */
struct outgoing {
	char *fdt;
	uint64_t at, map;
};

/* Kernels before 7.1 hand over only what was finalized by hand: do it where it is asked for. */
void finalize_handover(void);

/**
 * find_handover() - look for it in memory
 * @h: is filled in
 *
 * debugfs shows the root FDT as long as it was when the kernel made the file: its beginning. That finds the
 * page in memory, and the page has the rest.
 */
void find_handover(struct outgoing *h);

/**
 * where_is() - the physical address of a byte of the root FDT
 * @h: the handover
 * @p: the byte, in the copy
 */
uint64_t where_is(const struct outgoing *h, const void *p);

/**
 * where_prop() - the physical address of a property's value
 * @h:    the handover
 * @node: a sub-node; NULL for the root
 * @name: of the property
 */
uint64_t where_prop(const struct outgoing *h, const char *node, const char *name);

/**
 * blob_of() - the physical address of what a sub-node points to
 * @h:    the handover
 * @node: the sub-node
 */
uint64_t blob_of(const struct outgoing *h, const char *node);

/**
 * flip_key() - add the key of a page of order 0 to the radix map, or take it away
 * @h:    the handover
 * @addr: the page; the map has a leaf for it
 */
void flip_key(const struct outgoing *h, uint64_t addr);

/**
 * some_slot() - a slot of the root table of the radix map
 * @h:    the handover
 * @used: one that leads to a table, or one that is 0
 *
 * Return: its physical address.
 */
uint64_t some_slot(const struct outgoing *h, bool used);

#endif
