// SPDX-License-Identifier: MIT
#include "kho/client/kho_test.h"

#include <libfdt.h>
#include <string.h>

#include "kho/client/vmalloc.h"

#define COMPAT "kho-test-v1"

/** struct folios - the list that @r reads; @left entries are still to come */
struct folios {
	struct reader *r;
	uint64_t left;
};

static bool read_folios(const void *bytes, uint64_t size, void *arg)
{
	const uint64_t *entry = bytes, *end = entry + size / sizeof(*entry);
	struct folios *l = arg;

	for (; entry < end && l->left; entry++, l->left--)
		if (!read_block(l->r, "a folio of kho_test", align_down(*entry, PAGE_SIZE),
				*entry & (PAGE_SIZE - 1)))
			return false;
	return true;
}

const char *kho_test_version(const void *bytes, uint64_t size)
{
	if (fdt_check_full(bytes, min_u64(size, CLIENT_FDT_MAX)) ||
	    fdt_node_check_compatible(bytes, 0, COMPAT))
		return NULL;
	return COMPAT;
}

static bool get(const void *fdt, int node, const char *name, void *value, size_t size)
{
	int len;
	const void *p = fdt_getprop(fdt, node, name, &len);

	if (p && len == (int)size)
		memcpy(value, p, size);
	return p && len == (int)size;
}

/* Return: false if the FDT is not what it must be. */
static bool read_fdt(const void *fdt, uint64_t size, struct kho_vmalloc *list, uint32_t *nr)
{
	uint32_t magic, sum;
	int node;

	if (!kho_test_version(fdt, size) || !get(fdt, 0, "magic", &magic, sizeof(magic)) ||
	    magic != KHO_TEST_MAGIC)
		return false;
	node = fdt_subnode_offset(fdt, 0, "data");
	return node >= 0 && get(fdt, node, "nr_folios", nr, sizeof(*nr)) &&
	       get(fdt, node, "folios_info", list, sizeof(*list)) &&
	       get(fdt, node, "csum", &sum, sizeof(sum));
}

bool kho_test_read(const struct kho_blob *blob, struct reader *r)
{
	unsigned int order = PIECE_ANY;
	const void *fdt = read_piece(r, "the FDT of kho_test", blob->addr, &order);
	struct folios l = { .r = r };
	struct kho_vmalloc list;
	uint32_t nr;

	if (!fdt)
		return false;
	if (!read_fdt(fdt, min_u64(blob->size, PAGE_SIZE << order), &list, &nr))
		return read_fail(r, FINDING_KHO_TEST_FORMAT, "the FDT of kho_test", blob->addr,
				 NO_VALUE);
	if (nr > (uint64_t)list.total_pages * (PAGE_SIZE / sizeof(uint64_t)))
		return read_fail(r, FINDING_KHO_TEST_FOLIOS, "the FDT of kho_test", blob->addr, nr);
	l.left = nr;
	return vmalloc_read(r, &list, read_folios, &l);
}

void kho_test_check(struct claims *c, const struct kho_blob *blob)
{
	struct reader r = claims_reader(c);

	if (!kho_test_read(blob, &r))
		problem_add(&r.problem, c->f);
}
