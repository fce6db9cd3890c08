/* SPDX-License-Identifier: MIT */
/*
 * Random operations on the living outgoing side, each with what the naive model says of it
 * beforehand: which fault, or none and what it changes. The model works page by page and key by
 * key.
 */
#ifndef BATON_TESTS_OUT_RANDOM_H
#define BATON_TESTS_OUT_RANDOM_H

#include "out_world.h"

/* One operation: what it is, what it is given, and what must come of it. */
struct op {
	enum {
		PRESERVE,
		UNPRESERVE,
		PRESERVE_PAGES,
		UNPRESERVE_PAGES,
		ALLOC,
		UNPRESERVE_FREE,
		VMALLOC,
		UNVMALLOC,
		BLOB_ADD,
		BLOB_REPLACE,
		BLOB_REMOVE,
		RESTORE,
		RESTORE_PAGES,
		RESTORE_FREE,
		OP_KINDS,
	} kind;
	uint64_t addr, pages, bytes;
	unsigned int order, nr;
	const char *name;
	paddr_t list[2048];
	unsigned int which;
	const char *expect; /* fault, NULL for none */
	int err;
};

static const char *const op_name[OP_KINDS] = {
	"preserve",        "unpreserve", "preserve-pages",     "unpreserve-pages", "alloc",
	"unpreserve-free", "vmalloc",    "unpreserve-vmalloc", "blob-add",         "blob-replace",
	"blob-remove",     "restore",    "restore-pages",      "restore-free",
};

static struct w_list lists[W_LISTS];
static unsigned int nr_lists;
static struct reading *now; /* before the operation */
static uint64_t own[4096];  /* pages of the map and of baton's books, at that time */
static unsigned int nr_own;

#define MAX_ORDER 30 /* kho-v4 */

/* ---- the model's books ---- */

static inline int find_key(uint64_t addr, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < w.nr_key; i++)
		if (w.key[i].addr == addr && w.key[i].order == order)
			return (int)i;
	return -1;
}

/* The FDT has a key as well. */
static inline bool published(uint64_t addr, unsigned int order)
{
	return find_key(addr, order) >= 0 || (addr == w.out->h.fdt && !order);
}

static inline void add_key(uint64_t addr, unsigned int order)
{
	assert_true(w.nr_key < W_KEYS - 1);
	w.key[w.nr_key++] = (struct model_key){ addr, order };
}

static inline void drop_key(uint64_t addr, unsigned int order)
{
	int i = find_key(addr, order);

	if (i >= 0)
		w.key[i] = w.key[--w.nr_key];
}

static inline int find_blob(const char *name)
{
	unsigned int i;

	for (i = 0; i < w.nr_blob; i++)
		if (!strcmp(w.blob[i].name, name))
			return (int)i;
	return -1;
}

/* ---- what the model says of a block ---- */

static inline void own_set(const struct pageset *set)
{
	uint64_t i, next = 0;
	unsigned int n;

	for (i = 0; i < (set->nr * 8 + 4095) / 4096; i++)
		own[nr_own++] = set->table + i * 4096;
	/* leaves are only for 128 MiB that have RAM */
	for (n = 0; n < w.m->window.nr; n++) {
		const struct pane *pane = &w.m->pane[n];

		for (i = pane->base >> 27 > next ? pane->base >> 27 : next;
		     i <= (pane->end - 1) >> 27; i++)
			if (set->leaf[i])
				own[nr_own++] = set->leaf[i];
		next = i;
	}
}

static enum map_next own_page(void *arg, const struct map_page *page)
{
	(void)arg;
	own[nr_own++] = page->addr;
	return MAP_FOLLOW;
}

/* The map of restored keys: only its own walk knows its pages. */
static inline void own_done(void)
{
	map_walk(&w.restore.done, &(struct map_visitor){ .page = own_page });
}

/* Begin an operation: find out which pages are baton's own. */
static inline void look_before(void)
{
	memcpy(own, now->node, now->nr_node * sizeof(*own));
	nr_own = now->nr_node;
	own_set(&w.out->books);
	own_set(&w.out->owned);
	own_done();
	assert_true(nr_own <= ARRAY_SIZE(own));
}

