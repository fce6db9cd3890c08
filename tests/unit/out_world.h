/* SPDX-License-Identifier: MIT */
/*
 * A world for tests of the living outgoing side: a handover that came in, the one that is
 * published, a naive model of what should be published, and a reader that shares no code with the
 * writer.
 *
 * Law 1 holds by page protection: all memory is read-only until the allocator's grant. While
 * watch_stores() is on, so are the published pages, the root and the page map, and after each
 * single store to them everything that is published is read and checked (design law 3).
 */
#ifndef BATON_TESTS_OUT_WORLD_H
#define BATON_TESTS_OUT_WORLD_H

#ifndef _GNU_SOURCE
#error "the test defines _GNU_SOURCE, for the registers of a signal handler"
#endif

#include <signal.h>
#include <ucontext.h>

#include "kho_model.h"

#include "kho/out/restore.h"

#define W_KEYS     4096
#define W_BLOBS    128
#define W_NODES    2048
#define W_LISTS    24
#define W_ZONES    5
#define W_SEEN     4096
#define W_FDT_ROOM 3900 /* no FDT that is shorter is full */

struct w_blob {
	char name[40];
	uint64_t addr, size;
};

/* What a reader finds that begins at the FDT. */
struct reading {
	uint64_t fdt, map;
	struct model_key key[W_KEYS];
	unsigned int nr_key;
	struct w_blob blob[W_BLOBS];
	unsigned int nr_blob;
	uint64_t node[W_NODES];
	unsigned int nr_node;
};

/* Flags of a page. */
#define W_LENT    1 /* may be given back */
#define W_GRANTED 2
#define W_WATCHED 4 /* published: read-only while stores are watched */

/* A list of pages that kho_preserve_vmalloc() made. */
struct w_list {
	struct kho_vmalloc v;
	struct model_key chunk[8], block[2048];
	unsigned int nr_chunk, nr_block;
};

static struct {
	struct model *m;
	struct model_run *in;
	struct palloc pa;
	struct kho_out *out; /* a page of its own */
	struct kho_restore restore;
	struct borders borders;
	uint8_t *flags[MODEL_PANES];
	uint64_t constant; /* free + taken − restored pages never changes */
	uint64_t restored_pages, lent, calls;

	/* the naive model: what should be published, what may not be restored again */
	struct model_key key[W_KEYS];
	unsigned int nr_key;
	struct w_blob blob[W_BLOBS];
	unsigned int nr_blob;
	bool restored[MODEL_KEYS];

	/* allocations: how many may succeed, and how many were asked for */
	unsigned int left, asked;
	void (*at_grant)(void);

	/* watching stores */
	bool watching;
	unsigned int stores;
	uintptr_t open; /* the page that is writable for one instruction */
	struct reading *seen[W_SEEN];
	unsigned int nr_seen;
} w;

static struct fault fault;

/*
 * Wrong in a place that cmocka cannot be told of: in the middle of a call, or in a signal handler.
 */
#define w_die(...)                            \
	do {                                  \
		fprintf(stderr, "# ");        \
		fprintf(stderr, __VA_ARGS__); \
		fprintf(stderr, "\n");        \
		_exit(99);                    \
	} while (0)

/* ---- pages ---- */

static inline uint8_t *w_flags(uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < w.m->window.nr; i++)
		if (addr >= w.m->pane[i].base && addr < w.m->pane[i].end)
			return &w.flags[i][(addr - w.m->pane[i].base) / 4096];
	return NULL;
}

static inline void w_flag(uint64_t addr, uint64_t pages, uint8_t flag, bool on)
{
	for (; pages--; addr += 4096) {
		uint8_t *f = w_flags(addr), old = *f;

		*f = (uint8_t)(on ? old | flag : old & ~flag);
		w.lent += (uint64_t)(*f & W_LENT) - (old & W_LENT);
	}
}

static inline bool w_page_is_set(uint64_t addr)
{
	uint64_t nr, *word = pagemap_words(&w.in->pm, addr & ~0x3ffffUL, &nr);

	return !word || (*word >> (addr / 4096 % 64) & 1);
}

/* ---- reading what is published ---- */

static inline uint32_t w_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A page that the handover leads to: RAM, outside scratch, and not free. */
static inline const void *w_page(uint64_t addr, const char *what)
{
	if (addr % 4096 || addr < 0x100000 || !model_at(w.m, addr) || model_in_scratch(w.m, addr))
		w_die("%s at 0x%lx", what, addr);
	if (!w_page_is_set(addr))
		w_die("%s at 0x%lx is free", what, addr);
	return model_at(w.m, addr);
}

