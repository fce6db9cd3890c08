// SPDX-License-Identifier: MIT
/* Commands that show a handover, scratch and the payload. */
#include <string.h>

#include "boot/monitor/command.h"
#include "kho/view/dts.h"
#include "kho/view/summary.h"

const void *find_fdt(const struct monitor *m, const struct handover *v)
{
	const void *fdt = handover_fdt(v);

	if (!fdt)
		fault_set(m->f, "no-handover", "none came in: the chain begins here");
	return fdt;
}

bool find_blob(const struct monitor *m, const struct handover *v, const char *name,
	       struct kho_blob *blob)
{
	if (handover_find_blob(v, name, blob))
		return true;
	fault_set(m->f, "not-found", "no blob is called '%.40s'", name);
	return false;
}

COMMAND(show)
{
	const struct handover *v = m->side;
	struct summary s = summary_count(v);

	print(m, "version    %s\n", v->abi->compatible);
	print(m, "FDT        0x%lx\n", v->fdt);
	print(m, "map        0x%lx, %lu pages\n", v->map.root, v->map.pages);
	print(m, "names      %u blobs\n", handover_count_blobs(v));
	print(m, "preserved  %lu pages, %lu KiB\n", s.pages, s.pages * (PAGE_SIZE >> 10));
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		if (s.by_order[o])
			print(m, "  order %-2u %8lu blocks of %lu KiB\n", o, s.by_order[o],
			      PAGE_SIZE << o >> 10);
	return 0;
}

static void print_piece(void *m, const char *text)
{
	((const struct monitor *)m)->machine->print(text);
}

COMMAND(fdt)
{
	const void *fdt = find_fdt(m, m->side);
	uint64_t size = KHO_FDT_SIZE;
	struct kho_blob blob;

	if (!fdt)
		return -1;
	if (m->a.word) {
		if (!find_blob(m, m->side, m->a.word, &blob))
			return -1;
		size = blob.size;
		fdt = look(m, blob.addr, size);
		if (!fdt)
			return -1;
	}
	return dts_print(fdt, size, print_piece, m, m->f);
}

COMMAND(blobs)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;
	unsigned int order;
	paddr_t base;

	while (handover_next_blob(m->side, &node, &blob)) {
		order = 0;
		handover_find_key(m->side, blob.addr, &base, &order);
		print(m, "%-20s 0x%09lx %8lu bytes, order %u\n", blob.name, blob.addr, blob.size,
		      order);
	}
	return 0;
}

COMMAND(scratch)
{
	const struct handover *in = m->in;

	for (unsigned int i = 0; i < in->nr_scratch; i++)
		print(m, "0x%09lx – 0x%09lx %7lu KiB\n", in->scratch[i].addr,
		      in->scratch[i].addr + in->scratch[i].size, in->scratch[i].size >> 10);
	return 0;
}

COMMAND(payload)
{
	const struct baton *b = m->b;
	const struct payload *p = &b->next.payload;

	print(m, "kernel     0x%lx, %lu KiB: %s\n", (paddr_t)p->kernel, p->kernel_size >> 10,
	      b->next.kernel.release);
	if (p->initrd_size)
		print(m, "initrd     0x%lx, %lu KiB\n", (paddr_t)p->initrd, p->initrd_size >> 10);
	print(m, "version    %s\ncmdline    ",
	      b->next.target.abi ? b->next.target.abi->compatible : "none: it starts cold");
	print_piece(m, p->has_cmdline ? p->cmdline : b->given.opt.forward);
	print_piece(m, "\n");
	return 0;
}
