/* SPDX-License-Identifier: MIT */
/* Writing a root FDT. Private to kho/. */
#ifndef BATON_KHO_OUT_FDT_H
#define BATON_KHO_OUT_FDT_H

#include "kho/handover.h"
#include "lib/fault.h"

/**
 * kho_out_fdt() - write a root FDT
 * @fdt:  KHO_FDT_SIZE bytes, 8-byte aligned; the end that is not used is zeroed
 * @abi:  the version to write
 * @map:  physical address of the map's root
 * @from: all that is in its root FDT goes in, in its order: sub-nodes with whatever they hold, and
 *        properties of the root that nobody knows; but for the version, the map, and what tells where a
 *        blob is
 * @blob: @nr blobs that take the place of those of the same names, or come last if there are none; a
 *        blob of 0 bytes is left out
 * @nr:   at most 64
 * @f:    what went wrong
 *
 * Return: 0; or -1 with fault fdt-full, or fdt-clash (a property that goes on would mean something
 * else in @abi).
 */
int kho_out_fdt(void *fdt, const struct kho_abi *abi, paddr_t map, const struct handover *from,
		const struct kho_blob *blob, unsigned int nr, struct fault *f);

#endif
