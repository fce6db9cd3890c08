/* SPDX-License-Identifier: MIT */
/*
 * A sparse set of pages: one bit a page, in leaves of one page for 128 MiB that are made when they are first needed
 * and then kept. Adding and asking cost by the length of the range, never by what is in the set.
 */
#ifndef BATON_MM_PAGESET_H
#define BATON_MM_PAGESET_H

#include "mm/palloc.h"

#define PAGESET_LEAF_SHIFT 27

/**
 * struct pageset
 * @pages: where its memory comes from
 * @own:   the set in which the pages that it is made of are entered; may be itself
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

/** pageset_init() - begin with an empty set. Return: false if there is no memory: @s is then all zero. */
bool pageset_init(struct pageset *s, struct palloc *pages, struct pageset *own);

/** pageset_free() - give back what the set is made of; @own is not told. @s is all zero afterwards. */
void pageset_free(struct pageset *s);

/** pageset_add() - add the pages of the page-aligned [@base, @end). Return: false, and none is, without memory. */
bool pageset_add(struct pageset *s, paddr_t base, paddr_t end);

/** pageset_remove() - remove the pages of the page-aligned [@base, @end); those that are not in it as well. */
void pageset_remove(struct pageset *s, paddr_t base, paddr_t end);

/** pageset_any() - true if any page of the page-aligned [@base, @end) is in the set. */
bool pageset_any(const struct pageset *s, paddr_t base, paddr_t end);

/** pageset_all() - true if every page of the page-aligned [@base, @end) is in the set. */
bool pageset_all(const struct pageset *s, paddr_t base, paddr_t end);

#endif
