// SPDX-License-Identifier: MIT
/* The world: made, checked, and ended. */
#include "world.h"

#include "kho/client/metadata.h"

struct world w;
struct fault fault;

uint8_t *w_flags(uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < w.m->window.nr; i++)
		if (addr >= w.m->pane[i].base && addr < w.m->pane[i].end)
			return &w.flags[i][(addr - w.m->pane[i].base) / 4096];
	return NULL;
}

void w_flag(uint64_t addr, uint64_t pages, uint8_t flag, bool on)
{
	for (; pages--; addr += 4096) {
		uint8_t *f = w_flags(addr), old = *f;

		*f = (uint8_t)(on ? old | flag : old & ~flag);
		w.owned += (uint64_t)(*f & W_OWNED) - (old & W_OWNED);
	}
}

bool w_page_is_set(uint64_t addr)
{
	uint64_t nr, *word = pagemap_words(&w.in->pm, addr & ~0x3ffffUL, &nr);

	return !word || (*word >> (addr / 4096 % 64) & 1);
}

static bool w_grant(paddr_t base, paddr_t end)
{
	w.asked++;
	if (w.at_grant)
		w.at_grant();
	if (!w.left)
		return false;
	w.left--;
	mprotect(model_at(w.m, base), end - base, PROT_READ | PROT_WRITE);
	w_flag(base, (end - base) / 4096, W_GRANTED, true);
	return true;
}

const struct w_zone w_zone[W_ZONES] = {
	{ 0x8000000, 600 }, { M_SCRATCH0 + MIB(32) - 16 * 4096, 80 },
	{ MIB(16), 200 },   { M_FAR_BASE, 300 },
	{ 0x9000000, 400 },
};

static void w_add_incoming(void)
{
	static const char *const name[] = { "alpha", "beta", "gamma@1" };
	unsigned int i, n = (unsigned int)model_below(60);
	uint64_t base = w_zone[4].base;

	for (i = 0; i < n; i++) {
		unsigned int order = (unsigned int)model_below(5);
		uint64_t addr = base + model_below(w_zone[4].pages) * 4096;

		addr &= ~((4096UL << order) - 1);
		if (model_is_free(w.m, addr, order))
			model_preserve(w.m, addr, order);
	}
	for (i = 0; i < 10; i++)
		model_preserve_some(w.m, i);
	for (i = 0; i < 3; i++) {
		const struct model_key *k = &w.m->key[model_below(w.m->nr_key)];

		if (k->addr != M_FDT && k->addr != M_META)
			model_blob(w.m, name[i], k->addr + 8 * i, 1 + model_below(4000));
	}
}

void w_new(bool rich)
{
	memset(&w, 0, sizeof(w));
	memset(&fault, 0, sizeof(fault));
	w.m = model_new();
	if (rich)
		w_add_incoming();
}

void w_start(void)
{
	unsigned int i, j;

	for (i = 0; i < w.m->window.nr; i++)
		w.flags[i] = calloc((w.m->pane[i].end - w.m->pane[i].base) / 4096, 1);
	model_write_fdt(w.m);
	w.in = model_run(w.m);
	assert_int_equal(w.in->f.total, 0);
	w.borders.at[0] = 0x8000000 + 123 * 4096;
	w.borders.at[1] = 0x8000000 + 256 * 4096;
	w.borders.nr = 2;
	w.in->in.h.borders = &w.borders;
	model_protect(w.m, PROT_READ);

	palloc_init(&w.pa, &w.in->pm, &w.m->window, w_grant);
	w.constant = pagemap_free_pages(&w.in->pm);
	w.left = UINT32_MAX;
	w.out = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(sizeof(*w.out) <= 4096);
	assert_int_equal(model_publish(w.out, &w.in->in.h, "kho-v4", &w.pa, "test", &fault), 0);
	assert_int_equal(kho_restore_init(&w.restore, &w.in->in.h, w.out, &fault), 0);
	w_flag(w.out->made[0], 1, W_OWNED, true);

	for (i = 0; i < w.m->nr_key; i++)
		if (w.m->key[i].addr != M_FDT && w.m->key[i].addr != M_META)
			w.key[w.nr_key++] = w.m->key[i];
	w.key[w.nr_key++] = (struct model_key){ w.out->made[0], 0 };
	for (j = 0; j < w.m->nr_blob; j++) {
		struct w_blob *b = &w.blob[w.nr_blob++];

		strcpy(b->name, w.m->blob[j].name);
		b->addr = strcmp(b->name, METADATA) ? w.m->blob[j].addr : w.out->made[0];
		b->size = w.m->blob[j].size;
	}
}

void w_next_kernel(void)
{
	struct kho_data data = w.m->data;
	struct model_run *next;

	w.m->data.fdt_addr = w.out->h.fdt;
	next = model_run(w.m);
	model_print_findings(&next->f);
	assert_int_equal(next->f.total, 0);
	assert_int_equal(next->in.nodes + next->in.leaves, w.out->h.map.pages);
	model_run_free(next);
	w.m->data = data;
}

void w_begin(bool rich)
{
	w_new(rich);
	w_start();
}

void w_end(void)
{
	unsigned int i;

	for (i = 0; i < w.m->window.nr; i++)
		free(w.flags[i]);
	w_forget_seen();
	munmap(w.out, 4096);
	model_run_free(w.in);
	model_free(w.m);
}

void w_check_model(const struct reading *r)
{
	static struct model_key expect[W_KEYS];
	unsigned int i;

	memcpy(expect, w.key, w.nr_key * sizeof(*expect));
	expect[w.nr_key] = (struct model_key){ w.out->h.fdt, 0 };
	qsort(expect, w.nr_key + 1, sizeof(*expect), w_by_addr);
	for (i = 0; i < r->nr_key && i <= w.nr_key; i++)
		if (expect[i].addr != r->key[i].addr || expect[i].order != r->key[i].order)
			fail_msg("key %u is 0x%lx of order %u, should be 0x%lx of order %u", i,
				 r->key[i].addr, r->key[i].order, expect[i].addr, expect[i].order);
	assert_int_equal(r->nr_key, w.nr_key + 1);
	assert_int_equal(r->nr_blob, w.nr_blob);
	for (i = 0; i < r->nr_blob; i++) {
		assert_string_equal(r->blob[i].name, w.blob[i].name);
		assert_int_equal(r->blob[i].addr, w.blob[i].addr);
		assert_int_equal(r->blob[i].size, w.blob[i].size);
	}
	assert_int_equal(r->nr_blob, w.out->blobs);
	assert_int_equal(r->nr_node, w.out->h.map.pages);
	assert_int_equal(r->map, w.out->h.map.root);
}

void w_check_pages(void)
{
	static uint64_t private[W_NODES];
	uint64_t books;

	books = w.out->books.held + w.out->owned.held + w.restore.done.pages;
	books += w_private_pages(private);
	assert_int_equal(w.pa.taken, w.out->h.map.pages + 1 + books + w.owned);
	/* the page map is long: now and then */
	if (w.calls++ % 16 == 0)
		assert_int_equal(pagemap_free_pages(&w.in->pm) + w.pa.taken - w.restored_pages,
				 w.constant);
}
