// SPDX-License-Identifier: MIT
/*
 * Changing a list that may be published. One of three stores makes each change visible:
 * - of a word of a leaf, for a block that comes or goes without its leaf;
 * - of the count of a chunk, for a leaf that comes or goes at its end;
 * - of the link to a chunk, for anything else: the chunk is built anew in a spare page, and takes
 *   the place of the old one, which is the spare page from then on.
 *
 * The root never has entries, so that every chunk that has some can be replaced. And as there always
 * is a spare page, removing never needs memory.
 *
 * The list is kept as Linux writes it: by order, then by base, without empty chunks or leaves. Its
 * length depends only on the leaves that are in it: a chunk and the next one of its order always have
 * more than FEW leaves together, so L leaves of one order lie in at most L / 64 + 1 chunks.
 *
 * A list is slow to search. So a map that is built here has an index: a private radix tree whose
 * leaves are the leaves of the list. Every question goes to it; the list is looked at only when a
 * leaf comes or goes.
 */
#include "kho/map/chunks.h"

#include <string.h>

#include "kho/map/publish.h"
#include "kho/map/radix.h"

#define FEW (CHUNK_ENTRIES / 2) /* leaves for which one chunk is enough */

/**
 * struct place - where a leaf is in the list, or would be
 * @chunk:  the first chunk whose last leaf is not below it, at @at; NULL at the end of the list
 * @i:      where in it: its own entry, or the one that it would come before
 * @prev:   the chunk before, at @prev_at
 * @before: the one before that; NULL if @prev is the root
 */
struct place {
	struct chunk *chunk, *prev, *before;
	paddr_t at, prev_at;
	unsigned int i;
};

static struct chunk *chunk_at(const struct map_build *b, paddr_t addr)
{
	return window_rw(b->pages->window, addr, PAGE_SIZE);
}

static bool is_of_order(const struct chunk *c, unsigned int order)
{
	return c && chunk_count(c) && chunk_order(c) == order;
}

static bool ends_below(const struct chunk *c, unsigned int order, paddr_t base)
{
	if (chunk_order(c) != order)
		return chunk_order(c) < order;
	return c->entry[chunk_count(c) - 1].base < base;
}

static struct place find_place(const struct map_build *b, unsigned int order, paddr_t base)
{
	struct place p = { .prev = chunk_at(b, b->map->root), .prev_at = b->map->root };

	while ((p.at = p.prev->next)) {
		p.chunk = chunk_at(b, p.at);
		if (!ends_below(p.chunk, order, base)) {
			if (is_of_order(p.chunk, order))
				p.i = chunk_find(p.chunk, chunk_count(p.chunk), base);
			return p;
		}
		p.before = p.prev;
		p.prev = p.chunk;
		p.prev_at = p.at;
	}
	p.chunk = NULL;
	return p;
}

/* ---- chunks that are not linked ---- */

static void begin_chunk(struct chunk *c, unsigned int order)
{
	c->next = 0;
	c->head = chunk_head(order, 0);
}

static void append(struct chunk *c, const struct chunk_entry *e, unsigned int nr)
{
	unsigned int count = chunk_count(c);

	memcpy(&c->entry[count], e, nr * sizeof(*e));
	c->head = chunk_head(chunk_order(c), count + nr);
}

/* Append [@from, @to) of @c's entries. */
static void append_some(struct chunk *to_chunk, const struct chunk *c, unsigned int from,
			unsigned int to)
{
	append(to_chunk, &c->entry[from], to - from);
}

/* The spare page as a chunk like p->chunk, without entries. */
static struct chunk *begin_spare(const struct map_build *b, const struct place *p)
{
	struct chunk *c = chunk_at(b, b->map->spare);

	begin_chunk(c, chunk_order(p->chunk));
	c->next = p->chunk->next;
	return c;
}

/* Let @prev lead to the spare page, and what follows there; p->chunk is the spare page from now on. */
static void link_spare(struct map_build *b, const struct place *p, struct chunk *prev)
{
	publish(&prev->next, b->map->spare);
	b->map->spare = p->at;
}

/* ---- adding leaves ---- */

static bool has_room(const struct chunk *c, unsigned int order)
{
	return is_of_order(c, order) && chunk_count(c) < CHUNK_ENTRIES;
}

/* True if the previous chunk can take the new leaf at its end. */
static bool fits_before(const struct place *p, unsigned int order)
{
	return p->i == 0 && has_room(p->prev, order);
}

/* True if the new leaf takes one more chunk. */
static bool needs_chunk(const struct place *p, unsigned int order)
{
	return !fits_before(p, order) && !has_room(p->chunk, order);
}

/* Put the empty chunk @c at @at, with @e alone, between p->prev and p->chunk. */
static void insert_chunk(const struct place *p, const struct chunk_entry *e, struct chunk *c,
			 paddr_t at)
{
	append(c, e, 1);
	c->next = p->at;
	publish(&p->prev->next, at);
}

