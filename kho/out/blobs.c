// SPDX-License-Identifier: MIT
/* Blobs: what the published FDT names. */
#include <libfdt.h>
#include <string.h>

#include "kho/out/living.h"
#include "kho/out/fdt.h"
#include "kho/map/publish.h"

#define NAME_LEN 31 /* Devicetree specification 0.4, 2.2.1 */

/* Check that it is a node name as the specification defines it, without a unit address. */
static int check_name(const char *name, struct fault *f)
{
	size_t i;

	for (i = 0; i <= NAME_LEN && name[i]; i++) {
		char c = name[i], lower = (char)(c | 0x20);
		bool letter = lower >= 'a' && lower <= 'z';

		if (!letter && (!i || !strchr("0123456789,._+-", c)))
			break;
	}
	if (i && i <= NAME_LEN && !name[i])
		return 0;
	return fault_set(
		f, "bad-name",
		"blob name good up to byte %zu; expected 1 to %d: a letter, then letters, digits, ,._+-",
		i, NAME_LEN);
}

/*
 * Find a blob by its whole name, or by the part before an '@': a reader that asks libfdt for that
 * part finds it as well.
 * Return: its number, or -1.
 */
static int find_blob(const struct kho_out *out, const char *name, bool before_at)
{
	size_t len = strlen(name);
	const void *fdt = handover_fdt(&out->h);
	int node, i = 0;

	fdt_for_each_subnode(node, fdt, 0) {
		const char *other = fdt_get_name(fdt, node, NULL);

		if (!strncmp(other, name, len) && (!other[len] || (before_at && other[len] == '@')))
			return i;
		i++;
	}
	return -1;
}

static int not_found(struct fault *f, const char *name)
{
	return fault_set(f, "not-found", "no blob '%.32s' in the outgoing FDT", name);
}

/* A blob must lie in pages that are preserved and stay so; the page of the FDT does not. */
static int check_target(const struct kho_out *out, const char *name, paddr_t addr, uint64_t size,
			struct fault *f)
{
	paddr_t at = addr, fdt = out->h.fdt, end;
	unsigned int order;

	if (!size || !range_end(addr, size, &end))
		return fault_set(f, "bad-blob", "blob '%.32s' of %lu bytes at 0x%lx", name, size,
				 addr);
	while (at < end) {
		paddr_t base;

		if (!handover_find_key(&out->h, at, &base, &order))
			return fault_set(f, "not-preserved",
					 "blob '%.32s' at 0x%lx of %lu bytes, byte 0x%lx", name,
					 addr, size, at);
		at = base + (PAGE_SIZE << order);
	}
	if (addr < fdt + KHO_FDT_SIZE && end > fdt)
		return fault_set(f, "in-use",
				 "blob '%.32s' at 0x%lx lies in the page of the outgoing FDT", name,
				 addr);
	return 0;
}

/*
 * Switch to an FDT in which @blob takes the place of the blob of that name, or removes it if @blob has
 * 0 bytes. In this order:
 *  1. the new FDT is completed, in a page that nothing leads to yet;
 *  2. the key of that page is entered in the map. The old FDT is still the published one, so this is
 *     one key more than needed;
 *  3. one store publishes the new FDT. Every blob that it names was preserved before the call;
 *  4. the key of the old page is taken out of the map, because nothing leads to that page any more;
 *  5. the old page is given back.
 */
static int switch_fdt(struct kho_out *out, const struct kho_blob *blob, struct fault *f)
{
	paddr_t old = out->h.fdt, fdt;
	void *mem;

	mem = palloc_pages(out->pages, 1, &fdt);
	if (!mem)
		return kho_no_memory(f, "a new outgoing FDT");
	if (kho_out_fdt(mem, out->h.abi, out->h.map.root, &out->h, blob, 1, f))
		goto undo;
	if (kho_add_key(out, fdt, 0)) {
		kho_no_memory(f, "nodes of the outgoing map");
		goto undo;
	}

	publish(&out->h.fdt, fdt);

	kho_remove_key(out, old, 0);
	palloc_free(out->pages, old, 1);
	return 0;

undo:
	palloc_free(out->pages, fdt, 1);
	return -1;
}

int kho_blob_add(struct kho_out *out, const char *name, paddr_t addr, uint64_t size,
		 struct fault *f)
{
	struct kho_blob blob = { .name = name, .addr = addr, .size = size };

	if (check_name(name, f))
		return -1;
	if (find_blob(out, name, true) >= 0)
		return fault_set(f, "exists", "blob '%.32s' is in the outgoing FDT already", name);
	if (check_target(out, name, addr, size, f) || switch_fdt(out, &blob, f))
		return -1;
	out->named[out->blobs++] = (struct range){ addr, addr + size };
	return 0;
}

int kho_blob_replace(struct kho_out *out, const char *name, paddr_t addr, uint64_t size,
		     struct fault *f)
{
	struct kho_blob blob = { .name = name, .addr = addr, .size = size };
	int i = find_blob(out, name, false);

	if (i < 0)
		return not_found(f, name);
	if (check_target(out, name, addr, size, f) || switch_fdt(out, &blob, f))
		return -1;
	out->named[i] = (struct range){ addr, addr + size };
	return 0;
}

int kho_blob_remove(struct kho_out *out, const char *name, struct fault *f)
{
	struct kho_blob none = { .name = name };
	int i = find_blob(out, name, false);

	if (i < 0)
		return not_found(f, name);
	if (switch_fdt(out, &none, f))
		return -1;
	out->blobs--;
	memmove(&out->named[i], &out->named[i + 1],
		(out->blobs - (unsigned int)i) * sizeof(out->named[0]));
	return 0;
}
