// SPDX-License-Identifier: MIT
/* What the model says of an operation beforehand, and its books. */
#include "ops.h"

struct w_list w_lists[W_LISTS];
unsigned int w_nr_lists;
struct reading *w_now;
uint64_t w_books[4096];
unsigned int w_nr_books;

static int w_find_key(uint64_t addr, unsigned int order)
{
	unsigned int i;

	for (i = 0; i < w.nr_key; i++)
		if (w.key[i].addr == addr && w.key[i].order == order)
			return (int)i;
	return -1;
}

bool w_published(uint64_t addr, unsigned int order)
{
	return w_find_key(addr, order) >= 0 || (addr == w.out->h.fdt && !order);
}

void w_add_key(uint64_t addr, unsigned int order)
{
	assert_true(w.nr_key < W_KEYS - 1);
	w.key[w.nr_key++] = (struct model_key){ addr, order };
}

void w_drop_key(uint64_t addr, unsigned int order)
{
	int i = w_find_key(addr, order);

	if (i >= 0)
		w.key[i] = w.key[--w.nr_key];
}

int w_find_blob(const char *name)
{
	unsigned int i;

	for (i = 0; i < w.nr_blob; i++)
		if (!strcmp(w.blob[i].name, name))
			return (int)i;
	return -1;
}

static void own_set(const struct pageset *set)
{
	uint64_t i, next = 0;
	unsigned int n;

	for (i = 0; i < (set->nr * 8 + 4095) / 4096; i++)
		w_books[w_nr_books++] = set->table + i * 4096;
	/* leaves are only for 128 MiB that have RAM */
	for (n = 0; n < w.m->window.nr; n++) {
		const struct pane *pane = &w.m->pane[n];

		for (i = pane->base >> 27 > next ? pane->base >> 27 : next;
		     i <= (pane->end - 1) >> 27; i++)
			if (set->leaf[i])
				w_books[w_nr_books++] = set->leaf[i];
		next = i;
	}
}

static enum map_next own_page(void *arg, const struct map_page *page)
{
	(void)arg;
	w_books[w_nr_books++] = page->addr;
	return MAP_FOLLOW;
}

/* The map of restored keys: only its own walk knows its pages. */
static void own_done(void)
{
	map_walk(&w.restore.done, &(struct map_visitor){ .page = own_page });
}

void op_look(void)
{
	memcpy(w_books, w_now->node, w_now->nr_node * sizeof(*w_books));
	w_nr_books = w_now->nr_node;
	w_nr_books += w_private_pages(w_books + w_nr_books);
	own_set(&w.out->books);
	own_set(&w.out->owned);
	own_done();
	assert_true(w_nr_books <= ARRAY_SIZE(w_books));
}

bool say_across(uint64_t addr, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < w.borders.nr; i++)
		if (w.borders.at[i] > addr && w.borders.at[i] < end)
			return true;
	return false;
}

const char *say_shape(uint64_t addr, unsigned int order)
{
	uint64_t size = order > W_MAX_ORDER ? 0 : 4096UL << order;

	if (!size || addr % size || say_across(addr, addr + size))
		return "bad-block";
	return NULL;
}

const char *say_ram(uint64_t addr, uint64_t pages)
{
	uint64_t i;

	if (addr % 4096 || !pages || addr < 0x100000)
		return "bad-block";
	for (i = 0; i < pages; i++)
		if (!model_at(w.m, addr + i * 4096))
			return "not-ram";
	for (i = 0; i < pages; i++)
		if (model_in_scratch(w.m, addr + i * 4096))
			return "in-scratch";
	return NULL;
}

/* True if any page of the map or of baton's books lies in the run. */
static bool on_own(uint64_t addr, uint64_t end)
{
	unsigned int i;

	for (i = 0; i < w_nr_books; i++)
		if (w_books[i] >= addr && w_books[i] < end)
			return true;
	return false;
}

static const char *say_taken(uint64_t addr, uint64_t pages)
{
	uint64_t end = addr + pages * 4096;
	unsigned int i;

	for (i = 0; i < w_now->nr_key; i++)
		if (w_now->key[i].addr < end && w_key_end(&w_now->key[i]) > addr)
			return "overlap";
	return on_own(addr, end) ? "in-use" : NULL;
}

uint64_t say_free_pages(uint64_t addr, uint64_t pages)
{
	uint64_t i, nr = 0;

	for (i = 0; i < pages; i++)
		nr += !w_page_is_set(addr + i * 4096);
	return nr;
}

unsigned int say_split(uint64_t addr, uint64_t end)
{
	unsigned int order = 0;

	while (order < W_MAX_ORDER && addr % (8192UL << order) == 0 &&
	       addr + (8192UL << order) <= end)
		order++;
	while (order && say_across(addr, addr + (4096UL << order)))
		order--;
	return order;
}

const char *say_preserve(uint64_t addr, uint64_t pages)
{
	uint64_t at, end = addr + pages * 4096, nr;
	const char *name = say_ram(addr, pages);

	for (at = addr; !name && at < end; at += 4096UL << say_split(at, end))
		name = say_taken(at, 1UL << say_split(at, end));
	if (name)
		return name;
	nr = say_free_pages(addr, pages);
	return nr && nr < pages ? "in-use" : NULL;
}

const char *say_used(uint64_t addr, uint64_t end)
{
	unsigned int i;

	if (w.out->h.fdt >= addr && w.out->h.fdt < end)
		return "in-use";
	for (i = 0; i < w.nr_blob; i++)
		if (w.blob[i].addr < end && w.blob[i].addr + w.blob[i].size > addr)
			return "in-use";
	return NULL;
}

bool say_owned(uint64_t addr, uint64_t pages)
{
	uint64_t i;

	for (i = 0; i < pages; i++)
		if (!(*w_flags(addr + i * 4096) & W_OWNED))
			return false;
	return true;
}

int w_find_incoming(uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < w.m->nr_key; i++)
		if (w.m->key[i].addr == addr)
			return (int)i;
	return -1;
}

const char *say_restore(uint64_t addr, uint64_t *size)
{
	int i = w_find_incoming(addr);
	uint64_t end;

	if (i < 0)
		return "not-preserved";
	end = w_key_end(&w.m->key[i]);
	*size = end - addr;
	if (w.restored[i])
		return "restored";
	if (M_FDT >= addr && M_FDT < end)
		return "in-use";
	if (say_used(addr, end))
		return "in-use";
	return w_find_key(addr, w.m->key[i].order) < 0 ? say_taken(addr, *size / 4096) : NULL;
}

const char *say_name(const struct op *op)
{
	uint64_t end = op->addr + op->bytes, at;

	if (!op->bytes || end < op->addr)
		return "bad-blob";
	for (at = op->addr; at < end; at = (at & ~4095UL) + 4096)
		if (!w_covers(w_now->key, w_now->nr_key, at))
			return "not-preserved";
	if (op->addr < w.out->h.fdt + 4096 && end > w.out->h.fdt)
		return "in-use";
	return NULL;
}
