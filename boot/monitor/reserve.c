// SPDX-License-Identifier: MIT
/* Reserve memory under a name, as reserve_mem=SIZE:ALIGN:NAME of Linux does. */
#include <string.h>

#include "boot/monitor/command.h"
#include "kho/client/memblock.h"

COMMAND(reserve)
{
	struct memblock_region r = { .size = m->a.size, .align = m->a.align };
	paddr_t start = 0;

	memcpy(r.name, m->a.word, strnlen(m->a.word, sizeof(r.name)));
	if (memblock_check(&r, m->f) || memblock_reserve(&m->b->kho.restore, &r, &start, m->f))
		return -1;
	m->a.last = start;
	print(m, "0x%lx, %lu KiB\n", start, r.size >> 10);
	return 0;
}
