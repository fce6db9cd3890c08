// SPDX-License-Identifier: MIT
#include "mm/pagemap.h"

#include <string.h>

#include "mm/bits.h"

#define CHUNK_BYTES (PAGEMAP_CHUNK_WORDS * sizeof(uint64_t))
#define CHUNK_PAGES (PAGEMAP_CHUNK_WORDS * 64UL)

_Static_assert(CHUNK_PAGES << PAGE_SHIFT == 1UL << PAGEMAP_CHUNK_SHIFT, "a bit a page");
_Static_assert(CHUNK_BYTES % PAGE_SIZE == 0, "chunks keep each other page-aligned");

/* The whole pages of @r that baton may take at all. Return: false if there are none. */
static bool usable(const struct range *r, struct range *pages)
{
	if (r->end < PAGE_SIZE)
		return false;
	pages->end = align_down(r->end, PAGE_SIZE);
	/* rounding up cannot wrap: the base lies below an end that was rounded down */
	if (r->base >= pages->end)
		return false;
	pages->base = max_u64(align_up(r->base, PAGE_SIZE), LOW_LIMIT);
	return pages->base < pages->end;
}

/* Entries that the chunk table needs: up to the gibibyte of the last usable page. */
static uint64_t table_entries(const struct ranges *ram)
{
	struct range pages;
	unsigned int i;

	for (i = ram->nr; i-- > 0;)
		if (usable(&ram->r[i], &pages))
			return ((pages.end - 1) >> PAGEMAP_CHUNK_SHIFT) + 1;
	return 0;
}

static uint64_t table_bytes(const struct ranges *ram)
{
	return align_up(table_entries(ram) * sizeof(uint64_t *), PAGE_SIZE);
}

uint64_t pagemap_bytes(const struct ranges *ram)
{
	uint64_t bytes = table_bytes(ram), next = 0;
	unsigned int i;

	/* two ranges can share a gibibyte: @next is the first that has not been counted */
	for (i = 0; i < ram->nr; i++) {
		struct range pages;
		uint64_t first, end;

		if (!usable(&ram->r[i], &pages))
			continue;
		first = max_u64(pages.base >> PAGEMAP_CHUNK_SHIFT, next);
		end = ((pages.end - 1) >> PAGEMAP_CHUNK_SHIFT) + 1;
		if (first < end)
			bytes += (end - first) * CHUNK_BYTES;
		next = end;
	}
	return bytes;
}

void pagemap_init(struct pagemap *pm, const struct ranges *ram, void *mem)
{
	char *chunks = (char *)mem + table_bytes(ram);
	unsigned int i;

	pm->chunk = mem;
	pm->nr = table_entries(ram);
	memset(mem, 0, table_bytes(ram));

	for (i = 0; i < ram->nr; i++) {
		struct range pages;
		uint64_t c;

		if (!usable(&ram->r[i], &pages))
			continue;
		for (c = pages.base >> PAGEMAP_CHUNK_SHIFT;
		     c <= (pages.end - 1) >> PAGEMAP_CHUNK_SHIFT; c++) {
			if (pm->chunk[c])
				continue;
			pm->chunk[c] = (uint64_t *)(void *)chunks;
			memset(chunks, 0xff, CHUNK_BYTES);
			chunks += CHUNK_BYTES;
		}
		pagemap_clear(pm, pages.base, pages.end);
	}
}

/* Write @value (0 or ~0) to the bits [@from, @to) of a chunk. */
static void fill(uint64_t *chunk, uint64_t from, uint64_t to, uint64_t value)
{
	uint64_t first = from / 64, last = to / 64;
	uint64_t head = ~bits_below(from % 64), tail = bits_below(to % 64);

	if (first == last) {
		head &= tail;
		chunk[first] = (chunk[first] & ~head) | (value & head);
		return;
	}
	chunk[first] = (chunk[first] & ~head) | (value & head);
	memset(&chunk[first + 1], (int)(value & 0xff), (last - first - 1) * sizeof(uint64_t));
	if (tail)
		chunk[last] = (chunk[last] & ~tail) | (value & tail);
}

