// SPDX-License-Identifier: MIT
#include "kho/client/in_scratch.h"

#include <libfdt.h>
#include <string.h>

#include "kho/client/memblock_check.h"

/* struct search - one run of in_scratch_find(): its arguments */
struct search {
	const struct ranges *scratch;
	struct in_scratch *found;
};

/* The blob of memblock, without the help of a map: its FDT tells how long it is. */
static bool find_blob(const struct kho_in *in, struct kho_blob *blob)
{
	const struct handover *h = &in->h;
	const void *fdt = handover_fdt(h), *header = NULL;
	int node;

	fdt_for_each_subnode(node, fdt, 0)
		if (!strcmp(fdt_get_name(fdt, node, NULL), MEMBLOCK))
			break;
	if (node < 0 || !fdt_read_u64(fdt, node, h->abi->blob_prop, &blob->addr, NULL))
		return false;
	if (is_aligned(blob->addr, sizeof(uint64_t)))
		header = handover_look(h, blob->addr, sizeof(struct fdt_header));
	if (!header || fdt_check_header(header))
		return false;
	blob->size = fdt_totalsize(header);
	return true;
}

static void note_region(const char *name, paddr_t start, uint64_t size, void *arg)
{
	struct search *s = arg;
	struct in_scratch *found = s->found;
	paddr_t base = align_down(start, PAGE_SIZE), end;

	/* Linux preserves as many pages as are whole in the size, from the first one on */
	if (!range_end(base, align_down(size, PAGE_SIZE), &end) || base >= end ||
	    !ranges_meet(s->scratch, base, end) || found->nr == IN_SCRATCH_MAX)
		return;
	memcpy(found->name[found->nr], name, strnlen(name, MEMBLOCK_NAME - 1));
	found->at[found->nr++] = (struct range){ base, end };
}

void in_scratch_find(const struct kho_in *in, const struct ranges *scratch,
		     struct in_scratch *found)
{
	struct search s = { scratch, found };
	struct kho_blob blob = { .name = MEMBLOCK };

	if (handover_fdt(&in->h) && in->h.abi && find_blob(in, &blob))
		memblock_regions(in->h.map.window, &blob, note_region, &s);
}

/* What is left of @s before its first region: cut off from @s, it is the next part. */
static struct kho_scratch cut(const struct in_scratch *found, struct kho_scratch *s)
{
	struct kho_scratch part = *s;
	paddr_t end = s->addr + s->size, hole = end, next = end;

	for (unsigned int i = 0; i < found->nr; i++) {
		const struct range *r = &found->at[i];

		if (r->base < hole && r->end > s->addr) {
			hole = max_u64(r->base, s->addr);
			next = min_u64(r->end, end);
		}
	}
	part.size = hole - s->addr;
	*s = (struct kho_scratch){ next, end - next };
	return part;
}

bool in_scratch_carve(const struct in_scratch *found, const struct handover *h,
		      struct ranges *scratch, struct kho_scratch *region, unsigned int *nr)
{
	*nr = 0;
	for (unsigned int i = 0; i < found->nr; i++)
		if (!ranges_sub(scratch, found->at[i].base, found->at[i].end))
			return false;
	for (unsigned int i = 0; i < h->nr_scratch; i++) {
		struct kho_scratch left = h->scratch[i];

		while (left.size) {
			struct kho_scratch part = cut(found, &left);

			if (!part.size)
				continue;
			if (*nr == KHO_MAX_SCRATCH)
				return false;
			region[(*nr)++] = part;
		}
	}
	return true;
}
