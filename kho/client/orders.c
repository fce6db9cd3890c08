// SPDX-License-Identifier: MIT
#include "kho/client/orders.h"

#include "kho/client/memblock.h"
#include "kho/client/memblock_check.h"
#include "mm/bits.h"

/**
 * struct block - the block that is looked at
 * @h, @f:  the arguments of orders_check()
 * @base, @end, @order: where it lies
 * @reserved: a region of reserve_mem holds all of it
 */
struct block {
	const struct handover *h;
	paddr_t base, end;
	unsigned int order;
	bool reserved;
	struct fault *f;
};

static void look_at_region(const char *name, paddr_t start, uint64_t size, void *arg)
{
	struct block *b = arg;

	(void)name;
	if (start <= b->base && size >= b->end - start)
		b->reserved = true;
}

static int check_block(struct block *b)
{
	struct kho_blob blob;

	b->reserved = false;
	if (handover_find_blob(b->h, MEMBLOCK, &blob))
		memblock_regions(b->h->map.window, &blob, look_at_region, b);
	if (b->reserved)
		return 0;
	return fault_set(b->f, "order-not-restorable",
			 "block 0x%lx of order %u; clients of %s restore orders up to %u", b->base,
			 b->order, b->h->abi->compatible, b->h->abi->max_restore);
}

static int check_leaf(const struct kho_leaf *leaf, void *arg)
{
	struct block *b = arg;
	uint64_t size = PAGE_SIZE << leaf->order;

	if (leaf->order <= b->h->abi->max_restore)
		return 0;
	b->order = leaf->order;
	for (unsigned int w = 0; w < KHO_LEAF_WORDS; w++)
		for (uint64_t bits = leaf->bits[w]; bits; bits &= bits - 1) {
			b->base = leaf->base + (w * 64 + bits_lowest(bits)) * size;
			b->end = b->base + size;
			if (check_block(b))
				return -1;
		}
	return 0;
}

int orders_check(const struct handover *h, struct fault *f)
{
	struct block b = { .h = h, .f = f };

	return handover_for_each_leaf(h, check_leaf, &b);
}
