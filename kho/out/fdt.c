// SPDX-License-Identifier: MIT
#include "kho/out/fdt.h"

#include <libfdt.h>
#include <string.h>

#include "kho/out/outgoing.h"

/* The first call that fails is kept: later ones are not made, and the fault names it. */
struct writer {
	void *fdt;
	const struct kho_abi *abi;
	int err;
	const char *call;
	unsigned int blobs;
};

#define TRY(w, call_name, expr)                  \
	do {                                     \
		if (!(w)->err) {                 \
			(w)->err = (expr);       \
			(w)->call = (call_name); \
		}                                \
	} while (0)

static void put_u64(struct writer *w, const char *name, uint64_t value)
{
	TRY(w, name, fdt_property(w->fdt, name, &value, sizeof(value)));
}

static void put_blob(struct writer *w, const struct kho_blob *blob)
{
	TRY(w, blob->name, fdt_begin_node(w->fdt, blob->name));
	put_u64(w, w->abi->blob_prop, blob->addr);
	if (w->abi->size_prop)
		put_u64(w, w->abi->size_prop, blob->size);
	TRY(w, blob->name, fdt_end_node(w->fdt));
	w->blobs++;
}

static unsigned int find_name(const struct kho_blob *blob, unsigned int nr, const char *name)
{
	unsigned int i = 0;

	while (i < nr && strcmp(blob[i].name, name) != 0)
		i++;
	return i;
}

/* The sub-nodes of @from, with @blob in the places of those of the same names. */
static void put_blobs(struct writer *w, const struct handover *from, const struct kho_blob *blob,
		      unsigned int nr)
{
	struct kho_blob old;
	int node = BLOB_FIRST;
	uint64_t done = 0;
	unsigned int i;

	while (handover_next_blob(from, &node, &old)) {
		i = find_name(blob, nr, old.name);
		if (i < nr)
			done |= 1UL << i;
		if (i == nr || blob[i].size)
			put_blob(w, i == nr ? &old : &blob[i]);
	}
	for (i = 0; i < nr; i++)
		if (blob[i].size && !(done >> i & 1))
			put_blob(w, &blob[i]);
}

int kho_out_fdt(void *fdt, const struct kho_abi *abi, paddr_t map, const struct handover *from,
		const struct kho_blob *blob, unsigned int nr, struct fault *f)
{
	struct writer w = { .fdt = fdt, .abi = abi };

	TRY(&w, "header", fdt_create(fdt, KHO_FDT_SIZE));
	TRY(&w, "header", fdt_finish_reservemap(fdt));
	TRY(&w, "root", fdt_begin_node(fdt, ""));
	TRY(&w, "compatible", fdt_property_string(fdt, "compatible", abi->compatible));
	put_u64(&w, KHO_PROP_MAP, map);
	put_blobs(&w, from, blob, nr);
	TRY(&w, "root", fdt_end_node(fdt));
	TRY(&w, "end", fdt_finish(fdt));

	if (w.err || w.blobs > KHO_MAX_BLOBS)
		return fault_set(
			f, "fdt-full",
			"outgoing FDT of %lu bytes for %u blobs in %s: '%.32s' does not fit (%s)",
			KHO_FDT_SIZE, w.blobs, abi->compatible, w.call, fdt_strerror(w.err));
	/* fdt_finish() moves the strings down and leaves them at the end of the buffer as well */
	memset((char *)fdt + fdt_totalsize(fdt), 0, KHO_FDT_SIZE - fdt_totalsize(fdt));
	return 0;
}
