/* SPDX-License-Identifier: MIT */
/*
 * The seam between maps of preserved memory and all that read and change them.
 *
 * A map is a set of keys (address, order), in leaves (kho/map/leaf.h). How it is stored is its
 * format, which only the file of that format knows; everybody else calls the functions below.
 * Any map can be read safely, however broken it is: a page is read only if the window shows it as
 * RAM, and a walk follows only pages that its visitor lets it follow.
 *
 * Every format changes its map as law 3 demands, also while the map is published:
 * - one aligned store (kho/map/publish.h) makes a change visible;
 * - new pages are complete before they are linked;
 * - old pages are unlinked before they are given back;
 * - the address of the root never changes.
 */
#ifndef BATON_KHO_MAP_MAP_H
#define BATON_KHO_MAP_MAP_H

#include "kho/map/leaf.h"
#include "mm/pageset.h"

#define MAP_REFUSED 32 /* pages that a map can be read without */

/** enum map_flaw - what can be wrong with a map, apart from the places of its pages */
enum map_flaw {
	MAP_FLAWLESS,
	MAP_KEY_ZERO,        /* a key without an order */
	MAP_KEY_WIDE,        /* a key that no address has */
	MAP_KEY_ORDER,       /* an order above KHO_MAX_ORDER */
	MAP_LEAF_MISALIGNED, /* a leaf that begins inside another */
	MAP_LEAF_SMALL,      /* a leaf of 512 bytes, as Linux 6.16 and 6.17 write them */
	MAP_CHUNK_COUNT,     /* a chunk with more entries than it has room for */
};

/**
 * struct map_page - a page of a map, as described by the link that leads to it
 * @addr:  where it lies; any value
 * @level: 0 for a leaf; else how many links it is away from its leaves
 * @order: of a leaf: of its blocks; above KHO_MAX_ORDER if it can have none that are allowed
 * @base:  of a leaf: address of its first block
 * @from:  by what the format finds it, for messages
 * @flaw:  what is wrong with the link itself; such a page is never read
 */
struct map_page {
	paddr_t addr;
	unsigned int level, order;
	paddr_t base;
	uint64_t from;
	enum map_flaw flaw;
};

enum map_next { MAP_FOLLOW, MAP_PASS, MAP_STOP };

/**
 * struct map_visitor - the callbacks of a walk
 * @page: called for each link, before the page is looked at; the root comes first, and each page
 *        before those that it leads to. Return: whether to go on with what it leads to, to pass it
 *        by, or to end the walk.
 * @flaw: told, in words and numbers, what is wrong in pages that are followed; may be NULL
 * @arg:  handed to both
 */
struct map_visitor {
	enum map_next (*page)(void *arg, const struct map_page *page);
	void (*flaw)(void *arg, enum map_flaw flaw, const char *text);
	void *arg;
};

/**
 * struct map_refused - pages that were not let into a map
 * @nr:    entries in @link
 * @link:  the links that lead to them, as ordinals in the order of the walk, ascending
 */
struct map_refused {
	unsigned int nr;
	uint64_t link[MAP_REFUSED];
};

/**
 * struct map - a map
 * @format:  how it is stored
 * @window:  the way to its pages
 * @root:    where it begins; 0 for a map without keys. Where it is not 0, @format is known.
 * @pages:   pages that it is made of
 * @refused: what a walk leaves out; NULL for nothing
 * @sorted:  what map_learn() has found out
 * @index, @spare: pages that the format keeps for itself and never hands over; 0 in a map that came
 *           in
 */
struct map {
	const struct map_format *format;
	const struct window *window;
	paddr_t root;
	uint64_t pages;
	const struct map_refused *refused;
	bool sorted;
	paddr_t index, spare;
};

/**
 * struct map_build - the means to change a map, be it published or still aside
 * @map:   the map; its root and its count of pages are kept up to date
 * @pages: where its pages come from
 * @books: the set in which they are entered, or NULL
 */
struct map_build {
	struct map *map;
	struct palloc *pages;
	struct pageset *books;
};

/**
 * struct map_format - one way of storing a map
 * @zero_is_empty: a handover may give 0 as the address of a map without keys
 * @walk:     see map_walk(); leaves nothing out
 * @walk_private: show the pages that are not handed over; NULL if there are none
 * @learn:    see map_learn(); NULL if there is nothing to find out
 * @has, @find, @meets: see the functions; the root is not 0
 * @init:     see map_build_init(); takes the root
 * @add_leaf, @add_keys, @remove_keys, @free: see the functions
 */
