/* SPDX-License-Identifier: MIT */
/* What the parts of the living outgoing side share. Private to kho/. */
#ifndef BATON_KHO_OUT_LIVING_H
#define BATON_KHO_OUT_LIVING_H

#include "kho/out/preserve.h"

static inline paddr_t block_end(paddr_t addr, unsigned int order)
{
	return addr + (PAGE_SIZE << order);
}

/**
 * kho_open_books() - make ready for changes, once: find the pages that no block may cover
 * Return: 0; or -1 with fault out-of-memory.
 */
int kho_open_books(struct kho_out *out, struct fault *f);

/** kho_no_memory() - the fault out-of-memory; @what was to be allocated. Return: -1. */
int kho_no_memory(struct fault *f, const char *what);

/** kho_add_key() - publish a key, by one store. Return: -1, and nothing is published, without memory. */
int kho_add_key(struct kho_out *out, paddr_t addr, unsigned int order);

/** kho_remove_key() - take a key out, by one store. Return: false if it was not published. */
bool kho_remove_key(struct kho_out *out, paddr_t addr, unsigned int order);

/**
 * kho_add_pages() - publish a key of order 0 for each page of [@base, @end), 64 of them by one store
 * Return: -1 without memory; then none is published.
 */
int kho_add_pages(struct kho_out *out, paddr_t base, paddr_t end);

/**
 * kho_remove_keys() - take the keys in @mask out, by one store, as map_remove_keys() does
 * Return: which of them were published.
 */
uint64_t kho_remove_keys(struct kho_out *out, paddr_t addr, unsigned int order, uint64_t mask);

/** kho_check_unnamed() - fault in-use if [@base, @end) holds bytes of the published FDT or of a blob. */
int kho_check_unnamed(const struct kho_out *out, paddr_t base, paddr_t end, struct fault *f);

/** kho_check_run() - faults of a run as a whole: bad-block, not-ram, in-scratch. */
int kho_check_run(const struct kho_out *out, paddr_t base, uint64_t pages, struct fault *f);

/** kho_check_shape() - fault bad-block: misaligned, too large, or across NUMA nodes. */
int kho_check_shape(const struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f);

/** kho_check_overlap() - overlap with what is published, in-use by the books; the run must be good. */
int kho_check_overlap(const struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f);

/**
 * kho_check_free() - tell whether a run is free, or the caller's all along
 * @is_free: set
 * Return: 0; or -1 and in-use if only some of the pages are free.
 */
int kho_check_free(const struct kho_out *out, paddr_t base, paddr_t end, bool *is_free,
		   struct fault *f);

/** kho_check_owned() - fault not-owned unless a caller owns all of the run. */
int kho_check_owned(const struct kho_out *out, paddr_t base, paddr_t end, struct fault *f);

/** kho_claim_run() - let the caller own a free run. Return: -1, and it stays free, without memory. */
int kho_claim_run(struct kho_out *out, paddr_t base, paddr_t end);

/** kho_release_run() - make a run free that the caller owns. */
void kho_release_run(struct kho_out *out, paddr_t base, paddr_t end);

#endif
