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
 * @from: whose blobs go in, in their order, but for
 * @name: which gets
 * @blob: in its place, or last if @from has no such blob; or which is left out, if this is NULL
 * @f:    what went wrong
 *
 * Return: 0; or -1 with fault fdt-full.
 */
int kho_out_fdt(void *fdt, const struct kho_abi *abi, paddr_t map, const struct handover *from,
		const char *name, const struct kho_blob *blob, struct fault *f);

#endif
