// SPDX-License-Identifier: MIT
#include "verify_luo.h"

#include <string.h>

#include "fdt.h"
#include "verify_map.h"

#define V1_SESSIONS_ORDER 4
#define V1_FILES_ORDER    1
#define BLOCKS            64 /* of a chain, here */
#define PER_LIST_CHUNK    511
#define PFN               ((1UL << 52) - 1)
#define SEAL_SEAL         1

/* The entries, the same in every version. */
struct session {
	char name[64];
	uint64_t files, count;
};

struct file {
	char handler[48];
	uint64_t data, token;
};

struct list {
	uint64_t first;
	uint32_t total;
	uint16_t flags, order;
};

/* A reading of the state: what is in it is added up in a hash, whatever the version. */
struct reading {
	struct verifier *v;
	struct handover *h;
	bool v1;
};

static void hash(struct reading *r, const void *data, size_t size)
{
	const uint8_t *p = data;

	while (size--)
		r->h->luo.hash = (r->h->luo.hash ^ *p++) * 0x100000001b3UL;
}

static void hash_number(struct reading *r, uint64_t n)
{
	hash(r, &n, sizeof(n));
}

/* A block that Linux restores by its key. Return: NULL and v->why if it has none. */
static const void *block(struct reading *r, const char *what, uint64_t addr, unsigned int order)
{
	if (addr % (PAGE << order) || !has_key(r->h, key_of(addr, order))) {
		wrong(r->v, "%s at 0x%lx has no key of order %u", what, addr, order);
		return NULL;
	}
	for (uint64_t page = addr; page < addr + (PAGE << order); page += PAGE)
		read_page(r->v, page);
	return r->v->facts->mem + addr;
}

/* A block that is LUO's own: another version has other ones. */
static const void *own(struct reading *r, const char *what, uint64_t addr, unsigned int order)
{
	struct luo_seen *luo = &r->h->luo;

	if (luo->nr_own == LUO_OWN) {
		wrong(r->v, "LUO has more than %d blocks", LUO_OWN);
		return NULL;
	}
	luo->own[luo->nr_own++] = key_of(addr, order);
	return block(r, what, addr, order);
}

static bool folio(struct reading *r, const uint64_t *entry)
{
	uint64_t addr = (entry[0] & PFN) * PAGE;
	unsigned int order = 0;

	while (order <= r->h->max_order &&
	       (addr % (PAGE << order) || !has_key(r->h, key_of(addr, order))))
		order++;
	if (order > r->h->max_order)
		return wrong(r->v, "the folio at 0x%lx begins no key", addr);
	hash_number(r, order);
	hash(r, entry, 2 * sizeof(*entry));
	return true;
}

/* The blocks of a list hold two numbers a folio. */
static bool folios(struct reading *r, const struct list *l, uint64_t count)
{
	uint64_t per = (PAGE << l->order) / 16, chunk = l->first, i, n;

	for (; count && chunk;) {
		const uint64_t *page = block(r, "a list's chunk", chunk, 0);

		for (i = 0; page && i < PER_LIST_CHUNK && count; i++) {
			const uint64_t *entry = block(r, "a list's block", page[1 + i], l->order);

			for (n = 0; entry && n < per && count; n++, count--, entry += 2)
				if (!folio(r, entry))
					return false;
			if (!entry)
				return false;
		}
		if (!page)
			return false;
		chunk = page[0];
	}
	return !count || wrong(r->v, "a list ends %lu folios early", count);
}

static bool memfd(struct reading *r, const struct file *f)
{
	bool v1 = !strcmp(f->handler, "memfd-v1");
	const uint64_t *w = own(r, "the page of a memfd", f->data, 0);
	struct list list;

	if (!w)
		return false;
	r->h->luo.memfds[v1 ? 0 : 1]++;
	hash(r, w, 16);
	hash_number(r, v1 ? SEAL_SEAL : w[2]);
	hash_number(r, w[v1 ? 2 : 3]);
	memcpy(&list, &w[v1 ? 3 : 4], sizeof(list));
	return folios(r, &list, w[v1 ? 2 : 3]);
}

