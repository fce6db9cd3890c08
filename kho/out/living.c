// SPDX-License-Identifier: MIT
/*
 * The ground for all changes of the published handover: its map, one key at a time, and the questions
 * to ask before a change.
 *
 * Every change has the same three parts. First all that can be wrong is checked. Then all memory is
 * taken; only that can fail, and it can be undone. Then the change is published: nothing fails once a
 * reader can see it.
 */
#include "kho/out/living.h"

#include "mm/bits.h"

int kho_no_memory(struct fault *f, const char *what)
{
	return fault_set(f, "out-of-memory", "no free page outside scratch for %s", what);
}

int kho_open_books(struct kho_out *out, struct fault *f)
{
	unsigned int i;

	if (out->owned.nr)
		return 0;
	if (!pageset_init(&out->books, out->pages, &out->books))
		goto no_memory;
	if (map_keep_books(&out->build, &out->books) ||
	    !pageset_init(&out->owned, out->pages, &out->books))
		goto undo_books;
	for (i = 0; i < out->nr_made; i++)
		if (!pageset_add(&out->owned, out->made[i], out->made[i] + PAGE_SIZE))
			goto undo_owned;
	return 0;

undo_owned:
	pageset_free(&out->owned);
undo_books:
	out->build.books = NULL;
	pageset_free(&out->books);
no_memory:
	return kho_no_memory(f, "the books of baton's own pages");
}

int kho_add_key(struct kho_out *out, paddr_t addr, unsigned int order)
{
	return map_add_key(&out->build, addr, order);
}

bool kho_remove_key(struct kho_out *out, paddr_t addr, unsigned int order)
{
	return map_remove_key(&out->build, addr, order);
}

uint64_t kho_remove_keys(struct kho_out *out, paddr_t addr, unsigned int order, uint64_t mask)
{
	return map_remove_keys(&out->build, addr, order, mask);
}

/* The pages of [@base, @end) that are in the word of @base; @base moves on to the next word. */
static uint64_t next_word(paddr_t *base, paddr_t end)
{
	uint64_t page = *base >> PAGE_SHIFT;

	*base = align_down(*base, 64 * PAGE_SIZE) + 64 * PAGE_SIZE;
	return bits_from(page, end >> PAGE_SHIFT);
}

int kho_add_pages(struct kho_out *out, paddr_t base, paddr_t end)
{
	paddr_t at = base, next = base;

	for (; at < end; at = next) {
		if (!map_add_keys(&out->build, at, 0, next_word(&next, end)))
			continue;
		for (next = base; next < at;) {
			base = next;
			kho_remove_keys(out, base, 0, next_word(&next, at));
		}
		return -1;
	}
	return 0;
}

int kho_check_unnamed(const struct kho_out *out, paddr_t base, paddr_t end, struct fault *f)
{
	struct kho_blob blob;
	paddr_t fdt = out->h.fdt;
	unsigned int i;

	if (fdt >= base && fdt < end)
		return fault_set(f, "in-use", "the outgoing FDT lies at 0x%lx", fdt);
	for (i = 0; i < out->blobs; i++) {
		const struct range *r = &out->named[i];

		if (r->base >= end || r->end <= base)
			continue;
		handover_blob(&out->h, i, &blob);
		return fault_set(f, "in-use",
				 "blob '%.32s' lies at 0x%lx – 0x%lx; expected it removed",
				 blob.name, r->base, r->end);
	}
	return 0;
}

int kho_check_run(const struct kho_out *out, paddr_t base, uint64_t pages, struct fault *f)
{
	uint64_t size = pages << PAGE_SHIFT;
	unsigned int i;
	paddr_t end;

	if (!is_aligned(base, PAGE_SIZE))
		return fault_set(f, "bad-block", "0x%lx does not begin a page", base);
	if (!pages || size >> PAGE_SHIFT != pages || !range_end(base, size, &end))
		return fault_set(f, "bad-block", "%lu pages at 0x%lx", pages, base);
	if (base < LOW_LIMIT)
		return fault_set(f, "bad-block",
				 "0x%lx lies below 1 MiB, which Linux takes for itself", base);
	if (!handover_look(&out->h, base, size))
		return fault_set(f, "not-ram", "0x%lx – 0x%lx is not all RAM", base, end);
	for (i = 0; i < out->h.nr_scratch; i++) {
		const struct kho_scratch *s = &out->h.scratch[i];

		if (s->addr < end && s->addr + s->size > base)
			return fault_set(f, "in-scratch",
					 "0x%lx – 0x%lx meets scratch at 0x%lx – 0x%lx", base, end,
					 s->addr, s->addr + s->size);
	}
	return 0;
}

int kho_check_shape(const struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f)
{
	paddr_t border, end;

	if (order > out->h.abi->max_order)
		return fault_set(f, "bad-block", "order %u; %s takes in orders up to %u", order,
				 out->h.abi->compatible, out->h.abi->max_order);
	if (!is_aligned(addr, PAGE_SIZE << order))
		return fault_set(f, "bad-block", "0x%lx does not begin a block of order %u", addr,
				 order);
	if (out->h.borders && range_end(addr, PAGE_SIZE << order, &end) &&
	    borders_inside(out->h.borders, addr, end, &border))
		return fault_set(
			f, "bad-block",
			"block 0x%lx of order %u lies across NUMA nodes, which meet at 0x%lx", addr,
			order, border);
	return 0;
}

int kho_check_overlap(const struct kho_out *out, paddr_t addr, unsigned int order, struct fault *f)
{
	unsigned int other;

	if (map_meets(&out->h.map, addr, order, out->h.abi->max_order, &other))
		return fault_set(f, "overlap",
				 "block 0x%lx of order %u overlaps a preserved block of order %u",
				 addr, order, other);
	if (pageset_any(&out->books, addr, block_end(addr, order)))
		return fault_set(
			f, "in-use",
			"block 0x%lx of order %u holds pages of the outgoing map or of baton's books",
			addr, order);
	return 0;
}

int kho_check_free(const struct kho_out *out, paddr_t base, paddr_t end, bool *is_free,
		   struct fault *f)
{
	const struct pagemap *pm = out->pages->map;
	paddr_t clear = pagemap_first_clear(pm, base, end);

	*is_free = clear < end;
	if (*is_free && pagemap_any(pm, base, end))
		return fault_set(
			f, "in-use",
			"0x%lx – 0x%lx is partly free, from 0x%lx on; expected all or none of it",
			base, end, clear);
	return 0;
}

int kho_claim_run(struct kho_out *out, paddr_t base, paddr_t end)
{
	uint64_t pages = (end - base) >> PAGE_SHIFT;

	/* set in the page map first, so that later allocations lie elsewhere */
	if (!palloc_adopt(out->pages, base, pages))
		return -1;
	if (pageset_add(&out->owned, base, end))
		return 0;
	palloc_free(out->pages, base, pages);
	return -1;
}

void kho_release_run(struct kho_out *out, paddr_t base, paddr_t end)
{
	pageset_remove(&out->owned, base, end);
	palloc_free(out->pages, base, (end - base) >> PAGE_SHIFT);
}

int kho_check_owned(const struct kho_out *out, paddr_t base, paddr_t end, struct fault *f)
{
	if (!pageset_all(&out->owned, base, end))
		return fault_set(
			f, "not-owned",
			"0x%lx – 0x%lx was neither allocated, restored, nor free when it was preserved",
			base, end);
	return 0;
}
