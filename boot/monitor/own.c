// SPDX-License-Identifier: MIT
/* What the monitor may look at and write. */
#include "boot/monitor/command.h"

const void *look(const struct monitor *m, paddr_t addr, uint64_t size)
{
	const void *p = window_ro(m->b->ground.window, addr, size);

	if (!p || (addr < m->hole.end && addr + size > m->hole.base)) {
		fault_set(m->f, "not-ram",
			  "0x%lx, %lu bytes: not all of that is RAM that can be read", addr, size);
		return NULL;
	}
	return p;
}

bool is_own(const struct monitor *m, paddr_t addr, uint64_t size)
{
	const struct kho_out *out = &m->b->kho.out;
	paddr_t end;

	if (!out->h.fdt || !range_end(addr, size, &end) || end > UINT64_MAX - PAGE_SIZE)
		return false;
	/* the pages of blobs that baton makes anew are lent as well, but to baton itself */
	for (unsigned int i = 0; i < out->nr_made; i++)
		if (addr < out->made[i] + PAGE_SIZE && end > out->made[i])
			return false;
	return pageset_all(&out->owned, align_down(addr, PAGE_SIZE), align_up(end, PAGE_SIZE));
}

int not_own(const struct monitor *m, paddr_t addr, uint64_t size)
{
	return fault_set(
		m->f, "not-owned",
		"0x%lx, %lu bytes (%s); expected memory from alloc, preserve, reserve or restore",
		addr, size, map_owner(m, addr));
}
