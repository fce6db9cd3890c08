/* SPDX-License-Identifier: MIT */
/*
 * A random workload on the living outgoing handover, watched from outside (tests/proof).
 *
 * baton.test=workload:SEED:OPS runs it; baton.test=proof:SEED:OPS first waits for the watcher. A third
 * number is the largest order of the blocks that it preserves: Linux with kho-v1 restores up to 10. If hops
 * are left, it only makes what the workload of the next baton is to restore: memory, and the blob
 * "workload", which lists it.
 *
 * This header is all that the watcher shares with baton; it finds the workload by its symbol.
 */
#ifndef BATON_BOOT_TRIAL_WORKLOAD_H
#define BATON_BOOT_TRIAL_WORKLOAD_H

#include <stdint.h>

#define WORKLOAD_BLOB  "workload"
#define WORKLOAD_ITEMS 64
#define WORKLOAD_LIST  1024

enum workload_kind {
	WORKLOAD_NONE,
	WORKLOAD_PRESERVE,         /* @addr, @order */
	WORKLOAD_UNPRESERVE,       /* @addr, @order */
	WORKLOAD_PRESERVE_PAGES,   /* @addr, @pages */
	WORKLOAD_UNPRESERVE_PAGES, /* @addr, @pages */
	WORKLOAD_ALLOC,            /* @size; gives @addr */
	WORKLOAD_FREE,             /* @addr */
	WORKLOAD_VMALLOC,          /* @pages in the list, @order; gives the descriptor */
	WORKLOAD_UNVMALLOC,        /* the descriptor */
	WORKLOAD_BLOB_ADD,         /* @name, @addr, @size */
	WORKLOAD_BLOB_REPLACE,     /* @name, @addr, @size */
	WORKLOAD_BLOB_REMOVE,      /* @name */
	WORKLOAD_RESTORE,          /* @addr; gives @order */
	WORKLOAD_RESTORE_PAGES,    /* @addr, @pages */
	WORKLOAD_RESTORE_VMALLOC,  /* the descriptor; gives @pages and the list */
	WORKLOAD_RESTORE_FREE,     /* @addr */
	WORKLOAD_LUO,              /* @size: the version, 1 or 5 */
	WORKLOAD_KINDS
};

/**
 * struct workload_item - something that the workload has preserved
 * @kind: the operation that made it
 * @addr, @pages, @order, @descriptor: of that operation
 */
struct workload_item {
	uint64_t kind, addr, pages, order;
	uint64_t descriptor[2]; /* struct kho_vmalloc */
};

/**
 * struct workload_op - one operation
 * @kind: enum workload_kind, which says what of the following counts
 * @addr, @pages, @order, @size, @descriptor, @name: what it is about
 * @fail: the so many-th allocation in it fails; 0 if none does
 * @err, @fault: what it returned, and the fault's name
 */
struct workload_op {
	uint64_t kind, addr, pages, order, size, fail;
	uint64_t descriptor[2];
	char name[32];
	int64_t err;
	char fault[24];
};

/**
 * struct workload
 * @go:     set from outside to let a workload that waits begin
 * @root:   where the address of the published FDT stands
 * @params: the boot_params that baton was given
 * @stack:  top of a stack of its own, for a jump to jump_to_next()
 * @baton:  what jump_to_next() takes
 * @ops:    how many operations there will be
 * @taken:  pages that the allocator has given out
 * @used:   the page map of the first GiB: a bit a page, set where the page is not free
 * @op:     number of the operation announced last, from 1
 * @done:   number of the operation finished last; once it is @ops, the workload is over
 * @now:    the operation
 * @item:   what is preserved
 * @list:   addresses for and from lists of pages
 */
struct workload {
	volatile uint64_t go;
	uint64_t root, params, stack, baton;
	uint64_t ops;
	uint64_t taken, used;
	volatile uint64_t op, done;
	struct workload_op now;
	struct workload_item item[WORKLOAD_ITEMS];
	uint64_t list[WORKLOAD_LIST];
};

_Static_assert(sizeof(struct workload_item) * WORKLOAD_ITEMS <= 4096, "the blob is one page");

#endif