static inline bool across(uint64_t addr, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < w.borders.nr; i++)
		if (w.borders.at[i] > addr && w.borders.at[i] < end)
			return true;
	return false;
}

static inline const char *shape(uint64_t addr, unsigned int order)
{
	uint64_t size = order > MAX_ORDER ? 0 : 4096UL << order;

	if (!size || addr % size || across(addr, addr + size))
		return "bad-block";
	return NULL;
}

static inline const char *ram(uint64_t addr, uint64_t pages)
{
	uint64_t i;

	if (addr % 4096 || !pages || addr < 0x100000)
		return "bad-block";
	for (i = 0; i < pages; i++)
		if (!model_at(w.m, addr + i * 4096))
			return "not-ram";
	for (i = 0; i < pages; i++)
		if (model_in_scratch(w.m, addr + i * 4096))
			return "in-scratch";
	return NULL;
}

/* True if any page of the map or of baton's books lies in the run. */
static inline bool on_own(uint64_t addr, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < nr_own; i++)
		if (own[i] >= addr && own[i] < end)
			return true;
	return false;
}

static inline const char *taken(uint64_t addr, uint64_t pages)
{
	uint64_t end = addr + pages * 4096;
	unsigned int i;

	for (i = 0; i < now->nr_key; i++)
		if (now->key[i].addr < end && w_key_end(&now->key[i]) > addr)
			return "overlap";
	return on_own(addr, end) ? "in-use" : NULL;
}

static inline uint64_t free_pages(uint64_t addr, uint64_t pages)
{
	uint64_t i, nr = 0;

	for (i = 0; i < pages; i++)
		nr += !w_page_is_set(addr + i * 4096);
	return nr;
}

/* Linux's split: the largest block that is aligned, fits, and lies in one node. */
static inline unsigned int split(uint64_t addr, uint64_t end)
{
	unsigned int order = 0;

	while (order < MAX_ORDER && addr % (8192UL << order) == 0 &&
	       addr + (8192UL << order) <= end)
		order++;
	while (order && across(addr, addr + (4096UL << order)))
		order--;
	return order;
}

static inline const char *may_preserve(uint64_t addr, uint64_t pages)
{
	uint64_t at, end = addr + pages * 4096, nr;
	const char *name = ram(addr, pages);

	for (at = addr; !name && at < end; at += 4096UL << split(at, end))
		name = taken(at, 1UL << split(at, end));
	if (name)
		return name;
	nr = free_pages(addr, pages);
	return nr && nr < pages ? "in-use" : NULL;
}

static inline const char *used(uint64_t addr, uint64_t end)
{
	unsigned int i;

	if (w.out->h.fdt >= addr && w.out->h.fdt < end)
		return "in-use";
	for (i = 0; i < w.nr_blob; i++)
		if (w.blob[i].addr < end && w.blob[i].addr + w.blob[i].size > addr)
			return "in-use";
	return NULL;
}

static inline bool lent(uint64_t addr, uint64_t pages)
{
	uint64_t i;

	for (i = 0; i < pages; i++)
		if (!(*w_flags(addr + i * 4096) & W_LENT))
			return false;
	return true;
}

/* ---- choosing arguments ---- */

static inline uint64_t some_page(void)
{
	const struct w_zone *z = &w_zone[model_below(W_ZONES)];

	return z->base + model_below(z->pages) * 4096;
}

static inline const struct model_key *some_key(void)
{
	return &w.key[model_below(w.nr_key)];
}

static const char *const names[] = {
	"alpha",
	"beta",
	"gamma",
	"delta",
	"a",
	"LUO",
	"kho_test",
	"memblock",
	"x.y,z+1-2_3",
	"a-name-of-31-bytes-0123456789ab",
	"kexec-metadata",
	/* and bad ones */
	"",
	"a-name-of-32-bytes-0123456789abc",
	"a/b",
	"gamma@1",
	"1st",
	"sp ace",
	"\x01",
	"a\x80",
};

