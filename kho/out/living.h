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
 * kho_living() - make ready for changes, once: find the pages that no block may cover
 * Return: 0; or -1 with fault out-of-memory.
 */
int kho_living(struct kho_out *out, struct fault *f);

/** kho_no_memory() - the fault out-of-memory; @what was to be allocated. Return: -1. */
int kho_no_memory(struct fault *f, const char *what);

/** kho_enter() - publish a key, by one store. Return: -1, and nothing is published, without memory. */
int kho_enter(struct kho_out *out, paddr_t addr, unsigned int order);

/** kho_leave() - take a key out, by one store. Return: false if it was not published. */
bool kho_leave(struct kho_out *out, paddr_t addr, unsigned int order);

/** kho_check_unused() - fault in-use if the published FDT or a blob meets [@base, @end). */
int kho_check_unused(const struct kho_out *out, paddr_t base, paddr_t end, struct fault *f);

/** kho_check_ram() - faults of a whole run: bad-block, not-ram, in-scratch. */
int kho_check_ram(const struct kho_out *out, paddr_t base, uint64_t pages, struct fault *f);

/** kho_check_block() - faults of a block in a run that is good: overlap, in-use. */
int kho_check_block(const struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f);

/** kho_check_shape() - fault bad-block: misaligned, too large, or across NUMA nodes. */
int kho_check_shape(const struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f);

/** enum kho_claim - whether a run belonged to the caller before, or is free until it is preserved */
enum kho_claim { KHO_CALLERS, KHO_FREE };

/** kho_whose() - set @claim for [@base, @end). Return: -1 and in-use if only some of its pages are free. */
int kho_whose(const struct kho_out *out, paddr_t base, paddr_t end, enum kho_claim *claim,
	      struct fault *f);

/** kho_claim() - take a free run for the caller. Return: -1, and it stays free, without memory. */
int kho_claim(struct kho_out *out, paddr_t base, paddr_t end);

/** kho_release() - give back a run that was lent to the caller. */
void kho_release(struct kho_out *out, paddr_t base, paddr_t end);

/** kho_check_lent() - fault not-owned unless all of the run may be given back. */
int kho_check_lent(const struct kho_out *out, paddr_t base, paddr_t end, struct fault *f);

#endif
