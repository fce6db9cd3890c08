// SPDX-License-Identifier: MIT
/* The pages that a map is made of: taken from the allocator, and kept in the books of its owner. */
#include "kho/map/map.h"

#include "kho/map/publish.h"

int map_take_over(struct map_build *b, paddr_t at)
{
	if (!b->books || pageset_add(b->books, at, at + PAGE_SIZE))
		return 0;
	palloc_free(b->pages, at, 1);
	return -1;
}

void *map_take_page(struct map_build *b, paddr_t *at)
{
	void *page = palloc_pages(b->pages, 1, at);

	return page && map_take_over(b, *at) ? NULL : page;
}

void map_give_back(struct map_build *b, paddr_t at)
{
	if (b->books)
		pageset_remove(b->books, at, at + PAGE_SIZE);
	palloc_free(b->pages, at, 1);
}

void map_merge_leaf(struct map_build *b, uint64_t *bits, const struct kho_leaf *leaf)
{
	unsigned int w;

	for (w = 0; w < KHO_LEAF_WORDS; w++)
		if (leaf->bits[w] & ~bits[w])
			publish(&bits[w], bits[w] | leaf->bits[w]);
	palloc_free(b->pages, leaf->addr, 1);
}

/* Keys that go by ascending address leave empty words behind them: so those after @word come first. */
bool map_only_word(const uint64_t *page, unsigned int word)
{
	unsigned int i;

	for (i = word + 1; i < KHO_LEAF_WORDS; i++)
		if (page[i])
			return false;
	for (i = 0; i < word; i++)
		if (page[i])
			return false;
	return true;
}
