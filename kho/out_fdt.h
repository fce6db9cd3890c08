/* SPDX-License-Identifier: MIT */
/* Writing a root FDT. Private to kho/. */
#ifndef BATON_KHO_OUT_FDT_H
#define BATON_KHO_OUT_FDT_H

#include "kho/incoming.h"

/**
 * kho_out_fdt() - write a root FDT
 * @fdt:  KHO_FDT_SIZE bytes, 8-byte aligned; the end that is not used is zeroed
 * @abi:  the version to write
 * @map:  physical address of the map's root
 * @in:   whose blobs go in, in their order
 * @meta: the blob kexec-metadata, in place of the incoming one, or last if there is none
 * @blobs: set to the number of sub-nodes
 *
 * Return: 0; or -1 with fault fdt-full.
 */
int kho_out_fdt(void *fdt, const struct kho_abi *abi, paddr_t map, const struct kho_in *in,
		const struct kho_blob *meta, unsigned int *blobs, struct fault *f);

#endif
