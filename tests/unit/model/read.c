// SPDX-License-Identifier: MIT
/* Reading what is published. */
#include "world.h"

static uint32_t w_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* A page that the handover leads to: RAM, outside scratch, and not free. */
static const void *w_page(uint64_t addr, const char *what)
{
	if (addr % 4096 || addr < 0x100000 || !model_at(w.m, addr) || model_in_scratch(w.m, addr))
		w_die("%s at 0x%lx", what, addr);
	if (!w_page_is_set(addr))
		w_die("%s at 0x%lx is free", what, addr);
	return model_at(w.m, addr);
}

static const void *w_map_page(void *arg, uint64_t addr)
{
	struct reading *r = arg;

	if (r->nr_node == W_NODES)
		w_die("too many nodes");
	r->node[r->nr_node++] = addr;
	return w_page(addr, "node");
}

static void w_map_key(void *arg, uint64_t addr, unsigned int order)
{
	struct reading *r = arg;

	if (r->nr_key == W_KEYS)
		w_die("too many keys");
	r->key[r->nr_key++] = (struct model_key){ addr, order };
}

static void w_map_empty(void *arg, uint64_t addr)
{
	(void)arg;
	w_die("empty page 0x%lx", addr);
}

/* The pages of a radix tree without its leaves. */
static unsigned int w_list_nodes(uint64_t *page, uint64_t node, int level)
{
	const uint64_t *below = model_at(w.m, node);
	unsigned int n = 1, i;

	page[0] = node;
	for (i = 0; level > 1 && i < 512; i++)
		if (below[i])
			n += w_list_nodes(page + n, below[i], level - 1);
	return n;
}

unsigned int w_private_pages(uint64_t *page)
{
	if (w.m->store != &model_chunks)
		return 0;
	page[0] = w.out->h.map.spare;
	return 1 + w_list_nodes(page + 1, w.out->h.map.index, 5);
}

static void w_read_fdt(struct reading *r)
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
				 strcmp((const char *)p, w.m->compatible))
				w_die("FDT has '%s' of %u bytes", name, len);
			p += (len + 3) / 4 * 4;
		} else if (tag == 9 && depth == 0) {
			return;
		} else {
			w_die("FDT has tag %u in depth %d", tag, depth);
		}
	}
}

int w_by_addr(const void *a, const void *b)
{
	const struct model_key *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

uint64_t w_key_end(const struct model_key *k)
{
	return k->addr + ((uint64_t)4096 << k->order);
}

const struct model_key *w_covers(const struct model_key *key, unsigned int nr, uint64_t addr)
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
static void w_check_valid(const struct reading *r)
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

void w_read(struct reading *r)
{
	const struct model_reader to = { w_map_page, w_map_key, w_map_empty, r };

	memset(r, 0, offsetof(struct reading, key));
	r->nr_key = r->nr_node = r->nr_blob = 0;
	memset(r->blob, 0, sizeof(r->blob));
	r->fdt = w.out->h.fdt;
	w_read_fdt(r);
	w.m->store->read(r->map, &to);
	qsort(r->key, r->nr_key, sizeof(*r->key), w_by_addr);
	w_check_valid(r);
}

bool w_same_keys(const struct reading *a, const struct reading *b)
{
	unsigned int i;

	if (a->nr_key != b->nr_key)
		return false;
	for (i = 0; i < a->nr_key; i++)
		if (a->key[i].addr != b->key[i].addr || a->key[i].order != b->key[i].order)
			return false;
	return true;
}

bool w_same_blobs(const struct reading *a, const struct reading *b)
{
	return a->nr_blob == b->nr_blob && !memcmp(a->blob, b->blob, sizeof(a->blob));
}

bool w_has_key(const struct reading *r, const struct model_key *k)
{
	const struct model_key *other = w_covers(r->key, r->nr_key, k->addr);

	return other && other->addr == k->addr && other->order == k->order;
}
