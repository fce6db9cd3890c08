// SPDX-License-Identifier: MIT
/* Commands that show a handover, scratch and the payload. */
#include <string.h>

#include "boot/monitor/command.h"
#include "kho/view/dts.h"
#include "mm/bits.h"

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

bool blob_within(const struct handover *v, paddr_t base, paddr_t end, struct kho_blob *blob)
{
	int node = BLOB_FIRST;

	while (handover_next_blob(v, &node, blob))
		if (blob->addr < end && blob->addr + blob->size > base)
			return true;
	return false;
}

static int count_leaf(const struct kho_leaf *leaf, void *arg)
{
	uint64_t *blocks = arg;

	for (unsigned int w = 0; w < KHO_LEAF_WORDS; w++)
		blocks[leaf->order] += bits_count(leaf->bits[w]);
	return 0;
}

COMMAND(show)
{
	const struct handover *v = m->side;
	uint64_t blocks[KHO_MAX_ORDER + 1] = { 0 }, pages = 0;

	print(m, "version    %s\n", v->abi->compatible);
	print(m, "FDT        0x%lx\n", v->fdt);
	print(m, "map        0x%lx, %lu pages\n", v->map.root, v->map.pages);
	print(m, "names      %u blobs\n", handover_count_blobs(v));
	handover_for_each_leaf(v, count_leaf, blocks);
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		pages += blocks[o] << o;
	print(m, "preserved  %lu pages, %lu KiB\n", pages, pages * (PAGE_SIZE >> 10));
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		if (blocks[o])
			print(m, "  order %-2u %8lu blocks of %lu KiB\n", o, blocks[o],
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
