// SPDX-License-Identifier: MIT
#include "kho/out/fdt.h"

#include <libfdt.h>
#include <string.h>

#include "kho/out/outgoing.h"

/**
 * struct writer - an FDT that is being written
 * @fdt:   where to
 * @abi:   the version to write
 * @from:  the handover whose FDT goes on in it
 * @blob:  @nr blobs that take the place of those of the same names
 * @done:  a bit for each of them that has been written, or left out
 * @node:  the sub-node of @from that was read last
 * @anew:  that sub-node gets its address and size written, and not copied
 * @replaced: those of another blob
 * @depth: of the node that is open in @from
 * @skip:  depth of a node that is left out; 0 for none
 * @blobs: sub-nodes written
 * @err, @call: the first call that failed: later ones are not made, and the fault names it
 * @clash: name of a sub-node that would get a property twice
 */
struct writer {
	void *fdt;
	const struct kho_abi *abi;
	const struct handover *from;
	const struct kho_blob *blob;
	unsigned int nr;
	uint64_t done;
	int node;
	bool anew, replaced;
	int depth, skip;
	unsigned int blobs;
	int err;
	const char *call, *clash;
};

#define TRY(w, call_name, expr)                  \
	do {                                     \
		if (!(w)->err) {                 \
			(w)->err = (expr);       \
			(w)->call = (call_name); \
		}                                \
	} while (0)

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static bool is_blob_property(const struct kho_abi *abi, const char *name)
{
	return same(name, abi->blob_prop) || same(name, abi->size_prop);
}

static bool other_properties(const struct kho_abi *a, const struct kho_abi *b)
{
	return !same(a->blob_prop, b->blob_prop) ||
	       (a->size_prop != b->size_prop && !same(a->size_prop, b->size_prop));
}

static void put_u64(struct writer *w, const char *name, uint64_t value)
{
	TRY(w, name, fdt_property(w->fdt, name, &value, sizeof(value)));
}

/* Open the sub-node of a blob. */
static void begin_blob(struct writer *w, const struct kho_blob *blob, bool properties)
{
	TRY(w, blob->name, fdt_begin_node(w->fdt, blob->name));
	if (properties)
		put_u64(w, w->abi->blob_prop, blob->addr);
	if (properties && w->abi->size_prop)
		put_u64(w, w->abi->size_prop, blob->size);
	w->blobs++;
}

static unsigned int find_name(const struct kho_blob *blob, unsigned int nr, const char *name)
{
	unsigned int i = 0;

	while (i < nr && strcmp(blob[i].name, name) != 0)
		i++;
	return i;
}

/* The sub-node of a blob begins: the same, another one in its place, or none. */
static void begin_sub_node(struct writer *w)
{
	struct kho_blob old;
	unsigned int i;

	handover_next_blob(w->from, &w->node, &old);
	i = find_name(w->blob, w->nr, old.name);
	w->replaced = i < w->nr;
	w->anew = w->replaced || (!old.bad && other_properties(w->from->abi, w->abi));
	if (w->replaced)
		w->done |= 1UL << i;
	if (w->replaced && !w->blob[i].size)
		w->skip = w->depth;
	else
		begin_blob(w, w->replaced ? &w->blob[i] : &old, w->anew);
}

static void begin_node(struct writer *w, int offset)
{
	const char *name = fdt_get_name(handover_fdt(w->from), offset, NULL);

	w->depth++;
	if (w->skip || w->depth == 1)
		return;
	if (w->depth == 2)
		begin_sub_node(w);
	else
		TRY(w, name, fdt_begin_node(w->fdt, name));
}

static void end_node(struct writer *w)
{
	if (w->skip == w->depth)
		w->skip = 0;
	else if (!w->skip && w->depth > 1)
		TRY(w, "end", fdt_end_node(w->fdt));
	w->depth--;
}

