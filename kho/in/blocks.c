// SPDX-License-Identifier: MIT
/*
 * From the bits of a leaf to the bits of the page map.
 *
 * Up to order 5 a word of the page map holds several blocks: the bits of a leaf are widened, each
 * to 2^order bits, and 64 pages are checked by one AND and entered by one OR. From order 6 on a
 * block is whole words.
 */
#include "kho/in/ingest.h"
#include "mm/bits.h"

#define WORD_ORDER 6 /* a block of this order is one word of the page map */

/* Double each of the 32 lowest bits. */
static uint64_t double_bits(uint64_t x)
{
	x = (x | x << 16) & 0x0000ffff0000ffffUL;
	x = (x | x << 8) & 0x00ff00ff00ff00ffUL;
	x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fUL;
	x = (x | x << 2) & 0x3333333333333333UL;
	x = (x | x << 1) & 0x5555555555555555UL;
	return x | x << 1;
}

static uint64_t block_size(const struct kho_leaf *leaf)
{
	return PAGE_SIZE << leaf->order;
}

/* Why a page that is set cannot belong to a block. */
static enum finding_code classify(const struct ingest *g, paddr_t page)
{
	if (!ranges_hold(g->ram, page, page + PAGE_SIZE))
		return FINDING_BLOCK_NOT_RAM;
	if (page < LOW_LIMIT)
		return FINDING_BLOCK_LOW;
	if (ranges_meet(g->scratch, page, page + PAGE_SIZE))
		return FINDING_BLOCK_IN_SCRATCH;
	if (map_is_page(&g->map, page))
		return FINDING_BLOCK_IS_NODE;
	return FINDING_BLOCK_OVERLAP;
}

/* Report block @i of @leaf, whose first page in conflict is @page. */
static void report(struct ingest *g, const struct kho_leaf *leaf, unsigned int i, paddr_t page)
{
	enum finding_code code = FINDING_BLOCK_OVERLAP;

	/* a full list only counts findings: do not search the map for a name then */
	if (g->f->total < FINDINGS_KEPT)
		code = classify(g, page);
	finding_add(g->f, code, "block 0x%lx of order %u, page 0x%lx%s",
		    leaf->base + i * block_size(leaf), leaf->order, page,
		    code == FINDING_BLOCK_NOT_RAM ? kho_in_no_ram(g->in, page) : "");
}

/*
 * Report the blocks of one word of the page map that meet a set page.
 * @first: number in @leaf of the block that the word begins with
 * @hit:   the pages of blocks that were set
 */
static void report_word(struct ingest *g, const struct kho_leaf *leaf, unsigned int first,
			uint64_t hit)
{
	paddr_t base = leaf->base + first * block_size(leaf);
	unsigned int pages = 1U << leaf->order;

	while (hit) {
		unsigned int page = bits_lowest(hit);
		unsigned int block = page / pages;

		report(g, leaf, first + block, base + page * PAGE_SIZE);
		hit &= ~(bits_below(pages) << block * pages);
	}
}

/* Enter up to 64 blocks of less than a word: word @w of @leaf, which holds @bits. */
static void enter_word(struct ingest *g, const struct kho_leaf *leaf, unsigned int w, uint64_t bits)
{
	unsigned int per_word = 64U >> leaf->order; /* blocks in a word of the page map */
	unsigned int first = w * 64, i;
	uint64_t nr;
	/* 2^order words of the page map, never across a chunk: both are powers of two */
	uint64_t *map = pagemap_words(g->pm, leaf->base + first * block_size(leaf), &nr);

	for (; bits; first += per_word) {
		uint64_t pages = bits & bits_below(per_word), hit;

		bits = per_word < 64 ? bits >> per_word : 0;
		for (i = 0; i < leaf->order; i++)
			pages = double_bits(pages);
		hit = map ? *map & pages : pages;
		if (hit)
			report_word(g, leaf, first, hit);
		if (map)
			*map++ |= pages;
	}
}

/* Enter one block of whole words. */
static void enter_block(struct ingest *g, const struct kho_leaf *leaf, unsigned int i)
{
	paddr_t base = leaf->base + i * block_size(leaf), end, page;

	if (!range_end(base, block_size(leaf), &end)) {
		report(g, leaf, i, base);
		return;
	}
	page = pagemap_first_set(g->pm, base, end);
	if (page < end)
		report(g, leaf, i, page);
	pagemap_set(g->pm, base, end);
}

/* Linux restores a block as pages of one NUMA node: report the blocks that lie across a border. */
static void check_borders(struct ingest *g, const struct kho_leaf *leaf)
{
	uint64_t size = block_size(leaf);
	paddr_t end, border, from = leaf->base;

	if (!g->in->h.borders || leaf->order == 0 ||
	    !range_end(leaf->base, KHO_LEAF_BITS * size, &end))
		return;
	while (borders_inside(g->in->h.borders, from, end, &border)) {
		uint64_t i = (border - leaf->base) / size;

		if (!is_aligned(border, size) && leaf->bits[i / 64] >> i % 64 & 1)
			finding_add(g->f, FINDING_BLOCK_ACROSS_NODES,
				    "block 0x%lx of order %u, border at 0x%lx",
				    leaf->base + i * size, leaf->order, border);
		/* a block is reported once: go on with the next border that is not inside it */
		from = is_aligned(border, size) ? border : leaf->base + (i + 1) * size - 1;
	}
}

void ingest_leaf(struct ingest *g, const struct kho_leaf *leaf)
{
	uint64_t blocks = 0;
	unsigned int w;

	for (w = 0; w < KHO_LEAF_WORDS; w++) {
		uint64_t bits = leaf->bits[w];

		if (!bits)
			continue;
		blocks += bits_count(bits);
		if (leaf->order < WORD_ORDER) {
			enter_word(g, leaf, w, bits);
			continue;
		}
		for (; bits; bits &= bits - 1)
			enter_block(g, leaf, w * 64 + bits_lowest(bits));
	}
	check_borders(g, leaf);
	g->in->blocks[leaf->order] += blocks;
	g->in->pages += blocks << leaf->order;
}
