/* SPDX-License-Identifier: MIT */
/*
 * A sparse set of pages: one bit a page, in leaves of one page for 128 MiB that are made when they
 * are first needed and then kept. Adding and asking cost by the length of the range, never by what
 * is in the set.
 */
#ifndef BATON_MM_PAGESET_H
#define BATON_MM_PAGESET_H

#include "mm/palloc.h"

#define PAGESET_LEAF_SHIFT 27

/**
 * struct pageset
 * @pages: where its memory comes from
 * @own:   the set that the pages of this one are entered in; may be this one
 * @leaf:  addresses of the leaves, 0 for none; the table is at @table
 * @nr:    entries in @leaf
 * @held:  pages that it is made of
 */
struct pageset {
	struct palloc *pages;
	struct pageset *own;
	paddr_t *leaf;
	paddr_t table;
	uint64_t nr;
	uint64_t held;
};

/**
 * pageset_init() - begin with an empty set
 * @pages: where its memory comes from
 * @own:   the set that the pages of this one are entered in; may be @s itself
 *
 * Return: false, and @s is all zero, if there is no memory.
 */
bool pageset_init(struct pageset *s, struct palloc *pages, struct pageset *own);

/** pageset_free() - give back the pages of the set, which stay in @s->own. @s is then all zero. */
void pageset_free(struct pageset *s);

/**
 * pageset_add() - add the pages of the page-aligned [@base, @end)
 * Return: false, and none is added, if there is no memory.
 */
bool pageset_add(struct pageset *s, paddr_t base, paddr_t end);

/** pageset_remove() - no page of the page-aligned [@base, @end) is in the set any more. */
void pageset_remove(struct pageset *s, paddr_t base, paddr_t end);

/** pageset_any() - true if any page of the page-aligned [@base, @end) is in the set. */
bool pageset_any(const struct pageset *s, paddr_t base, paddr_t end);

/** pageset_all() - true if every page of the page-aligned [@base, @end) is in the set. */
bool pageset_all(const struct pageset *s, paddr_t base, paddr_t end);

#endif