static bool files(struct reading *r, const struct file *f, uint64_t nr)
{
	for (; nr; nr--, f++) {
		r->h->luo.files++;
		hash_number(r, f->token);
		if (!strncmp(f->handler, "memfd-v", 7)) {
			if (!memfd(r, f))
				return false;
			continue;
		}
		hash(r, f->handler, sizeof(f->handler));
		hash_number(r, f->data);
	}
	return true;
}

static bool session_files(struct reading *r, const struct session *s)
{
	uint64_t at = s->files, nr = 0, blocks = 0;
	const uint64_t *w;

	if (r->v1) {
		w = s->count ? own(r, "the files of a session", at, V1_FILES_ORDER) : NULL;
		return !s->count || (w && files(r, (const void *)w, s->count));
	}
	while (at) {
		w = own(r, "a block of files", at, 0);
		if (!w || ++blocks > BLOCKS)
			return w ? wrong(r->v, "a chain of files does not end") : false;
		nr += w[1];
		if (!files(r, (const void *)(w + 2), w[1]))
			return false;
		at = w[0];
	}
	return nr == s->count || wrong(r->v, "a session has %lu files, it says %lu", nr, s->count);
}

static bool sessions(struct reading *r, const struct session *s, uint64_t nr)
{
	for (; nr; nr--, s++) {
		r->h->luo.sessions++;
		hash(r, s->name, strnlen(s->name, sizeof(s->name)));
		hash_number(r, s->count);
		if (!session_files(r, s))
			return false;
	}
	return true;
}

static bool all_sessions(struct reading *r, uint64_t at)
{
	const uint64_t *w;
	uint64_t blocks = 0;

	if (r->v1) {
		w = own(r, "the sessions", at, V1_SESSIONS_ORDER);
		return w && sessions(r, (const void *)(w + 1), w[0]);
	}
	while (at) {
		w = own(r, "a block of sessions", at, 0);
		if (!w || ++blocks > BLOCKS)
			return w ? wrong(r->v, "the chain of sessions does not end") : false;
		if (!sessions(r, (const void *)(w + 2), w[1]))
			return false;
		at = w[0];
	}
	return true;
}

/* The page of FLBs goes on as it is: a state without any may have none. */
static bool flbs(struct reading *r, uint64_t at)
{
	const uint64_t *w = at ? block(r, "the FLBs", at, 0) : NULL;

	if (at && !w)
		return false;
	hash_number(r, w ? w[1] : 0);
	if (w)
		hash(r, w + 2, w[1] * 64);
	return true;
}

static bool number(const struct fdt *fdt, const char *node, const char *name, uint64_t *value)
{
	for (unsigned int i = 0; i < fdt->nr; i++) {
		const struct fdt_prop *p = fdt_find(&fdt->node[i], name);

		if (strcmp(fdt->node[i].name, node) != 0 || !p || p->size != 8)
			continue;
		memcpy(value, p->data, 8);
		return true;
	}
	return false;
}

static bool read_v1(struct reading *r, const void *root, uint64_t *word)
{
	static struct fdt fdt;
	const char *why = fdt_parse(&fdt, root, PAGE);

	if (why)
		return wrong(r->v, "the root of LUO: %s", why);
	r->v1 = true;
	return (number(&fdt, fdt.node[0].name, "liveupdate-number", &word[0]) &&
		number(&fdt, "luo-session", "luo-session-header", &word[1]) &&
		number(&fdt, "luo-flb", "luo-flb-header", &word[2])) ||
	       wrong(r->v, "the root of LUO does not lead to all that it should");
}

bool verify_luo(struct verifier *v, struct handover *h, const struct blob *b)
{
	struct reading r = { v, h, false };
	uint64_t word[3] = { 0 };
	const uint8_t *root;

	memset(&h->luo, 0, sizeof(h->luo));
	h->luo.hash = 0xcbf29ce484222325UL;
	root = own(&r, "the root of LUO", b->addr, 0);
	if (!root)
		return false;
	if (!memcmp(root, "luo-v5", 7))
		memcpy(word, root + 8, sizeof(word));
	else if (!read_v1(&r, root, word))
		return false;
	h->luo.version = r.v1 ? 1 : 5;
	hash_number(&r, word[0]);
	return all_sessions(&r, word[1]) && flbs(&r, word[2]);
}