/* Put two halves in the place of the full p->chunk: the spare page, and the empty @high at @at. */
static void split_chunk(struct map_build *b, const struct place *p, const struct chunk_entry *e,
			struct chunk *high, paddr_t at)
{
	struct chunk *low = begin_spare(b, p);
	unsigned int half = CHUNK_ENTRIES / 2;

	if (p->i <= half) {
		append_some(low, p->chunk, 0, p->i);
		append(low, e, 1);
		append_some(low, p->chunk, p->i, half);
		append_some(high, p->chunk, half, CHUNK_ENTRIES);
	} else {
		append_some(low, p->chunk, 0, half);
		append_some(high, p->chunk, half, p->i);
		append(high, e, 1);
		append_some(high, p->chunk, p->i, CHUNK_ENTRIES);
	}
	high->next = low->next;
	low->next = at;
	link_spare(b, p, p->prev);
}

/* Publish the complete leaf of @e in the list; @new is a page for a chunk, if needs_chunk() says so. */
static void list_add(struct map_build *b, const struct place *p, unsigned int order,
		     const struct chunk_entry *e, paddr_t new)
{
	struct chunk *c = new ? chunk_at(b, new) : NULL;

	if (c) {
		begin_chunk(c, order);
		b->map->pages++;
	}
	if (c && is_of_order(p->chunk, order) && p->i) {
		split_chunk(b, p, e, c, new);
	} else if (c) {
		insert_chunk(p, e, c, new);
	} else if (fits_before(p, order)) {
		unsigned int count = chunk_count(p->prev);

		p->prev->entry[count] = *e;
		publish(&p->prev->head, chunk_head(order, count + 1));
	} else {
		c = begin_spare(b, p);
		append_some(c, p->chunk, 0, p->i);
		append(c, e, 1);
		append_some(c, p->chunk, p->i, chunk_count(p->chunk));
		link_spare(b, p, p->prev);
	}
}

/* ---- removing leaves ---- */

/* Append all entries of p->chunk except the one at p->i. */
static void append_others(struct chunk *c, const struct place *p)
{
	append_some(c, p->chunk, 0, p->i);
	append_some(c, p->chunk, p->i + 1, chunk_count(p->chunk));
}

/* True if @c is of the order of p->chunk, and the rest of p->chunk fits into one chunk with it. */
static bool joins(const struct chunk *c, const struct place *p)
{
	return is_of_order(c, chunk_order(p->chunk)) &&
	       chunk_count(c) + chunk_count(p->chunk) - 1 <= FEW;
}

/*
 * Take the entry at p->i out of the list, by one store. If the rest of its chunk and a neighbour have
 * few entries, the same store makes them one chunk. Return: the chunk that is left over, 0 for none.
 */
static paddr_t list_remove(struct map_build *b, const struct place *p)
{
	paddr_t next_at = p->chunk->next;
	struct chunk *next = next_at ? chunk_at(b, next_at) : NULL, *c;
	unsigned int left = chunk_count(p->chunk) - 1;

	if (!left) {
		publish(&p->prev->next, next_at);
		return p->at;
	}
	if (!joins(p->prev, p) && !joins(next, p) && p->i == left) {
		publish(&p->chunk->head, chunk_head(chunk_order(p->chunk), left));
		return 0;
	}
	c = begin_spare(b, p);
	if (joins(p->prev, p)) {
		append_some(c, p->prev, 0, chunk_count(p->prev));
		append_others(c, p);
		link_spare(b, p, p->before);
		return p->prev_at;
	}
	append_others(c, p);
	if (joins(next, p)) {
		append_some(c, next, 0, chunk_count(next));
		c->next = next->next;
		link_spare(b, p, p->prev);
		return next_at;
	}
	link_spare(b, p, p->prev);
	return 0;
}

/* ---- the index ---- */

/* The index as a map, and the means to change it; it has the leaves, but does not count them. */
struct index {
	struct map map;
	struct map_build build;
};

static void open_index(struct index *x, const struct map_build *b)
{
	x->map = (struct map){ .format = &radix_format,
			       .window = b->pages->window,
			       .root = b->map->index };
	x->build = (struct map_build){ .map = &x->map, .pages = b->pages, .books = b->books };
}

/* The address of the leaf for a block; 0 if the map has none. */
static paddr_t find_leaf(const struct map_build *b, paddr_t addr, unsigned int order)
{
	uint64_t key = radix_key(addr, order);
	paddr_t at = b->map->index;
	unsigned int level;

	for (level = RADIX_ROOT; at && level; level--) {
		const uint64_t *node = window_rw(b->pages->window, at, PAGE_SIZE);

		at = node[radix_index(key, level)];
	}
	return at;
}

static uint64_t *bits_at(const struct map_build *b, paddr_t leaf)
{
	return window_rw(b->pages->window, leaf, PAGE_SIZE);
}

