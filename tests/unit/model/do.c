// SPDX-License-Identifier: MIT
/* Doing an operation, and entering in the model what it changes. */
#include "ops.h"

const char *const op_name[OP_KINDS] = {
	"preserve",        "unpreserve", "preserve-pages",     "unpreserve-pages", "alloc",
	"unpreserve-free", "vmalloc",    "unpreserve-vmalloc", "blob-add",         "blob-replace",
	"blob-remove",     "restore",    "restore-pages",      "restore-free",
};

/* Pages that were nobody's are now the caller's. Called with the page map as it was before. */
static void model_preserved(uint64_t addr, unsigned int order, bool was_free)
{
	w_add_key(addr, order);
	if (was_free)
		w_flag(addr, 1UL << order, W_OWNED, true);
}

static void model_restored(uint64_t addr, bool freed)
{
	int i = w_find_incoming(addr);
	const struct model_key *k = &w.m->key[i];

	w.restored[i] = true;
	w.restored_pages += 1UL << k->order;
	w_drop_key(k->addr, k->order);
	w_flag(addr, 1UL << k->order, W_OWNED, !freed);
}

static void model_list(const struct op *op, const struct kho_vmalloc *v, bool was_free)
{
	struct w_list *l = &w_lists[w_nr_lists];
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
	if (w_nr_lists < W_LISTS - 1)
		w_nr_lists++;
}

static void model_unlist(unsigned int which)
{
	struct w_list *l = &w_lists[which];
	unsigned int i;

	for (i = 0; i < l->nr_block; i++)
		w_drop_key(l->block[i].addr, l->block[i].order);
	for (i = 0; i < l->nr_chunk; i++) {
		w_drop_key(l->chunk[i].addr, 0);
		w_flag(l->chunk[i].addr, 1, W_OWNED, false);
	}
	*l = w_lists[--w_nr_lists];
}

/* A list that has lost a chunk page is no list any more. */
static void forget_lists(uint64_t addr, uint64_t end)
{
	unsigned int i, c;

	for (i = 0; i < w_nr_lists; i++)
		for (c = 0; c < w_lists[i].nr_chunk; c++)
			if (w_lists[i].chunk[c].addr >= addr && w_lists[i].chunk[c].addr < end) {
				w_lists[i--] = w_lists[--w_nr_lists];
				break;
			}
}

/* What a call gave back. */
struct result {
	paddr_t addr;
	const uint8_t *mem;
	struct kho_vmalloc v;
	unsigned int order;
};

static int call_op(const struct op *op, struct result *r)
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
		return kho_unpreserve_vmalloc(w.out, &w_lists[op->which].v, &fault);
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

static void model_run_of_pages(const struct op *op, bool was_free)
{
	uint64_t end = op->addr + op->pages * 4096, at, size;

	for (at = op->addr; at < end; at += size) {
		unsigned int order = say_split(at, end);

		size = 4096UL << order;
		if (op->kind == PRESERVE_PAGES)
			model_preserved(at, order, was_free);
		else
			w_drop_key(at, order);
	}
}

static void model_allocated(const struct op *op, const struct result *r)
{
	uint64_t size = 4096UL << op->order, at;

	assert_ptr_equal(r->mem, model_at(w.m, r->addr));
	assert_int_equal(r->addr % size, 0);
	assert_false(say_across(r->addr, r->addr + size));
	for (at = 0; at < size; at++)
		if (r->mem[at])
			fail_msg("byte 0x%lx of a new block is not zero", at);
	memset(model_at(w.m, r->addr), 0x5a, size);
	model_preserved(r->addr, op->order, true);
}

static void model_blobs(const struct op *op)
{
	int i = w_find_blob(op->name);

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
static void model_restored_run(const struct op *op, const struct result *r)
{
	uint64_t end = op->addr + op->pages * 4096, at, size;

	if (op->kind == RESTORE) {
		assert_int_equal(r->order, w.m->key[w_find_incoming(op->addr)].order);
		end = op->addr + (4096UL << r->order);
	}
	for (at = op->addr; at < end; at += size) {
		size = 4096UL << w.m->key[w_find_incoming(at)].order;
		model_restored(at, false);
	}
	memset(model_at(w.m, op->addr), 0xa5, end - op->addr);
}

/* Enter in the model what a call has done. */
static void model_op(const struct op *op, const struct result *r, bool was_free)
{
	switch (op->kind) {
	case PRESERVE:
		model_preserved(op->addr, op->order, was_free);
		break;
	case UNPRESERVE:
		w_drop_key(op->addr, op->order);
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
		w_drop_key(op->addr, op->order);
		w_flag(op->addr, 1UL << op->order, W_OWNED, false);
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

void op_do(struct op *op, bool watch)
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
