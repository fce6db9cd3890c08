// SPDX-License-Identifier: MIT
/* After an operation: whether what it returned and left is what it must be. */
#include "due.h"

#include <string.h>

typedef bool key_change(struct keys *s, uint64_t key);

void model_init(struct model *m, const struct facts *f, const struct handover *now,
		const struct handover *in)
{
	memset(m, 0, sizeof(*m));
	m->facts = f;
	m->max_order = now->max_order;
	m->has_size = now->has_size;
	m->fdt = now->fdt;
	m->luo = now->luo;
	m->nr_blobs = now->nr_blobs;
	memcpy(m->blob, now->blob, sizeof(m->blob));
	keys_set(&m->keys, now->key, now->nr_keys);
	keys_set(&m->incoming, in->key, in->nr_keys);
}

/* Enter the keys of m->list and m->chunk, or take them out. */
static void apply(struct model *m, struct keys *keys, bool in)
{
	key_change *change = in ? keys_add : keys_remove;

	for (unsigned int i = 0; i < m->nr_list; i++)
		change(keys, m->list[i]);
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		change(keys, key_of(m->chunk[i], 0));
}

/*
 * An allocated block must be new: not preserved before. The verifier sees that it is RAM and free.
 */
static bool end_alloc(struct model *m, const struct workload_op *o)
{
	unsigned int order = 0;

	while (PAGE << order < o->size)
		order++;
	if (keys_meet(&m->keys, o->addr, o->addr + (PAGE << order)))
		return model_wrong(m,
				   "the block 0x%lx of order %u that was allocated was preserved",
				   o->addr, order);
	keys_add(&m->keys, key_of(o->addr, order));
	return true;
}

