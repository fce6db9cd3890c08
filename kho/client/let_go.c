// SPDX-License-Identifier: MIT
#include "kho/client/let_go.h"

#include "kho/out/living.h"
#include "mm/bits.h"

#define WORD_SIZE (64 * PAGE_SIZE)

void let_go_block(struct let_go *l, paddr_t addr, unsigned int order)
{
	paddr_t end = block_end(addr, order);
	bool owned = pageset_all(&l->out->owned, addr, end);

	if (!kho_remove_key(l->out, addr, order))
		return;
	l->bytes += end - addr;
	/* first out of the map, then free: a free page may be written at once */
	if (owned)
		kho_release_run(l->out, addr, end);
}

void let_go_page(struct let_go *l, paddr_t addr)
{
	paddr_t word = align_down(addr, WORD_SIZE);

	if (word != l->word) {
		let_go_collected(l);
		l->word = word;
	}
	l->pages |= 1UL << (addr >> PAGE_SHIFT) % 64;
}

void let_go_collected(struct let_go *l)
{
	const struct pageset *owned = &l->out->owned;
	uint64_t gone = l->pages ? kho_remove_keys(l->out, l->word, 0, l->pages) : 0;

	l->bytes += bits_count(gone) * PAGE_SIZE;
	l->pages = 0;
	if (!gone || !pageset_any(owned, l->word, l->word + WORD_SIZE))
		return;
	for (; gone; gone &= gone - 1) {
		paddr_t page = l->word + bits_lowest(gone) * PAGE_SIZE;

		if (pageset_any(owned, page, page + PAGE_SIZE))
			kho_release_run(l->out, page, page + PAGE_SIZE);
	}
}

void let_go_pages(struct let_go *l, paddr_t addr, uint64_t size)
{
	paddr_t at = align_down(addr, PAGE_SIZE), end = addr + size, base;
	struct fault none;

	while (at < end) {
		unsigned int order;

		if (!handover_find_key(&l->out->h, at, &base, &order)) {
			at += PAGE_SIZE;
			continue;
		}
		at = block_end(base, order);
		if (!kho_check_unnamed(l->out, base, at, &none))
			let_go_block(l, base, order);
	}
}

/* What is no block of the map is read all the same: what it leads to may be. */
static bool let_go_piece(struct piece *p, void *arg)
{
	struct let_go *l = arg;
	unsigned int order;
	paddr_t base;

	if (!handover_find_key(&l->out->h, p->addr, &base, &order) || base != p->addr)
		return true;
	if (p->order == PIECE_ANY)
		p->order = order;
	let_go_block(l, p->addr, p->order);
	return true;
}

struct reader let_go_reader(struct let_go *l)
{
	return (struct reader){
		.window = l->out->pages->window,
		.visit = let_go_piece,
		.arg = l,
		.budget = UINT64_MAX,
	};
}
