// SPDX-License-Identifier: MIT
/* Blocks and runs of pages. */
#include "kho/out/preserve.h"

#include "kho/out/living.h"

/*
 * The block with which a run begins. Its order is bounded by the alignment of the address, by the
 * length of the run, and by what the next kernel takes in; then it is halved until it lies in one
 * NUMA node.
 */
static unsigned int first_order(const struct kho_out *out, paddr_t base, paddr_t end)
{
	uint64_t max = 1UL << out->h.abi->max_order;
	uint64_t page = (base >> PAGE_SHIFT) | max, left = min_u64((end - base) >> PAGE_SHIFT, max);
	unsigned int aligned = (unsigned int)__builtin_ctzl(page);
	unsigned int fits = 63 - (unsigned int)__builtin_clzl(left);
	unsigned int order = aligned < fits ? aligned : fits;
	paddr_t border;

	while (order && out->h.borders &&
	       borders_inside(out->h.borders, base, block_end(base, order), &border))
		order--;
	return order;
}

/* Take the keys of a run out again, as far as they are in. */
static void remove_run(struct kho_out *out, paddr_t base, paddr_t stop, paddr_t end)
{
	while (base < stop) {
		unsigned int order = first_order(out, base, end);

		kho_remove_key(out, base, order);
		base = block_end(base, order);
	}
}

/* Publish the keys of a run, one after the other; all of them or none. */
static int add_run(struct kho_out *out, paddr_t base, paddr_t end, struct fault *f)
{
	paddr_t at = base;

	while (at < end) {
		unsigned int order = first_order(out, at, end);

		if (kho_add_key(out, at, order)) {
			remove_run(out, base, at, end);
			return kho_no_memory(f, "nodes of the outgoing map");
		}
		at = block_end(at, order);
	}
	return 0;
}

/* Preserve a run that has passed all checks; if it is free, it is claimed first. */
static int claim_and_add(struct kho_out *out, paddr_t base, paddr_t end, struct fault *f)
{
	bool is_free;

	if (kho_check_free(out, base, end, &is_free, f))
		return -1;
	if (is_free && kho_claim_run(out, base, end))
		return kho_no_memory(f, "the books of baton's own pages");
	if (!add_run(out, base, end, f))
		return 0;
	if (is_free)
		kho_release_run(out, base, end);
	return -1;
}

int kho_preserve(struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f)
{
	if (kho_open_books(out, f) || kho_check_shape(out, addr, order, f) ||
	    kho_check_run(out, addr, 1UL << order, f) || kho_check_overlap(out, addr, order, f))
		return -1;
	/* a block is a run of one block: aligned, allowed, and in one NUMA node */
	return claim_and_add(out, addr, block_end(addr, order), f);
}

static int not_preserved(struct fault *f, paddr_t addr, unsigned int order)
{
	return fault_set(f, "not-preserved", "no key 0x%lx of order %u in the outgoing map", addr,
			 order);
}

int kho_unpreserve(struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f)
{
	if (kho_check_shape(out, addr, order, f))
		return -1;
	if (!handover_has_key(&out->h, addr, order))
		return not_preserved(f, addr, order);
	if (kho_check_unnamed(out, addr, block_end(addr, order), f))
		return -1;
	kho_remove_key(out, addr, order);
	return 0;
}

int kho_preserve_pages(struct kho_out *out, paddr_t addr, uint64_t pages, struct fault *f)
{
	paddr_t at = addr, end = addr + (pages << PAGE_SHIFT);

	if (kho_open_books(out, f) || kho_check_run(out, addr, pages, f))
		return -1;
	while (at < end) {
		unsigned int order = first_order(out, at, end);

		if (kho_check_overlap(out, at, order, f))
			return -1;
		at = block_end(at, order);
	}
	return claim_and_add(out, addr, end, f);
}

int kho_unpreserve_pages(struct kho_out *out, paddr_t addr, uint64_t pages, struct fault *f)
{
	paddr_t at = addr, end = addr + (pages << PAGE_SHIFT);

	if (kho_check_run(out, addr, pages, f))
		return -1;
	while (at < end) {
		unsigned int order = first_order(out, at, end);

		if (!handover_has_key(&out->h, at, order))
			return not_preserved(f, at, order);
		at = block_end(at, order);
	}
	if (kho_check_unnamed(out, addr, end, f))
		return -1;
	remove_run(out, addr, end, end);
	return 0;
}

void *kho_alloc_preserve(struct kho_out *out, uint64_t bytes, paddr_t *addr, struct fault *f)
{
	unsigned int order = 0;
	paddr_t at, end;
	void *mem;

	while (order <= out->h.abi->max_order && PAGE_SIZE << order < bytes)
		order++;
	if (!bytes || order > out->h.abi->max_order) {
		fault_set(f, "bad-block", "%lu bytes; expected 1 to 0x%lx", bytes,
			  PAGE_SIZE << out->h.abi->max_order);
		return NULL;
	}
	if (kho_open_books(out, f))
		return NULL;
	mem = palloc_block(out->pages, order, out->h.borders, &at);
	if (!mem) {
		fault_set(f, "out-of-memory", "no free block of order %u", order);
		return NULL;
	}
	end = block_end(at, order);
	if (!pageset_add(&out->owned, at, end)) {
		palloc_free(out->pages, at, 1UL << order);
		kho_no_memory(f, "the books of baton's own pages");
		return NULL;
	}
	if (add_run(out, at, end, f)) {
		kho_release_run(out, at, end);
		return NULL;
	}
	*addr = at;
	return mem;
}

void *kho_alloc_preserve_pages(struct kho_out *out, uint64_t max, paddr_t *addr, uint64_t *nr,
			       struct fault *f)
{
	paddr_t end;
	void *mem;

	if (kho_open_books(out, f))
		return NULL;
	mem = palloc_some(out->pages, max, addr, nr);
	if (!mem) {
		kho_no_memory(f, "pages to preserve");
		return NULL;
	}
	end = *addr + (*nr << PAGE_SHIFT);
	if (!pageset_add(&out->owned, *addr, end)) {
		palloc_free(out->pages, *addr, *nr);
		kho_no_memory(f, "the books of baton's own pages");
		return NULL;
	}
	if (kho_add_pages(out, *addr, end)) {
		kho_release_run(out, *addr, end);
		kho_no_memory(f, "nodes of the outgoing map");
		return NULL;
	}
	return mem;
}

int kho_unpreserve_free(struct kho_out *out, paddr_t addr, struct fault *f)
{
	unsigned int order;
	paddr_t base;

	if (!handover_find_key(&out->h, addr, &base, &order) || base != addr)
		return fault_set(f, "not-preserved", "no block begins at 0x%lx in the outgoing map",
				 addr);
	if (kho_check_unnamed(out, addr, block_end(addr, order), f) ||
	    kho_check_owned(out, addr, block_end(addr, order), f))
		return -1;
	/* out of the map before it is free: a free page may be written at once */
	kho_remove_key(out, addr, order);
	kho_release_run(out, addr, block_end(addr, order));
	return 0;
}
