// SPDX-License-Identifier: MIT
#include "kho/out_fdt.h"

#include <libfdt.h>
#include <string.h>

/* The first call that failed sticks: what follows it is not done, and the fault names it. */
struct writer {
	void *fdt;
	const struct kho_abi *abi;
	int err;
	const char *call;
	unsigned int blobs;
};

#define TRY(w, call_name, expr)                   \
	do {                                      \
		if (!(w)->err) {                  \
			(w)->err = (expr);        \
			(w)->call = (call_name);  \
		}                                 \
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

int kho_out_fdt(void *fdt, const struct kho_abi *abi, paddr_t map, const struct kho_in *in,
		const struct kho_blob *meta, unsigned int *blobs, struct fault *f)
{
	struct writer w = { .fdt = fdt, .abi = abi };
	struct kho_blob blob;
	bool has_meta = false;
	unsigned int i;

	TRY(&w, "header", fdt_create(fdt, KHO_FDT_SIZE));
	TRY(&w, "header", fdt_finish_reservemap(fdt));
	TRY(&w, "root", fdt_begin_node(fdt, ""));
	TRY(&w, "compatible", fdt_property_string(fdt, "compatible", abi->compatible));
	put_u64(&w, KHO_PROP_MAP, map);
	for (i = 0; kho_in_blob(in, i, &blob); i++) {
		bool is_meta = !strcmp(blob.name, KHO_METADATA);

		put_blob(&w, is_meta ? meta : &blob);
		has_meta |= is_meta;
	}
	if (!has_meta)
		put_blob(&w, meta);
	TRY(&w, "root", fdt_end_node(fdt));
	TRY(&w, "end", fdt_finish(fdt));

	if (w.err)
		return fault_set(f, "fdt-full",
				 "outgoing FDT of %lu bytes for %u blobs in %s: '%.32s' does not fit (%s)",
				 KHO_FDT_SIZE, i + !has_meta, abi->compatible, w.call, fdt_strerror(w.err));
	/* fdt_finish() moves the strings down and leaves them at the end of the buffer as well */
	memset((char *)fdt + fdt_totalsize(fdt), 0, KHO_FDT_SIZE - fdt_totalsize(fdt));
	*blobs = w.blobs;
	return 0;
}
