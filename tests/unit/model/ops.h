/* SPDX-License-Identifier: MIT */
/*
 * Random operations on the living outgoing side. Before each of them a naive model says which fault it
 * must return, or what it must change. The model works page by page and key by key.
 */
#ifndef BATON_TESTS_UNIT_MODEL_OPS_H
#define BATON_TESTS_UNIT_MODEL_OPS_H

#include "world.h"

/* One operation: its kind, its arguments, and the result that it must have. */
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

extern const char *const op_name[OP_KINDS];

/* The lists that there are. */
extern struct w_list w_lists[W_LISTS];
extern unsigned int w_nr_lists;

/* What was published, and which pages were the map's and the books', before the operation. */
extern struct reading *w_now;
extern uint64_t w_books[4096];
extern unsigned int w_nr_books;

#define W_MAX_ORDER 30 /* kho-v4 */

/*
 * say.c: the model's books, and what it says of an operation beforehand: the name of a fault, NULL
 * for none
 */

/* Is that key published? The FDT has one as well. */
bool w_published(uint64_t addr, unsigned int order);

void w_add_key(uint64_t addr, unsigned int order);

void w_drop_key(uint64_t addr, unsigned int order);

int w_find_blob(const char *name);

/* Begin an operation: find out which pages are baton's own. */
void op_look(void);

bool say_across(uint64_t addr, uint64_t end);

const char *say_shape(uint64_t addr, unsigned int order);

const char *say_ram(uint64_t addr, uint64_t pages);

uint64_t say_free_pages(uint64_t addr, uint64_t pages);

/* Linux's split: the largest block that is aligned, fits, and lies in one node. */
unsigned int say_split(uint64_t addr, uint64_t end);

const char *say_preserve(uint64_t addr, uint64_t pages);

const char *say_used(uint64_t addr, uint64_t end);

bool say_owned(uint64_t addr, uint64_t pages);

/* The incoming block at @addr, by number; −1 for none. */
int w_find_incoming(uint64_t addr);

const char *say_restore(uint64_t addr, uint64_t *size);

const char *say_name(const struct op *op);

/* plan.c */

/* Choose an operation, its arguments, and what must come of it. */
void op_plan(struct op *op);

/* do.c */

/* Do it, with @watch every store of it watched, and let the model follow. */
void op_do(struct op *op, bool watch);

#endif