#define GOOD_NAMES 11

static inline bool good_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < GOOD_NAMES; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static inline bool name_exists(const char *name)
{
	size_t len = strlen(name);
	unsigned int i;

	for (i = 0; i < w.nr_blob; i++)
		if (!strncmp(w.blob[i].name, name, len) && strchr("@", w.blob[i].name[len]))
			return true;
	return false;
}

static inline void choose_target(struct op *op)
{
	const struct model_key *k = some_key();

	op->addr = k->addr + model_below(4096UL << (k->order < 4 ? k->order : 4));
	op->bytes = 1 + model_below(model_below(4) ? 3000 : 20000);
	switch (model_below(40)) {
	case 0:
		op->bytes = 0;
		break;
	case 1:
		op->bytes = -op->addr + model_below(2);
		break;
	case 2:
		op->addr = w.out->h.fdt + model_below(4096);
		break;
	case 3:
		op->addr = some_page();
		break;
	default:
		break;
	}
}

static inline const char *may_name(const struct op *op)
{
	uint64_t end = op->addr + op->bytes, at;

	if (!op->bytes || end < op->addr)
		return "bad-blob";
	for (at = op->addr; at < end; at = (at & ~4095UL) + 4096)
		if (!w_covers(now->key, now->nr_key, at))
			return "not-preserved";
	if (op->addr < w.out->h.fdt + 4096 && end > w.out->h.fdt)
		return "in-use";
	return NULL;
}

/* ---- the operations ---- */

static inline void plan_preserve(struct op *op)
{
	op->order = (unsigned int)model_below(model_below(8) ? 5 : 12);
	op->addr = some_page();
	if (model_below(8))
		op->addr &= -(4096UL << op->order);
	switch (model_below(200)) {
	case 0:
		op->order = 31 + (unsigned int)model_below(100);
		break;
	case 1:
		op->addr = model_random() & ~((4096UL << op->order) - 1);
		break;
	case 2:
		op->addr = model_below(300) * 4096;
		break;
	case 3:
		op->addr = 0x140000000;
		op->order = 18;
		break;
	case 4:
		op->addr |= 8;
		break;
	default:
		break;
	}
	op->expect = shape(op->addr, op->order);
	if (!op->expect)
		op->expect = may_preserve(op->addr, 1UL << op->order);
}

static inline void plan_unpreserve(struct op *op)
{
	const struct model_key *k = some_key();

	op->addr = model_below(10) ? k->addr : some_page();
	op->order = model_below(10) ? k->order : (unsigned int)model_below(6);
	if (!model_below(50)) {
		op->addr = w.out->h.fdt;
		op->order = 0;
	}
	op->expect = shape(op->addr, op->order);
	if (!op->expect && !published(op->addr, op->order))
		op->expect = "not-preserved";
	if (!op->expect)
		op->expect = used(op->addr, op->addr + (4096UL << op->order));
}

static inline void plan_pages(struct op *op)
{
	uint64_t at, end;

	op->addr = some_page();
	op->pages = model_below(model_below(4) ? 20 : 300);
	if (op->kind == UNPRESERVE_PAGES && model_below(4)) {
		/* what a run that begins with a key may have been */
		const struct model_key *k = some_key();

		op->addr = k->addr;
		op->pages = 1UL << k->order;
		while (model_below(3) &&
		       (k = w_covers(now->key, now->nr_key, op->addr + op->pages * 4096)))
			op->pages += 1UL << k->order;
	}
	if (!model_below(100))
		op->pages = model_random();
	if (!model_below(100))
		op->addr += 1 + model_below(4095);
	if (op->pages >> 20)
		op->expect = op->addr % 4096 || op->pages >> 52 ||
					     op->addr + op->pages * 4096 < op->addr ?
				     "bad-block" :
				     "not-ram";
	else
		op->expect = ram(op->addr, op->pages);
	if (op->expect)
		return;
	if (op->kind == PRESERVE_PAGES) {
		op->expect = may_preserve(op->addr, op->pages);
		return;
	}
	end = op->addr + op->pages * 4096;
	for (at = op->addr; at < end; at += 4096UL << split(at, end))
		if (!published(at, split(at, end)))
			op->expect = "not-preserved";
	if (!op->expect)
		op->expect = used(op->addr, end);
}

