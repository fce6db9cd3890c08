// SPDX-License-Identifier: MIT
#include "tools/search.h"

#include <libfdt.h>
#include <string.h>

/*
 * The head of a setup_data entry from its second word on, and the payload behind it: type 10 and a
 * length of 32 bytes in one word.
 */
#define ENTRY_HEAD  ((uint64_t)sizeof(struct kho_data) << 32 | 10)
#define ENTRY_WORDS 5 /* with the payload */

static bool is_kho(const char *name, int len)
{
	return name && len > 5 && len <= (int)sizeof(((struct root *)0)->version) &&
	       !name[len - 1] && !strncmp(name, "kho-v", 5);
}

bool search_at(struct root *r, const struct memory *m, paddr_t at)
{
	const void *fdt = is_aligned(at, PAGE_SIZE) ? window_ro(&m->window, at, PAGE_SIZE) : NULL;
	const char *name;
	int len;

	if (!fdt || fdt_magic(fdt) != FDT_MAGIC || fdt_check_full(fdt, KHO_FDT_SIZE))
		return false;
	name = fdt_getprop(fdt, 0, "compatible", &len);
	if (!is_kho(name, len))
		return false;
	*r = (struct root){ .data = { .fdt_addr = at, .fdt_size = KHO_FDT_SIZE } };
	memcpy(r->version, name, (size_t)len);
	return true;
}

static struct root *known(struct search *s, paddr_t fdt)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->root[i].data.fdt_addr == fdt)
			return &s->root[i];
	return NULL;
}

static void add(struct search *s, const struct root *r)
{
	if (s->nr == SEARCH_KEPT)
		s->more = true;
	else
		s->root[s->nr++] = *r;
}

/* Is there an entry whose second word is at @w? */
static void try_entry(struct search *s, const struct memory *m, const uint64_t *w, paddr_t at)
{
	struct kho_data data;
	struct root r, *old;

	memcpy(&data, w + 1, sizeof(data));
	if (data.fdt_size != KHO_FDT_SIZE || !data.scratch_size ||
	    data.scratch_size % sizeof(struct kho_scratch) ||
	    data.scratch_size / sizeof(struct kho_scratch) > KHO_MAX_SCRATCH ||
	    !window_ro(&m->window, data.scratch_addr, data.scratch_size) ||
	    !search_at(&r, m, data.fdt_addr))
		return;
	r.data = data;
	r.entry = at - sizeof(uint64_t);
	old = known(s, data.fdt_addr);
	if (!old)
		add(s, &r);
}

static void find_entries(struct search *s, const struct memory *m, const struct pane *p)
{
	uint64_t words = (p->end - p->base) / sizeof(uint64_t), i;
	const uint64_t *w = p->ptr;

	for (i = 1; i + ENTRY_WORDS <= words; i++)
		if (w[i] == ENTRY_HEAD)
			try_entry(s, m, w + i, p->base + i * sizeof(*w));
}

static void find_fdts(struct search *s, const struct memory *m, const struct pane *p)
{
	paddr_t at = align_up(p->base, PAGE_SIZE);
	struct root r;

	for (; at < p->end; at += PAGE_SIZE)
		if (search_at(&r, m, at) && !known(s, at))
			add(s, &r);
}

void search_memory(struct search *s, const struct memory *m)
{
	unsigned int i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < m->window.nr; i++)
		find_entries(s, m, &m->window.pane[i]);
	for (i = 0; i < m->window.nr; i++)
		find_fdts(s, m, &m->window.pane[i]);
}
