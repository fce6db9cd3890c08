// SPDX-License-Identifier: MIT
/* Before an operation: which faults are due, and what it is about. */
#include "due.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOW 0x100000UL

bool model_wrong(struct model *m, const char *fmt, ...)
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
	for (unsigned int i = 0; is && i < m->nr_faults; i++)
		is = strcmp(m->fault[i], name) != 0;
	if (is && m->nr_faults < MODEL_FAULTS)
		m->fault[m->nr_faults++] = name;
}

/* ---- blocks and runs ---- */

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
	due(m, order <= m->max_order && keys_meet(&m->keys, addr, addr + (PAGE << order)),
	    "overlap");
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

/* ---- lists of pages ---- */

static const uint64_t *page_at(const struct model *m, uint64_t addr)
{
	if (addr % PAGE || addr > m->facts->size - PAGE)
		return NULL;
	return (const uint64_t *)(const void *)(m->facts->mem + addr);
}

bool model_list(struct model *m, const uint64_t *descriptor)
{
	uint64_t chunk = descriptor[0];
	uint32_t total = (uint32_t)descriptor[1];
	unsigned int order = (unsigned int)(descriptor[1] >> 48);

	m->nr_list = m->nr_chunks = 0;
	while (chunk) {
		const uint64_t *page = page_at(m, chunk);

		if (!page || m->nr_chunks == 4)
			return model_wrong(
				m, "the list's chunk at 0x%lx is no page, or one too many", chunk);
		m->chunk[m->nr_chunks++] = chunk;
		for (unsigned int i = 0; i < PER_CHUNK && page[1 + i]; i++) {
			if (m->nr_list == WORKLOAD_LIST)
				return model_wrong(m, "the list does not end");
			m->list[m->nr_list++] = key_of(page[1 + i], order);
		}
		chunk = page[0];
	}
	if ((uint64_t)m->nr_list << order != total)
		return model_wrong(
			m, "the list has %u blocks of order %u, its descriptor says %u pages",
			m->nr_list, order, total);
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
		due_unused(m, key_addr(m->list[i]),
			   key_addr(m->list[i]) + (PAGE << key_order(m->list[i])));
	for (unsigned int i = 0; i < m->nr_chunks; i++)
		due_unused(m, m->chunk[i], m->chunk[i] + PAGE);
}

/* ---- blobs and restored blocks ---- */

int model_blob(const struct model *m, const char *name)
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

/* ---- all kinds ---- */

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
		if (!model_list(m, o->descriptor))
			return false;
		due_keys(m, &m->keys, "not-preserved", true);
		due_unused_list(m);
		break;
	case WORKLOAD_BLOB_ADD:
		due(m, strchr(o->name, '/'), "bad-name");
		due(m, model_blob(m, o->name) >= 0, "exists");
		due_blob(m, o);
		break;
	case WORKLOAD_BLOB_REPLACE:
		due(m, model_blob(m, o->name) < 0, "not-found");
		due_blob(m, o);
		break;
	case WORKLOAD_BLOB_REMOVE:
		due(m, model_blob(m, o->name) < 0, "not-found");
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
		if (!model_list(m, o->descriptor))
			return false;
		due_restore(m);
		break;
	}
	return true;
}