static inline void plan_alloc(struct op *op)
{
	op->bytes = 1 + model_below(model_below(4) ? 9000 : 300000);
	if (!model_below(50))
		op->bytes = model_below(2) ? 0 : (4096UL << MAX_ORDER) + 1;
	for (op->order = 0; op->order <= MAX_ORDER && 4096UL << op->order < op->bytes; op->order++)
		;
	op->expect = !op->bytes || op->order > MAX_ORDER ? "bad-block" : NULL;
}

static inline void plan_unpreserve_free(struct op *op)
{
	const struct model_key *k = some_key(), *found;

	op->addr = model_below(10) ? k->addr : some_page() + model_below(2);
	found = w_covers(now->key, now->nr_key, op->addr);
	if (!found || found->addr != op->addr) {
		op->expect = "not-preserved";
		return;
	}
	op->order = found->order;
	op->expect = used(op->addr, w_key_end(found));
	if (!op->expect && !lent(op->addr, 1UL << op->order))
		op->expect = "not-owned";
}

/* A list is mostly of free blocks in a row, sometimes with one that spoils it. */
static inline void plan_vmalloc(struct op *op)
{
	uint64_t at = some_page();
	unsigned int i, j, kind = 0;

	op->nr = (unsigned int)model_below(model_below(20)              ? 8 :
					   model_below(8) || w.watching ? 40 :
									  1100);
	op->order = (unsigned int)model_below(model_below(3) ? 1 : 4);
	if (op->nr > 8) { /* more than the zones have room for */
		at = 0xa000000 + model_below(3) * MIB(16);
		op->order = 0;
	}
	for (i = 0; i < op->nr; i++)
		op->list[i] = (at & -(4096UL << op->order)) + i * (4096UL << op->order);
	if (op->nr && !model_below(10))
		op->list[model_below(op->nr)] = some_page();
	if (op->nr && !model_below(20))
		op->list[model_below(op->nr)] = op->list[model_below(op->nr)];
	if (!model_below(100))
		op->order = 31;
	op->expect = !op->nr || op->order > MAX_ORDER ? "bad-block" : NULL;
	for (i = 0; !op->expect && i < op->nr; i++) {
		uint64_t nr;

		op->expect = shape(op->list[i], op->order);
		if (!op->expect)
			op->expect = may_preserve(op->list[i], 1UL << op->order);
		nr = op->expect ? 0 : free_pages(op->list[i], 1UL << op->order);
		if (i && !op->expect && !nr != !kind)
			op->expect = "in-use";
		kind = nr != 0;
	}
	for (i = 0; !op->expect && i < op->nr; i++)
		for (j = 0; j < i; j++)
			if (op->list[i] == op->list[j])
				op->expect = "overlap";
}

static inline void plan_unvmalloc(struct op *op)
{
	const struct w_list *l;
	unsigned int i;

	if (!nr_lists) {
		op->kind = ALLOC;
		plan_alloc(op);
		return;
	}
	op->which = (unsigned int)model_below(nr_lists);
	for (i = 0; i < nr_lists; i++)
		if (lists[i].nr_block > 511 && model_below(2))
			op->which = i; /* long ones make all that follows slow */
	l = &lists[op->which];
	for (i = 0; i < l->nr_block + l->nr_chunk && !op->expect; i++) {
		/* in the order of the list: the blocks of a chunk, then the chunk */
		unsigned int c = i / 512;
		const struct model_key *k = i % 512 == 511 || i == l->nr_block + l->nr_chunk - 1 ?
						    &l->chunk[c] :
						    &l->block[i - c];

		if (!published(k->addr, k->order))
			op->expect = "not-preserved";
		else
			op->expect = used(k->addr, w_key_end(k));
		if (!op->expect && k == &l->chunk[c] && !lent(k->addr, 1))
			op->expect = "not-owned";
	}
}