static inline void w_read_tree(struct reading *r, uint64_t page, int level, uint64_t prefix)
{
	const uint64_t *word = w_page(page, "node");
	unsigned int i, bit, used = 0;

	if (r->nr_node == W_NODES)
		w_die("too many nodes");
	r->node[r->nr_node++] = page;
	for (i = 0; i < 512; i++) {
		if (i % 8 == 0 && !(word[i] | word[i + 1] | word[i + 2] | word[i + 3] |
				    word[i + 4] | word[i + 5] | word[i + 6] | word[i + 7]))
			i += 7;
		if (!word[i])
			continue;
		used++;
		if (level)
			w_read_tree(r, word[i], level - 1, prefix * 512 + i);
		for (bit = 0; !level && bit < 64; bit++) {
			if (!(word[i] >> bit & 1))
				continue;
			if (r->nr_key == W_KEYS)
				w_die("too many keys");
			model_decode(prefix * 32768 + i * 64 + bit, &r->key[r->nr_key++]);
		}
	}
	if (!used && level != 5)
		w_die("empty page 0x%lx at level %d", page, level);
}

static inline void w_read_fdt(struct reading *r)
{
	const uint8_t *fdt = w_page(r->fdt, "FDT"), *p = fdt + w_be32(fdt + 8);
	const char *strings = (const char *)fdt + w_be32(fdt + 12);
	int depth = 0;

	if (w_be32(fdt) != 0xd00dfeed || w_be32(fdt + 4) > 4096)
		w_die("FDT at 0x%lx has no good header", r->fdt);
	for (;;) {
		uint32_t tag = w_be32(p), len = w_be32(p + 4);
		struct w_blob *blob = depth == 2 ? &r->blob[r->nr_blob - 1] : NULL;
		const char *name = strings + w_be32(p + 8);

		p += 4;
		if (tag == 1) {
			if (depth++ == 1)
				snprintf(r->blob[r->nr_blob++].name, 40, "%s", (const char *)p);
			p += (strlen((const char *)p) + 4) / 4 * 4;
		} else if (tag == 2) {
			depth--;
		} else if (tag == 3) {
			p += 8;
			if (blob && !strcmp(name, "preserved-data") && len == 8)
				memcpy(&blob->addr, p, 8);
			else if (blob && !strcmp(name, "blob-size") && len == 8)
				memcpy(&blob->size, p, 8);
			else if (!blob && !strcmp(name, "preserved-memory-map") && len == 8)
				memcpy(&r->map, p, 8);
			else if (blob || strcmp(name, "compatible") ||
				 strcmp((const char *)p, "kho-v4"))
				w_die("FDT has '%s' of %u bytes", name, len);
			p += (len + 3) / 4 * 4;
		} else if (tag == 9 && depth == 0) {
			return;
		} else {
			w_die("FDT has tag %u in depth %d", tag, depth);
		}
	}
}

