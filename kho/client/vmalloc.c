// SPDX-License-Identifier: MIT
#include "kho/client/vmalloc.h"

/**
 * struct list - a list being read
 * @r, @v, @fn, @arg: the arguments of vmalloc_read()
 * @left: blocks that are still to come
 */
struct list {
	struct reader *r;
	const struct kho_vmalloc *v;
	bool (*fn)(const void *bytes, uint64_t size, void *arg);
	void *arg;
	uint64_t left;
};

static bool read_chunk(struct list *l, const struct kho_vmalloc_chunk *chunk, paddr_t at)
{
	unsigned int i;

	for (i = 0; i < KHO_VMALLOC_PER_CHUNK && chunk->phys[i]; i++) {
		const void *mem;

		if (!l->left--)
			return read_fail(l->r, FINDING_VMALLOC_TOTAL,
					 "a block too many in the chunk", at, l->v->total_pages);
		mem = read_block(l->r, "a block of a list", chunk->phys[i], l->v->order);
		if (!mem || !l->fn(mem, PAGE_SIZE << l->v->order, l->arg))
			return false;
	}
	if (!i && chunk->next)
		return read_fail(l->r, FINDING_VMALLOC_EMPTY, "an empty chunk", at, NO_VALUE);
	return true;
}

bool vmalloc_read(struct reader *r, const struct kho_vmalloc *v,
		  bool (*fn)(const void *bytes, uint64_t size, void *arg), void *arg)
{
	struct list l = { r, v, fn, arg, (uint64_t)v->total_pages >> v->order % 32 };
	paddr_t at = v->first;

	if (v->order > LINUX_MAX_ORDER || !is_aligned(v->total_pages, 1UL << v->order))
		return read_fail(r, FINDING_VMALLOC_ORDER, "a list of blocks of an order", at,
				 v->order);
	while (at) {
		const struct kho_vmalloc_chunk *chunk = read_block(r, "a chunk of a list", at, 0);

		if (!chunk || !read_chunk(&l, chunk, at))
			return false;
		at = chunk->next;
	}
	if (l.left)
		return read_fail(r, FINDING_VMALLOC_TOTAL, "blocks missing in the list", v->first,
				 l.left);
	return true;
}
