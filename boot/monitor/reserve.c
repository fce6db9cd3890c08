// SPDX-License-Identifier: MIT
/*
 * Reserve memory as reserve_mem=SIZE:ALIGN:NAME of Linux does, so that the next Linux finds it
 * under that name.
 *
 * The blob "memblock" is an FDT of one page: compatible "memblock-v1", and for each region a node
 * with compatible "reserve-mem-v1" and its start and size (mm/memblock.c,
 * include/linux/kho/abi/memblock.h of Linux 7.3).
 */
#include <libfdt.h>
#include <string.h>

#include "boot/monitor/command.h"

#define MEMBLOCK        "memblock"
#define MEMBLOCK_COMPAT "memblock-v1"
#define REGION_COMPAT   "reserve-mem-v1"
#define NAME_SIZE       16 /* RESERVE_MEM_NAME_SIZE */
#define MAX_SIZE        (1UL << 50)
#define MIN_ADDR        MIB(16) /* below lies what firmware and kernels are fondest of */

/* Are name, size and alignment as Linux takes them? */
static int check_args(struct monitor *m)
{
	struct args *a = &m->a;

	if (!*a->word || strlen(a->word) >= NAME_SIZE || strchr(a->word, '/') ||
	    strchr(a->word, ' '))
		return fault_set(m->f, "bad-name",
				 "'%.40s'; expected 1 to %u characters, no '/' or blank", a->word,
				 NAME_SIZE - 1);
	if (!is_aligned(a->size, PAGE_SIZE) || a->size > MAX_SIZE || a->align > MAX_SIZE ||
	    (a->align & (a->align - 1)))
		return fault_set(m->f, "bad-number",
				 "SIZE 0x%lx, ALIGN 0x%lx; expected whole pages and a power of two",
				 a->size, a->align);
	a->align = max_u64(a->align, PAGE_SIZE);
	return 0;
}

/* The FDT of all regions so far, NULL in @fdt if there is none; @name must not be in it. */
static int find_present(struct monitor *m, struct kho_blob *blob, const void **fdt)
{
	*fdt = NULL;
	if (!find_blob(m, &m->out, MEMBLOCK, blob))
		return 0;
	*fdt = look(m, blob->addr, blob->size);
	if (!*fdt || fdt_check_full(*fdt, blob->size) ||
	    fdt_node_check_compatible(*fdt, 0, MEMBLOCK_COMPAT))
		return fault_set(m->f, "blob-unknown",
				 "the blob " MEMBLOCK " is not " MEMBLOCK_COMPAT);
	if (fdt_subnode_offset(*fdt, 0, m->a.word) >= 0)
		return fault_set(m->f, "exists", "a region is called '%s' already", m->a.word);
	return 0;
}

/* Copy the tree @old, but for the end of its root. */
static int copy_tree(void *fdt, const void *old)
{
	int offset, next = 0, depth = 0, len, err = 0;
	const char *name;
	const void *p;

	do {
		offset = next;
		switch (fdt_next_tag(old, offset, &next)) {
		case FDT_BEGIN_NODE:
			err |= fdt_begin_node(fdt, fdt_get_name(old, offset, NULL));
			depth++;
			break;
		case FDT_PROP:
			p = fdt_getprop_by_offset(old, offset, &name, &len);
			err |= fdt_property(fdt, name, p, len);
			break;
		case FDT_END_NODE:
			if (--depth)
				err |= fdt_end_node(fdt);
			break;
		}
	} while (depth && !err);
	return err;
}

/* Write the FDT of all regions into a page: those of @old, and the new one at @start. */
static int write_tree(const struct monitor *m, void *fdt, const void *old, uint64_t start)
{
	int err = fdt_create(fdt, PAGE_SIZE);

	err |= fdt_finish_reservemap(fdt);
	if (old) {
		err |= copy_tree(fdt, old);
	} else {
		err |= fdt_begin_node(fdt, "");
		err |= fdt_property(fdt, "compatible", MEMBLOCK_COMPAT, sizeof(MEMBLOCK_COMPAT));
	}
	err |= fdt_begin_node(fdt, m->a.word);
	err |= fdt_property(fdt, "compatible", REGION_COMPAT, sizeof(REGION_COMPAT));
	err |= fdt_property(fdt, "start", &start, sizeof(start));
	err |= fdt_property(fdt, "size", &m->a.size, sizeof(m->a.size));
	err |= fdt_end_node(fdt);
	err |= fdt_end_node(fdt);
	err |= fdt_finish(fdt);
	return err ? fault_set(m->f, "fdt-full", "no room for '%s' in the FDT of all regions",
			       m->a.word) :
		     0;
}

/* Find free memory for the region, with its alignment. */
static int find_place(const struct monitor *m, paddr_t *start)
{
	const struct args *a = &m->a;

	if (!pagemap_find(&m->b->map, MIN_ADDR, (a->size + a->align - PAGE_SIZE) >> PAGE_SHIFT,
			  start))
		return fault_set(m->f, "out-of-memory",
				 "no free %lu KiB in a row at a multiple of %lu KiB", a->size >> 10,
				 a->align >> 10);
	*start = align_up(*start, a->align);
	return 0;
}

/* Give back what has been preserved of the region. */
static void give_back(struct kho_out *out, paddr_t at, paddr_t end)
{
	unsigned int order;
	struct fault none;
	paddr_t base;

	for (; at < end && kho_out_key(out, at, &base, &order); at += PAGE_SIZE << order)
		kho_unpreserve_free(out, base, &none);
}

/*
 * The FDT of before: nobody points to it any more. A page that something else uses as well stays.
 */
static void drop_old(struct monitor *m, paddr_t addr)
{
	struct fault none;

	if (kho_unpreserve_free(&m->b->out, addr, &none))
		kho_restore_free(&m->restore, addr, &none);
}

/*
 * With the region preserved: a new FDT, built aside, takes the place of the old one by one switch.
 */
static int publish_region(struct monitor *m, paddr_t start, const void *old, paddr_t old_addr)
{
	struct kho_out *out = &m->b->out;
	struct fault none;
	paddr_t at;
	void *fdt = kho_alloc_preserve(out, PAGE_SIZE, &at, m->f);

	if (!fdt)
		return -1;
	if (write_tree(m, fdt, old, start) ||
	    (old ? kho_blob_replace : kho_blob_add)(out, MEMBLOCK, at, fdt_totalsize(fdt), m->f)) {
		kho_unpreserve_free(out, at, &none);
		return -1;
	}
	if (old)
		drop_old(m, old_addr);
	return 0;
}

COMMAND(reserve)
{
	struct kho_out *out = &m->b->out;
	uint64_t size = m->a.size;
	struct kho_blob was;
	paddr_t start = 0;
	const void *old;

	if (check_args(m) || find_present(m, &was, &old) || find_place(m, &start) ||
	    kho_preserve_pages(out, start, size >> PAGE_SHIFT, m->f))
		return -1;
	memset(door_rw(&m->b->info.door, start, size), 0, size);
	if (publish_region(m, start, old, was.addr)) {
		give_back(out, start, start + size);
		return -1;
	}
	m->a.last = start;
	print(m, "0x%lx, %lu KiB\n", start, size >> 10);
	return 0;
}
