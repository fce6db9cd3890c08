// SPDX-License-Identifier: MIT
#include "verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fdt.h"
#include "say.h"
#include "verify_luo.h"
#include "verify_map.h"

#define LOW      0x100000UL
#define METADATA "kexec-metadata"

/*
 * What a version says of itself: how its map is stored, where a blob's address stands, the highest
 * order that its kernels take in, and whether blobs have a size.
 */
static const struct version {
	const char *name;
	bool (*walk)(struct verifier *v, struct handover *h);
	const char *blob;
	bool has_size;
	unsigned int max_order;
} versions[] = {
	{ "kho-v1", walk_chunks, "fdt", false, 18 },
	{ "kho-v2", walk_tree, "preserved-data", false, 18 },
	{ "kho-v3", walk_tree, "preserved-data", true, 18 },
	{ "kho-v4", walk_tree, "preserved-data", true, 30 },
	{ "kho-v4;radix-v1;vmalloc-v1", walk_tree, "preserved-data", true, 30 },
};

bool wrong(struct verifier *v, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(v->why, sizeof(v->why), fmt, args);
	va_end(args);
	return false;
}

static bool inside(const struct extent *e, unsigned int nr, uint64_t base, uint64_t end)
{
	for (unsigned int i = 0; i < nr; i++)
		if (base >= e[i].base && end <= e[i].end)
			return true;
	return false;
}

static bool meets(const struct extent *e, unsigned int nr, uint64_t base, uint64_t end)
{
	for (unsigned int i = 0; i < nr; i++)
		if (base < e[i].end && end > e[i].base)
			return true;
	return false;
}

bool check_place(struct verifier *v, const char *what, uint64_t addr, uint64_t size)
{
	const struct facts *f = v->facts;

	if (addr + size < addr || !inside(f->ram, f->nr_ram, addr, addr + size))
		return wrong(v, "%s at 0x%lx of 0x%lx bytes is not in RAM", what, addr, size);
	if (addr < LOW)
		return wrong(v, "%s at 0x%lx lies below 1 MiB", what, addr);
	if (meets(f->scratch, f->nr_scratch, addr, addr + size))
		return wrong(v, "%s at 0x%lx of 0x%lx bytes lies in scratch", what, addr, size);
	return true;
}

const void *read_page(struct verifier *v, uint64_t addr)
{
	struct seen *s;

	if (v->nr_seen == v->room) {
		v->room = v->room ? 2 * v->room : 256;
		v->seen = realloc(v->seen, v->room * sizeof(*v->seen));
		if (!v->seen)
			die("out of memory");
	}
	s = &v->seen[v->nr_seen++];
	s->addr = addr;
	v->reads[addr / PAGE] = 1;
	memcpy(s->copy, v->facts->mem + addr, PAGE);
	return v->facts->mem + addr;
}

bool take(struct verifier *v, uint64_t addr, uint64_t size)
{
	for (uint64_t page = addr / PAGE; page < (addr + size) / PAGE; page++) {
		uint64_t bit = 1UL << page % 64;

		/* whole words at once: blocks can be large */
		if (page % 64 == 0 && (addr + size) / PAGE - page >= 64) {
			if (v->taken[page / 64])
				return false;
			v->taken[page / 64] = ~0UL;
			page += 63;
			continue;
		}
		if (v->taken[page / 64] & bit)
			return false;
		v->taken[page / 64] |= bit;
	}
	return true;
}

static bool check_key(struct verifier *v, const struct handover *h, uint64_t key)
{
	if (!key)
		return wrong(v, "key 0");
	if (key_order(key) > h->max_order)
		return wrong(v, "key 0x%lx is of order %u, the highest is %u", key, key_order(key),
			     h->max_order);
	if (!check_place(v, "block", key_addr(key), PAGE << key_order(key)))
		return false;
	if (!take(v, key_addr(key), PAGE << key_order(key)))
		return wrong(v, "block 0x%lx of order %u lies over a map page or another block",
			     key_addr(key), key_order(key));
	return true;
}

