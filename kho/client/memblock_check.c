// SPDX-License-Identifier: MIT
#include "kho/client/memblock_check.h"

#include <libfdt.h>
#include <string.h>

#define COMPAT        "memblock-v1"
#define REGION_COMPAT "reserve-mem-v1"

static bool read_u64(const void *fdt, int node, const char *name, uint64_t *value)
{
	int len;
	const void *p = fdt_getprop(fdt, node, name, &len);

	if (!p || len != sizeof(*value))
		return false;
	memcpy(value, p, sizeof(*value));
	return true;
}

int memblock_regions(const struct window *window, const struct kho_blob *blob,
		     void (*fn)(const char *name, paddr_t start, uint64_t size, void *arg),
		     void *arg)
{
	const void *fdt = NULL;
	uint64_t start, size;
	int node, bad = 0;

	if (is_aligned(blob->addr, sizeof(uint64_t)))
		fdt = window_ro(window, blob->addr, blob->size);
	if (!fdt || fdt_check_full(fdt, min_u64(blob->size, CLIENT_FDT_MAX)) ||
	    fdt_node_check_compatible(fdt, 0, COMPAT))
		return -1;
	fdt_for_each_subnode(node, fdt, 0) {
		if (fdt_node_check_compatible(fdt, node, REGION_COMPAT) ||
		    !read_u64(fdt, node, "start", &start) || !read_u64(fdt, node, "size", &size))
			bad++;
		else
			fn(fdt_get_name(fdt, node, NULL), start, size, arg);
	}
	return bad;
}

static void claim_region(const char *name, paddr_t start, uint64_t size, void *arg)
{
	(void)name;
	claim_pages(arg, "a region of reserve_mem", start, size >> PAGE_SHIFT);
}

void memblock_check_blob(struct claims *c, const struct kho_blob *blob)
{
	int bad;

	claim_pages(c, "the FDT of memblock", blob->addr, 1);
	bad = memblock_regions(c->h->map.window, blob, claim_region, c);
	if (bad)
		finding_add(c->f, FINDING_MEMBLOCK_REGION, "%d other nodes in the FDT at 0x%lx",
			    bad, blob->addr);
}
