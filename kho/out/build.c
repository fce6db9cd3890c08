// SPDX-License-Identifier: MIT
#include "kho/out/outgoing.h"

#include <libfdt.h>
#include <string.h>

#include "kho/out/fdt.h"
#include "kho/map/publish.h"
#include "mm/bits.h"

#define MAX_REPLACED (1 + KHO_MAX_NEW)

/**
 * struct build - an outgoing handover that is not published yet
 * @in, @abi, @pages, @anew, @nr, @f: the arguments of kho_out_build()
 * @map, @tree: the new map, and the means to build it
 * @fdt:       page of the new FDT, 0 for none yet
 * @blob:      the new blobs, with the address 0 as long as they have no page
 * @replaced:  incoming pages that these take the place of
 * @nr_replaced: entries in @replaced
 */
struct build {
	const struct handover *in;
	const struct kho_abi *abi;
	struct palloc *pages;
	const struct kho_new_blob *anew;
	unsigned int nr;
	struct fault *f;
	struct map map;
	struct map_build tree;
	paddr_t fdt;
	struct kho_blob blob[KHO_MAX_NEW];
	struct range replaced[MAX_REPLACED];
	unsigned int nr_replaced;
};

static int out_of_memory(struct build *b)
{
	return fault_set(
		b->f, "out-of-memory",
		"no free page outside scratch for the outgoing handover, after %lu for its map",
		b->map.pages);
}

/*
 * Note which incoming pages are replaced: those of the FDT and of blobs that are made anew. Of a blob that
 * claims to be larger than these can be, the rest stays preserved.
 */
static void find_replaced(struct build *b)
{
	paddr_t fdt = b->in->fdt;
	struct kho_blob old;
	unsigned int i;

	b->replaced[b->nr_replaced++] = (struct range){ fdt, fdt + KHO_FDT_SIZE };
	for (i = 0; i < b->nr; i++)
		if (handover_find_blob(b->in, b->anew[i].name, &old) && !old.bad)
			b->replaced[b->nr_replaced++] = (struct range){
				align_down(old.addr, PAGE_SIZE),
				align_up(old.addr + min_u64(old.size, PAGE_SIZE), PAGE_SIZE)
			};
}

static bool is_made_anew(const struct build *b, const char *name)
{
	unsigned int i;

	for (i = 0; i < b->nr; i++)
		if (!strcmp(b->anew[i].name, name))
			return true;
	return false;
}

/* True if a blob that goes on has bytes in the page at @page. */
static bool in_use(const struct build *b, paddr_t page)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;

	while (handover_next_blob(b->in, &node, &blob))
		if (blob.addr < page + PAGE_SIZE && blob.addr + blob.size > page &&
		    !is_made_anew(b, blob.name))
			return true;
	return false;
}

/* Clear the keys of the replaced pages in the copy @bits of the order-0 leaf @leaf. */
static void drop_replaced(const struct build *b, const struct kho_leaf *leaf, uint64_t *bits)
{
	paddr_t leaf_end = leaf->base + KHO_LEAF_BITS * PAGE_SIZE;
	unsigned int i;

	for (i = 0; i < b->nr_replaced; i++) {
		paddr_t page = max_u64(b->replaced[i].base, leaf->base);
		paddr_t end = min_u64(b->replaced[i].end, leaf_end);

		for (; page < end; page += PAGE_SIZE) {
			uint64_t n = (page - leaf->base) >> PAGE_SHIFT;

			if (!in_use(b, page))
				bits[n / 64] &= ~(1UL << n % 64);
		}
	}
}

/* A leaf of an order that the next kernel cannot take in does no harm if it is empty. */
static int refuse_order(struct build *b, const struct kho_leaf *leaf)
{
	unsigned int w;

	for (w = 0; w < KHO_LEAF_WORDS; w++) {
		uint64_t block = w * 64 + bits_lowest(leaf->bits[w] | 1UL << 63);

		if (leaf->bits[w])
			return fault_set(b->f, "order-too-large",
					 "block 0x%lx of order %u: %s takes in orders up to %u",
					 leaf->base + (block << (PAGE_SHIFT + leaf->order)),
					 leaf->order, b->abi->compatible, b->abi->max_order);
	}
	return 0;
}