/* The root's two properties are written anew; a sub-node's may be; all others go on. */
static void copy_property(struct writer *w, int offset)
{
	const void *fdt = handover_fdt(w->from);
	const char *name;
	int len;
	const void *value = fdt_getprop_by_offset(fdt, offset, &name, &len);

	if (w->skip)
		return;
	if (w->depth == 1 && (!strcmp(name, "compatible") || !strcmp(name, KHO_PROP_MAP)))
		return;
	if (w->depth == 2 && w->anew && is_blob_property(w->from->abi, name))
		return;
	if (w->depth == 2 && w->replaced && is_blob_property(w->abi, name))
		return;
	/* in this version it would say something that it did not say in the old one */
	if (w->depth == 2 && is_blob_property(w->abi, name) &&
	    other_properties(w->from->abi, w->abi))
		w->clash = fdt_get_name(fdt, w->node, NULL);
	TRY(w, name, fdt_property(w->fdt, name, value, len));
}

/* The content of the root of @w->from, with @w->blob in the places of those of the same names. */
static void copy_root(struct writer *w)
{
	const void *fdt = handover_fdt(w->from);
	int offset, next = 0;

	do {
		offset = next;
		switch (fdt_next_tag(fdt, offset, &next)) {
		case FDT_BEGIN_NODE:
			begin_node(w, offset);
			break;
		case FDT_PROP:
			copy_property(w, offset);
			break;
		case FDT_END_NODE:
			end_node(w);
			break;
		}
	} while (w->depth && !w->err);
}

static void put_new_blobs(struct writer *w)
{
	for (unsigned int i = 0; i < w->nr; i++) {
		if (!w->blob[i].size || w->done >> i & 1)
			continue;
		begin_blob(w, &w->blob[i], true);
		TRY(w, w->blob[i].name, fdt_end_node(w->fdt));
	}
}

static void copy_reservations(struct writer *w, const void *old)
{
	uint64_t addr, size;

	for (int i = 0; old && i < fdt_num_mem_rsv(old); i++)
		if (!fdt_get_mem_rsv(old, i, &addr, &size))
			TRY(w, "reservation", fdt_add_reservemap_entry(w->fdt, addr, size));
	TRY(w, "header", fdt_finish_reservemap(w->fdt));
}

int kho_out_fdt(void *fdt, const struct kho_abi *abi, paddr_t map, const struct handover *from,
		const struct kho_blob *blob, unsigned int nr, struct fault *f)
{
	struct writer w = { .fdt = fdt, .abi = abi, .from = from, .blob = blob, .nr = nr };
	const void *old = handover_fdt(from);

	w.node = BLOB_FIRST;
	TRY(&w, "header", fdt_create(fdt, KHO_FDT_SIZE));
	copy_reservations(&w, old);
	TRY(&w, "root", fdt_begin_node(fdt, ""));
	TRY(&w, "compatible", fdt_property_string(fdt, "compatible", abi->compatible));
	put_u64(&w, KHO_PROP_MAP, map);
	if (old)
		copy_root(&w);
	put_new_blobs(&w);
	TRY(&w, "root", fdt_end_node(fdt));
	TRY(&w, "end", fdt_finish(fdt));

	if (w.err || w.blobs > KHO_MAX_BLOBS)
		return fault_set(
			f, "fdt-full",
			"outgoing FDT of %lu bytes for %u blobs in %s: '%.32s' does not fit (%s)",
			KHO_FDT_SIZE, w.blobs, abi->compatible, w.call, fdt_strerror(w.err));
	if (w.clash)
		return fault_set(
			f, "fdt-clash",
			"sub-node '%.32s' has a property that %s takes for a blob's and %s "
			"does not; expected a kernel that speaks %s",
			w.clash, abi->compatible, from->abi->compatible, from->abi->compatible);
	/* fdt_finish() moves the strings down and leaves them at the end of the buffer as well */
	memset((char *)fdt + fdt_totalsize(fdt), 0, KHO_FDT_SIZE - fdt_totalsize(fdt));
	return 0;
}
