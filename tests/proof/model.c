// SPDX-License-Identifier: MIT
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PER_CHUNK 511
#define LOW	  0x100000UL

static bool wrong(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool wrong(struct model *m, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(m->why, sizeof(m->why), fmt, args);
	va_end(args);
	return false;
}

/* The operation may, and so must, return @name or another fault that is due. */
static void due(struct model *m, bool is, const char *name)
{
	if (is && m->nr_faults < MODEL_FAULTS)
		m->fault[m->nr_faults++] = name;
}

/* ---- blocks and runs ---------------------------------------------------------------------------------- */

static bool within(const struct extent *e, unsigned int nr, uint64_t base, uint64_t end)
{
	for (unsigned int i = 0; i < nr; i++)
		if (base >= e[i].base && end <= e[i].end)
			return true;
	return false;
}

static bool touches(const struct extent *e, unsigned int nr, uint64_t base, uint64_t end)
{
	for (unsigned int i = 0; i < nr; i++)
		if (base < e[i].end && end > e[i].base)
			return true;
	return false;
}

static void due_place(struct model *m, uint64_t addr, uint64_t size)
{
	const struct facts *f = m->facts;
	uint64_t end = addr + size;

	due(m, addr % PAGE || !size || end < addr || addr < LOW, "bad-block");
	due(m, !within(f->ram, f->nr_ram, addr, end), "not-ram");
	due(m, touches(f->scratch, f->nr_scratch, addr, end), "in-scratch");
}

static void due_shape(struct model *m, uint64_t addr, uint64_t order)
{
	due(m, order > m->max_order || addr & ((PAGE << order) - 1), "bad-block");
}

static void due_new_block(struct model *m, uint64_t addr, uint64_t order)
{
	due_shape(m, addr, order);
	due_place(m, addr, PAGE << order);
	due(m, order <= m->max_order && keys_meet(&m->keys, addr, addr + (PAGE << order)), "overlap");
}

/* A block must not go while the FDT or a blob is in it. */
static void due_unused(struct model *m, uint64_t base, uint64_t end)
{
	due(m, m->fdt >= base && m->fdt < end, "in-use");
	for (unsigned int i = 0; i < m->nr_blobs; i++)
		due(m, m->blob[i].addr < end && m->blob[i].addr + m->blob[i].size > base, "in-use");
}

/* As Linux splits a run: by what the address is aligned to and what is left. */
static unsigned int run_order(const struct model *m, uint64_t at, uint64_t end)
{
	unsigned int order = m->max_order;

	while (order && (at % (PAGE << order) || PAGE << order > end - at))
		order--;
	return order;
}

/* The keys of @nr pages from @addr on, into m->list. */
static void split_run(struct model *m, uint64_t addr, uint64_t nr)
{
	uint64_t end = addr + nr * PAGE;

	m->nr_list = 0;
	if (addr % PAGE || end < addr)
		return;
	while (addr < end && m->nr_list < WORKLOAD_LIST) {
		unsigned int order = run_order(m, addr, end);

		m->list[m->nr_list++] = key_of(addr, order);
		addr += PAGE << order;
	}
}

/* ---- lists of pages ----------------------------------------------------------------------------------- */

static const uint64_t *page_at(const struct model *m, uint64_t addr)
{
	if (addr % PAGE || addr > m->facts->size - PAGE)
		return NULL;
	return (const uint64_t *)(const void *)(m->facts->mem + addr);
}

/* Follow a kho_vmalloc descriptor: chunk pages into m->chunk, keys of the blocks into m->list. */
static bool read_list(struct model *m, const uint64_t *descriptor)
{
	uint64_t chunk = descriptor[0];
	uint32_t total = (uint32_t)descriptor[1];
	unsigned int order = (unsigned int)(descriptor[1] >> 48);

	m->nr_list = m->nr_chunks = 0;
	while (chunk) {
		const uint64_t *page = page_at(m, chunk);

		if (!page || m->nr_chunks == 4)
			return wrong(m, "the list's chunk at 0x%lx is no page, or one too many", chunk);
		m->chunk[m->nr_chunks++] = chunk;
		for (unsigned int i = 0; i < PER_CHUNK && page[1 + i]; i++) {
			if (m->nr_list == WORKLOAD_LIST)
				return wrong(m, "the list does not end");
			m->list[m->nr_list++] = key_of(page[1 + i], order);
		}
		chunk = page[0];
	}
	if ((uint64_t)m->nr_list << order != total)
		return wrong(m, "the list has %u blocks of order %u, its descriptor says %u pages", m->nr_list, order,
			     total);
	return true;
}

/* The list that is asked for, as keys. */
static void list_asked(struct model *m, const struct workload *w)
{
	m->nr_list = 0;
	for (uint64_t i = 0; i < w->now.pages && i < WORKLOAD_LIST; i++)
		m->list[m->nr_list++] = key_of(w->list[i], (unsigned int)w->now.order);
}

static void due_new_list(struct model *m, const struct workload *w)
{
	struct keys taken = { 0 };

	for (uint64_t i = 0; i < w->now.pages && i < WORKLOAD_LIST; i++) {
		uint64_t addr = w->list[i], end = addr + (PAGE << w->now.order);

		due_new_block(m, addr, w->now.order);
		due(m, keys_meet(&taken, addr, end), "overlap");
		keys_add(&taken, key_of(addr, (unsigned int)w->now.order));
	}
}

static void due_keys(struct model *m, const struct keys *of, const char *name, bool have)
{
	for (unsigned int i = 0; i < m->nr_list; i++)
		due(m, keys_has(of, m->list[i]) != have, name);
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		due(m, keys_has(of, key_of(m->chunk[i], 0)) != have, name);
}

static void due_unused_list(struct model *m)
{
	for (unsigned int i = 0; i < m->nr_list; i++)
		due_unused(m, key_addr(m->list[i]), key_addr(m->list[i]) + (PAGE << key_order(m->list[i])));
}

/* ---- blobs and restored blocks ------------------------------------------------------------------------ */

static int find_blob(const struct model *m, const char *name)
{
	for (unsigned int i = 0; i < m->nr_blobs; i++)
		if (strcmp(m->blob[i].name, name) == 0)
			return (int)i;
	return -1;
}

static void due_blob(struct model *m, const struct workload_op *o)
{
	uint64_t end = o->addr + o->size;

	due(m, !o->size, "bad-blob");
	for (uint64_t page = o->addr / PAGE * PAGE; page < end; page += PAGE)
		due(m, !keys_cover(&m->keys, page), "not-preserved");
	due(m, o->addr < m->fdt + PAGE && end > m->fdt, "in-use");
}

/* What blocks of what came in, in m->list and m->chunk, must be to be restored. */
static void due_restore(struct model *m)
{
	due_keys(m, &m->incoming, "not-preserved", true);
	due_keys(m, &m->restored, "restored", false);
	due_unused_list(m);
}

/* The incoming key that begins at @addr, alone in m->list. */
static void find_incoming(struct model *m, uint64_t addr)
{
	m->nr_list = 0;
	for (size_t i = 0; i < m->incoming.nr; i++)
		if (key_addr(m->incoming.k[i]) == addr)
			m->list[m->nr_list++] = m->incoming.k[i];
	due(m, !m->nr_list, "not-preserved");
}

/* ---- one operation ------------------------------------------------------------------------------------ */

void model_init(struct model *m, const struct facts *f, const struct handover *now, const struct handover *in)
{
	memset(m, 0, sizeof(*m));
	m->facts = f;
	m->max_order = now->max_order;
	m->fdt = now->fdt;
	m->nr_blobs = now->nr_blobs;
	memcpy(m->blob, now->blob, sizeof(m->blob));
	keys_set(&m->keys, now->key, now->nr_keys);
	keys_set(&m->incoming, in->key, in->nr_keys);
}

bool model_begin(struct model *m, const struct workload *w)
{
	const struct workload_op *o = &w->now;
	uint64_t key = o->order <= m->max_order ? key_of(o->addr, (unsigned int)o->order) : 0;

	m->nr_faults = m->nr_list = m->nr_chunks = 0;
	m->why[0] = '\0';
	switch (o->kind) {
	case WORKLOAD_PRESERVE:
		due_new_block(m, o->addr, o->order);
		m->list[m->nr_list++] = key;
		break;
	case WORKLOAD_UNPRESERVE:
		due_shape(m, o->addr, o->order);
		due(m, !keys_has(&m->keys, key), "not-preserved");
		due_unused(m, o->addr, o->addr + (PAGE << o->order));
		m->list[m->nr_list++] = key;
		break;
	case WORKLOAD_PRESERVE_PAGES:
		due_place(m, o->addr, o->pages * PAGE);
		due(m, keys_meet(&m->keys, o->addr, o->addr + o->pages * PAGE), "overlap");
		split_run(m, o->addr, o->pages);
		break;
	case WORKLOAD_UNPRESERVE_PAGES:
		split_run(m, o->addr, o->pages);
		due_keys(m, &m->keys, "not-preserved", true);
		due_unused_list(m);
		break;
	case WORKLOAD_FREE:
		due(m, !keys_meet(&m->keys, o->addr, o->addr + 1), "not-preserved");
		due_unused(m, o->addr, o->addr + PAGE);
		break;
	case WORKLOAD_VMALLOC:
		due_new_list(m, w);
		list_asked(m, w);
		break;
	case WORKLOAD_UNVMALLOC:
		if (!read_list(m, o->descriptor))
			return false;
		due_keys(m, &m->keys, "not-preserved", true);
		due_unused_list(m);
		break;
	case WORKLOAD_BLOB_ADD:
		due(m, strchr(o->name, '/'), "bad-name");
		due(m, find_blob(m, o->name) >= 0, "exists");
		due_blob(m, o);
		break;
	case WORKLOAD_BLOB_REPLACE:
		due(m, find_blob(m, o->name) < 0, "not-found");
		due_blob(m, o);
		break;
	case WORKLOAD_BLOB_REMOVE:
		due(m, find_blob(m, o->name) < 0, "not-found");
		break;
	case WORKLOAD_RESTORE:
	case WORKLOAD_RESTORE_FREE:
		find_incoming(m, o->addr);
		due_restore(m);
		break;
	case WORKLOAD_RESTORE_PAGES:
		split_run(m, o->addr, o->pages);
		due_restore(m);
		break;
	case WORKLOAD_RESTORE_VMALLOC:
		if (!read_list(m, o->descriptor))
			return false;
		due_restore(m);
		break;
	}
	return true;
}

/* Enter the keys of m->list and m->chunk, or take them out. */
static void apply(struct model *m, struct keys *keys, bool in)
{
	bool (*change)(struct keys *s, uint64_t key) = in ? keys_add : keys_remove;

	for (unsigned int i = 0; i < m->nr_list; i++)
		change(keys, m->list[i]);
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		change(keys, key_of(m->chunk[i], 0));
}

/* A block that was allocated must be new: preserved by nobody. That it is RAM and free the verifier sees. */
static bool end_alloc(struct model *m, const struct workload_op *o)
{
	unsigned int order = 0;

	while (PAGE << order < o->size)
		order++;
	if (keys_meet(&m->keys, o->addr, o->addr + (PAGE << order)))
		return wrong(m, "the block 0x%lx of order %u that was allocated was preserved", o->addr, order);
	keys_add(&m->keys, key_of(o->addr, order));
	return true;
}

/* The list that was made must be the one that was asked for, its chunks new. */
static bool end_list(struct model *m, const struct workload *w)
{
	unsigned int nr = m->nr_list;

	apply(m, &m->keys, true);
	if (!read_list(m, w->now.descriptor))
		return false;
	if (m->nr_list != nr || m->nr_chunks != (nr + PER_CHUNK - 1) / PER_CHUNK)
		return wrong(m, "a list of %u blocks was made, in %u chunks; asked for were %u", m->nr_list,
			     m->nr_chunks, nr);
	for (unsigned int i = 0; i < nr; i++)
		if (m->list[i] != key_of(w->list[i], (unsigned int)w->now.order))
			return wrong(m, "block %u of the list made is not the one that was asked for", i);
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		if (!keys_add(&m->keys, key_of(m->chunk[i], 0)))
			return wrong(m, "the chunk at 0x%lx was preserved before", m->chunk[i]);
	return true;
}

/* Every change of the blobs comes with a new FDT, whose page is not one that was preserved. */
static bool end_blob(struct model *m, const struct workload_op *o, uint64_t fdt)
{
	struct blob blob = { .addr = o->addr, .size = o->size };
	int i = find_blob(m, o->name);

	memcpy(blob.name, o->name, sizeof(o->name));
	if (keys_meet(&m->keys, fdt, fdt + PAGE))
		return wrong(m, "the new FDT at 0x%lx lies in a page that was preserved", fdt);
	keys_remove(&m->keys, key_of(m->fdt, 0));
	keys_add(&m->keys, key_of(fdt, 0));
	m->fdt = fdt;
	if (o->kind == WORKLOAD_BLOB_ADD) {
		m->blob[m->nr_blobs++] = blob;
	} else if (o->kind == WORKLOAD_BLOB_REPLACE) {
		m->blob[i] = blob;
	} else {
		m->nr_blobs--;
		memmove(&m->blob[i], &m->blob[i + 1], (m->nr_blobs - (unsigned int)i) * sizeof(blob));
	}
	return true;
}

static bool end_free(struct model *m, const struct workload_op *o)
{
	for (size_t i = 0; i < m->keys.nr; i++)
		if (key_addr(m->keys.k[i]) == o->addr)
			return keys_remove(&m->keys, m->keys.k[i]);
	return wrong(m, "0x%lx was freed, and was not preserved", o->addr);
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
	default:
		apply(m, &m->keys, false);
		apply(m, &m->restored, true);
		return true;
	}
}

