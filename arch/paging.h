/* SPDX-License-Identifier: MIT */
/* Page tables: identity maps with 4 KiB, 2 MiB and, where the CPU has them, 1 GiB pages. */
#ifndef BATON_ARCH_PAGING_H
#define BATON_ARCH_PAGING_H

#include "lib/num.h"

#define MAP_NONE    0U /* not present: a guard page */
#define MAP_READ    1U
#define MAP_WRITE   2U
#define MAP_EXEC    4U
#define MAP_COMBINE 8U /* writes may be gathered into larger ones: for a framebuffer */

/**
 * struct paging - a set of page tables under construction or in use
 * @root:      the top table
 * @next, @end: identity-mapped, writable pages that further tables are taken from
 * @levels:    4 or 5
 * @gib_pages: whether 1 GiB pages may be used
 */
struct paging {
	uint64_t *root;
	paddr_t next, end;
	unsigned int levels;
	bool gib_pages;
};

/** paging_cpu_gib_pages() - true if this CPU has 1 GiB pages. */
bool paging_cpu_gib_pages(void);

/**
 * paging_init() - begin an empty set of tables
 * @pool:      memory for tables: at least one page, page-aligned
 * @end:       its end
 * @levels:    4 or 5: what the machine runs with
 * @gib_pages: whether 1 GiB pages may be used
 */
void paging_init(struct paging *pt, paddr_t pool, paddr_t end, unsigned int levels, bool gib_pages);

/**
 * paging_map() - map [@base, @end) onto itself with @rights, whatever was there before
 * @base, @end: page-aligned
 *
 * Larger pages are used wherever the range covers one wholly, and split where rights begin to differ.
 * Return: false if the pool is empty: part of the range may then be mapped.
 */
bool paging_map(struct paging *pt, paddr_t base, paddr_t end, unsigned int rights);

/** paging_use() - switch to these tables, with CR0.WP and EFER.NXE set and the PAT that MAP_COMBINE needs. */
void paging_use(const struct paging *pt);

/** paging_flush() - make the CPU forget what it remembers of the tables in use. */
void paging_flush(void);

/**
 * paging_pages() - how many tables it takes at most to map the RAM below @top
 * @top:       end of the highest range
 * @pieces:    number of ranges mapped with rights of their own
 * @gib_pages: whether 1 GiB pages may be used
 */
uint64_t paging_pages(paddr_t top, uint64_t pieces, bool gib_pages);

/** paging_range_pages() - how many more tables the non-empty [@base, @end) can take, wherever it lies. */
uint64_t paging_range_pages(paddr_t base, paddr_t end);

#endif