/* Write @value to the pages [@page, @end), given by number, wherever there is a chunk. */
static void fill_pages(struct pagemap *pm, uint64_t page, uint64_t end, uint64_t value)
{
	end = min_u64(end, pm->nr * CHUNK_PAGES);
	while (page < end) {
		uint64_t from = page % CHUNK_PAGES;
		uint64_t to = min_u64(from + (end - page), CHUNK_PAGES);
		uint64_t *chunk = pm->chunk[page / CHUNK_PAGES];

		if (chunk)
			fill(chunk, from, to, value);
		page += to - from;
	}
}

/* The number of the first page that starts at or after @end. */
static uint64_t end_page(paddr_t end)
{
	return (end >> PAGE_SHIFT) + !is_aligned(end, PAGE_SIZE);
}

void pagemap_set(struct pagemap *pm, paddr_t base, paddr_t end)
{
	fill_pages(pm, base >> PAGE_SHIFT, end_page(end), ~0UL);
}

void pagemap_clear(struct pagemap *pm, paddr_t base, paddr_t end)
{
	fill_pages(pm, base >> PAGE_SHIFT, end >> PAGE_SHIFT, 0);
}

/*
 * The first page in [@page, @end) that is set, or with @flip ~0 clear; @end if there is none. A gibibyte
 * without a chunk is all set.
 */
static uint64_t scan(const struct pagemap *pm, uint64_t page, uint64_t end, uint64_t flip)
{
	while (page < end) {
		uint64_t c = page / CHUNK_PAGES, *chunk = c < pm->nr ? pm->chunk[c] : NULL;
		uint64_t word;

		if (!chunk && !flip)
			return page;
		if (!chunk) {
			page = c < pm->nr ? (c + 1) * CHUNK_PAGES : end;
			continue;
		}
		word = (chunk[page % CHUNK_PAGES / 64] ^ flip) & ~bits_below(page % 64);
		if (word)
			return min_u64(align_down(page, 64) + bits_lowest(word), end);
		page = align_down(page, 64) + 64;
	}
	return end;
}

paddr_t pagemap_first_set(const struct pagemap *pm, paddr_t base, paddr_t end)
{
	uint64_t page;

	if (base >= end)
		return end;
	page = scan(pm, base >> PAGE_SHIFT, end_page(end), 0);
	return page < end_page(end) ? max_u64(page << PAGE_SHIFT, base) : end;
}

paddr_t pagemap_first_clear(const struct pagemap *pm, paddr_t base, paddr_t end)
{
	return base < end ? scan(pm, base >> PAGE_SHIFT, end >> PAGE_SHIFT, ~0UL) << PAGE_SHIFT : end;
}

bool pagemap_any(const struct pagemap *pm, paddr_t base, paddr_t end)
{
	return pagemap_first_set(pm, base, end) < end;
}

uint64_t *pagemap_words(const struct pagemap *pm, paddr_t base, uint64_t *nr)
{
	uint64_t c = base >> PAGEMAP_CHUNK_SHIFT;
	uint64_t word = (base >> PAGE_SHIFT) % CHUNK_PAGES / 64;

	*nr = PAGEMAP_CHUNK_WORDS - word;
	if (c >= pm->nr || !pm->chunk[c])
		return NULL;
	return pm->chunk[c] + word;
}

uint64_t pagemap_free_pages(const struct pagemap *pm)
{
	uint64_t sum = 0, c;

	for (c = 0; c < pm->nr; c++) {
		const uint64_t *chunk = pm->chunk[c];
		unsigned int i;

		for (i = 0; chunk && i < PAGEMAP_CHUNK_WORDS; i++)
			if (~chunk[i])
				sum += bits_count(~chunk[i]);
	}
	return sum;
}

bool pagemap_find(const struct pagemap *pm, paddr_t from, uint64_t pages, paddr_t *at)
{
	uint64_t end = pm->nr * CHUNK_PAGES, page = end_page(from);

	while (page < end) {
		uint64_t stop;

		page = scan(pm, page, end, ~0UL);
		if (pages > end - page)
			return false;
		stop = scan(pm, page, page + pages, 0);
		if (stop == page + pages) {
			*at = page << PAGE_SHIFT;
			return true;
		}
		page = stop;
	}
	return false;
}
