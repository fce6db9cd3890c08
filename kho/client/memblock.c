// SPDX-License-Identifier: MIT
#include "kho/client/memblock.h"

#include <libfdt.h>
#include <string.h>

#include "kho/client/claims.h"
#include "kho/out/living.h"

#define COMPAT        "memblock-v1"
#define REGION_COMPAT "reserve-mem-v1"
#define MAX_SIZE      (1UL << 50)
#define MIN_ADDR      MIB(16) /* firmware and kernels want the RAM below most */

int memblock_check(struct memblock_region *r, struct fault *f)
{
	size_t len = strnlen(r->name, sizeof(r->name));

	if (!len || len == sizeof(r->name) || strchr(r->name, '/') || strchr(r->name, ' '))
		return fault_set(f, "bad-name",
				 "'%.*s'; expected 1 to %u characters, no '/' or blank", (int)len,
				 r->name, MEMBLOCK_NAME - 1);
	if (!r->size || !is_aligned(r->size, PAGE_SIZE) || r->size > MAX_SIZE ||
	    r->align > MAX_SIZE || (r->align & (r->align - 1)))
		return fault_set(f, "bad-number",
				 "SIZE 0x%lx, ALIGN 0x%lx; expected whole pages and a power of two",
				 r->size, r->align);
	r->align = max_u64(r->align, PAGE_SIZE);
	return 0;
}

const char *memblock_version(const void *bytes, uint64_t size)
{
	if (fdt_check_full(bytes, min_u64(size, CLIENT_FDT_MAX)) ||
	    fdt_node_check_compatible(bytes, 0, COMPAT))
		return NULL;
	return COMPAT;
}

/* The published FDT of all regions, NULL in @fdt if there is none. */
static int find_tree(const struct kho_out *out, struct kho_blob *blob, const void **fdt,
		     struct fault *f)
{
	*fdt = NULL;
	if (!handover_find_blob(&out->h, MEMBLOCK, blob))
		return 0;
	*fdt = handover_look(&out->h, blob->addr, blob->size);
	if (!*fdt || !memblock_version(*fdt, blob->size))
		return fault_set(f, "blob-unknown", "the blob " MEMBLOCK " is not " COMPAT);
	return 0;
}

int memblock_find(const struct kho_out *out, const char *name, paddr_t *start, uint64_t *size,
		  struct fault *f)
{
	struct kho_blob blob;
	const void *fdt;
	int node;

	if (find_tree(out, &blob, &fdt, f))
		return -1;
	node = fdt ? fdt_subnode_offset(fdt, 0, name) : -1;
	if (node < 0)
		return 0;
	if (fdt_node_check_compatible(fdt, node, REGION_COMPAT) ||
	    !fdt_read_u64(fdt, node, "start", start, NULL) ||
	    !fdt_read_u64(fdt, node, "size", size, NULL))
		return fault_set(f, "blob-unknown",
				 "'%s' in the blob " MEMBLOCK " is not " REGION_COMPAT, name);
	return 1;
}

/* Copy the tree @old, except for the end of its root. */
static int copy_tree(void *fdt, const void *old)
{
	int offset, next = 0, depth = 0, len, err = 0;
	const char *name;
	const void *p;

	do {
		offset = next;
		switch (fdt_next_tag(old, offset, &next)) {
		case FDT_BEGIN_NODE:
			err |= fdt_begin_node(fdt, fdt_get_name(old, offset, NULL));
			depth++;
			break;
		case FDT_PROP:
			p = fdt_getprop_by_offset(old, offset, &name, &len);
			err |= fdt_property(fdt, name, p, len);
			break;
		case FDT_END_NODE:
			if (--depth)
				err |= fdt_end_node(fdt);
			break;
		}
	} while (depth && !err);
	return err;
}

/* Write the FDT of all regions into a page: those of @old, and @r at @start. */
static int write_tree(void *fdt, const void *old, const struct memblock_region *r, paddr_t start,
		      struct fault *f)
{
	int err = fdt_create(fdt, PAGE_SIZE);

	err |= fdt_finish_reservemap(fdt);
	if (old) {
		err |= copy_tree(fdt, old);
	} else {
		err |= fdt_begin_node(fdt, "");
		err |= fdt_property(fdt, "compatible", COMPAT, sizeof(COMPAT));
	}
	err |= fdt_begin_node(fdt, r->name);
	err |= fdt_property(fdt, "compatible", REGION_COMPAT, sizeof(REGION_COMPAT));
	err |= fdt_property(fdt, "start", &start, sizeof(start));
	err |= fdt_property(fdt, "size", &r->size, sizeof(r->size));
	err |= fdt_end_node(fdt);
	err |= fdt_end_node(fdt);
	err |= fdt_finish(fdt);
	return err ? fault_set(f, "fdt-full", "no room for '%s' in the FDT of all regions",
			       r->name) :
		     0;
}

static int find_place(const struct kho_out *out, const struct memblock_region *r, paddr_t *start,
		      struct fault *f)
{
	if (!pagemap_find(out->pages->map, MIN_ADDR, (r->size + r->align - PAGE_SIZE) >> PAGE_SHIFT,
			  start))
		return fault_set(f, "out-of-memory",
				 "no free %lu KiB in a row at a multiple of %lu KiB for '%s'",
				 r->size >> 10, r->align >> 10, r->name);
	*start = align_up(*start, r->align);
	return 0;
}

/* Give back what has been preserved of a region. */
static void give_back(struct kho_out *out, paddr_t at, paddr_t end)
{
	unsigned int order;
	struct fault none;
	paddr_t base;

	for (; at < end && handover_find_key(&out->h, at, &base, &order); at += PAGE_SIZE << order)
		kho_unpreserve_free(out, base, &none);
}

/* The old FDT, to which nothing points any more. Its page stays if something else lies in it as well. */
static void drop_old(struct kho_restore *restore, paddr_t addr)
{
	struct fault none;

	if (kho_unpreserve_free(restore->out, addr, &none))
		kho_restore_free(restore, addr, &none);
}

/*
 * Once the region is preserved: build a new FDT aside, and let one switch put it in the place of the old one.
 */
static int publish_region(struct kho_restore *restore, const struct memblock_region *r,
			  paddr_t start, const void *old, paddr_t old_addr, struct fault *f)
{
	struct kho_out *out = restore->out;
	struct fault none;
	paddr_t at;
	void *fdt = kho_alloc_preserve(out, PAGE_SIZE, &at, f);

	if (!fdt)
		return -1;
	if (write_tree(fdt, old, r, start, f) ||
	    (old ? kho_blob_replace : kho_blob_add)(out, MEMBLOCK, at, fdt_totalsize(fdt), f)) {
		kho_unpreserve_free(out, at, &none);
		return -1;
	}
	if (old)
		drop_old(restore, old_addr);
	return 0;
}

int memblock_reserve(struct kho_restore *restore, const struct memblock_region *r, paddr_t *start,
		     struct fault *f)
{
	struct kho_out *out = restore->out;
	struct kho_blob was;
	const void *old;

	if (find_tree(out, &was, &old, f))
		return -1;
	if (old && fdt_subnode_offset(old, 0, r->name) >= 0)
		return fault_set(f, "exists", "a region is called '%s' already", r->name);
	if (find_place(out, r, start, f) ||
	    kho_preserve_pages(out, *start, r->size >> PAGE_SHIFT, f))
		return -1;
	memset(window_rw(out->pages->window, *start, r->size), 0, r->size);
	if (publish_region(restore, r, *start, old, was.addr, f)) {
		give_back(out, *start, *start + r->size);
		return -1;
	}
	return 0;
}