/* The list that was made must be the one that was asked for, its chunks new. */
static bool end_list(struct model *m, const struct workload *w)
{
	unsigned int nr = m->nr_list;

	apply(m, &m->keys, true);
	if (!model_list(m, w->now.descriptor))
		return false;
	if (m->nr_list != nr || m->nr_chunks != (nr + PER_CHUNK - 1) / PER_CHUNK)
		return model_wrong(m,
				   "a list of %u blocks was made, in %u chunks; asked for were %u",
				   m->nr_list, m->nr_chunks, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (m->list[i] != key_of(w->list[i], (unsigned int)w->now.order))
			return model_wrong(
				m, "block %u of the list made is not the one that was asked for",
				i);
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		if (!keys_add(&m->keys, key_of(m->chunk[i], 0)))
			return model_wrong(m, "the chunk at 0x%lx was preserved before",
					   m->chunk[i]);
	return true;
}

/* Every change of the blobs comes with a new FDT, whose page is not one that was preserved. */
static bool end_blob(struct model *m, const struct workload_op *o, uint64_t fdt)
{
	struct blob blob = { .addr = o->addr, .size = o->size };
	int i = model_blob(m, o->name);

	memcpy(blob.name, o->name, sizeof(o->name));
	if (keys_meet(&m->keys, fdt, fdt + PAGE))
		return model_wrong(m, "the new FDT at 0x%lx lies in a page that was preserved",
				   fdt);
	keys_remove(&m->keys, key_of(m->fdt, 0));
	keys_add(&m->keys, key_of(fdt, 0));
	m->fdt = fdt;
	if (o->kind == WORKLOAD_BLOB_ADD) {
		m->blob[m->nr_blobs++] = blob;
	} else if (o->kind == WORKLOAD_BLOB_REPLACE) {
		m->blob[i] = blob;
	} else {
		m->nr_blobs--;
		memmove(&m->blob[i], &m->blob[i + 1],
			(m->nr_blobs - (unsigned int)i) * sizeof(blob));
	}
	return true;
}

static bool end_free(struct model *m, const struct workload_op *o)
{
	for (size_t i = 0; i < m->keys.nr; i++)
		if (key_addr(m->keys.k[i]) == o->addr)
			return keys_remove(&m->keys, m->keys.k[i]);
	return model_wrong(m, "0x%lx was freed, and was not preserved", o->addr);
}

static int luo_blob(const struct model *m)
{
	return model_blob(m, "LUO");
}

/*
 * Nothing, if all was in that version. Otherwise the blocks that LUO is written in, and the FDT, are
 * others; all other keys are as they were.
 */
static bool end_luo(struct model *m, const struct workload_op *o, const struct handover *now)
{
	const struct luo_seen *luo = &now->luo;
	const struct blob *blob;

	if (luo->version != o->size || luo->memfds[o->size == 1])
		return model_wrong(m, "LUO is in version %u, with %lu memfds of another",
				   luo->version, luo->memfds[o->size == 1]);
	if (now->fdt == m->fdt)
		return true;
	for (unsigned int i = 0; i < m->luo.nr_own; i++)
		keys_remove(&m->keys, m->luo.own[i]);
	for (unsigned int i = 0; i < luo->nr_own; i++)
		if (!keys_add(&m->keys, luo->own[i]))
			return model_wrong(m, "the block 0x%lx of LUO was preserved before",
					   key_addr(luo->own[i]));
	m->luo = *luo;
	blob = &now->blob[luo_blob(m)];
	m->blob[luo_blob(m)] = *blob;
	keys_remove(&m->keys, key_of(m->fdt, 0));
	keys_add(&m->keys, key_of(now->fdt, 0));
	m->fdt = now->fdt;
	return true;
}

static bool end_success(struct model *m, const struct workload *w, const struct handover *now)
{
	const struct workload_op *o = &w->now;

	switch (o->kind) {
	case WORKLOAD_PRESERVE:
	case WORKLOAD_PRESERVE_PAGES:
		apply(m, &m->keys, true);
		return true;
	case WORKLOAD_UNPRESERVE:
	case WORKLOAD_UNPRESERVE_PAGES:
	case WORKLOAD_UNVMALLOC:
		apply(m, &m->keys, false);
		return true;
	case WORKLOAD_ALLOC:
		return end_alloc(m, o);
	case WORKLOAD_FREE:
		return end_free(m, o);
	case WORKLOAD_VMALLOC:
		return end_list(m, w);
	case WORKLOAD_BLOB_ADD:
	case WORKLOAD_BLOB_REPLACE:
	case WORKLOAD_BLOB_REMOVE:
		return end_blob(m, o, now->fdt);
	case WORKLOAD_LUO:
		return end_luo(m, o, now);
	default:
		apply(m, &m->keys, false);
		apply(m, &m->restored, true);
		return true;
	}
}

/*
 * It failed: with a fault that was due, or without memory if an allocation was made to fail.
 */
static bool end_failure(struct model *m, const struct workload_op *o)
{
	bool memory = strcmp(o->fault, "out-of-memory") == 0;

	for (unsigned int i = 0; i < m->nr_faults; i++)
		if (strcmp(m->fault[i], o->fault) == 0)
			return true;
	if (memory && o->fail)
		return true;
	return model_wrong(m, "it failed with %.23s; expected %s", o->fault,
			   m->nr_faults ? m->fault[0] : "success");
}

static bool same_blobs(const struct model *m, const struct handover *now)
{
	if (m->nr_blobs != now->nr_blobs)
		return false;
	for (unsigned int i = 0; i < m->nr_blobs; i++)
		if (strcmp(m->blob[i].name, now->blob[i].name) != 0 ||
		    m->blob[i].addr != now->blob[i].addr ||
		    (m->has_size && m->blob[i].size != now->blob[i].size))
			return false;
	return true;
}

bool model_end(struct model *m, const struct workload *w, const struct handover *now)
{
	const struct workload_op *o = &w->now;
	struct keys found = { now->key, now->nr_keys, 0 };

	m->wanted.nr = 0;
	m->spare = 0;
	if (o->err) {
		if (!end_failure(m, o))
			return false;
		if (strcmp(o->fault, "out-of-memory") == 0)
			apply(m, &m->wanted, true);
		if (strcmp(o->fault, "out-of-memory") == 0 && o->kind == WORKLOAD_VMALLOC)
			m->spare = (m->nr_list + PER_CHUNK - 1) / PER_CHUNK;
		if (strcmp(o->fault, "out-of-memory") == 0 && o->kind == WORKLOAD_LUO)
			m->spare = 2 * LUO_OWN;
	} else if (m->nr_faults) {
		return model_wrong(m, "it succeeded; expected it to fail with %s", m->fault[0]);
	} else if (!end_success(m, w, now)) {
		return false;
	}
	if (!keys_equal(&m->keys, &found))
		return model_wrong(m, "it leaves %zu keys that are not the %zu it must leave",
				   found.nr, m->keys.nr);
	if (!same_blobs(m, now) || m->fdt != now->fdt)
		return model_wrong(m, "it leaves %u blobs that are not the %u it must leave",
				   now->nr_blobs, m->nr_blobs);
	return true;
}
