/* SPDX-License-Identifier: MIT */
/*
 * A handover written and read in a naive way, to test kho/ and mm/ against.
 *
 * It shares no code with them: the set of keys is an array, the tree is built key by key from the
 * digits of the ABI's formula, the FDT is put together byte by byte, and who owns a page is one
 * byte a page. Memory is mapped, not touched, so that it can be large, and can be made read-only
 * while the code under test runs: a write to what was handed over is then a fault (law 1).
 */
#ifndef BATON_TESTS_UNIT_MODEL_KHO_H
#define BATON_TESTS_UNIT_MODEL_KHO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "kho/in/incoming.h"
#include "kho/out/outgoing.h"
#include "mm/palloc.h"

#define MODEL_PANES 4
#define MODEL_KEYS  16384
#define MODEL_BLOBS 96
#define MODEL_PAGES 512 /* pages of the tree */

struct model;

/* Who is told what a map holds. @page returns the page, or ends the test. */
struct model_reader {
	const void *(*page)(void *arg, uint64_t addr);
	void (*key)(void *arg, uint64_t addr, unsigned int order);
	void (*empty)(void *arg, uint64_t addr); /* a page but the root that holds nothing */
	void *arg;
};

/*
 * How the model stores keys: @abi is a row of its own, NULL for that of the table which the model
 * names; @insert puts a key into the map that begins at node[0].
 */
struct model_store {
	const struct kho_abi *abi;
	void (*insert)(struct model *m, uint64_t phys, unsigned int order);
	void (*read)(uint64_t root, const struct model_reader *to);
};

extern const struct model_store model_radix, model_naive;

/* Lists of chunks: of a row of its own, which is kho-v4 in all else; and as kho-v1 has them. */
extern const struct model_store model_chunks, model_v1;

/* That of the models to come: model_radix, unless a test sets it. */
extern const struct model_store *model_store;

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
	const struct model_store *store;
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

struct model_run {
	struct kho_in in;
	struct findings f;
	struct range scratch_table[KHO_MAX_SCRATCH];
	struct ranges scratch;
	struct pagemap pm;
	void *pm_mem;
};

/* kho.c */

uint64_t model_random(void);

uint64_t model_below(uint64_t n);

/* Seed from BATON_SEED, else from @fixed; said on stderr, so that a failure can be run again. */
void model_seed(uint64_t fixed);

void model_window(struct model *m, uint64_t base, uint64_t end);

void model_protect(struct model *m, int prot);

void model_free(struct model *m);

void *model_at(struct model *m, uint64_t addr);

/* Who owns the page at @addr; NULL if it is no RAM. */
uint8_t *model_owner(struct model *m, uint64_t addr);

int model_in_scratch(const struct model *m, uint64_t addr);

/* tree.c */

uint64_t model_encode(uint64_t phys, unsigned int order);

/* A page for the tree, at a place that is free; scattered by steps of three pages. */
uint64_t model_node_page(struct model *m);

void model_insert(struct model *m, uint64_t page, int level, uint64_t key);

/* The page at @level on the way to @key: where tests put their corruption. */
uint64_t model_path(struct model *m, uint64_t key, int level);

/* The slot for @key in its node at @level. */
uint64_t *model_slot(struct model *m, uint64_t key, int level);

void model_decode(uint64_t key, struct model_key *out);

/*
 * Read a tree by brute force into @set. Return: pages of the tree. Pages that are empty fail the
 * test.
 */
unsigned int model_read(struct model *m, uint64_t page, int level, uint64_t prefix,
			struct model_key *set, unsigned int *nr);

int model_compare(const void *a, const void *b);

void model_assert_same(struct model_key *a, unsigned int nr_a, struct model_key *b,
		       unsigned int nr_b);

/*
 * Put a key into the map without checks, and not into the books, as a broken sender would do.
 */
void model_force(struct model *m, uint64_t phys, unsigned int order);

/* True if all pages of a block are RAM, at or above 1 MiB, outside scratch and free. */
int model_is_free(struct model *m, uint64_t phys, unsigned int order);

void model_preserve(struct model *m, uint64_t phys, unsigned int order);

/* Preserve a block of @order at a random free place; do nothing if a few tries find none. */
void model_preserve_some(struct model *m, unsigned int order);

/* chunks.c */

/* Make it a kho-v1 handover: the same keys, in a list, in their order. */
void model_use_v1(struct model *m);

/* An empty chunk at the end of the list. */
uint64_t model_append_chunk(struct model *m, unsigned int order);

/* One more entry of a chunk. Return: its address. */
uint64_t model_append_entry(struct model *m, uint64_t chunk, uint64_t base, uint64_t bitmap);

/* The address of the entry for a block: of its base; that of its bitmap follows. 0 for none. */
uint64_t model_find_entry(struct model *m, uint64_t phys, unsigned int order);

void model_set_block(struct model *m, uint64_t bitmap, uint64_t phys, unsigned int order);

/* fdt.c */

/* The parts of an FDT, at *@p, which goes on behind them: a word, bytes up to a word, a property. */
void model_be32(uint8_t **p, uint32_t v);
void model_bytes(uint8_t **p, const void *data, size_t len);
void model_prop(uint8_t **p, uint32_t name, const void *data, int len);

/* Write the root FDT into the page that data.fdt_addr names. */
void model_write_fdt(struct model *m);

struct model_blob *model_blob(struct model *m, const char *name, uint64_t addr, uint64_t size);

void model_write_metadata(struct model *m, uint64_t addr, uint32_t version, uint32_t count);

/* Write the scratch array into the page that data.scratch_addr names. */
void model_write_scratch(struct model *m);

/* A small valid kho-v4 handover: FDT, metadata and one blob of 16 KiB, and keys for just these. */
struct model *model_new(void);

/* run.c */

/* All three steps, with the memory read-only. */
struct model_run *model_run(struct model *m);

void model_run_free(struct model_run *r);

void model_print_findings(const struct findings *f);

/* The row of @name in the table, or that of the store in use if that has its own. */
const struct kho_abi *model_abi(const char *name);

/* Build and publish as the kernel does: with kexec-metadata made anew. */
int model_publish(struct kho_out *out, const struct handover *in, const char *abi,
		  struct palloc *pages, const char *release, struct fault *f);

/* All pages of the page map that should be set, compared one by one with the books. */
void model_assert_pagemap(struct model *m, const struct pagemap *pm);

#endif
