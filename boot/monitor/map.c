// SPDX-License-Identifier: MIT
/* Who owns which memory. */
#include "boot/monitor/command.h"
#include "boot/run/owner.h"

#define MAX_LINES 64 /* of an overview */

/* struct area - memory of one owner, from the page asked for on */
struct area {
	const char *owner;
	paddr_t base, end;
};

static const struct range *range_of(const struct ranges *set, paddr_t addr)
{
	for (unsigned int i = 0; i < set->nr; i++)
		if (addr >= set->r[i].base && addr < set->r[i].end)
			return &set->r[i];
	return NULL;
}

/*
 * If the page is in a block of @v, note that as its owner: @fdt for the page of the FDT, else @block.
 */
static bool in_block(const struct handover *v, struct area *a, const char *fdt, const char *block)
{
	unsigned int order;
	paddr_t base;

	if (!handover_find_key(v, a->base, &base, &order))
		return false;
	a->owner = base == v->fdt ? fdt : block;
	a->end = base + (PAGE_SIZE << order);
	return true;
}

/*
 * Find the owner of the page at @a->base, which is RAM below @limit, and how far it goes at least.
 */
static void find_area(const struct monitor *m, paddr_t limit, struct area *a)
{
	const struct baton *b = m->b;
	const struct range *r;

	a->end = a->base + PAGE_SIZE;
	if (a->base < LOW_LIMIT) {
		a->owner = "below 1 MiB";
		a->end = LOW_LIMIT;
	} else if ((r = range_of(&b->kho.scratch, a->base))) {
		a->owner = "scratch";
		a->end = r->end;
	} else if (!pagemap_any(&b->ground.map, a->base, a->end)) {
		a->owner = "free";
		a->end = pagemap_first_set(&b->ground.map, a->base, limit);
	} else if (in_block(m->out, a, "outgoing FDT", "preserved")) {
		/* it says so */
	} else if (pageset_any(&b->kho.out.books, a->base, a->end)) {
		a->owner = "outgoing map and its books";
	} else if (is_own(m, a->base, PAGE_SIZE)) {
		a->owner = "own, not preserved";
	} else if (!in_block(m->in, a, "incoming FDT", "came in, not handed on")) {
		a->owner = handover_is_map_page(m->in, a->base) ? "incoming map" : "baton's";
	}
	a->end = min_u64(a->end, limit);
}

const char *map_owner(const struct monitor *m, paddr_t addr)
{
	const struct baton *b = m->b;
	const struct ranges *scratch = b->kho.goes_out ? &b->kho.scratch : &b->ground.room;
	const struct range *ram = range_of(b->ground.ram, addr);
	struct area a = { .base = align_down(addr, PAGE_SIZE) };

	/* memory_owner() knows more of scratch, of what serves as such, and of what is no RAM */
	if (!ram || range_of(scratch, addr))
		return memory_owner(&b->ground, &b->kho, addr);
	find_area(m, ram->end, &a);
	return a.owner;
}

/* Print areas that touch and have the same owner as one line. Return: 1 if it printed one, else 0. */
static unsigned int flush(const struct monitor *m, const struct area *a, unsigned int lines)
{
	if (a->owner && lines < MAX_LINES)
		print(m, "0x%09lx – 0x%09lx %9lu KiB  %s\n", a->base, a->end,
		      (a->end - a->base) >> 10, a->owner);
	return a->owner != NULL;
}

static void overview(const struct monitor *m)
{
	const struct ranges *ram = m->b->ground.ram;
	struct area line = { 0 }, a;
	unsigned int lines = 0;

	for (unsigned int i = 0; i < ram->nr; i++) {
		for (a.base = ram->r[i].base; a.base < ram->r[i].end; a.base = a.end) {
			find_area(m, ram->r[i].end, &a);
			if (a.owner == line.owner && a.base == line.end) {
				line.end = a.end;
				continue;
			}
			lines += flush(m, &line, lines);
			line = a;
		}
	}
	lines += flush(m, &line, lines);
	if (lines > MAX_LINES)
		print(m, "and %u areas more\n", lines - MAX_LINES);
}

static void show_key(const struct monitor *m, const char *how, const struct handover *v)
{
	paddr_t page = align_down(m->a.addr, PAGE_SIZE), base;
	struct kho_blob blob;
	unsigned int order;

	if (!handover_find_key(v, page, &base, &order))
		return;
	if (!handover_blob_within(v, page, page + PAGE_SIZE, &blob))
		blob.name = "";
	print(m, "%s 0x%lx order %u, %lu KiB  %s\n", how, base, order, PAGE_SIZE << order >> 10,
	      blob.name);
}

COMMAND(map)
{
	if (!m->a.given) {
		overview(m);
		return 0;
	}
	print(m, "owner      %s\n", map_owner(m, m->a.addr));
	show_key(m, "goes out  ", m->out);
	show_key(m, "came in   ", m->in);
	return 0;
}
