/* SPDX-License-Identifier: MIT */
/*
 * A handover written and read the dumb way, to test kho/ and mm/ against.
 *
 * It shares no code with them: the set of keys is an array, the tree is built key by key from the
 * digits of the ABI's formula, the FDT is put together byte by byte, and who owns a page is one
 * byte a page. Memory is mapped, not touched, so that it can be large, and can be made read-only
 * while the code under test runs: a write to what was handed over is then a fault (design law 1).
 */
#ifndef BATON_TESTS_KHO_MODEL_H
#define BATON_TESTS_KHO_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "kho/client/client.h"
#include "kho/client/metadata.h"
#include "kho/in/incoming.h"
#include "mm/palloc.h"

#define MODEL_PANES 4
#define MODEL_KEYS  16384
#define MODEL_BLOBS 96
#define MODEL_PAGES 512 /* pages of the tree */

enum model_owner { M_FREE, M_NODE, M_BLOCK };

struct model_key {
	uint64_t addr;
	unsigned int order;
};

/* A sub-node; a length other than 8 makes a property of that length, below 0 none at all */
struct model_blob {
	char name[32];
	uint64_t addr, size;
	int addr_len, size_len;
};

struct model {
	struct pane pane[MODEL_PANES];
	struct window window;
	struct range ram_table[MODEL_PANES];
	struct ranges ram;
	uint8_t *owner[MODEL_PANES];

	struct kho_scratch scratch[KHO_MAX_SCRATCH + 1];
	struct kho_data data;

	struct model_key key[MODEL_KEYS];
	unsigned int nr_key;
	uint64_t node[MODEL_PAGES]; /* pages of the tree; the root first */
	unsigned int nr_node;

	const char *compatible;
	int compatible_len; /* 0: as long as the string; below 0: no such property */
	uint64_t map;
	int map_len;
	struct model_blob blob[MODEL_BLOBS];
	unsigned int nr_blob;

	const struct borders *borders; /* NULL: not known */
};

/* ---- random numbers: splitmix64 ---- */

static uint64_t model_seed_state;

static inline uint64_t model_random(void)
{
	uint64_t z = (model_seed_state += 0x9e3779b97f4a7c15UL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
	return z ^ (z >> 31);
}

static inline uint64_t model_below(uint64_t n)
{
	return model_random() % n;
}

/* Seed from BATON_SEED, else from @fixed; said on stderr, so that a failure can be run again. */
static inline void model_seed(uint64_t fixed)
{
	const char *env = getenv("BATON_SEED");

	model_seed_state = env ? strtoull(env, NULL, 0) : fixed;
	fprintf(stderr, "# BATON_SEED=0x%lx\n", model_seed_state);
}

/* ---- memory ---- */

#define M_LOW_END   0xa0000UL
#define M_MID_BASE  0x100000UL /* 1 MiB … 1 GiB */
#define M_MID_END   0x40000000UL
#define M_HIGH_BASE 0x100000000UL /* 4 GiB … 6.25 GiB */
#define M_HIGH_END  0x190000000UL
#define M_FAR_BASE  0x10000001000UL /* 1 TiB … 1 TiB + 8 MiB, less a page at both ends */
#define M_FAR_END   0x100007ff000UL

#define M_SCRATCH0 0x2000000UL   /* 32 MiB, 32 MiB long: holds the scratch array */
#define M_SCRATCH1 0x100000000UL /* 4 GiB, 16 MiB long */
#define M_ARRAY    0x2010000UL
#define M_NODES    0x1200000UL /* 18 MiB: where the tree's pages begin, each third page */
#define M_FDT      0x5000000UL /* 80 MiB */
#define M_META     0x5001000UL
#define M_BLOB     0x5200000UL /* 82 MiB: 16 KiB, order 2 */

static inline void model_window(struct model *m, uint64_t base, uint64_t end)
{
	struct pane *w = &m->pane[m->window.nr];

	w->base = base;
	w->end = end;
	w->ptr = mmap(NULL, end - base, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (w->ptr == MAP_FAILED)
		abort();
	m->owner[m->window.nr] = calloc((end - base) / 4096, 1);
	m->ram_table[m->ram.nr++] = (struct range){ base, end };
	m->window.nr++;
	m->ram.r = m->ram_table;
	m->ram.cap = MODEL_PANES;
	m->window.pane = m->pane;
}

static inline void model_protect(struct model *m, int prot)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++)
		if (mprotect(m->pane[i].ptr, m->pane[i].end - m->pane[i].base, prot))
			abort();
}

static inline void model_free(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++) {
		munmap(m->pane[i].ptr, m->pane[i].end - m->pane[i].base);
		free(m->owner[i]);
	}
	free(m);
}

