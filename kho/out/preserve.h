/* SPDX-License-Identifier: MIT */
/*
 * The living outgoing handover: what Linux's kho_preserve_*() and kho_add_subtree() do, on a
 * handover that is published and stays complete and valid at every instruction (law 3).
 *
 * Every call either does all that it says or fails with a fault and leaves the published handover
 * as it was. None costs more with more blocks preserved.
 *
 * Faults:
 * - exists, not-found, not-preserved, overlap, out-of-memory, fdt-full, in-scratch, not-ram;
 * - bad-block: empty, misaligned, below 1 MiB, of too large an order, or across NUMA nodes;
 * - bad-name: not 1 to 31 letters, digits or ,._+- with a letter first (Devicetree specification
 *   0.4, 2.2.1);
 * - bad-blob: of 0 bytes, or past the end of the address space;
 * - in-use: the block to be unpreserved is the outgoing FDT or lies in a blob that it names; or the
 *   block to be preserved holds pages of the outgoing map or of baton's books, or is only partly free;
 * - not-owned: the block to be freed was neither allocated here, nor restored, nor free when it was
 *   preserved;
 * - list-corrupt: a list of pages that loops, leaves RAM, or has another total.
 *
 * Who owns the pages: if a block is free when it is preserved, its pages become the caller's, writable
 * and with their contents. They stay the caller's when the block is unpreserved, until
 * kho_unpreserve_free() or palloc_free().
 */
#ifndef BATON_KHO_OUT_PRESERVE_H
#define BATON_KHO_OUT_PRESERVE_H

#include "kho/out/outgoing.h"

/**
 * struct kho_vmalloc - a list of pages, as clients hand it over
 * @first: address of the first chunk page
 * @total_pages: in all blocks together
 * @flags: of the client
 * @order: each address is a block of this order
 *
 * Source: include/linux/kho/abi/kexec_handover.h of Linux 7.3.
 */
struct kho_vmalloc {
	uint64_t first;
	uint32_t total_pages;
	uint16_t flags;
	uint16_t order;
};

_Static_assert(sizeof(struct kho_vmalloc) == 16, "kho_vmalloc");

#define KHO_VMALLOC_PER_CHUNK 511

/**
 * struct kho_vmalloc_chunk - one page of such a list
 * @next: address of the next one, 0 for none
 * @phys: addresses of blocks, up to the first 0
 */
struct kho_vmalloc_chunk {
	uint64_t next;
	uint64_t phys[KHO_VMALLOC_PER_CHUNK];
};

_Static_assert(sizeof(struct kho_vmalloc_chunk) == PAGE_SIZE, "kho_vmalloc chunk");

/** kho_preserve() - preserve the block of 2^@order pages at @addr. */
int kho_preserve(struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f);

/** kho_unpreserve() - take exactly that key out again; nodes left empty are given back. */
int kho_unpreserve(struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f);

/**
 * kho_preserve_pages() - preserve @pages pages from @addr on
 *
 * They are split into blocks as Linux does it: each as large as its alignment and what is left
 * allow, and in one NUMA node.
 */
int kho_preserve_pages(struct kho_out *out, paddr_t addr, uint64_t pages, struct fault *f);

/** kho_unpreserve_pages() - undo kho_preserve_pages() of the same run. */
int kho_unpreserve_pages(struct kho_out *out, paddr_t addr, uint64_t pages, struct fault *f);

/**
 * kho_alloc_preserve() - allocate @bytes, zeroed, rounded up to a block, and preserve it
 * Return: pointer, @addr set; or NULL and a fault.
 */
void *kho_alloc_preserve(struct kho_out *out, uint64_t bytes, paddr_t *addr, struct fault *f);

/**
 * kho_alloc_preserve_pages() - allocate pages side by side, and preserve each by a key of order 0
 * @max:  how many at most
 * @addr: set to the address of the first
 * @nr:   set to how many
 *
 * They are not zeroed. Return: pointer; or NULL and a fault.
 */
void *kho_alloc_preserve_pages(struct kho_out *out, uint64_t max, paddr_t *addr, uint64_t *nr,
			       struct fault *f);

/** kho_unpreserve_free() - unpreserve the block that begins at @addr, and free its pages. */
int kho_unpreserve_free(struct kho_out *out, paddr_t addr, struct fault *f);

/**
 * kho_preserve_vmalloc() - preserve @nr blocks of 2^@order pages and the chunk pages that list them
 * @pages: their addresses; either all of the blocks are free, or none has a free page
 * @flags: passed on in @v
 * @v:     filled in
 */
int kho_preserve_vmalloc(struct kho_out *out, const paddr_t *pages, uint32_t nr, unsigned int order,
			 uint16_t flags, struct kho_vmalloc *v, struct fault *f);

/** kho_unpreserve_vmalloc() - unpreserve the blocks that @v lists, and its chunks, and free the chunks. */
int kho_unpreserve_vmalloc(struct kho_out *out, const struct kho_vmalloc *v, struct fault *f);

/** kho_blob_add() - publish [@addr, @addr + @size), whose pages must be preserved already, as the blob @name. */
int kho_blob_add(struct kho_out *out, const char *name, paddr_t addr, uint64_t size,
		 struct fault *f);

/** kho_blob_replace() - let @name point to [@addr, @addr + @size) instead, in one step. */
int kho_blob_replace(struct kho_out *out, const char *name, paddr_t addr, uint64_t size,
		     struct fault *f);

/** kho_blob_remove() - remove @name; what it pointed to stays preserved. */
int kho_blob_remove(struct kho_out *out, const char *name, struct fault *f);

#endif
