/* SPDX-License-Identifier: MIT */
/*
 * The radix tree of kho-v2 and later: reading it, and building a new one.
 *
 * Six levels of one page each. The root is at level 5; a node at level n is 512 physical addresses
 * of pages at level n − 1, 0 for none; a page at level 0 is a leaf, a bitmap of 32768 keys. A key
 * picks its entry at level n by the bits (n − 1) · 9 + 15 and up, and its bit in the leaf by the
 * lowest 15.
 *
 * Source: include/linux/kho/abi/kexec_handover.h and kernel/liveupdate/kexec_handover.c of Linux
 * 7.3.
 */
#ifndef BATON_KHO_MAP_RADIX_H
#define BATON_KHO_MAP_RADIX_H

#include "kho/map/leaf.h"
#include "mm/pageset.h"

#define RADIX_ROOT      5   /* level of the root */
#define RADIX_ENTRIES   512 /* in a node */
#define RADIX_LEAF_LOG2 15  /* log2 of the keys in a leaf */
#define RADIX_NODE_LOG2 9   /* log2 of the entries in a node */
#define RADIX_KEY_BITS  53  /* in the widest key: the order bit of order 0 is bit 52 */

#define RADIX_BAD_LINKS 32

_Static_assert(1 << RADIX_LEAF_LOG2 == KHO_LEAF_BITS, "leaf");
_Static_assert(RADIX_ENTRIES * sizeof(uint64_t) == PAGE_SIZE, "a node is a page");
_Static_assert(KHO_LEAF_WORDS * sizeof(uint64_t) == PAGE_SIZE, "a leaf is a page");

/**
 * struct radix_tree - a tree to read
 * @window: the way to its pages
 * @root: physical address of the root
 * @bad:  links that the walk leaves out, as ordinals in the order of the walk, ascending
 * @nr_bad: entries in @bad
 */
struct radix_tree {
	const struct window *window;
	paddr_t root;
	uint64_t bad[RADIX_BAD_LINKS];
	unsigned int nr_bad;
};

/**
 * struct radix_link - one entry of a node
 * @addr:  the page that it leads to
 * @level: level of that page; 0 for a leaf
 * @key:   lowest key that it covers
 * @nr:    how many links the walk saw before it
 */
struct radix_link {
	paddr_t addr;
	unsigned int level;
	uint64_t key;
	uint64_t nr;
};

/**
 * struct radix_walk - a walk over all links of a tree, by ascending key; private to radix.c
 * @tree:  the tree
 * @level: level of the node being read; above RADIX_ROOT when there is no more
 * @seen:  links seen so far, bad ones too
 * @next_bad: first entry of the tree's @bad that is still to come
 * @node, @entry, @key: by level: the node, the next entry of it to look at, the lowest key below it
 */
struct radix_walk {
	const struct radix_tree *tree;
	unsigned int level;
	uint64_t seen;
	unsigned int next_bad;
	const uint64_t *node[RADIX_ROOT + 1];
	unsigned int entry[RADIX_ROOT + 1];
	uint64_t key[RADIX_ROOT + 1];
};

/** radix_start() - begin at the root. Return: false if the root is no page of RAM. */
bool radix_start(struct radix_walk *w, const struct radix_tree *tree);

/**
 * radix_next() - the next link that is not 0 and not bad, in the node entered last that has one
 * left
 * Return: false at the end of the tree.
 */
bool radix_next(struct radix_walk *w, struct radix_link *link);

/**
 * radix_enter() - go on with the links of the node that @link leads to
 * @link: what radix_next() gave last; its level must not be 0
 * Return: false, and nothing is entered, if it is no page of RAM.
 */
bool radix_enter(struct radix_walk *w, const struct radix_link *link);

/**
 * radix_next_leaf() - the next leaf; enters nodes by itself
 * @link: the link to it
 * Return: its KHO_LEAF_WORDS words, NULL at the end of the tree.
 */
const uint64_t *radix_next_leaf(struct radix_walk *w, struct radix_link *link);

/**
 * radix_has() - true if @key is in the tree
 * Follows five links at most, each through the window: safe in a tree that is corrupt.
 */
bool radix_has(const struct radix_tree *tree, uint64_t key);

/**
 * radix_any() - true if any of the 2^@log2 keys from @key on, a multiple of 2^@log2, is in the tree
 * Looks at one page. Of more keys than a leaf has it is enough that there is a leaf: the tree must
 * have no empty one.
 */
bool radix_any(const struct radix_tree *tree, uint64_t key, unsigned int log2);

/**
 * radix_is_node() - true if the page at @addr is a node or leaf of the tree
 * @budget: pages to look at before it gives up, against a tree that is none
 */
bool radix_is_node(const struct radix_tree *tree, paddr_t addr, uint64_t budget);

/**
 * struct radix_build - a tree being built aside, or one that is published and changed
 * @pages: where its pages come from
 * @own:   the set in which its pages are entered, or NULL
 * @root:  physical address of the root, 0 for none; it stays
 * @nodes: pages of the tree, interior and leaf
 *
 * A reader of the root finds a complete tree without empty leaves at every instant of every call.
 */
struct radix_build {
	struct palloc *pages;
	struct pageset *own;
	paddr_t root;
	uint64_t nodes;
};

/** radix_build_init() - begin with an empty tree. Return: -1 if there is no page. */
int radix_build_init(struct radix_build *b, struct palloc *pages);

/**
 * radix_build_leaf() - add a whole leaf
 * @key:  any key in it; the tree must not have that leaf
 * @leaf: physical address of the complete page, from the same allocator; the tree takes it over
 *
 * The nodes that lead to it are completed first and linked last, by one store.
 * Return: -1 if there is no page; the tree is then as it was and @leaf has been given back.
 */
int radix_build_leaf(struct radix_build *b, uint64_t key, paddr_t leaf);

/**
 * radix_build_key() - add @key, by one store
 * Return: -1 if there is no page; the tree is then as it was.
 */
int radix_build_key(struct radix_build *b, uint64_t key);

/**
 * radix_build_remove() - remove @key, by one store; pages that held nothing else are given back
 * Return: false if the tree does not have it.
 */
bool radix_build_remove(struct radix_build *b, uint64_t key);

/**
 * radix_build_own() - enter the tree's pages, also those to come, in @own
 * Return: -1 if there is no page; none is then entered.
 */
int radix_build_own(struct radix_build *b, struct pageset *own);

/** radix_build_free() - give every page of the tree back. */
void radix_build_free(struct radix_build *b);

/** radix_index() - the entry for @key in a node at @level, 1 to RADIX_ROOT. */
static inline unsigned int radix_index(uint64_t key, unsigned int level)
{
	return (key >> ((level - 1) * RADIX_NODE_LOG2 + RADIX_LEAF_LOG2)) & (RADIX_ENTRIES - 1);
}

#endif