static inline void *model_at(struct model *m, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++)
		if (addr >= m->pane[i].base && addr < m->pane[i].end)
			return (char *)m->pane[i].ptr + (addr - m->pane[i].base);
	return NULL;
}

/* Who owns the page at @addr; NULL if it is no RAM. */
static inline uint8_t *model_owner(struct model *m, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++)
		if (addr >= m->pane[i].base && addr < m->pane[i].end)
			return &m->owner[i][(addr - m->pane[i].base) / 4096];
	return NULL;
}

static inline int model_in_scratch(const struct model *m, uint64_t addr)
{
	uint64_t i;

	for (i = 0; i < m->data.scratch_size / 16; i++)
		if (addr >= m->scratch[i].addr && addr - m->scratch[i].addr < m->scratch[i].size)
			return 1;
	return 0;
}

/* ---- the tree ---- */

static inline uint64_t model_encode(uint64_t phys, unsigned int order)
{
	return ((uint64_t)1 << (52 - order)) | (phys >> (12 + order));
}

/* A page for the tree, at a place that is free; scattered by steps of three pages. */
static inline uint64_t model_node_page(struct model *m)
{
	uint64_t addr = M_NODES;

	while (*model_owner(m, addr) != M_FREE)
		addr += 3 * 4096;
	*model_owner(m, addr) = M_NODE;
	assert_true(m->nr_node < MODEL_PAGES);
	m->node[m->nr_node++] = addr;
	return addr;
}

static inline void model_insert(struct model *m, uint64_t page, int level, uint64_t key)
{
	uint64_t digit, child;
	char *slot;

	if (level == 0) {
		((uint8_t *)model_at(m, page))[(key & 0x7fff) / 8] |= (uint8_t)(1 << (key & 7));
		return;
	}
	digit = (key >> ((level - 1) * 9 + 15)) & 511;
	slot = (char *)model_at(m, page) + 8 * digit;
	memcpy(&child, slot, 8);
	if (!child) {
		child = model_node_page(m);
		memcpy(slot, &child, 8);
	}
	model_insert(m, child, level - 1, key);
}

/* The page at @level on the way to @key: where tests put their corruption. */
static inline uint64_t model_path(struct model *m, uint64_t key, int level)
{
	uint64_t page = m->node[0];
	int l;

	for (l = 5; l > level; l--) {
		memcpy(&page, (char *)model_at(m, page) + 8 * ((key >> ((l - 1) * 9 + 15)) & 511),
		       8);
		assert_true(page != 0);
	}
	return page;
}

/* The slot for @key in its node at @level. */
static inline uint64_t *model_slot(struct model *m, uint64_t key, int level)
{
	return (uint64_t *)model_at(m, model_path(m, key, level)) +
	       ((key >> ((level - 1) * 9 + 15)) & 511);
}

static inline void model_decode(uint64_t key, struct model_key *out)
{
	unsigned int order;

	for (order = 0; order < 53 && !(key >> (52 - order)); order++)
		;
	out->order = order;
	out->addr = (key - ((uint64_t)1 << (52 - order))) << (12 + order);
}

/*
 * Read a tree by brute force into @set. Return: pages of the tree. Pages that are empty fail the
 * test.
 */
static inline unsigned int model_read(struct model *m, uint64_t page, int level, uint64_t prefix,
				      struct model_key *set, unsigned int *nr)
{
	unsigned int i, pages = 1, used = 0;

	for (i = 0; level > 0 && i < 512; i++) {
		uint64_t child = ((uint64_t *)model_at(m, page))[i];

		if (!child)
			continue;
		used++;
		pages += model_read(m, child, level - 1, prefix * 512 + i, set, nr);
	}
	for (i = 0; level == 0 && i < 32768; i++) {
		if (i % 64 == 0 && !((uint64_t *)model_at(m, page))[i / 64]) {
			i += 63; /* nothing in 64 bits */
		} else if (((uint8_t *)model_at(m, page))[i / 8] & (1 << (i % 8))) {
			assert_true(*nr < MODEL_KEYS);
			model_decode(prefix * 32768 + i, &set[(*nr)++]);
			used++;
		}
	}
	assert_true(used > 0 || level == 5);
	return pages;
}

