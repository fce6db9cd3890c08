// SPDX-License-Identifier: MIT
/* The root FDT of an incoming handover, and the blobs that its sub-nodes point to. */
#include "kho/in/ingest.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#define FDT_VERSION 17 /* what Linux writes; older ones have no size of the structure block */
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

/* Read a property of eight bytes, native order, at any alignment. Return: false unless it is there. */
static bool read_u64(const void *fdt, int node, const char *name, uint64_t *value, int *len)
{
	const void *p = fdt_getprop(fdt, node, name, len);

	if (!p || *len != (int)sizeof(*value))
		return false;
	memcpy(value, p, sizeof(*value));
	return true;
}

/* Check where the FDT lies and that it is one. Return: false if it cannot be read any further. */
static bool check_fdt(struct kho_in *in, const struct ranges *scratch, struct findings *f)
{
	paddr_t addr = in->data.fdt_addr;
	const void *fdt;
	int err;

	if (in->data.fdt_size != KHO_FDT_SIZE)
		finding_add(f, FINDING_FDT_LENGTH, "root FDT at 0x%lx of %lu bytes", addr,
			    in->data.fdt_size);
	if (!is_aligned(addr, PAGE_SIZE)) {
		finding_add(f, FINDING_FDT_MISALIGNED, "root FDT at 0x%lx", addr);
		return false;
	}
	fdt = window_ro(in->window, addr, KHO_FDT_SIZE);
	if (!fdt) {
		finding_add(f, FINDING_FDT_NOT_RAM, "root FDT at 0x%lx", addr);
		return false;
	}
	if (addr < LOW_LIMIT)
		finding_add(f, FINDING_FDT_LOW, "root FDT at 0x%lx", addr);
	if (ranges_meet(scratch, addr, addr + KHO_FDT_SIZE))
		finding_add(f, FINDING_FDT_IN_SCRATCH, "root FDT at 0x%lx", addr);

	if (fdt_magic(fdt) == FDT_MAGIC && fdt_totalsize(fdt) > KHO_FDT_SIZE) {
		finding_add(f, FINDING_FDT_LENGTH, "root FDT at 0x%lx says that it has %u bytes",
			    addr, fdt_totalsize(fdt));
		return false;
	}
	err = fdt_check_full(fdt, KHO_FDT_SIZE);
	if (err) {
		finding_add(f, FINDING_FDT_CORRUPT, "root FDT at 0x%lx: %s", addr,
			    fdt_strerror(err));
		return false;
	}
	if (fdt_version(fdt) < FDT_VERSION) {
		finding_add(f, FINDING_FDT_CORRUPT, "root FDT at 0x%lx of FDT version %u, not %u",
			    addr, fdt_version(fdt), FDT_VERSION);
		return false;
	}
	in->fdt = fdt;
	return true;
}

static void read_abi(struct kho_in *in, struct findings *f)
{
	char found[SHOWN], known[128];
	const char *name;
	int len;

	name = fdt_getprop(in->fdt, 0, "compatible", &len);
	if (!name || len < 2 || name[len - 1] != '\0') {
		finding_add(f, FINDING_ABI_MISSING, "root FDT at 0x%lx names no version",
			    in->data.fdt_addr);
		return;
	}
	/* a list of several strings is no version that baton knows either */
	if (strlen(name) == (size_t)len - 1)
		in->abi = kho_abi_by_name(name);
	if (!in->abi)
		finding_add(f, FINDING_ABI_UNKNOWN, "version '%s', known are %s",
			    shown(found, name, (size_t)len), kho_abi_list(known, sizeof(known)));
}

static void read_map(struct kho_in *in, struct findings *f)
{
	uint64_t map = 0;
	int len;

	if (read_u64(in->fdt, 0, KHO_PROP_MAP, &map, &len)) {
		if (map == 0)
			finding_add(f, FINDING_MAP_ZERO, "map address 0");
		in->map = map;
	} else if (len < 0) {
		finding_add(f, FINDING_MAP_MISSING, "no property " KHO_PROP_MAP);
	} else {
		finding_add(f, FINDING_MAP_LENGTH, KHO_PROP_MAP " of %d bytes", len);
	}
}

/* Check the form of the sub-node @node. */
static void check_node(const struct kho_in *in, int node, struct findings *f)
{
	const char *name = fdt_get_name(in->fdt, node, NULL);
	char found[SHOWN];
	uint64_t value;
	int other, len;

	shown(found, name, strlen(name));
	fdt_for_each_subnode(other, in->fdt, 0) {
		if (other >= node)
			break;
		if (!strcmp(fdt_get_name(in->fdt, other, NULL), name)) {
			finding_add(f, FINDING_BLOB_TWICE, "sub-node '%s' again", found);
			break;
		}
	}
	if (!read_u64(in->fdt, node, in->abi->blob_prop, &value, &len))
		finding_add(f, FINDING_BLOB_ADDRESS, "sub-node '%s': %s of %d bytes", found,
			    in->abi->blob_prop, len < 0 ? 0 : len);
	if (!in->abi->size_prop)
		return;
	if (!read_u64(in->fdt, node, in->abi->size_prop, &value, &len))
		finding_add(f, FINDING_BLOB_SIZE, "sub-node '%s': %s of %d bytes", found,
			    in->abi->size_prop, len < 0 ? 0 : len);
	else if (value == 0)
		finding_add(f, FINDING_BLOB_SIZE, "sub-node '%s': a blob of 0 bytes", found);
}

