/* SPDX-License-Identifier: MIT */
/*
 * The page map: one bit a 4 KiB page, set when the page is not free for baton to take.
 *
 * It is kept in chunks of 1 GiB (32 KiB of bits), and only for gibibytes that hold RAM. What is not RAM, and
 * what lies below 1 MiB, is set from the start; a gibibyte without a chunk counts as all set.
 */
#ifndef BATON_MM_PAGEMAP_H
#define BATON_MM_PAGEMAP_H

#include "mm/ranges.h"

#define PAGEMAP_CHUNK_SHIFT 30
#define PAGEMAP_CHUNK_WORDS 4096 /* 64-bit words: 32 KiB */

/**
 * struct pagemap
 * @chunk: one pointer a GiB of physical address space, NULL where there is no RAM
 * @nr:    entries in @chunk
 */
struct pagemap {
	uint64_t **chunk;
	uint64_t nr;
};

/** pagemap_bytes() - bytes of memory that pagemap_init() needs for @ram: a multiple of 4 KiB. */
uint64_t pagemap_bytes(const struct ranges *ram);

/**
 * pagemap_init() - make a map in which RAM at or above 1 MiB is free and all else is set
 * @pm:  the map
 * @ram: what is RAM; a page that is only partly RAM counts as set
 * @mem: pagemap_bytes() of page-aligned memory, in any state
 */
void pagemap_init(struct pagemap *pm, const struct ranges *ram, void *mem);

/** pagemap_set() - set every page that [@base, @end) touches; by words. */
void pagemap_set(struct pagemap *pm, paddr_t base, paddr_t end);

/** pagemap_clear() - clear every page in the page-aligned [@base, @end); where there is no chunk, nothing. */
void pagemap_clear(struct pagemap *pm, paddr_t base, paddr_t end);

/** pagemap_any() - true if any page that [@base, @end) touches is set. */
bool pagemap_any(const struct pagemap *pm, paddr_t base, paddr_t end);

/**
 * pagemap_first_set() - where the first set page that [@base, @end) touches begins
 * Return: its address, but not less than @base; @end if there is none.
 */
paddr_t pagemap_first_set(const struct pagemap *pm, paddr_t base, paddr_t end);

/** pagemap_first_clear() - where the first clear page of the page-aligned [@base, @end) begins; @end if none is. */
paddr_t pagemap_first_clear(const struct pagemap *pm, paddr_t base, paddr_t end);

/**
 * pagemap_words() - the words of the map from @base on, for code that works 64 pages at a time
 * @base: physical address, 256 KiB aligned
 * @nr:   set to how many words follow within the same chunk
 *
 * Return: pointer to the word that begins with @base's page; NULL where there is no RAM (all set).
 */
uint64_t *pagemap_words(const struct pagemap *pm, paddr_t base, uint64_t *nr);

/** pagemap_free_pages() - how many pages are clear. */
uint64_t pagemap_free_pages(const struct pagemap *pm);

/**
 * pagemap_find() - the lowest run of @pages clear pages at or above @from
 * @at: set to its physical address
 *
 * Return: false if there is none.
 */
bool pagemap_find(const struct pagemap *pm, paddr_t from, uint64_t pages, paddr_t *at);

#endif
