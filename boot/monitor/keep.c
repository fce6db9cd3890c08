// SPDX-License-Identifier: MIT
/* Commands that change what is published. */
#include "boot/monitor/command.h"

/* True if exactly this block came in, and has not been restored since. */
static bool came_in(const struct monitor *m)
{
	unsigned int order;
	paddr_t base;

	return handover_find_key(m->in, m->a.addr, &base, &order) && base == m->a.addr &&
	       (int)order == m->a.order && !map_has(&m->b->kho.restore.done, base, order);
}

/*
 * What may be preserved: free memory, own memory, and a block that came in and has been taken out
 * of the map here.
 */
COMMAND(preserve)
{
	const struct args *a = &m->a;
	struct kho_out *out = &m->b->kho.out;
	paddr_t end;

	if (range_end(a->addr, a->size, &end) && pagemap_any(out->pages->map, a->addr, end) &&
	    !ranges_meet(&m->b->kho.scratch, a->addr, end) && !is_own(m, a->addr, a->size) &&
	    !came_in(m))
		return not_own(m, a->addr, a->size);
	if (a->order < 0)
		return kho_preserve_pages(out, a->addr, a->size >> PAGE_SHIFT, m->f);
	return kho_preserve(out, a->addr, (unsigned int)a->order, m->f);
}

COMMAND(unpreserve)
{
	const struct args *a = &m->a;

	if (a->order < 0)
		return kho_unpreserve_pages(&m->b->kho.out, a->addr, a->size >> PAGE_SHIFT, m->f);
	return kho_unpreserve(&m->b->kho.out, a->addr, (unsigned int)a->order, m->f);
}

static int show_block(struct monitor *m, paddr_t addr, unsigned int order)
{
	m->a.last = addr;
	print(m, "0x%lx order %u, %lu KiB\n", addr, order, PAGE_SIZE << order >> 10);
	return 0;
}

COMMAND(restore)
{
	unsigned int order;

	if (kho_restore_block(&m->b->kho.restore, m->a.addr, &order, m->f))
		return -1;
	return show_block(m, m->a.addr, order);
}

COMMAND(alloc)
{
	unsigned int order = 0;
	paddr_t addr;

	if (!kho_alloc_preserve(&m->b->kho.out, m->a.size, &addr, m->f))
		return -1;
	handover_find_key(m->out, addr, &addr, &order);
	return show_block(m, addr, order);
}

COMMAND(free)
{
	return kho_unpreserve_free(&m->b->kho.out, m->a.addr, m->f);
}

COMMAND(blob_add)
{
	return kho_blob_add(&m->b->kho.out, m->a.word, m->a.addr, m->a.size, m->f);
}

COMMAND(blob_remove)
{
	return kho_blob_remove(&m->b->kho.out, m->a.word, m->f);
}
