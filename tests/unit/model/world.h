/* SPDX-License-Identifier: MIT */
/*
 * A world for tests of the living outgoing side: a handover that came in, the one that is
 * published, a naive model of what should be published, and a reader that shares no code with the
 * writer.
 *
 * Law 1 holds by page protection: all memory is read-only until the allocator's grant. While
 * watch_stores() is on, so are the published pages, the root and the page map, and after each
 * single store to them everything that is published is read and checked (law 3).
 */
#ifndef BATON_TESTS_UNIT_MODEL_WORLD_H
#define BATON_TESTS_UNIT_MODEL_WORLD_H

#include <unistd.h>

#include "kho.h"

#include "kho/out/restore.h"

#define W_KEYS     4096
#define W_BLOBS    128
#define W_NODES    2048
#define W_LISTS    24
#define W_ZONES    5
#define W_SEEN     4096
#define W_FDT_ROOM 3900 /* no FDT that is shorter is full */

struct w_blob {
	char name[40];
	uint64_t addr, size;
};

/* What a reader finds that begins at the FDT. */
struct reading {
	uint64_t fdt, map;
	struct model_key key[W_KEYS];
	unsigned int nr_key;
	struct w_blob blob[W_BLOBS];
	unsigned int nr_blob;
	uint64_t node[W_NODES];
	unsigned int nr_node;
};

/* Flags of a page. */
#define W_OWNED   1 /* may be given back */
#define W_GRANTED 2
#define W_WATCHED 4 /* published: read-only while stores are watched */

/* A list of pages that kho_preserve_vmalloc() made. */
struct w_list {
	struct kho_vmalloc v;
	struct model_key chunk[8], block[2048];
	unsigned int nr_chunk, nr_block;
};

/* The one world of a test. */
extern struct world {
	struct model *m;
	struct model_run *in;
	struct palloc pa;
	struct kho_out *out; /* a page of its own */
	struct kho_restore restore;
	struct borders borders;
	uint8_t *flags[MODEL_PANES];
	uint64_t constant; /* free + taken − restored pages never changes */
	uint64_t restored_pages, owned, calls;

	/* the naive model: what should be published, what may not be restored again */
	struct model_key key[W_KEYS];
	unsigned int nr_key;
	struct w_blob blob[W_BLOBS];
	unsigned int nr_blob;
	bool restored[MODEL_KEYS];

	/* allocations: how many may succeed, and how many were asked for */
	unsigned int left, asked;
	void (*at_grant)(void);

	/* watching stores */
	bool watching;
	unsigned int stores;
	uintptr_t open; /* the page that is writable for one instruction */
	struct reading *seen[W_SEEN];
	unsigned int nr_seen;
} w;

/*
 * Where the tests preserve: free RAM with two NUMA borders in it, the first pages after scratch,
 * the allocator's favourite place, RAM at 4 GiB and more, and a stretch with incoming blocks.
 */
extern const struct w_zone {
	uint64_t base, pages;
} w_zone[W_ZONES];

/* Of the last call that failed. */
extern struct fault fault;

/*
 * Wrong in a place that cmocka cannot be told of: in the middle of a call, or in a signal handler.
 */
#define w_die(...)                            \
	do {                                  \
		fprintf(stderr, "# ");        \
		fprintf(stderr, __VA_ARGS__); \
		fprintf(stderr, "\n");        \
		_exit(99);                    \
	} while (0)

/* world.c */

/* The flags of the page at @addr, which is RAM. */
uint8_t *w_flags(uint64_t addr);

/* Set or clear @flag of @pages pages. */
void w_flag(uint64_t addr, uint64_t pages, uint8_t flag, bool on);

/* True unless the page is free. */
bool w_page_is_set(uint64_t addr);

/* A handover that is to come in; the test may add to it. */
void w_new(bool rich);

/* It comes in and goes out, and everything is ready for changes. */
void w_start(void);

/* The next kernel, if it is baton: it must find nothing to complain of. */
void w_next_kernel(void);

/* w_new() and w_start(). */
void w_begin(bool rich);

void w_end(void);

/* What is published is what the model says. */
void w_check_model(const struct reading *r);

/*
 * Pages taken are those of the map, the FDT, baton's books, and what callers hold: no page is lost.
 */
void w_check_pages(void);

/* read.c */

/* List the pages that the published map keeps for itself, in @page. Return: how many. */
unsigned int w_private_pages(uint64_t *page);

/* For qsort(): keys by address. */
int w_by_addr(const void *a, const void *b);

uint64_t w_key_end(const struct model_key *k);

/* The block that covers @addr in keys sorted by address; NULL if there is none. */
const struct model_key *w_covers(const struct model_key *key, unsigned int nr, uint64_t addr);

/* Read all that is published, and end the test unless it is valid; keys come sorted by address. */
void w_read(struct reading *r);

bool w_same_keys(const struct reading *a, const struct reading *b);

bool w_same_blobs(const struct reading *a, const struct reading *b);

bool w_has_key(const struct reading *r, const struct model_key *k);

/* watch.c */

void w_forget_seen(void);

/* Around one call: everything that is published is checked after each store of it. */
void watch_stores(bool on);

#endif