static inline int model_compare(const void *a, const void *b)
{
	const struct model_key *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static inline void model_assert_same(struct model_key *a, unsigned int nr_a, struct model_key *b,
				     unsigned int nr_b)
{
	unsigned int i;

	qsort(a, nr_a, sizeof(*a), model_compare);
	qsort(b, nr_b, sizeof(*b), model_compare);
	for (i = 0; i < nr_a && i < nr_b; i++) {
		assert_int_equal(a[i].order, b[i].order);
		assert_int_equal(a[i].addr, b[i].addr);
	}
	assert_int_equal(nr_a, nr_b);
}

/*
 * Put a key into the tree without a question, and not into the books: what a broken sender would
 * do.
 */
static inline void model_force(struct model *m, uint64_t phys, unsigned int order)
{
	model_insert(m, m->node[0], 5, model_encode(phys, order));
}

/* True if all pages of a block are RAM, at or above 1 MiB, outside scratch and free. */
static inline int model_is_free(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t i;

	for (i = 0; i < (uint64_t)1 << order; i++) {
		uint64_t addr = phys + i * 4096;

		if (addr < 0x100000 || !model_owner(m, addr) || *model_owner(m, addr) != M_FREE ||
		    model_in_scratch(m, addr))
			return 0;
	}
	return 1;
}

static inline void model_preserve(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t i;

	assert_true(m->nr_key < MODEL_KEYS);
	assert_true(model_is_free(m, phys, order));
	for (i = 0; i < (uint64_t)1 << order; i++)
		*model_owner(m, phys + i * 4096) = M_BLOCK;
	m->key[m->nr_key].addr = phys;
	m->key[m->nr_key++].order = order;
	model_force(m, phys, order);
}

/* Preserve a block of @order somewhere; nothing if no place is found in a few throws. */
static inline void model_preserve_some(struct model *m, unsigned int order)
{
	unsigned int tries;

	for (tries = 0; tries < 20; tries++) {
		struct pane *w = &m->pane[model_below(m->window.nr)];
		uint64_t size = (uint64_t)4096 << order;
		uint64_t phys = (w->base + model_below(w->end - w->base)) / size * size;

		if (phys >= M_NODES && phys < M_SCRATCH0)
			continue; /* room for the tree */
		if (model_is_free(m, phys, order)) {
			model_preserve(m, phys, order);
			return;
		}
	}
}

/* ---- the FDT ---- */

static inline void model_be32(uint8_t **p, uint32_t v)
{
	*(*p)++ = (uint8_t)(v >> 24);
	*(*p)++ = (uint8_t)(v >> 16);
	*(*p)++ = (uint8_t)(v >> 8);
	*(*p)++ = (uint8_t)v;
}

static inline void model_bytes(uint8_t **p, const void *data, size_t len)
{
	memcpy(*p, data, len);
	*p += len;
	while ((uintptr_t)*p % 4)
		*(*p)++ = 0;
}

static inline void model_prop(uint8_t **p, uint32_t name, const void *data, int len)
{
	if (len < 0)
		return;
	model_be32(p, 3);
	model_be32(p, (uint32_t)len);
	model_be32(p, name);
	model_bytes(p, data, (size_t)len);
}

/* Write the root FDT into the page that data.fdt_addr names. */
static inline void model_write_fdt(struct model *m)
{
	static const char strings[] = "compatible\0preserved-memory-map\0preserved-data\0blob-size";
	uint8_t *page = model_at(m, m->data.fdt_addr), *p = page + 40 + 16, *header = page;
	uint64_t wide[2] = { 0, 0 };
	uint32_t size_struct;
	unsigned int i;

	memset(page, 0, 4096);
	model_be32(&p, 1);
	model_bytes(&p, "", 1);
	model_prop(&p, 0, m->compatible,
		   m->compatible_len ? m->compatible_len : (int)strlen(m->compatible) + 1);
	wide[0] = m->map;
	model_prop(&p, 11, wide, m->map_len);
	for (i = 0; i < m->nr_blob; i++) {
		model_be32(&p, 1);
		model_bytes(&p, m->blob[i].name, strlen(m->blob[i].name) + 1);
		wide[0] = m->blob[i].addr;
		model_prop(&p, 32, wide, m->blob[i].addr_len);
		wide[0] = m->blob[i].size;
		model_prop(&p, 47, wide, m->blob[i].size_len);
		model_be32(&p, 2);
	}
	model_be32(&p, 2);
	model_be32(&p, 9);
	size_struct = (uint32_t)(p - page) - 56;
	memcpy(p, strings, sizeof(strings));
	p += sizeof(strings);
	assert_true(p <= page + 4096);

	model_be32(&header, 0xd00dfeed);
	model_be32(&header, (uint32_t)(p - page));
	model_be32(&header, 56);
	model_be32(&header, 56 + size_struct);
	model_be32(&header, 40);
	model_be32(&header, 17);
	model_be32(&header, 16);
	model_be32(&header, 0);
	model_be32(&header, sizeof(strings));
	model_be32(&header, size_struct);
}

static inline struct model_blob *model_blob(struct model *m, const char *name, uint64_t addr,
					    uint64_t size)
{
	struct model_blob *blob = &m->blob[m->nr_blob++];

	assert_true(m->nr_blob <= MODEL_BLOBS);
	snprintf(blob->name, sizeof(blob->name), "%s", name);
	blob->addr = addr;
	blob->size = size;
	blob->addr_len = 8;
	blob->size_len = 8;
	return blob;
}

static inline void model_write_metadata(struct model *m, uint64_t addr, uint32_t version,
					uint32_t count)
{
	uint8_t *p = model_at(m, addr);

	memset(p, 0, 73);
	memcpy(p, &version, 4);
	memcpy(p + 4, "7.3.4-model", 11);
	memcpy(p + 69, &count, 4);
}

/* Write the scratch array into the page that data.scratch_addr names. */
static inline void model_write_scratch(struct model *m)
{
	memcpy(model_at(m, m->data.scratch_addr), m->scratch, m->data.scratch_size);
}

/* A small valid kho-v4 handover: FDT, metadata and one blob of 16 KiB, and keys for just these. */
static inline struct model *model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	model_window(m, 0, M_LOW_END);
	model_window(m, M_MID_BASE, M_MID_END);
	model_window(m, M_HIGH_BASE, M_HIGH_END);
	model_window(m, M_FAR_BASE, M_FAR_END);

	m->scratch[0] = (struct kho_scratch){ M_SCRATCH0, MIB(32) };
	m->scratch[1] = (struct kho_scratch){ M_SCRATCH1, MIB(16) };
	m->data = (struct kho_data){ M_FDT, 4096, M_ARRAY, 32 };
	model_write_scratch(m);

	m->map = model_node_page(m);
	model_preserve(m, M_FDT, 0);
	model_preserve(m, M_META, 0);
	model_preserve(m, M_BLOB, 2);

	m->compatible = "kho-v4";
	m->map_len = 8;
	model_write_metadata(m, M_META, 1, 7);
	model_blob(m, "kexec-metadata", M_META, 73);
	model_blob(m, "LUO", M_BLOB + 8, 9000);
	model_write_fdt(m);
	return m;
}

