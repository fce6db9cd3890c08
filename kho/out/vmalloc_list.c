// SPDX-License-Identifier: MIT
#include "kho/out/vmalloc_list.h"

int kho_vmalloc_walk(const struct window *window, const struct kho_vmalloc *v,
		     int (*fn)(const struct listed *l, void *arg), void *arg, struct fault *f)
{
	struct listed l = { 0 };
	paddr_t at = v->first;
	uint64_t left;
	int ret;

	if (v->order > KHO_MAX_ORDER || !is_aligned(v->total_pages, 1UL << v->order))
		return fault_set(f, "list-corrupt", "list of %u pages in blocks of order %u",
				 v->total_pages, v->order);
	left = v->total_pages >> v->order;
	/* every turn but the last reduces @left, so that a loop ends */
	while (at) {
		const struct kho_vmalloc_chunk *c = NULL;
		unsigned int i;

		if (is_aligned(at, PAGE_SIZE))
			c = window_ro(window, at, PAGE_SIZE);
		if (!c)
			return fault_set(f, "list-corrupt",
					 "chunk at 0x%lx; expected a page of RAM", at);
		for (i = 0; i < KHO_VMALLOC_PER_CHUNK && c->phys[i]; i++) {
			if (!left--)
				return fault_set(f, "list-corrupt", "more than %u pages",
						 v->total_pages);
			l = (struct listed){ .addr = c->phys[i], .order = v->order };
			ret = fn(&l, arg);
			if (ret)
				return ret;
		}
		if (!i && c->next)
			return fault_set(f, "list-corrupt", "empty chunk at 0x%lx is not the last",
					 at);
		l = (struct listed){ .addr = at, .chunk = true };
		at = c->next;
		ret = fn(&l, arg);
		if (ret)
			return ret;
	}
	if (left)
		return fault_set(f, "list-corrupt", "%lu of %u pages missing", left << v->order,
				 v->total_pages);
	return 0;
}