void kho_in_fdt(struct kho_in *in, const struct ranges *scratch, struct findings *f)
{
	int node;

	if (!check_fdt(in, scratch, f))
		return;
	read_abi(in, f);
	read_map(in, f);
	if (!in->abi)
		return;
	fdt_for_each_subnode(node, in->fdt, 0)
		check_node(in, node, f);
}

/* The size of a blob whose version does not say: its own if it is an FDT, else up to the end of its block. */
static uint64_t guess_size(const struct kho_in *in, paddr_t addr)
{
	const void *header = is_aligned(addr, sizeof(uint64_t)) ?
				     window_ro(in->window, addr, sizeof(struct fdt_header)) :
				     NULL;
	unsigned int order;
	paddr_t base;

	if (header && fdt_check_header(header) == 0)
		return fdt_totalsize(header);
	if (!kho_in_key(in, addr, &base, &order))
		return 0;
	return (PAGE_SIZE << order) - (addr - base);
}

bool kho_in_read_blob(const struct kho_in *in, int node, struct kho_blob *blob)
{
	uint64_t addr, size = 0;
	int len;

	*blob = (struct kho_blob){ .name = fdt_get_name(in->fdt, node, NULL) };
	if (!read_u64(in->fdt, node, in->abi->blob_prop, &addr, &len))
		return false;
	if (!in->abi->size_prop)
		size = guess_size(in, addr);
	else if (!read_u64(in->fdt, node, in->abi->size_prop, &size, &len) || size == 0)
		return false;
	blob->addr = addr;
	blob->size = size;
	return true;
}

bool kho_in_blob(const struct kho_in *in, unsigned int i, struct kho_blob *blob)
{
	int node;

	if (!in->fdt || !in->abi)
		return false;
	fdt_for_each_subnode(node, in->fdt, 0) {
		if (i-- == 0) {
			kho_in_read_blob(in, node, blob);
			return true;
		}
	}
	return false;
}

/* Look for a page of [@base, @end) that no key covers. Return: true if there is one, at @hole. */
static bool find_hole(const struct kho_in *in, paddr_t base, paddr_t end, paddr_t *hole)
{
	unsigned int order;

	while (base < end) {
		paddr_t block;

		if (!kho_in_key(in, base, &block, &order)) {
			*hole = base;
			return true;
		}
		if (!range_end(block, PAGE_SIZE << order, &base))
			break;
	}
	return false;
}

/* Check one blob that has an address and, unless the version has none, a size. */
static void check_blob(const struct kho_in *in, const struct kho_blob *blob, struct findings *f)
{
	uint64_t size = max_u64(blob->size, 1);
	const void *mem = window_ro(in->window, blob->addr, size);
	struct kho_metadata meta;
	char found[SHOWN];
	paddr_t hole;

	shown(found, blob->name, strlen(blob->name));
	if (!mem) {
		finding_add(f, FINDING_BLOB_NOT_RAM, "blob '%s' at 0x%lx of %lu bytes", found,
			    blob->addr, blob->size);
		return;
	}
	if (find_hole(in, blob->addr, blob->addr + size, &hole))
		finding_add(f, FINDING_BLOB_NOT_PRESERVED,
			    "blob '%s' at 0x%lx of %lu bytes, byte 0x%lx", found, blob->addr,
			    blob->size, hole);
	if (strcmp(blob->name, KHO_METADATA))
		return;
	if (blob->size < sizeof(meta)) {
		finding_add(f, FINDING_METADATA_VERSION, "kexec-metadata of %lu bytes", blob->size);
		return;
	}
	memcpy(&meta, mem, sizeof(meta));
	if (meta.version != KHO_METADATA_VERSION)
		finding_add(f, FINDING_METADATA_VERSION, "kexec-metadata of version %u",
			    meta.version);
}

void kho_in_check_blobs(const struct kho_in *in, struct findings *f)
{
	struct kho_blob blob;
	unsigned int order;
	paddr_t base;
	int node;

	if (!kho_in_key(in, in->data.fdt_addr, &base, &order))
		finding_add(f, FINDING_FDT_NOT_PRESERVED, "root FDT at 0x%lx", in->data.fdt_addr);
	fdt_for_each_subnode(node, in->fdt, 0)
		if (kho_in_read_blob(in, node, &blob))
			check_blob(in, &blob, f);
}