/* ---- running the incoming side ---- */

struct model_run {
	struct kho_in in;
	struct findings f;
	struct range scratch_table[KHO_MAX_SCRATCH];
	struct ranges scratch;
	struct pagemap pm;
	void *pm_mem;
};

/* All three steps, with the memory read-only. */
static inline struct model_run *model_run(struct model *m)
{
	struct model_run *r = calloc(1, sizeof(*r));
	uint64_t bytes = pagemap_bytes(&m->ram);
	unsigned int i;

	r->scratch.r = r->scratch_table;
	r->scratch.cap = KHO_MAX_SCRATCH;
	r->pm_mem = aligned_alloc(4096, bytes);
	pagemap_init(&r->pm, &m->ram, r->pm_mem);

	model_protect(m, PROT_READ);
	kho_in_scratch(&r->in, &m->window, &m->data, &m->ram, &r->scratch, &r->f);
	for (i = 0; i < r->scratch.nr; i++)
		pagemap_set(&r->pm, r->scratch.r[i].base, r->scratch.r[i].end);
	kho_in_fdt(&r->in, &r->scratch, &r->f);
	r->in.h.borders = m->borders;
	kho_in_ingest(&r->in, &m->ram, &r->scratch, &r->pm, &r->f);
	client_check(&r->in.h, &r->f);
	model_protect(m, PROT_READ | PROT_WRITE);
	return r;
}

static inline void model_run_free(struct model_run *r)
{
	free(r->pm_mem);
	free(r);
}

static inline void model_print_findings(const struct findings *f)
{
	uint64_t i;

	for (i = 0; i < f->total && i < FINDINGS_KEPT; i++)
		fprintf(stderr, "# finding %s: %s\n", f->list[i].name, f->list[i].text);
	if (f->total > FINDINGS_KEPT)
		fprintf(stderr, "# and %lu more\n", f->total - FINDINGS_KEPT);
}

/* Build and publish as the kernel does: with kexec-metadata made anew. */
static inline int model_publish(struct kho_out *out, const struct handover *in, const char *abi,
				struct palloc *pages, const char *release, struct fault *f)
{
	struct kho_new_blob metadata = metadata_anew(release);

	return kho_out_build(out, in, kho_abi_by_name(abi), pages, &metadata, 1, f);
}

/* All pages of the page map that should be set, compared one by one with the books. */
static inline void model_assert_pagemap(struct model *m, const struct pagemap *pm)
{
	unsigned int i;
	uint64_t addr;

	for (i = 0; i < m->window.nr; i++) {
		for (addr = m->pane[i].base; addr < m->pane[i].end; addr += 4096) {
			int expect = addr < 0x100000 || model_in_scratch(m, addr) ||
				     *model_owner(m, addr) != M_FREE;
			uint64_t nr, *w = pagemap_words(pm, addr & ~0x3ffffUL, &nr);

			if ((w ? (int)(*w >> (addr / 4096 % 64) & 1) : 1) != expect)
				fail_msg("page 0x%lx: expected %d", addr, expect);
		}
	}
}

#endif