static inline void plan_blob(struct op *op)
{
	op->name = names[model_below(model_below(5) ? GOOD_NAMES : ARRAY_SIZE(names))];
	/* which the next kernel reads */
	if (op->kind != BLOB_REMOVE && !strcmp(op->name, METADATA))
		op->name = names[0];
	choose_target(op);
	if (op->kind == BLOB_ADD) {
		op->expect = !good_name(op->name)  ? "bad-name" :
			     name_exists(op->name) ? "exists" :
						     NULL;
	} else {
		op->expect = find_blob(op->name) < 0 ? "not-found" : NULL;
	}
	if (!op->expect && op->kind != BLOB_REMOVE)
		op->expect = may_name(op);
}

/* The incoming block at @addr, by number; −1 for none. */
static inline int find_incoming(uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < w.m->nr_key; i++)
		if (w.m->key[i].addr == addr)
			return (int)i;
	return -1;
}

static inline const char *may_restore(uint64_t addr, uint64_t *size)
{
	int i = find_incoming(addr);
	uint64_t end;

	if (i < 0)
		return "not-preserved";
	end = w_key_end(&w.m->key[i]);
	*size = end - addr;
	if (w.restored[i])
		return "restored";
	if (M_FDT >= addr && M_FDT < end)
		return "in-use";
	if (used(addr, end))
		return "in-use";
	return find_key(addr, w.m->key[i].order) < 0 ? taken(addr, *size / 4096) : NULL;
}

static inline void plan_restore(struct op *op)
{
	uint64_t size, at, end;

	op->addr = model_below(20) ? w.m->key[model_below(w.m->nr_key)].addr :
				     some_page() + model_below(3);
	if (op->kind != RESTORE_PAGES) {
		op->expect = may_restore(op->addr, &size);
		return;
	}
	op->pages = 1 + model_below(40);
	if (model_below(3) && find_incoming(op->addr) >= 0)
		op->pages = 1UL << w.m->key[find_incoming(op->addr)].order;
	while (model_below(2) && find_incoming(op->addr + op->pages * 4096) >= 0)
		op->pages += 1UL << w.m->key[find_incoming(op->addr + op->pages * 4096)].order;
	if (!model_below(50))
		op->pages = model_below(2) ? 0 : UINT64_MAX;
	if (!op->pages || op->pages == UINT64_MAX) {
		op->expect = "not-preserved";
		return;
	}
	end = op->addr + op->pages * 4096;
	for (at = op->addr; !op->expect && at < end; at += size) {
		op->expect = may_restore(at, &size);
		if (!op->expect && at + size > end)
			op->expect = "not-preserved";
	}
}

static inline void plan(struct op *op)
{
	op->kind = model_below(OP_KINDS);
	op->expect = NULL;
	if (op->kind >= RESTORE && model_below(4))
		op->kind = model_below(2) ? PRESERVE : UNPRESERVE_FREE; /* the supply is limited */
	switch (op->kind) {
	case PRESERVE:
		plan_preserve(op);
		break;
	case UNPRESERVE:
		plan_unpreserve(op);
		break;
	case PRESERVE_PAGES:
	case UNPRESERVE_PAGES:
		plan_pages(op);
		break;
	case ALLOC:
		plan_alloc(op);
		break;
	case UNPRESERVE_FREE:
		plan_unpreserve_free(op);
		break;
	case VMALLOC:
		plan_vmalloc(op);
		break;
	case UNVMALLOC:
		plan_unvmalloc(op);
		break;
	case BLOB_ADD:
	case BLOB_REPLACE:
	case BLOB_REMOVE:
		plan_blob(op);
		break;
	default:
		plan_restore(op);
	}
}

/* ---- what a success changes in the model ---- */

/* Pages that were nobody's are now the caller's. Called with the page map as it was before. */
static inline void model_preserved(uint64_t addr, unsigned int order, bool was_free)
{
	add_key(addr, order);
	if (was_free)
		w_flag(addr, 1UL << order, W_LENT, true);
}

