// SPDX-License-Identifier: MIT
/* The root FDT of an incoming handover, and the blobs that its sub-nodes point to. */
#include "kho/in/ingest.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#define FDT_VERSION 17 /* as Linux writes; older ones lack a size */
#define SHOWN       64 /* bytes of a foreign string in a message, with its NUL */

/* Copy a foreign string of at most @len bytes for a message: printable, cut, and ended. */
static const char *shown(char buf[SHOWN], const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len && i < SHOWN - 1 && s[i]; i++)
		buf[i] = s[i] >= ' ' && s[i] <= '~' ? s[i] : '?';
	buf[i] = '\0';
	return buf;
}

/* Check where the FDT lies and that it is one. Return: NULL if it cannot be read any further. */
static const void *check_fdt(const struct kho_in *in, const struct ranges *scratch,
			     struct findings *f)
{
	paddr_t addr = in->data.fdt_addr;
	const void *fdt;
	int err;

	if (in->data.fdt_size != KHO_FDT_SIZE)
		finding_add(f, FINDING_FDT_LENGTH, "root FDT at 0x%lx of %lu bytes", addr,
			    in->data.fdt_size);
	if (!is_aligned(addr, PAGE_SIZE)) {
		finding_add(f, FINDING_FDT_MISALIGNED, "root FDT at 0x%lx", addr);
		return NULL;
	}
	fdt = handover_look(&in->h, addr, KHO_FDT_SIZE);
	if (!fdt) {
		finding_add(f, FINDING_FDT_NOT_RAM, "root FDT at 0x%lx", addr);
		return NULL;
	}
	if (addr < LOW_LIMIT)
		finding_add(f, FINDING_FDT_LOW, "root FDT at 0x%lx", addr);
	if (ranges_meet(scratch, addr, addr + KHO_FDT_SIZE))
		finding_add(f, FINDING_FDT_IN_SCRATCH, "root FDT at 0x%lx", addr);

	if (fdt_magic(fdt) == FDT_MAGIC && fdt_totalsize(fdt) > KHO_FDT_SIZE) {
		finding_add(f, FINDING_FDT_LENGTH, "root FDT at 0x%lx says that it has %u bytes",
			    addr, fdt_totalsize(fdt));
		return NULL;
	}
	err = fdt_check_full(fdt, KHO_FDT_SIZE);
	if (err) {
		finding_add(f, FINDING_FDT_CORRUPT, "root FDT at 0x%lx: %s", addr,
			    fdt_strerror(err));
		return NULL;
	}
	if (fdt_version(fdt) < FDT_VERSION) {
		finding_add(f, FINDING_FDT_CORRUPT, "root FDT at 0x%lx of FDT version %u, not %u",
			    addr, fdt_version(fdt), FDT_VERSION);
		return NULL;
	}
	return fdt;
}

/* Find the version. Return: NULL, and a finding, if it is not known. */
static const struct kho_abi *find_abi(const struct kho_in *in, const void *fdt, struct findings *f)
{
	const struct kho_abi *abi = NULL;
	char found[SHOWN], known[128];
	const char *name;
	int len;

	name = fdt_getprop(fdt, 0, "compatible", &len);
	if (!name || len < 2 || name[len - 1] != '\0') {
		finding_add(f, FINDING_ABI_MISSING, "root FDT at 0x%lx names no version",
			    in->data.fdt_addr);
		return NULL;
	}
	/* a list of several strings is no version that baton knows either */
	if (strlen(name) == (size_t)len - 1)
		abi = kho_abi_by_name(name);
	if (!abi)
		finding_add(f, FINDING_ABI_UNKNOWN, "version '%s', known are %s",
			    shown(found, name, (size_t)len), kho_abi_list(known, sizeof(known)));
	return abi;
}

