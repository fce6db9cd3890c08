// SPDX-License-Identifier: MIT
#include "kho/client/claims.h"

#include "mm/bits.h"

void claims_begin(struct claims *c, const struct handover *h, struct pagemap *pm,
		  struct findings *f)
{
	*c = (struct claims){ .h = h, .pm = pm, .f = f };
}

/* Set the pages of a leaf's blocks again. */
static int set_leaf(const struct kho_leaf *leaf, void *arg)
{
	struct pagemap *pm = arg;
	uint64_t size = PAGE_SIZE << leaf->order;
	unsigned int w;

	for (w = 0; w < KHO_LEAF_WORDS; w++) {
		uint64_t bits = leaf->bits[w], nr;

		if (bits && !leaf->order) {
			*pagemap_words(pm, leaf->base + w * 64 * PAGE_SIZE, &nr) |= bits;
			continue;
		}
		for (; bits; bits &= bits - 1) {
			paddr_t at = leaf->base + (w * 64 + bits_lowest(bits)) * size;

			pagemap_set(pm, at, at + size);
		}
	}
	return 0;
}

void claims_end(struct claims *c)
{
	handover_for_each_leaf(c->h, set_leaf, c->pm);
}

/* Claim pages that are known to be preserved. */
static bool take(struct claims *c, const char *what, paddr_t base, paddr_t end)
{
	paddr_t clear = pagemap_first_clear(c->pm, base, end);

	if (clear < end) {
		finding_add(c->f, FINDING_CLIENT_TWICE, "%s at 0x%lx: page 0x%lx again", what, base,
			    clear);
		return false;
	}
	pagemap_clear(c->pm, base, end);
	return true;
}

static bool claim_piece(struct piece *p, void *arg)
{
	struct claims *c = arg;
	unsigned int order;
	paddr_t base;

	if (!handover_find_key(c->h, p->addr, &base, &order)) {
		finding_add(c->f, FINDING_CLIENT_NOT_PRESERVED, "%s at 0x%lx", p->what, p->addr);
		return false;
	}
	if (base != p->addr || (p->order != PIECE_ANY && p->order != order)) {
		finding_add(c->f, FINDING_CLIENT_KEY, "%s at 0x%lx in the key 0x%lx of order %u",
			    p->what, p->addr, base, order);
		return false;
	}
	p->order = order;
	return take(c, p->what, base, base + (PAGE_SIZE << order));
}

struct reader claims_reader(struct claims *c)
{
	return (struct reader){
		.window = c->h->map.window,
		.visit = claim_piece,
		.arg = c,
		.budget = UINT64_MAX,
	};
}

bool claim_pages(struct claims *c, const char *what, paddr_t addr, uint64_t pages)
{
	paddr_t at = align_down(addr, PAGE_SIZE), end;
	unsigned int order;

	if (pages > UINT64_MAX >> PAGE_SHIFT || !range_end(at, pages << PAGE_SHIFT, &end)) {
		finding_add(c->f, FINDING_CLIENT_NOT_RAM, "%s at 0x%lx of %lu pages", what, addr,
			    pages);
		return false;
	}
	/* key by key, so that no page is walked over twice, whatever several pieces claim */
	while (at < end) {
		paddr_t block, next;

		if (!handover_find_key(c->h, at, &block, &order)) {
			finding_add(c->f, FINDING_CLIENT_NOT_PRESERVED,
				    "%s at 0x%lx of %lu pages, page 0x%lx", what, addr, pages, at);
			return false;
		}
		next = min_u64(block + (PAGE_SIZE << order), end);
		if (!take(c, what, at, next))
			return false;
		at = next;
	}
	return true;
}