/* For chunks_walk_private(): the leaves are handed over. */
static enum map_next show_node(void *arg, const struct map_page *page)
{
	const struct map_visitor *const *v = arg;

	return page->level ? (*v)->page((*v)->arg, page) : MAP_PASS;
}

void chunks_walk_private(const struct map *m, const struct map_visitor *v)
{
	const struct map index = { .format = &radix_format, .window = m->window, .root = m->index };
	const struct map_page spare = { .addr = m->spare, .level = 1 };

	if (m->index && v->page(v->arg, &spare) != MAP_STOP)
		map_walk(&index, &(struct map_visitor){ .page = show_node, .arg = &v });
}

/* ---- the operations ---- */

int chunks_init(struct map_build *b)
{
	struct map *m = b->map;

	if (!map_take_page(b, &m->index))
		return -1;
	if (!map_take_page(b, &m->spare))
		goto undo_index;
	if (!map_take_page(b, &m->root))
		goto undo_spare;
	m->pages = 1;
	return 0;

undo_spare:
	map_give_back(b, m->spare);
undo_index:
	map_give_back(b, m->index);
	m->index = 0;
	m->spare = 0;
	return -1;
}

/* Find the place of a new leaf, and take the page that it needs there. Return: -1 without memory. */
static int prepare(struct map_build *b, paddr_t addr, unsigned int order, struct place *p,
		   paddr_t *new)
{
	*p = find_place(b, order, chunk_base(addr, order));
	*new = 0;
	return needs_chunk(p, order) && !map_take_page(b, new) ? -1 : 0;
}

/* Show the leaf that is in the index now. */
static void show_leaf(struct map_build *b, paddr_t addr, unsigned int order, const struct place *p,
		      paddr_t new)
{
	const struct chunk_entry e = { chunk_base(addr, order), find_leaf(b, addr, order) };

	list_add(b, p, order, &e, new);
	b->map->pages++;
}

int chunks_add_leaf(struct map_build *b, const struct kho_leaf *leaf)
{
	paddr_t have = find_leaf(b, leaf->base, leaf->order), new;
	struct place p;
	struct index x;

	if (have) {
		map_merge_leaf(b, bits_at(b, have), leaf);
		return 0;
	}
	if (prepare(b, leaf->base, leaf->order, &p, &new)) {
		palloc_free(b->pages, leaf->addr, 1);
		return -1;
	}
	open_index(&x, b);
	if (map_add_leaf(&x.build, leaf)) {
		if (new)
			map_give_back(b, new);
		return -1;
	}
	show_leaf(b, leaf->base, leaf->order, &p, new);
	return 0;
}

/* The word of a leaf in which the block at @addr is. */
static unsigned int word_of(paddr_t addr, unsigned int order)
{
	return (addr >> (PAGE_SHIFT + order)) % KHO_LEAF_BITS / 64;
}

int chunks_add_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	paddr_t have = find_leaf(b, addr, order), new;
	uint64_t *word;
	struct place p;
	struct index x;

	if (have) {
		word = &bits_at(b, have)[word_of(addr, order)];
		publish(word, *word | mask);
		return 0;
	}
	if (prepare(b, addr, order, &p, &new))
		return -1;
	open_index(&x, b);
	if (map_add_keys(&x.build, addr, order, mask)) {
		if (new)
			map_give_back(b, new);
		return -1;
	}
	show_leaf(b, addr, order, &p, new);
	return 0;
}

uint64_t chunks_remove_keys(struct map_build *b, paddr_t addr, unsigned int order, uint64_t mask)
{
	unsigned int w = word_of(addr, order);
	uint64_t *bits, gone;
	paddr_t have = find_leaf(b, addr, order), left_over;
	struct place p;
	struct index x;

	if (!have)
		return 0;
	bits = bits_at(b, have);
	gone = bits[w] & mask;
	if (!gone)
		return 0;
	if (bits[w] != gone || !map_only_word(bits, w)) {
		publish(&bits[w], bits[w] & ~gone);
		return gone;
	}
	/* The last blocks go with their leaf, which is given back when nothing leads to it any more. */
	p = find_place(b, order, chunk_base(addr, order));
	left_over = list_remove(b, &p);
	if (left_over) {
		map_give_back(b, left_over);
		b->map->pages--;
	}
	open_index(&x, b);
	map_remove_keys(&x.build, addr, order, gone);
	b->map->pages--;
	return gone;
}

void chunks_free(struct map_build *b)
{
	paddr_t at = b->map->root, next;
	struct index x;

	for (; at; at = next) {
		next = chunk_at(b, at)->next;
		map_give_back(b, at);
	}
	map_give_back(b, b->map->spare);
	open_index(&x, b);
	map_free(&x.build);
	b->map->index = 0;
	b->map->spare = 0;
}