/* Find the map; it may be read only if its format is known as well. */
static void find_map(struct kho_in *in, const void *fdt, struct findings *f)
{
	const struct map_format *format = in->h.abi ? in->h.abi->map : NULL;
	uint64_t root;
	int len;

	if (!fdt_read_u64(fdt, 0, KHO_PROP_MAP, &root, &len)) {
		if (len < 0)
			finding_add(f, FINDING_MAP_MISSING, "no property " KHO_PROP_MAP);
		else
			finding_add(f, FINDING_MAP_LENGTH, KHO_PROP_MAP " of %d bytes", len);
	} else if (!root && !(format && format->zero_is_empty)) {
		finding_add(f, FINDING_MAP_ZERO, "map address 0");
	} else if (format) {
		in->h.map.format = format;
		in->h.map.root = root;
	}
}

/* Two of one name would be one to Linux; whatever else a sub-node is, its client may know. */
static void check_name(const void *fdt, int node, struct findings *f)
{
	const char *name = fdt_get_name(fdt, node, NULL);
	char found[SHOWN];
	int other;

	shown(found, name, strlen(name));
	fdt_for_each_subnode(other, fdt, 0) {
		if (other >= node)
			break;
		if (!strcmp(fdt_get_name(fdt, other, NULL), name)) {
			finding_add(f, FINDING_BLOB_TWICE, "sub-node '%s' again", found);
			break;
		}
	}
}

void kho_in_read(struct kho_in *in, const void *fdt, const struct kho_abi *abi, struct findings *f)
{
	int node;

	in->h.fdt = in->data.fdt_addr;
	in->h.abi = abi;
	find_map(in, fdt, f);
	if (!abi)
		return;
	fdt_for_each_subnode(node, fdt, 0)
		check_name(fdt, node, f);
}

void kho_in_fdt(struct kho_in *in, const struct ranges *scratch, struct findings *f)
{
	const void *fdt = check_fdt(in, scratch, f);

	if (fdt)
		kho_in_read(in, fdt, find_abi(in, fdt, f), f);
}

/*
 * Look for a page of [@base, @end) that no key covers: with the pages of the map taken out of the page map, what
 * is set is scratch, or preserved. So it costs one look at 64 pages, however many blobs lie over them.
 * Return: true if there is one, at @hole.
 */
static bool find_hole(const struct ingest *g, paddr_t base, paddr_t end, paddr_t *hole)
{
	paddr_t first = align_down(base, PAGE_SIZE);

	if (base < LOW_LIMIT) { /* set, but nobody's */
		*hole = base;
		return true;
	}
	*hole = pagemap_first_clear(g->pm, first, align_up(end, PAGE_SIZE));
	for (unsigned int i = 0; i < g->scratch->nr; i++) {
		const struct range *s = &g->scratch->r[i];

		if (s->base < end && s->end > base)
			*hole = min_u64(*hole, max_u64(s->base, first));
	}
	*hole = max_u64(*hole, base);
	return *hole < end;
}

/* Check one blob that can be found. */
static void check_blob(const struct ingest *g, const struct kho_blob *blob, struct findings *f)
{
	uint64_t size = max_u64(blob->size, 1);
	char found[SHOWN];
	paddr_t hole;

	shown(found, blob->name, strlen(blob->name));
	if (!handover_look(&g->in->h, blob->addr, size)) {
		finding_add(f, FINDING_BLOB_NOT_RAM, "blob '%s' at 0x%lx of %lu bytes%s", found,
			    blob->addr, blob->size, kho_in_no_ram(g->in, blob->addr));
		return;
	}
	if (find_hole(g, blob->addr, blob->addr + size, &hole))
		finding_add(f, FINDING_BLOB_NOT_PRESERVED,
			    "blob '%s' at 0x%lx of %lu bytes, byte 0x%lx", found, blob->addr,
			    blob->size, hole);
}

void kho_in_check_blobs(const struct ingest *g, struct findings *f)
{
	paddr_t fdt = g->in->data.fdt_addr, hole;
	int node = BLOB_FIRST;
	struct kho_blob blob;

	if (find_hole(g, fdt, fdt + KHO_FDT_SIZE, &hole))
		finding_add(f, FINDING_FDT_NOT_PRESERVED, "root FDT at 0x%lx", fdt);
	while (handover_next_blob(&g->in->h, &node, &blob))
		if (!blob.bad)
			check_blob(g, &blob, f);
}