/* It failed: with a fault that was due, or for want of memory where an allocation was made to fail. */
static bool end_failure(struct model *m, const struct workload_op *o)
{
	bool memory = strcmp(o->fault, "out-of-memory") == 0;

	for (unsigned int i = 0; i < m->nr_faults; i++)
		if (strcmp(m->fault[i], o->fault) == 0)
			return true;
	if (memory && o->fail)
		return true;
	return wrong(m, "it failed with %.23s; expected %s", o->fault, m->nr_faults ? m->fault[0] : "success");
}

static bool same_blobs(const struct model *m, const struct handover *now)
{
	if (m->nr_blobs != now->nr_blobs)
		return false;
	for (unsigned int i = 0; i < m->nr_blobs; i++)
		if (strcmp(m->blob[i].name, now->blob[i].name) != 0 || m->blob[i].addr != now->blob[i].addr ||
		    m->blob[i].size != now->blob[i].size)
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
	} else if (m->nr_faults) {
		return wrong(m, "it succeeded; expected it to fail with %s", m->fault[0]);
	} else if (!end_success(m, w, now)) {
		return false;
	}
	if (!keys_equal(&m->keys, &found))
		return wrong(m, "it leaves %zu keys that are not the %zu it must leave", found.nr, m->keys.nr);
	if (!same_blobs(m, now) || m->fdt != now->fdt)
		return wrong(m, "it leaves %u blobs that are not the %u it must leave", now->nr_blobs, m->nr_blobs);
	return true;
}
