// SPDX-License-Identifier: MIT
/* Questions to a handover that has been read. */
#include "kho/in/incoming.h"
#include "kho/map/radix.h"

bool kho_in_key(const struct kho_in *in, paddr_t addr, paddr_t *base, unsigned int *order)
{
	struct radix_tree tree = { .window = in->window, .root = in->map };
	unsigned int o;

	if (!in->abi || !in->map)
		return false;
	for (o = 0; o <= KHO_MAX_ORDER; o++) {
		if (radix_has(&tree, kho_key(addr, o))) {
			*base = align_down(addr, PAGE_SIZE << o);
			*order = o;
			return true;
		}
	}
	return false;
}

bool kho_in_is_node(const struct kho_in *in, paddr_t addr)
{
	struct radix_tree tree = { .window = in->window, .root = in->map };

	return in->map && radix_is_node(&tree, addr, in->nodes + in->leaves);
}

static int for_each_radix_leaf(const struct kho_in *in,
			       int (*fn)(const struct kho_leaf *leaf, void *arg), void *arg)
{
	struct radix_tree tree = { .window = in->window, .root = in->map };
	struct radix_walk walk;
	struct radix_link link;
	struct kho_leaf leaf;
	int ret = 0;

	radix_start(&walk, &tree);
	while (!ret && (leaf.bits = radix_next_leaf(&walk, &link))) {
		/* an empty leaf of orders that are not allowed is no finding */
		if (link.key < KHO_LEAF_BITS)
			continue;
		leaf.addr = link.addr;
		leaf.base = kho_key_addr(link.key);
		leaf.order = kho_key_order(link.key);
		ret = fn(&leaf, arg);
	}
	return ret;
}

int kho_in_for_each_leaf(const struct kho_in *in, int (*fn)(const struct kho_leaf *leaf, void *arg),
			 void *arg)
{
	if (!in->abi || !in->map)
		return 0;
	switch (in->abi->map) {
	case KHO_MAP_RADIX:
		return for_each_radix_leaf(in, fn, arg);
	}
	return 0;
}
