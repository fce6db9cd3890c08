// SPDX-License-Identifier: MIT
#include "kho/handover.h"

#include <libfdt.h>
#include <string.h>

#include "mm/bits.h"

bool fdt_read_u64(const void *fdt, int node, const char *name, uint64_t *value, int *len)
{
	int found;
	const void *p = fdt_getprop(fdt, node, name, len ? len : &found);

	if (!p || (len ? *len : found) != (int)sizeof(*value))
		return false;
	memcpy(value, p, sizeof(*value));
	return true;
}

const void *handover_fdt(const struct handover *h)
{
	paddr_t fdt = h->fdt;

	return fdt ? handover_look(h, fdt, KHO_FDT_SIZE) : NULL;
}

/* The size of a blob of which none is stated: that of its FDT header, else up to the end of its block. */
static uint64_t guess_size(const struct handover *h, paddr_t addr)
{
	const void *header = is_aligned(addr, sizeof(uint64_t)) ?
				     handover_look(h, addr, sizeof(struct fdt_header)) :
				     NULL;
	unsigned int order;
	paddr_t base;

	if (header && fdt_check_header(header) == 0)
		return fdt_totalsize(header);
	if (!handover_find_key(h, addr, &base, &order))
		return 0;
	return (PAGE_SIZE << order) - (addr - base);
}

/* Read the blob of the sub-node @node. Return: false if its properties are not what they must be. */
static bool read_blob(const struct handover *h, const void *fdt, int node, struct kho_blob *blob)
{
	uint64_t addr, stated = 0;

	if (!fdt_read_u64(fdt, node, h->abi->blob_prop, &addr, NULL))
		return false;
	if (h->abi->size_prop && !fdt_read_u64(fdt, node, h->abi->size_prop, &stated, NULL))
		return false;
	blob->addr = addr;
	blob->size = stated ? stated : guess_size(h, addr);
	blob->stated = stated;
	return true;
}

bool handover_next_blob(const struct handover *h, int *node, struct kho_blob *blob)
{
	const void *fdt = handover_fdt(h);

	if (!fdt || !h->abi)
		return false;
	*node = *node == BLOB_FIRST ? fdt_first_subnode(fdt, 0) : fdt_next_subnode(fdt, *node);
	if (*node < 0)
		return false;
	*blob = (struct kho_blob){ .name = fdt_get_name(fdt, *node, NULL) };
	blob->bad = !read_blob(h, fdt, *node, blob);
	return true;
}

bool handover_blob(const struct handover *h, unsigned int i, struct kho_blob *blob)
{
	int node = BLOB_FIRST;

	while (handover_next_blob(h, &node, blob))
		if (!i--)
			return true;
	return false;
}

bool handover_find_blob(const struct handover *h, const char *name, struct kho_blob *blob)
{
	int node = BLOB_FIRST;

	while (handover_next_blob(h, &node, blob))
		if (!strcmp(blob->name, name))
			return true;
	return false;
}

bool handover_blob_within(const struct handover *h, paddr_t base, paddr_t end,
			  struct kho_blob *blob)
{
	int node = BLOB_FIRST;

	while (handover_next_blob(h, &node, blob))
		if (blob->addr < end && blob->addr + blob->size > base)
			return true;
	return false;
}

unsigned int handover_count_blobs(const struct handover *h)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;
	unsigned int n = 0;

	while (handover_next_blob(h, &node, &blob))
		n++;
	return n;
}

bool handover_find_key(const struct handover *h, paddr_t addr, paddr_t *base, unsigned int *order)
{
	if (!map_find(&h->map, addr, order))
		return false;
	*base = align_down(addr, PAGE_SIZE << *order);
	return true;
}

bool handover_has_key(const struct handover *h, paddr_t addr, unsigned int order)
{
	return map_has(&h->map, addr, order);
}

bool handover_is_map_page(const struct handover *h, paddr_t addr)
{
	return map_is_page(&h->map, addr);
}

int handover_for_each_leaf(const struct handover *h,
			   int (*fn)(const struct kho_leaf *leaf, void *arg), void *arg)
{
	return map_for_each_leaf(&h->map, fn, arg);
}

/* A run through the keys: what is done with each. */
struct each_key {
	int (*fn)(paddr_t base, unsigned int order, void *arg);
	void *arg;
};

static int each_key(const struct kho_leaf *leaf, void *arg)
{
	const struct each_key *each = arg;
	uint64_t size = PAGE_SIZE << leaf->order;

	for (unsigned int w = 0; w < KHO_LEAF_WORDS; w++)
		for (uint64_t bits = leaf->bits[w]; bits; bits &= bits - 1) {
			paddr_t base = leaf->base + (w * 64UL + bits_lowest(bits)) * size;
			int ret = each->fn(base, leaf->order, each->arg);

			if (ret)
				return ret;
		}
	return 0;
}

int handover_for_each_key(const struct handover *h,
			  int (*fn)(paddr_t base, unsigned int order, void *arg), void *arg)
{
	struct each_key each = { fn, arg };

	return handover_for_each_leaf(h, each_key, &each);
}
