// SPDX-License-Identifier: MIT
/*
 * Each call goes twice through what it restores. The first time everything is checked, entered as
 * restored, and made writable: that can fail, and is then undone. The second time the keys are taken
 * out of the outgoing map, which cannot fail.
 */
#include "kho/out/restore.h"

#include "kho/map/radix.h"
#include "kho/out/living.h"
#include "kho/out/vmalloc_list.h"

/* A block that is being restored. */
struct block {
	paddr_t base, end;
	unsigned int order;
};

int kho_restore_init(struct kho_restore *r, const struct handover *in, struct kho_out *out,
		     struct fault *f)
{
	*r = (struct kho_restore){ .in = in, .out = out };
	if (kho_open_books(out, f))
		return -1;
	if (map_build_init(&r->build, &r->done, &radix_format, out->pages) ||
	    map_keep_books(&r->build, &out->books)) {
		map_free(&r->build);
		return kho_no_memory(f, "the list of what has been restored");
	}
	return 0;
}

/* The block that begins at @addr, if it may be restored. */
static int find_block(const struct kho_restore *r, paddr_t addr, struct block *b, struct fault *f)
{
	paddr_t fdt = r->in->fdt;

	if (!handover_find_key(r->in, addr, &b->base, &b->order) || b->base != addr)
		return fault_set(f, "not-preserved", "no block begins at 0x%lx in the incoming map",
				 addr);
	b->end = block_end(b->base, b->order);
	if (map_has(&r->done, b->base, b->order))
		return fault_set(f, "restored", "block 0x%lx of order %u has been restored before",
				 b->base, b->order);
	if (fdt >= b->base && fdt < b->end)
		return fault_set(f, "in-use", "the incoming FDT lies in block 0x%lx of order %u",
				 b->base, b->order);
	if (kho_check_unnamed(r->out, b->base, b->end, f))
		return -1;
	/* unpreserved before: its pages may have been preserved again, as other blocks, which would stay */
	if (!handover_has_key(&r->out->h, b->base, b->order))
		return kho_check_overlap(r->out, b->base, b->order, f);
	return 0;
}

/* First time through: everything that can fail. */
static int prepare(struct kho_restore *r, const struct block *b, struct fault *f)
{
	struct palloc *pages = r->out->pages;
	uint64_t nr = 1UL << b->order;

	if (map_add_key(&r->build, b->base, b->order))
		goto no_memory;
	if (!pageset_add(&r->out->owned, b->base, b->end))
		goto undo_done;
	if (!palloc_adopt(pages, b->base, nr))
		goto undo_owned;
	return 0;

undo_owned:
	pageset_remove(&r->out->owned, b->base, b->end);
undo_done:
	map_remove_key(&r->build, b->base, b->order);
no_memory:
	return kho_no_memory(f, "the list of what has been restored");
}

/* Undo prepare(). Pages that were made writable stay so, which does no harm: nobody knows of them. */
static void forget(struct kho_restore *r, const struct block *b)
{
	palloc_disown(r->out->pages, 1UL << b->order);
	pageset_remove(&r->out->owned, b->base, b->end);
	map_remove_key(&r->build, b->base, b->order);
}

/* Second time through. A key that was unpreserved before is no longer in the outgoing map. */
static void finish(struct kho_restore *r, const struct block *b)
{
	kho_remove_key(r->out, b->base, b->order);
}

int kho_restore_block(struct kho_restore *r, paddr_t addr, unsigned int *order, struct fault *f)
{
	struct block b;

	if (find_block(r, addr, &b, f) || prepare(r, &b, f))
		return -1;
	finish(r, &b);
	*order = b.order;
	return 0;
}

int kho_restore_free(struct kho_restore *r, paddr_t addr, struct fault *f)
{
	unsigned int order;

	if (kho_restore_block(r, addr, &order, f))
		return -1;
	/* the key is no longer in the outgoing map: its pages may be used for anything */
	kho_release_run(r->out, addr, block_end(addr, order));
	return 0;
}

/* The block at @addr by its key alone; for blocks that have been found before. */
static void same_block(const struct kho_restore *r, paddr_t addr, struct block *b)
{
	handover_find_key(r->in, addr, &b->base, &b->order);
	b->end = block_end(b->base, b->order);
}

int kho_restore_pages(struct kho_restore *r, paddr_t addr, uint64_t pages, struct fault *f)
{
	paddr_t at, end;
	struct block b;

	if (!pages || pages > UINT64_MAX >> PAGE_SHIFT ||
	    !range_end(addr, pages << PAGE_SHIFT, &end))
		return fault_set(f, "not-preserved", "%lu pages at 0x%lx", pages, addr);
	for (at = addr; at < end; at = b.end) {
		if (find_block(r, at, &b, f))
			goto undo;
		if (b.end > end) {
			fault_set(
				f, "not-preserved",
				"block 0x%lx of order %u ends after the run of %lu pages at 0x%lx",
				b.base, b.order, pages, addr);
			goto undo;
		}
		if (prepare(r, &b, f))
			goto undo;
	}
	for (at = addr; at < end; at = b.end) {
		same_block(r, at, &b);
		finish(r, &b);
	}
	return 0;

undo:
	for (end = at, at = addr; at < end; at = b.end) {
		same_block(r, at, &b);
		forget(r, &b);
	}
	return -1;
}

/**
 * struct list - a list that is being restored, for kho_vmalloc_walk()
 * @r, @f, @pages, @max, @nr: the arguments of kho_restore_vmalloc()
 * @prepared: blocks and chunks that prepare() has been called for
 */
struct list {
	struct kho_restore *r;
	struct fault *f;
	paddr_t *pages;
	uint32_t max, nr;
	uint64_t prepared;
};

static int prepare_listed(const struct listed *l, void *arg)
{
	struct list *list = arg;
	struct block b;

	if (find_block(list->r, l->addr, &b, list->f))
		return -1;
	if (b.order != l->order)
		return fault_set(list->f, "not-preserved",
				 "block 0x%lx has order %u in the incoming map, %u in the list",
				 l->addr, b.order, l->order);
	if (!l->chunk && list->nr == list->max)
		return fault_set(list->f, "list-too-long", "more than %u blocks in the list",
				 list->max);
	if (prepare(list->r, &b, list->f))
		return -1;
	if (!l->chunk)
		list->pages[list->nr++] = l->addr;
	list->prepared++;
	return 0;
}

/* Stops the walk where the first one stopped. */
static int forget_listed(const struct listed *l, void *arg)
{
	struct list *list = arg;
	struct block b = { l->addr, block_end(l->addr, l->order), l->order };

	if (!list->prepared)
		return -1;
	list->prepared--;
	forget(list->r, &b);
	return 0;
}

static int finish_listed(const struct listed *l, void *arg)
{
	struct list *list = arg;
	struct block b = { l->addr, block_end(l->addr, l->order), l->order };

	finish(list->r, &b);
	if (l->chunk)
		kho_release_run(list->r->out, b.base, b.end);
	return 0;
}

int kho_restore_vmalloc(struct kho_restore *r, const struct kho_vmalloc *v, paddr_t *pages,
			uint32_t max, uint32_t *nr, struct fault *f)
{
	struct list l = { .r = r, .f = f, .pages = pages, .max = max };
	struct fault again;

	if (kho_vmalloc_walk(r->in->map.window, v, prepare_listed, &l, f)) {
		kho_vmalloc_walk(r->in->map.window, v, forget_listed, &l, &again);
		return -1;
	}
	*nr = l.nr;
	return kho_vmalloc_walk(r->in->map.window, v, finish_listed, &l, f);
}