struct map_format {
	bool zero_is_empty;
	void (*walk)(const struct map *m, const struct map_visitor *v);
	void (*walk_private)(const struct map *m, const struct map_visitor *v);
	void (*learn)(struct map *m);
	bool (*has)(const struct map *m, paddr_t addr, unsigned int order);
	bool (*find)(const struct map *m, paddr_t addr, unsigned int *order);
	bool (*meets)(const struct map *m, paddr_t addr, unsigned int order, unsigned int max,
		      unsigned int *found);
	int (*init)(struct map_build *b);
	int (*add_leaf)(struct map_build *b, const struct kho_leaf *leaf);
	int (*add_keys)(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);
	uint64_t (*remove_keys)(struct map_build *b, paddr_t addr, unsigned int order,
				uint64_t mask);
	void (*free)(struct map_build *b);
};

/* map.c: reading */

/** map_walk() - show @v every page except refused ones and those to which only these lead. */
void map_walk(const struct map *m, const struct map_visitor *v);

/**
 * map_for_each_leaf() - call @fn for each leaf of orders that are allowed
 * Stops when @fn returns non-zero, and returns that; else 0.
 */
int map_for_each_leaf(const struct map *m, int (*fn)(const struct kho_leaf *leaf, void *arg),
		      void *arg);

/**
 * map_leaf() - set @leaf to what @page is
 * Return: false if it is no leaf, or cannot be read.
 */
bool map_leaf(const struct map *m, const struct map_page *page, struct kho_leaf *leaf);

/**
 * map_is_page() - true if the page at @addr is one of the map's
 * Looks at @m->pages pages at most.
 */
bool map_is_page(const struct map *m, paddr_t addr);

/**
 * map_learn() - find out what can make questions faster
 * For a map that came in, once it is known to be good and its pages are counted.
 */
void map_learn(struct map *m);

/** map_has() - true if exactly the key of @order at @addr is in the map. */
bool map_has(const struct map *m, paddr_t addr, unsigned int order);

/** map_find() - set @order to the lowest order of a key that covers @addr. Return: false if none does. */
bool map_find(const struct map *m, paddr_t addr, unsigned int *order);

/**
 * map_meets() - true if a key of order @max or less shares a page with the block of @order at @addr
 * @found: set to the lowest such order
 *
 * The map must have no empty leaf.
 */
bool map_meets(const struct map *m, paddr_t addr, unsigned int order, unsigned int max,
	       unsigned int *found);

/* map.c: changing. Without memory they return -1, and the map is as it was. */

/**
 * map_build_init() - begin a map without keys
 * @map:    filled in; it must stay where it is for as long as @b is used
 * @format: how it is stored
 * @pages:  where its pages come from
 */
int map_build_init(struct map_build *b, struct map *map, const struct map_format *format,
		   struct palloc *pages);

/**
 * map_add_leaf() - add a whole leaf
 * @leaf: complete. Its page comes from the same allocator, and the map takes it over; on failure it is
 *        given back. If the map has a leaf of that base and order already, that one gets the keys,
 *        and the page is given back as well.
 */
int map_add_leaf(struct map_build *b, const struct kho_leaf *leaf);

/**
 * map_add_keys() - put keys of one word of a leaf into the map, by one store
 * @addr:  of any of the 64 blocks of the word, which lie side by side
 * @order: of these blocks
 * @mask:  which of them; not 0
 */
int map_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);

/** map_add_key() - put the key into the map, by one store. */
int map_add_key(struct map_build *b, paddr_t addr, unsigned int order);

/**
 * map_remove_keys() - take keys of one word out, by one store
 * @addr, @order, @mask: as for map_add_keys()
 *
 * Pages that held nothing else are given back. Return: which of the keys the map had.
 */
uint64_t map_remove_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask);

/**
 * map_remove_key() - take the key out, as map_remove_keys() does
 * Return: false if the map does not have it.
 */
bool map_remove_key(struct map_build *b, paddr_t addr, unsigned int order);

/** map_keep_books() - enter the map's pages, also those to come, in @books. On failure none is. */
int map_keep_books(struct map_build *b, struct pageset *books);

/** map_free() - give every page of the map back; its root is then 0. */
void map_free(struct map_build *b);

/* pages.c: for formats, the pages that a map is made of */

/** map_take_page() - take a zeroed page for the map, and set @at to its address. Return: NULL without memory. */
void *map_take_page(struct map_build *b, paddr_t *at);

/** map_take_over() - let the map take over the page at @at. Return: 0; or -1, and the page is given back. */
int map_take_over(struct map_build *b, paddr_t at);

/** map_merge_leaf() - add the keys of @leaf to @bits, a leaf of the map, and give its page back. */
void map_merge_leaf(struct map_build *b, uint64_t *bits, const struct kho_leaf *leaf);

/** map_only_word() - true if no word of @page but @word is set. */
bool map_only_word(const uint64_t *page, unsigned int word);

/** map_give_back() - give back the page at @at, to which the map no longer leads. */
void map_give_back(struct map_build *b, paddr_t at);

#endif