static inline void model_restored(uint64_t addr, bool freed)
{
	int i = find_incoming(addr);
	const struct model_key *k = &w.m->key[i];

	w.restored[i] = true;
	w.restored_pages += 1UL << k->order;
	drop_key(k->addr, k->order);
	w_flag(addr, 1UL << k->order, W_LENT, !freed);
}

static inline void model_list(const struct op *op, const struct kho_vmalloc *v, bool was_free)
{
	struct w_list *l = &lists[nr_lists];
	const uint64_t *chunk;
	unsigned int i, n = 0;
	uint64_t at;

	memset(l, 0, sizeof(*l));
	l->v = *v;
	assert_int_equal(v->total_pages, op->nr << op->order);
	assert_int_equal(v->order, op->order);
	assert_int_equal(v->flags, 3);
	for (at = v->first; at; at = chunk[0]) {
		chunk = model_at(w.m, at);
		l->chunk[l->nr_chunk++] = (struct model_key){ at, 0 };
		model_preserved(at, 0, true);
		for (i = 0; i < 511 && chunk[1 + i]; i++)
			assert_int_equal(chunk[1 + i], op->list[n++]);
	}
	assert_int_equal(n, op->nr);
	assert_int_equal(l->nr_chunk, (n + 510) / 511);
	for (i = 0; i < n; i++) {
		l->block[i] = (struct model_key){ op->list[i], op->order };
		model_preserved(op->list[i], op->order, was_free);
	}
	l->nr_block = n;
	if (nr_lists < W_LISTS - 1)
		nr_lists++;
}

static inline void model_unlist(unsigned int which)
{
	struct w_list *l = &lists[which];
	unsigned int i;

	for (i = 0; i < l->nr_block; i++)
		drop_key(l->block[i].addr, l->block[i].order);
	for (i = 0; i < l->nr_chunk; i++) {
		drop_key(l->chunk[i].addr, 0);
		w_flag(l->chunk[i].addr, 1, W_LENT, false);
	}
	*l = lists[--nr_lists];
}

/* A list that loses a chunk page is none any more. */
static inline void forget_lists(uint64_t addr, uint64_t end)
{
	unsigned int i, c;

	for (i = 0; i < nr_lists; i++)
		for (c = 0; c < lists[i].nr_chunk; c++)
			if (lists[i].chunk[c].addr >= addr && lists[i].chunk[c].addr < end) {
				lists[i--] = lists[--nr_lists];
				break;
			}
}

/* ---- doing one ---- */

/* What a call gave back. */
struct result {
	paddr_t addr;
	const uint8_t *mem;
	struct kho_vmalloc v;
	unsigned int order;
};

static inline int call_op(const struct op *op, struct result *r)
{
	switch (op->kind) {
	case PRESERVE:
		return kho_preserve(w.out, op->addr, op->order, &fault);
	case UNPRESERVE:
		return kho_unpreserve(w.out, op->addr, op->order, &fault);
	case PRESERVE_PAGES:
		return kho_preserve_pages(w.out, op->addr, op->pages, &fault);
	case UNPRESERVE_PAGES:
		return kho_unpreserve_pages(w.out, op->addr, op->pages, &fault);
	case ALLOC:
		r->mem = kho_alloc_preserve(w.out, op->bytes, &r->addr, &fault);
		return r->mem ? 0 : -1;
	case UNPRESERVE_FREE:
		return kho_unpreserve_free(w.out, op->addr, &fault);
	case VMALLOC:
		return kho_preserve_vmalloc(w.out, op->list, op->nr, op->order, 3, &r->v, &fault);
	case UNVMALLOC:
		return kho_unpreserve_vmalloc(w.out, &lists[op->which].v, &fault);
	case BLOB_ADD:
		return kho_blob_add(w.out, op->name, op->addr, op->bytes, &fault);
	case BLOB_REPLACE:
		return kho_blob_replace(w.out, op->name, op->addr, op->bytes, &fault);
	case BLOB_REMOVE:
		return kho_blob_remove(w.out, op->name, &fault);
	case RESTORE:
		return kho_restore_block(&w.restore, op->addr, &r->order, &fault);
	case RESTORE_PAGES:
		return kho_restore_pages(&w.restore, op->addr, op->pages, &fault);
	default:
		return kho_restore_free(&w.restore, op->addr, &fault);
	}
}