bool has_key(const struct handover *h, uint64_t key)
{
	size_t lo = 0, hi = h->nr_keys;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (h->key[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < h->nr_keys && h->key[lo] == key;
}

static bool covered(const struct handover *h, uint64_t addr)
{
	for (unsigned int order = 0; order <= h->max_order; order++)
		if (has_key(h, key_of(addr, order)))
			return true;
	return false;
}

/* ---- the FDT ---- */

static bool read_u64(struct verifier *v, const struct fdt_prop *p, const char *node,
		     uint64_t *value)
{
	if (p->size != 8)
		return wrong(v, "property %s of '%s' has %u bytes", p->name, node, p->size);
	memcpy(value, p->data, 8);
	return true;
}

static const struct version *version_of(const struct fdt_prop *p)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (p->size == strlen(versions[i].name) + 1 &&
		    memcmp(p->data, versions[i].name, p->size) == 0)
			return &versions[i];
	return NULL;
}

static bool read_blob(struct verifier *v, const struct fdt_node *n, const struct version *version,
		      struct blob *b)
{
	const struct fdt_prop *addr = fdt_find(n, version->blob), *size = fdt_find(n, "blob-size");

	b->size = 1; /* where there is none: its first byte at least */
	snprintf(b->name, sizeof(b->name), "%s", n->name);
	if (!addr || !read_u64(v, addr, n->name, &b->addr))
		return wrong(v, "blob %s has no address", n->name);
	if (version->has_size && (!size || !read_u64(v, size, n->name, &b->size)))
		return wrong(v, "blob %s has no size", n->name);
	if (!b->size)
		return wrong(v, "blob %s has 0 bytes", n->name);
	return true;
}

static bool read_root(struct verifier *v, struct handover *h)
{
	const struct fdt_prop *compatible, *map;
	const struct version *version;
	static struct fdt fdt; /* large */
	const char *why;

	why = fdt_parse(&fdt, read_page(v, h->fdt), PAGE);
	if (why)
		return wrong(v, "the FDT at 0x%lx: %s", h->fdt, why);
	compatible = fdt_find(&fdt.node[0], "compatible");
	map = fdt_find(&fdt.node[0], "preserved-memory-map");
	version = compatible ? version_of(compatible) : NULL;
	if (!version)
		return wrong(v, "the FDT at 0x%lx has no version that is known", h->fdt);
	h->max_order = version->max_order;
	h->has_size = version->has_size;
	h->walk = version->walk;
	if (!map || !read_u64(v, map, "/", &h->map) || !h->map)
		return wrong(v, "the FDT at 0x%lx has no map", h->fdt);
	h->nr_blobs = 0;
	for (unsigned int i = 1; i < fdt.nr; i++) {
		if (h->nr_blobs == MAX_BLOBS)
			return wrong(v, "more than %u blobs", MAX_BLOBS);
		if (!read_blob(v, &fdt.node[i], version, &h->blob[h->nr_blobs++]))
			return false;
	}
	return true;
}

static bool check_blobs(struct verifier *v, struct handover *h)
{
	for (unsigned int i = 0; i < h->nr_blobs; i++) {
		const struct blob *b = &h->blob[i];
		uint32_t version;

		for (unsigned int j = 0; j < i; j++)
			if (strcmp(h->blob[j].name, b->name) == 0)
				return wrong(v, "two blobs are called %s", b->name);
		if (!check_place(v, "blob", b->addr, b->size))
			return false;
		for (uint64_t page = b->addr / PAGE * PAGE; page < b->addr + b->size; page += PAGE)
			if (!covered(h, page))
				return wrong(v, "blob %s: its page 0x%lx is not preserved", b->name,
					     page);
		if (strcmp(b->name, "LUO") == 0 && !verify_luo(v, h, b))
			return false;
		if (strcmp(b->name, METADATA) != 0)
			continue;
		memcpy(&version,
		       (const uint8_t *)read_page(v, b->addr / PAGE * PAGE) + b->addr % PAGE, 4);
		if ((h->has_size && b->size < 73) || b->addr % PAGE > PAGE - 73 || version != 1)
			return wrong(v, METADATA " at 0x%lx, %lu bytes, version %u", b->addr,
				     b->size, version);
	}
	return true;
}

/* ---- together ---- */

/* Everything that is led to is taken; none of it may be free. */
static bool check_used(struct verifier *v)
{
	uint64_t bytes = v->facts->size / PAGE / 8;
	const uint64_t *used = (const uint64_t *)(const void *)(v->facts->mem + v->used);

	if (!v->used)
		return true;
	for (uint64_t at = 0; at < bytes; at += PAGE)
		read_page(v, v->used + at);
	for (uint64_t i = 0; i < bytes / 8; i++)
		if (v->taken[i] & ~used[i])
			return wrong(
				v,
				"the page at 0x%lx is handed over, and free for baton to write to",
				(i * 64 + (unsigned int)__builtin_ctzl(v->taken[i] & ~used[i])) *
					PAGE);
	return true;
}

void verifier_init(struct verifier *v, const struct facts *f, uint64_t root, uint64_t used)
{
	*v = (struct verifier){ .facts = f, .root = root, .used = used };
	v->taken = calloc(f->size / PAGE / 64 + 1, sizeof(*v->taken));
	v->reads = calloc(f->size / PAGE, 1);
	if (!v->taken || !v->reads)
		die("out of memory");
}

bool verify(struct verifier *v, struct handover *h)
{
	memset(v->taken, 0, v->facts->size / PAGE / 8);
	for (size_t i = 0; i < v->nr_seen; i++)
		v->reads[v->seen[i].addr / PAGE] = 0;
	v->reads[v->root / PAGE] = 1;
	v->nr_seen = 0;
	v->why[0] = '\0';
	memcpy(&v->root_value, v->facts->mem + v->root, 8);
	h->fdt = v->root_value;
	h->nr_keys = 0;
	h->luo.version = 0;
	h->nodes = h->empty = 0;
	if (h->fdt % PAGE)
		return wrong(v, "the FDT at 0x%lx is not at the start of a page", h->fdt);
	if (!check_place(v, "the FDT", h->fdt, PAGE) || !read_root(v, h) || !h->walk(v, h))
		return false;
	for (size_t i = 0; i < h->nr_keys; i++)
		if (!check_key(v, h, h->key[i]))
			return false;
	if (!has_key(h, key_of(h->fdt, 0)))
		return wrong(v, "the FDT at 0x%lx is not preserved", h->fdt);
	return check_blobs(v, h) && check_used(v);
}

bool verify_same(const struct verifier *v)
{
	const uint8_t *mem = v->facts->mem;

	if (memcmp(mem + v->root, &v->root_value, 8) != 0)
		return false;
	for (size_t i = 0; i < v->nr_seen; i++)
		if (memcmp(mem + v->seen[i].addr, v->seen[i].copy, PAGE) != 0)
			return false;
	return true;
}
