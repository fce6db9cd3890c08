// SPDX-License-Identifier: MIT
/* What is the same in every format. */
#include "kho/map/map.h"

/**
 * struct partial - a walk that leaves out what was refused
 * @v:       who is asked about the rest
 * @refused: what to leave out
 * @link:    ordinal of the link that comes next
 * @next:    first entry of @refused that is still to come
 */
struct partial {
	const struct map_visitor *v;
	const struct map_refused *refused;
	uint64_t link;
	unsigned int next;
};

static enum map_next show_unless_refused(void *arg, const struct map_page *page)
{
	struct partial *p = arg;
	uint64_t link = p->link++;

	if (p->next < p->refused->nr && p->refused->link[p->next] == link) {
		p->next++;
		return MAP_PASS;
	}
	return p->v->page(p->v->arg, page);
}

static void tell_flaw(void *arg, enum map_flaw flaw, const char *text)
{
	const struct partial *p = arg;

	p->v->flaw(p->v->arg, flaw, text);
}

void map_walk(const struct map *m, const struct map_visitor *v)
{
	struct partial p = { .v = v, .refused = m->refused };
	const struct map_visitor less = { show_unless_refused, v->flaw ? tell_flaw : NULL, &p };

	if (m->root)
		m->format->walk(m, m->refused ? &less : v);
}

bool map_leaf(const struct map *m, const struct map_page *page, struct kho_leaf *leaf)
{
	const void *bits;

	if (page->level || page->flaw || page->order > KHO_MAX_ORDER ||
	    !is_aligned(page->addr, PAGE_SIZE))
		return false;
	bits = window_ro(m->window, page->addr, PAGE_SIZE);
	*leaf = (struct kho_leaf){ page->addr, page->base, page->order, bits };
	return bits != NULL;
}

/**
 * struct leaves - a walk from leaf to leaf
 * @map: the map
 * @fn, @arg: the arguments of map_for_each_leaf()
 * @ret: what @fn returned last
 */
struct leaves {
	const struct map *map;
	int (*fn)(const struct kho_leaf *leaf, void *arg);
	void *arg;
	int ret;
};

static enum map_next show_leaf(void *arg, const struct map_page *page)
{
	struct leaves *l = arg;
	struct kho_leaf leaf;

	if (map_leaf(l->map, page, &leaf))
		l->ret = l->fn(&leaf, l->arg);
	return l->ret ? MAP_STOP : MAP_FOLLOW;
}

int map_for_each_leaf(const struct map *m, int (*fn)(const struct kho_leaf *leaf, void *arg),
		      void *arg)
{
	struct leaves l = { .map = m, .fn = fn, .arg = arg };

	map_walk(m, &(struct map_visitor){ .page = show_leaf, .arg = &l });
	return l.ret;
}

struct search {
	paddr_t page;
	uint64_t left;
	bool found;
};

static enum map_next compare_page(void *arg, const struct map_page *page)
{
	struct search *s = arg;

	if (!s->left--)
		return MAP_STOP;
	s->found = page->addr == s->page;
	return s->found ? MAP_STOP : MAP_FOLLOW;
}

bool map_is_page(const struct map *m, paddr_t addr)
{
	struct search s = { .page = align_down(addr, PAGE_SIZE), .left = m->pages };

	if (m->root && window_ro(m->window, s.page, PAGE_SIZE))
		map_walk(m, &(struct map_visitor){ .page = compare_page, .arg = &s });
	return s.found;
}

void map_learn(struct map *m)
{
	if (m->root && m->format->learn)
		m->format->learn(m);
}

bool map_has(const struct map *m, paddr_t addr, unsigned int order)
{
	return m->root && m->format->has(m, addr, order);
}

bool map_find(const struct map *m, paddr_t addr, unsigned int *order)
{
	return m->root && m->format->find(m, addr, order);
}

bool map_meets(const struct map *m, paddr_t addr, unsigned int order, unsigned int max,
	       unsigned int *found)
{
	return m->root && m->format->meets(m, addr, order, max, found);
}

int map_build_init(struct map_build *b, struct map *map, const struct map_format *format,
		   struct palloc *pages)
{
	*map = (struct map){ .format = format, .window = pages->window };
	*b = (struct map_build){ .map = map, .pages = pages };
	if (!format->init(b))
		return 0;
	map->root = 0;
	return -1;
}

int map_add_leaf(struct map_build *b, const struct kho_leaf *leaf)
{
	return b->map->format->add_leaf(b, leaf);
}

int map_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	return b->map->format->add_keys(b, addr, order, mask);
}

uint64_t map_remove_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	return b->map->format->remove_keys(b, addr, order, mask);
}

/* The block at @addr in its word. */
static uint64_t bit_of(paddr_t addr, unsigned int order)
{
	return 1UL << (addr >> (PAGE_SHIFT + order)) % 64;
}

int map_add_key(struct map_build *b, paddr_t addr, unsigned int order)
{
	return map_add_keys(b, addr, order, bit_of(addr, order));
}

bool map_remove_key(struct map_build *b, paddr_t addr, unsigned int order)
{
	return map_remove_keys(b, addr, order, bit_of(addr, order));
}

struct entry {
	struct pageset *books;
	bool failed;
};

static enum map_next enter_page(void *arg, const struct map_page *page)
{
	struct entry *e = arg;

	e->failed |= !pageset_add(e->books, page->addr, page->addr + PAGE_SIZE);
	return e->failed ? MAP_STOP : MAP_FOLLOW;
}

static enum map_next strike_page(void *arg, const struct map_page *page)
{
	struct entry *e = arg;

	pageset_remove(e->books, page->addr, page->addr + PAGE_SIZE);
	return MAP_FOLLOW;
}

/* Also the pages that are not handed over. */
static void walk_all(const struct map *m, const struct map_visitor *v)
{
	map_walk(m, v);
	if (m->root && m->format->walk_private)
		m->format->walk_private(m, v);
}

int map_keep_books(struct map_build *b, struct pageset *books)
{
	struct entry e = { .books = books };

	walk_all(b->map, &(struct map_visitor){ .page = enter_page, .arg = &e });
	if (e.failed) {
		walk_all(b->map, &(struct map_visitor){ .page = strike_page, .arg = &e });
		return -1;
	}
	b->books = books;
	return 0;
}

void map_free(struct map_build *b)
{
	if (b->map->root)
		b->map->format->free(b);
	b->map->root = 0;
	b->map->pages = 0;
}
