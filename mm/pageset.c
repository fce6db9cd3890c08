// SPDX-License-Identifier: MIT
#include "mm/pageset.h"

#include "mm/bits.h"

#define LEAF_SIZE   (1UL << PAGESET_LEAF_SHIFT)
#define MAX_NESTING 8

_Static_assert(PAGE_SIZE * 8 << PAGE_SHIFT == LEAF_SIZE, "a leaf is a page, a bit a page");

static bool add(struct pageset *s, paddr_t base, paddr_t end, unsigned int nesting);

/* The leaf for @addr, NULL if there is none. */
static uint64_t *leaf_at(const struct pageset *s, paddr_t addr)
{
	uint64_t i = addr >> PAGESET_LEAF_SHIFT;

	return i < s->nr && s->leaf[i] ? window_rw(s->pages->window, s->leaf[i], PAGE_SIZE) : NULL;
}

/*
 * Make sure that there is a leaf for @addr. Its page is entered in @s->own, which can need a leaf
 * for that as well; and so on, but only as long as each one lies in 128 MiB with a single free page.
 */
static bool need_leaf(struct pageset *s, paddr_t addr, unsigned int nesting)
{
	uint64_t i = addr >> PAGESET_LEAF_SHIFT;
	paddr_t leaf;

	if (i < s->nr && s->leaf[i])
		return true;
	if (i >= s->nr || nesting == MAX_NESTING || !palloc_pages(s->pages, 1, &leaf))
		return false;
	s->leaf[i] = leaf;
	if (!add(s->own, leaf, leaf + PAGE_SIZE, nesting + 1)) {
		s->leaf[i] = 0;
		palloc_free(s->pages, leaf, 1);
		return false;
	}
	s->held++;
	return true;
}

/* Write @value (0 or ~0) to the bits of [@base, @end), wherever there is a leaf. */
static void fill(struct pageset *s, paddr_t base, paddr_t end, uint64_t value)
{
	while (base < end) {
		paddr_t stop = min_u64(end, align_down(base, PAGE_SIZE * 64) + PAGE_SIZE * 64);
		uint64_t *leaf = leaf_at(s, base);
		uint64_t page = base >> PAGE_SHIFT, nr = (stop - base) >> PAGE_SHIFT;
		uint64_t mask = bits_below((unsigned int)nr) << page % 64;
		unsigned int word = page % (LEAF_SIZE >> PAGE_SHIFT) / 64;

		if (leaf)
			leaf[word] = (leaf[word] & ~mask) | (value & mask);
		base = stop;
	}
}

static bool add(struct pageset *s, paddr_t base, paddr_t end, unsigned int nesting)
{
	paddr_t at;

	for (at = base; at < end; at = align_down(at, LEAF_SIZE) + LEAF_SIZE)
		if (!need_leaf(s, at, nesting))
			return false;
	fill(s, base, end, ~0UL);
	return true;
}

/* True if any bit of [@base, @end) is set, or with @flip ~0 clear. */
static bool test(const struct pageset *s, paddr_t base, paddr_t end, uint64_t flip)
{
	while (base < end) {
		const uint64_t *leaf = leaf_at(s, base);
		paddr_t stop = min_u64(end, align_down(base, LEAF_SIZE) + LEAF_SIZE);

		if (!leaf && flip)
			return true;
		for (; leaf && base < stop;
		     base = align_down(base, PAGE_SIZE * 64) + PAGE_SIZE * 64) {
			uint64_t page = base >> PAGE_SHIFT, nr = (stop - base) >> PAGE_SHIFT;
			uint64_t word = leaf[page % (LEAF_SIZE >> PAGE_SHIFT) / 64] ^ flip;

			word >>= page % 64;
			if (word & bits_below((unsigned int)min_u64(nr, 64 - page % 64)))
				return true;
		}
		base = stop;
	}
	return false;
}

bool pageset_init(struct pageset *s, struct palloc *pages, struct pageset *own)
{
	uint64_t nr = pages->map->nr << (PAGEMAP_CHUNK_SHIFT - PAGESET_LEAF_SHIFT);
	uint64_t size = align_up(nr * sizeof(*s->leaf), PAGE_SIZE);

	*s = (struct pageset){ .pages = pages, .own = own, .nr = nr, .held = size >> PAGE_SHIFT };
	s->leaf = palloc_pages(pages, s->held, &s->table);
	if (s->leaf && pageset_add(own, s->table, s->table + size))
		return true;
	pageset_free(s);
	return false;
}

void pageset_free(struct pageset *s)
{
	uint64_t i;

	for (i = 0; s->leaf && i < s->nr; i++)
		if (s->leaf[i])
			palloc_free(s->pages, s->leaf[i], 1);
	if (s->leaf)
		palloc_free(s->pages, s->table,
			    align_up(s->nr * sizeof(*s->leaf), PAGE_SIZE) >> PAGE_SHIFT);
	*s = (struct pageset){ 0 };
}

bool pageset_add(struct pageset *s, paddr_t base, paddr_t end)
{
	return add(s, base, end, 0);
}

void pageset_remove(struct pageset *s, paddr_t base, paddr_t end)
{
	fill(s, base, end, 0);
}

bool pageset_any(const struct pageset *s, paddr_t base, paddr_t end)
{
	return test(s, base, end, 0);
}

bool pageset_all(const struct pageset *s, paddr_t base, paddr_t end)
{
	return !test(s, base, end, ~0UL);
}
