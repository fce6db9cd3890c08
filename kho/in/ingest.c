// SPDX-License-Identifier: MIT
/*
 * Ingestion in two passes. The first enters the pages of the map itself: a node that is linked twice
 * then shows as a page that is set already. The second enters the blocks, and whatever they meet is a
 * finding. It walks only what the first has accepted, so the number of pages bounds the work, however
 * broken the tree is.
 */
#include "kho/in/ingest.h"

static const enum finding_code flaws[] = {
	[MAP_KEY_ZERO] = FINDING_KEY_ZERO,     [MAP_KEY_WIDE] = FINDING_KEY_WIDE,
	[MAP_KEY_ORDER] = FINDING_KEY_ORDER,   [MAP_LEAF_MISALIGNED] = FINDING_LEAF_MISALIGNED,
	[MAP_LEAF_SMALL] = FINDING_LEAF_SMALL, [MAP_CHUNK_COUNT] = FINDING_CHUNK_COUNT,
};

/* Linux passes on the memory map of its start: what was added since is missing there. */
const char *kho_in_no_ram(const struct kho_in *in, paddr_t addr)
{
	return in->h.borders && borders_hot(in->h.borders, addr) ?
		       ", in memory that was added while the last kernel ran" :
		       "";
}

/* Check the page that a link leads to and enter it. Return: false if it must not be followed. */
static bool take_page(struct ingest *g, const struct map_page *page)
{
	enum finding_code code;

	if (page->flaw)
		code = flaws[page->flaw];
	else if (!is_aligned(page->addr, PAGE_SIZE))
		code = FINDING_NODE_MISALIGNED;
	else if (!handover_look(&g->in->h, page->addr, PAGE_SIZE))
		code = FINDING_NODE_NOT_RAM;
	else if (page->addr < LOW_LIMIT)
		code = FINDING_NODE_LOW;
	else if (ranges_meet(g->scratch, page->addr, page->addr + PAGE_SIZE))
		code = FINDING_NODE_IN_SCRATCH;
	else if (pagemap_any(g->pm, page->addr, page->addr + PAGE_SIZE))
		code = FINDING_NODE_SHARED;
	else {
		pagemap_set(g->pm, page->addr, page->addr + PAGE_SIZE);
		if (page->level)
			g->in->nodes++;
		else
			g->in->leaves++;
		return true;
	}
	finding_add(g->f, code, "map node at 0x%lx, level %u, for keys from 0x%lx%s", page->addr,
		    page->level, page->from,
		    code == FINDING_NODE_NOT_RAM ? kho_in_no_ram(g->in, page->addr) : "");
	return false;
}

/* Pass 1, for map_walk(): a refused page goes on the list, so that pass 2 leaves it out. */
static enum map_next take_or_refuse(void *arg, const struct map_page *page)
{
	struct ingest *g = arg;
	uint64_t link = g->links++;

	/* one leaf of another size tells that all are: say it once, and look at none of them */
	if (page->flaw == MAP_LEAF_SMALL && g->small)
		return MAP_PASS;
	if (page->flaw == MAP_LEAF_SMALL) {
		g->small = true;
		g->whole = false;
	}
	if (take_page(g, page))
		return MAP_FOLLOW;
	if (g->refused.nr < MAP_REFUSED)
		g->refused.link[g->refused.nr++] = link;
	else
		g->whole = false;
	return MAP_PASS;
}

/*
 * Pass 2, for map_walk(). It does not matter here what the version's own consumer can take in: 7.1
 * hands out orders that only 7.3 can take in.
 */
static enum map_next take_leaf(void *arg, const struct map_page *page)
{
	struct ingest *g = arg;
	struct kho_leaf leaf;

	if (map_leaf(&g->map, page, &leaf))
		ingest_leaf(g, &leaf);
	return MAP_FOLLOW;
}

/* For map_walk(): take the pages of the map out of the page map, and put them in again. */
static enum map_next unmark_page(void *arg, const struct map_page *page)
{
	struct ingest *g = arg;

	pagemap_clear(g->pm, page->addr, page->addr + PAGE_SIZE);
	return MAP_FOLLOW;
}

static enum map_next mark_page(void *arg, const struct map_page *page)
{
	struct ingest *g = arg;

	pagemap_set(g->pm, page->addr, page->addr + PAGE_SIZE);
	return MAP_FOLLOW;
}

/* A root that was refused leaves nothing to check them against, and so does no map at all. */
static void check_blobs(struct ingest *g)
{
	const struct map_visitor unmark = { .page = unmark_page, .arg = g };
	const struct map_visitor mark = { .page = mark_page, .arg = g };

	if (!g->whole || !handover_is_read(&g->in->h) || handover_is_unfinished(&g->in->h))
		return;
	map_walk(&g->map, &unmark);
	kho_in_check_blobs(g, g->f);
	map_walk(&g->map, &mark);
}

static void report_flaw(void *arg, enum map_flaw flaw, const char *text)
{
	struct ingest *g = arg;

	finding_add(g->f, flaws[flaw], "%s", text);
}

void kho_in_ingest(struct kho_in *in, const struct ranges *ram, const struct ranges *scratch,
		   struct pagemap *pm, struct findings *f)
{
	struct ingest g = { .in = in, .ram = ram, .scratch = scratch, .pm = pm, .f = f };
	const struct map_visitor pass1 = { .page = take_or_refuse, .arg = &g };
	const struct map_visitor pass2 = { take_leaf, report_flaw, &g };

	if (!in->h.map.format)
		return;
	g.whole = true;
	map_walk(&in->h.map, &pass1);
	in->h.map.pages = in->nodes + in->leaves;
	g.map = in->h.map;
	g.map.refused = &g.refused;
	if (g.whole)
		map_walk(&g.map, &pass2);
	check_blobs(&g);
	if (!f->total)
		map_learn(&in->h.map);
}