/* Copy one incoming leaf, unless nothing is left in it; for handover_for_each_leaf(). */
static int copy_leaf(const struct kho_leaf *leaf, void *arg)
{
	struct build *b = arg;
	struct kho_leaf copy = *leaf;
	uint64_t any = 0;
	uint64_t *bits;
	unsigned int w;

	if (leaf->order > b->abi->max_order)
		return refuse_order(b, leaf);

	bits = palloc_pages(b->pages, 1, &copy.addr);
	if (!bits)
		return out_of_memory(b);
	memcpy(bits, leaf->bits, PAGE_SIZE);
	if (leaf->order == 0)
		drop_replaced(b, leaf, bits);

	for (w = 0; w < KHO_LEAF_WORDS; w++)
		any |= bits[w];
	copy.bits = bits;
	if (!any)
		palloc_free(b->pages, copy.addr, 1);
	else if (map_add_leaf(&b->tree, &copy))
		return out_of_memory(b);
	return 0;
}

/* Take a page and enter its key in the new map, which must have all incoming leaves by now. */
static void *preserved_page(struct build *b, paddr_t *at)
{
	void *page = palloc_pages(b->pages, 1, at);

	if (page && map_add_key(&b->tree, *at, 0))
		return NULL;
	return page;
}

/* Make the new blobs, each in a page of its own. */
static int make_blobs(struct build *b)
{
	unsigned int i;

	for (i = 0; i < b->nr; i++) {
		const struct kho_new_blob *anew = &b->anew[i];
		void *mem;

		b->blob[i] = (struct kho_blob){ .name = anew->name, .size = anew->size };
		if (!anew->size)
			continue;
		mem = preserved_page(b, &b->blob[i].addr);
		if (!mem)
			return out_of_memory(b);
		anew->write(anew, b->in, mem);
	}
	return 0;
}

/* Everything before the publication. */
static int build(struct build *b)
{
	void *fdt;

	if (map_build_init(&b->tree, &b->map, b->abi->map, b->pages))
		return out_of_memory(b);
	if (handover_for_each_leaf(b->in, copy_leaf, b) || make_blobs(b))
		return -1;
	fdt = preserved_page(b, &b->fdt);
	if (!fdt)
		return out_of_memory(b);
	return kho_out_fdt(fdt, b->abi, b->map.root, b->in, b->blob, b->nr, b->f);
}

static void undo(struct build *b)
{
	unsigned int i;

	if (b->fdt)
		palloc_free(b->pages, b->fdt, 1);
	for (i = 0; i < b->nr; i++)
		if (b->blob[i].addr)
			palloc_free(b->pages, b->blob[i].addr, 1);
	map_free(&b->tree);
}

/* Note where the blobs of the complete FDT at @fdt point to. */
static void note_blobs(struct kho_out *out, paddr_t fdt)
{
	struct handover view = out->h;
	int node = BLOB_FIRST;
	struct kho_blob blob;

	view.fdt = fdt;
	out->blobs = 0;
	while (handover_next_blob(&view, &node, &blob))
		out->named[out->blobs++] = (struct range){ blob.addr, blob.addr + blob.size };
}

int kho_out_build(struct kho_out *out, const struct handover *in, const struct kho_abi *abi,
		  struct palloc *pages, const struct kho_new_blob *blob, unsigned int nr,
		  struct fault *f)
{
	struct build b = { .in = in, .abi = abi, .pages = pages, .anew = blob, .nr = nr, .f = f };
	unsigned int i;

	find_replaced(&b);
	if (build(&b)) {
		undo(&b);
		return -1;
	}
	out->h = *in;
	out->h.fdt = 0;
	out->h.map = b.map;
	out->h.abi = abi;
	out->build = (struct map_build){ .map = &out->h.map, .pages = pages };
	out->pages = pages;
	for (i = 0; i < nr; i++)
		if (b.blob[i].addr)
			out->made[out->nr_made++] = b.blob[i].addr;
	note_blobs(out, b.fdt);

	/*
	 * Publication, by one aligned store. Before it there is no outgoing handover; after it there
	 * is a valid one, because leaves and nodes were complete before they were linked, the keys of
	 * the FDT and of the new blobs are in the map, and all of these are written.
	 */
	publish(&out->h.fdt, b.fdt);
	return 0;
}