static inline void model_run_of_pages(const struct op *op, bool was_free)
{
	uint64_t end = op->addr + op->pages * 4096, at, size;

	for (at = op->addr; at < end; at += size) {
		unsigned int order = split(at, end);

		size = 4096UL << order;
		if (op->kind == PRESERVE_PAGES)
			model_preserved(at, order, was_free);
		else
			drop_key(at, order);
	}
}

static inline void model_allocated(const struct op *op, const struct result *r)
{
	uint64_t size = 4096UL << op->order, at;

	assert_ptr_equal(r->mem, model_at(w.m, r->addr));
	assert_int_equal(r->addr % size, 0);
	assert_false(across(r->addr, r->addr + size));
	for (at = 0; at < size; at++)
		if (r->mem[at])
			fail_msg("byte 0x%lx of a new block is not zero", at);
	memset(model_at(w.m, r->addr), 0x5a, size);
	model_preserved(r->addr, op->order, true);
}

static inline void model_blobs(const struct op *op)
{
	int i = find_blob(op->name);

	if (op->kind == BLOB_REMOVE) {
		w.nr_blob--;
		memmove(&w.blob[i], &w.blob[i + 1],
			(w.nr_blob - (unsigned int)i) * sizeof(w.blob[0]));
		return;
	}
	if (op->kind == BLOB_ADD)
		i = (int)w.nr_blob++;
	strcpy(w.blob[i].name, op->name);
	w.blob[i].addr = op->addr;
	w.blob[i].size = op->bytes;
}

/* Also that what has been restored is writable. */
static inline void model_restored_run(const struct op *op, const struct result *r)
{
	uint64_t end = op->addr + op->pages * 4096, at, size;

	if (op->kind == RESTORE) {
		assert_int_equal(r->order, w.m->key[find_incoming(op->addr)].order);
		end = op->addr + (4096UL << r->order);
	}
	for (at = op->addr; at < end; at += size) {
		size = 4096UL << w.m->key[find_incoming(at)].order;
		model_restored(at, false);
	}
	memset(model_at(w.m, op->addr), 0xa5, end - op->addr);
}

/* Enter in the model what a call has done. */
static inline void model_op(const struct op *op, const struct result *r, bool was_free)
{
	switch (op->kind) {
	case PRESERVE:
		model_preserved(op->addr, op->order, was_free);
		break;
	case UNPRESERVE:
		drop_key(op->addr, op->order);
		break;
	case PRESERVE_PAGES:
	case UNPRESERVE_PAGES:
		model_run_of_pages(op, was_free);
		break;
	case ALLOC:
		model_allocated(op, r);
		break;
	case UNPRESERVE_FREE:
		forget_lists(op->addr, op->addr + (4096UL << op->order));
		drop_key(op->addr, op->order);
		w_flag(op->addr, 1UL << op->order, W_LENT, false);
		break;
	case VMALLOC:
		model_list(op, &r->v, was_free);
		break;
	case UNVMALLOC:
		model_unlist(op->which);
		break;
	case BLOB_ADD:
	case BLOB_REPLACE:
	case BLOB_REMOVE:
		model_blobs(op);
		break;
	case RESTORE:
	case RESTORE_PAGES:
		model_restored_run(op, r);
		break;
	default:
		model_restored(op->addr, true);
		break;
	}
}

static inline void do_op(struct op *op, bool watch)
{
	struct result r = { 0 };
	bool was_free = false;

	if (!op->expect && (op->kind == PRESERVE || op->kind == PRESERVE_PAGES))
		was_free = !w_page_is_set(op->addr);
	if (!op->expect && op->kind == VMALLOC)
		was_free = !w_page_is_set(op->list[0]);
	if (watch)
		watch_stores(true);
	op->err = call_op(op, &r);
	if (watch)
		watch_stores(false);
	if (!op->err && !op->expect)
		model_op(op, &r, was_free);
}

#endif
