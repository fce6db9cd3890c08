// SPDX-License-Identifier: MIT
/*
 * Lists of pages. The keys of blocks and chunks are published one by one. Nothing leads to the list
 * itself until the caller lets a blob name it, after the call that makes it; and the caller removes
 * that blob before the call that takes the list back.
 */
#include "kho/out/living.h"
#include "kho/out/vmalloc_list.h"

/**
 * struct list - a list being made
 * @out, @order, @f: the arguments of kho_preserve_vmalloc()
 * @is_free: its blocks are free, and to be claimed
 * @first: its first chunk, 0 for none yet
 * @chunk: its last chunk, @used entries of it used
 * @done:  blocks in it
 */
struct list {
	struct kho_out *out;
	unsigned int order;
	struct fault *f;
	bool is_free;
	paddr_t first;
	struct kho_vmalloc_chunk *chunk;
	unsigned int used;
	uint32_t done;
};

/* A chunk page, preserved like any other page, at the end of the list. */
static int add_chunk(struct list *l)
{
	paddr_t at;
	void *mem = kho_alloc_preserve(l->out, PAGE_SIZE, &at, l->f);

	if (!mem)
		return -1;
	if (l->chunk)
		l->chunk->next = at;
	else
		l->first = at;
	l->chunk = mem;
	l->used = 0;
	return 0;
}

static int check_block(struct list *l, paddr_t addr, bool *is_free)
{
	if (kho_check_shape(l->out, addr, l->order, l->f) ||
	    kho_check_run(l->out, addr, 1UL << l->order, l->f) ||
	    kho_check_overlap(l->out, addr, l->order, l->f))
		return -1;
	return kho_check_free(l->out, addr, block_end(addr, l->order), is_free, l->f);
}

/* Check all blocks before any of them is changed. */
static int check_blocks(struct list *l, const paddr_t *pages, uint32_t nr)
{
	uint32_t i;

	if (!nr || l->order > l->out->h.abi->max_order || (uint64_t)nr << l->order > UINT32_MAX)
		return fault_set(l->f, "bad-block",
				 "list of %u blocks of order %u; expected 1 to %u pages", nr,
				 l->order, UINT32_MAX);
	for (i = 0; i < nr; i++) {
		bool is_free;

		if (check_block(l, pages[i], &is_free))
			return -1;
		if (i && is_free != l->is_free)
			return fault_set(
				l->f, "in-use",
				"block 0x%lx of the list is %s, others are not; expected all or none",
				pages[i], is_free ? "free" : "not free");
		l->is_free = is_free;
	}
	return 0;
}

/* Claim the blocks if they are free, so that no chunk and no node is allocated in them. */
static int claim_blocks(struct list *l, const paddr_t *pages, uint32_t nr)
{
	uint32_t i;

	for (i = 0; l->is_free && i < nr; i++) {
		bool is_free;

		/* no longer free: it is, or overlaps, an earlier one of the list */
		if (kho_check_free(l->out, pages[i], block_end(pages[i], l->order), &is_free, l->f))
			goto undo;
		if (!is_free) {
			fault_set(l->f, "overlap",
				  "block 0x%lx is not free any more: twice in the list", pages[i]);
			goto undo;
		}
		if (kho_claim_run(l->out, pages[i], block_end(pages[i], l->order))) {
			kho_no_memory(l->f, "the books of baton's own pages");
			goto undo;
		}
	}
	return 0;

undo:
	while (i--)
		kho_release_run(l->out, pages[i], block_end(pages[i], l->order));
	return -1;
}

static int add_block(struct list *l, paddr_t addr)
{
	if ((!l->chunk || l->used == KHO_VMALLOC_PER_CHUNK) && add_chunk(l))
		return -1;
	if (kho_check_overlap(l->out, addr, l->order, l->f))
		return -1;
	if (kho_add_key(l->out, addr, l->order))
		return kho_no_memory(l->f, "nodes of the outgoing map");
	l->chunk->phys[l->used++] = addr;
	l->done++;
	return 0;
}

/* Take back what add_block() did. */
static void undo_blocks(struct list *l, const paddr_t *pages)
{
	while (l->done)
		kho_remove_key(l->out, pages[--l->done], l->order);
	while (l->first) {
		const struct kho_vmalloc_chunk *c = handover_look(&l->out->h, l->first, PAGE_SIZE);
		paddr_t next = c->next;

		kho_remove_key(l->out, l->first, 0);
		kho_release_run(l->out, l->first, l->first + PAGE_SIZE);
		l->first = next;
	}
}

int kho_preserve_vmalloc(struct kho_out *out, const paddr_t *pages, uint32_t nr, unsigned int order,
			 uint16_t flags, struct kho_vmalloc *v, struct fault *f)
{
	struct list l = { .out = out, .order = order, .f = f };
	uint32_t i;

	if (kho_open_books(out, f) || check_blocks(&l, pages, nr) || claim_blocks(&l, pages, nr))
		return -1;
	for (i = 0; i < nr; i++)
		if (add_block(&l, pages[i]))
			goto undo;
	*v = (struct kho_vmalloc){
		.first = l.first,
		.total_pages = nr << order,
		.flags = flags,
		.order = (uint16_t)order,
	};
	return 0;

undo:
	undo_blocks(&l, pages);
	for (i = 0; l.is_free && i < nr; i++)
		kho_release_run(out, pages[i], block_end(pages[i], order));
	return -1;
}

/* The argument of kho_vmalloc_walk() when a list is taken back. */
struct take_back {
	struct kho_out *out;
	struct fault *f;
};

static int may_go(const struct listed *l, void *arg)
{
	const struct take_back *t = arg;
	paddr_t end = block_end(l->addr, l->order);

	if (kho_check_shape(t->out, l->addr, l->order, t->f))
		return -1;
	if (!handover_has_key(&t->out->h, l->addr, l->order))
		return fault_set(t->f, "not-preserved",
				 "no key 0x%lx of order %u in the outgoing map", l->addr, l->order);
	if (kho_check_unnamed(t->out, l->addr, end, t->f))
		return -1;
	return l->chunk ? kho_check_owned(t->out, l->addr, end, t->f) : 0;
}

static int go(const struct listed *l, void *arg)
{
	const struct take_back *t = arg;

	kho_remove_key(t->out, l->addr, l->order);
	if (l->chunk)
		kho_release_run(t->out, l->addr, block_end(l->addr, l->order));
	return 0;
}

int kho_unpreserve_vmalloc(struct kho_out *out, const struct kho_vmalloc *v, struct fault *f)
{
	struct take_back t = { .out = out, .f = f };
	const struct window *window = out->h.map.window;

	if (kho_vmalloc_walk(window, v, may_go, &t, f))
		return -1;
	return kho_vmalloc_walk(window, v, go, &t, f);
}