static inline int w_by_addr(const void *a, const void *b)
{
	const struct model_key *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

static inline uint64_t w_key_end(const struct model_key *k)
{
	return k->addr + ((uint64_t)4096 << k->order);
}

/* The block that covers @addr in keys sorted by address; NULL if there is none. */
static inline const struct model_key *w_covers(const struct model_key *key, unsigned int nr,
					       uint64_t addr)
{
	unsigned int lo = 0, hi = nr;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (w_key_end(&key[mid]) > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo < nr && key[lo].addr <= addr ? &key[lo] : NULL;
}

/* All that makes a handover valid; keys are sorted by address. */
static inline void w_check_valid(const struct reading *r)
{
	unsigned int i;

	for (i = 0; i < r->nr_key; i++) {
		const struct model_key *k = &r->key[i];

		if (k->order > 30 || k->addr % (4096UL << k->order))
			w_die("key 0x%lx of order %u", k->addr, k->order);
		w_page(k->addr, "block");
		w_page(w_key_end(k) - 4096, "end of a block");
		if (i && w_key_end(k - 1) > k->addr)
			w_die("blocks at 0x%lx and 0x%lx overlap", k[-1].addr, k->addr);
	}
	for (i = 0; i < r->nr_node; i++)
		if (w_covers(r->key, r->nr_key, r->node[i]))
			w_die("node 0x%lx is preserved", r->node[i]);
	if (!w_covers(r->key, r->nr_key, r->fdt))
		w_die("FDT at 0x%lx is not preserved", r->fdt);
	for (i = 0; i < r->nr_blob; i++) {
		uint64_t at = r->blob[i].addr, end = at + r->blob[i].size;

		if (end <= at)
			w_die("blob '%s' of %lu bytes at 0x%lx", r->blob[i].name, r->blob[i].size,
			      at);
		for (; at < end; at = (at & ~4095UL) + 4096)
			if (!w_covers(r->key, r->nr_key, at))
				w_die("blob '%s' is not preserved at 0x%lx", r->blob[i].name, at);
	}
}

static inline void w_read(struct reading *r)
{
	memset(r, 0, offsetof(struct reading, key));
	r->nr_key = r->nr_node = r->nr_blob = 0;
	memset(r->blob, 0, sizeof(r->blob));
	r->fdt = w.out->h.fdt;
	w_read_fdt(r);
	w_read_tree(r, r->map, 5, 0);
	qsort(r->key, r->nr_key, sizeof(*r->key), w_by_addr);
	w_check_valid(r);
}

static inline bool w_same_keys(const struct reading *a, const struct reading *b)
{
	unsigned int i;

	if (a->nr_key != b->nr_key)
		return false;
	for (i = 0; i < a->nr_key; i++)
		if (a->key[i].addr != b->key[i].addr || a->key[i].order != b->key[i].order)
			return false;
	return true;
}

static inline bool w_same_blobs(const struct reading *a, const struct reading *b)
{
	return a->nr_blob == b->nr_blob && !memcmp(a->blob, b->blob, sizeof(a->blob));
}

static inline bool w_has_key(const struct reading *r, const struct model_key *k)
{
	const struct model_key *other = w_covers(r->key, r->nr_key, k->addr);

	return other && other->addr == k->addr && other->order == k->order;
}

/* ---- allocations ---- */

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

/* ---- watching every store to what is published ---- */

static inline void w_protect(uintptr_t page, int prot)
{
	if (mprotect((void *)page, 4096, prot))
		abort();
}

/*
 * Who may be written to, at @host: 0 nobody, 1 published, 2 the allocator's page that was published
 * once
 */
static inline int w_may_store(uintptr_t host)
{
	unsigned int i;

	if (host - (uintptr_t)w.out < 4096)
		return 1;
	if (host - (uintptr_t)w.in->pm_mem < pagemap_bytes(&w.m->ram))
		return 1;
	for (i = 0; i < w.m->window.nr; i++) {
		const struct pane *pane = &w.m->pane[i];
		uintptr_t offset = host - (uintptr_t)pane->ptr;

		if (offset < pane->end - pane->base && (w.flags[i][offset / 4096] & W_GRANTED))
			return w.flags[i][offset / 4096] & W_WATCHED ? 1 : 2;
	}
	return 0;
}

static inline void w_watch_page(uint64_t addr)
{
	*w_flags(addr) |= W_WATCHED;
	w_protect((uintptr_t)model_at(w.m, addr), PROT_READ);
}

/* Read what is published, keep it, and see that its pages are the watched ones. */
static inline void w_look(void)
{
	struct reading *r = malloc(sizeof(*r));
	unsigned int i;

	w_read(r);
	if (w.nr_seen && w_same_keys(r, w.seen[w.nr_seen - 1]) &&
	    w_same_blobs(r, w.seen[w.nr_seen - 1]) && r->fdt == w.seen[w.nr_seen - 1]->fdt &&
	    r->nr_node == w.seen[w.nr_seen - 1]->nr_node) {
		free(r);
		return;
	}
	if (w.nr_seen) {
		const struct reading *old = w.seen[w.nr_seen - 1];

		for (i = 0; i < old->nr_node; i++)
			*w_flags(old->node[i]) &= (uint8_t)~W_WATCHED;
		*w_flags(old->fdt) &= (uint8_t)~W_WATCHED;
	}
	for (i = 0; i < r->nr_node; i++)
		w_watch_page(r->node[i]);
	w_watch_page(r->fdt);
	if (w.nr_seen == W_SEEN)
		w_die("too many states in one call");
	w.seen[w.nr_seen++] = r;
}

static void w_on_fault(int sig, siginfo_t *info, void *context)
{
	uintptr_t host = (uintptr_t)info->si_addr, page = host & ~4095UL;
	ucontext_t *u = context;

	(void)sig;
	switch (w_may_store(host)) {
	case 0:
		w_die("a store or load at %p that nobody may do", info->si_addr);
	case 1:
		/* let this one instruction through */
		w.open = page;
		u->uc_mcontext.gregs[REG_EFL] |= 0x100;
		break;
	default:
		break;
	}
	w_protect(page, PROT_READ | PROT_WRITE);
}

static void w_on_step(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	(void)sig;
	(void)info;
	u->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
	w_protect(w.open, PROT_READ);
	w.stores++;
	w_look();
}

static inline void w_forget_seen(void)
{
	while (w.nr_seen)
		free(w.seen[--w.nr_seen]);
}

static inline void w_protect_all(int prot)
{
	mprotect(w.out, 4096, prot);
	mprotect(w.in->pm_mem, pagemap_bytes(&w.m->ram), prot);
}

/* Around one call: everything that is published is checked after each store of it. */
static inline void watch_stores(bool on)
{
	static struct sigaction old_fault, old_step;
	struct sigaction on_fault = { .sa_sigaction = w_on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction on_step = { .sa_sigaction = w_on_step, .sa_flags = SA_SIGINFO };
	unsigned int i, n;

	if (on) {
		sigaction(SIGSEGV, &on_fault, &old_fault);
		sigaction(SIGTRAP, &on_step, &old_step);
		w_forget_seen();
		w_look();
		w_protect_all(PROT_READ);
		w.watching = true;
		return;
	}
	w.watching = false;
	w_protect_all(PROT_READ | PROT_WRITE);
	for (n = 0; n < w.nr_seen; n++) {
		for (i = 0; i < w.seen[n]->nr_node; i++)
			w_protect((uintptr_t)model_at(w.m, w.seen[n]->node[i]),
				  PROT_READ | PROT_WRITE);
		w_protect((uintptr_t)model_at(w.m, w.seen[n]->fdt), PROT_READ | PROT_WRITE);
	}
	sigaction(SIGSEGV, &old_fault, NULL);
	sigaction(SIGTRAP, &old_step, NULL);
}

/* ---- the world ---- */

/*
 * Where the tests preserve: free RAM with two NUMA borders in it, the first pages after scratch,
 * the allocator's favourite place, RAM at 4 GiB and more, and a stretch with incoming blocks.
 */
static const struct w_zone {
	uint64_t base, pages;
} w_zone[W_ZONES] = {
	{ 0x8000000, 600 }, { M_SCRATCH0 + MIB(32) - 16 * 4096, 80 },
	{ MIB(16), 200 },   { M_FAR_BASE, 300 },
	{ 0x9000000, 400 },
};

static inline void w_add_incoming(void)
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

/* A handover that is to come in; the test may add to it. */
static inline void w_new(bool rich)
{
	memset(&w, 0, sizeof(w));
	memset(&fault, 0, sizeof(fault));
	w.m = model_new();
	if (rich)
		w_add_incoming();
}

/* It comes in and goes out, and everything is ready for changes. */
static inline void w_start(void)
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
	w_flag(w.out->made[0], 1, W_LENT, true);

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

/* The next kernel, if it is baton: it must find nothing to complain of. */
static inline void w_next_kernel(void)
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

static inline void w_begin(bool rich)
{
	w_new(rich);
	w_start();
}

static inline void w_end(void)
{
	unsigned int i;

	for (i = 0; i < w.m->window.nr; i++)
		free(w.flags[i]);
	w_forget_seen();
	munmap(w.out, 4096);
	model_run_free(w.in);
	model_free(w.m);
}

/* ---- the published state against the model, and all pages accounted for ---- */

static inline void w_check_model(const struct reading *r)
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

/*
 * Pages taken are those of the map, the FDT, baton's books, and what callers hold: no page is lost.
 */
static inline void w_check_pages(void)
{
	uint64_t books;

	books = w.out->books.held + w.out->owned.held + w.restore.done.pages;
	assert_int_equal(w.pa.taken, w.out->h.map.pages + 1 + books + w.lent);
	/* the page map is long: now and then */
	if (w.calls++ % 16 == 0)
		assert_int_equal(pagemap_free_pages(&w.in->pm) + w.pa.taken - w.restored_pages,
				 w.constant);
}

#endif
