// SPDX-License-Identifier: MIT
#include "kho/client/memfd.h"

#include "kho/client/vmalloc.h"

/**
 * struct layout - one version; every page begins with a struct memfd_head
 * @seals: where the struct memfd_seals is; 0 for none
 * @tail:  where the struct memfd_tail is
 */
struct layout {
	unsigned int seals, tail;
};

static const struct layout layout_v1 = { 0, offsetof(struct memfd_v1_page, tail) };
static const struct layout layout_v2 = { offsetof(struct memfd_v2_page, seals),
					 offsetof(struct memfd_v2_page, tail) };

static const struct layout *layout_of(const struct file_handler *h)
{
	return h->layout;
}

static const struct memfd_tail *tail_of(const struct file_handler *h, const void *page)
{
	return (const void *)((const char *)page + layout_of(h)->tail);
}

/* 7.0 makes every restored memfd one that takes no more seals, as memfd_create() does by itself. */
static struct memfd_seals seals_of(const struct file_handler *h, const void *page)
{
	unsigned int at = layout_of(h)->seals;

	if (!at)
		return (struct memfd_seals){ MEMFD_SEAL_SEAL, 0 };
	return *(const struct memfd_seals *)(const void *)((const char *)page + at);
}

/**
 * struct folios - the list of a file that @r reads
 * @left:  entries that are still to come
 * @index: the lowest index that the next folio may have
 * @end:   pages in the file
 */
struct folios {
	struct reader *r;
	uint64_t left, index, end;
};

static bool read_folio(struct folios *l, const struct memfd_folio *folio)
{
	paddr_t at = folio->pfn_and_flags << PAGE_SHIFT;
	unsigned int order = PIECE_ANY;

	/* Linux passes over entries of page frame 0 */
	if (!at)
		return true;
	if (!read_piece(l->r, "a folio of a memfd", at, &order))
		return false;
	if (order > LINUX_MAX_ORDER)
		return read_fail(l->r, FINDING_MEMFD_ORDER, "a folio of a memfd", at, order);
	if (folio->index < l->index || folio->index >= l->end ||
	    !is_aligned(folio->index, 1UL << order))
		return read_fail(l->r, FINDING_MEMFD_INDEX, "the index of the folio", at,
				 folio->index);
	l->index = folio->index + (1UL << order);
	return true;
}

static bool read_folios(const void *bytes, uint64_t size, void *arg)
{
	const struct memfd_folio *folio = bytes, *end = folio + size / sizeof(*folio);
	struct folios *l = arg;

	for (; folio < end && l->left; folio++, l->left--)
		if (!read_folio(l, folio))
			return false;
	return true;
}

static bool read(const struct file_handler *h, struct reader *r, paddr_t data)
{
	const struct memfd_head *head = read_block(r, "the page of a memfd", data, 0);
	struct folios l = { .r = r };
	struct memfd_tail tail;

	if (!head)
		return false;
	if (head->size > INT64_MAX)
		return read_fail(r, FINDING_MEMFD_SIZE, "the size of the memfd", data, head->size);
	if (head->position > INT64_MAX)
		return read_fail(r, FINDING_MEMFD_POSITION, "the position of the memfd", data,
				 head->position);
	/* without folios Linux does not look at the list */
	tail = *tail_of(h, head);
	if (!tail.folios)
		return true;
	if (tail.folios >
	    (uint64_t)tail.list.total_pages * (PAGE_SIZE / sizeof(struct memfd_folio)))
		return read_fail(r, FINDING_MEMFD_FOLIOS, "the number of folios of the memfd", data,
				 tail.folios);
	l.left = tail.folios;
	l.end = (head->size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	return vmalloc_read(r, &tail.list, read_folios, &l);
}

static uint64_t bytes(const void *page)
{
	const struct memfd_head *head = page;

	return head->size;
}

static int can(const struct file_handler *h, const struct file_handler *to, const void *page,
	       paddr_t data, struct fault *f)
{
	struct memfd_seals s;

	if (layout_of(to)->seals)
		return 0;
	s = seals_of(h, page);
	if (s.seals & ~MEMFD_SEAL_SEAL)
		return fault_set(f, "memfd-seals",
				 "a memfd with seals 0x%x, data at 0x%lx; %s can only express 0x%x",
				 s.seals, data, to->name, MEMFD_SEAL_SEAL);
	if (s.flags)
		return fault_set(f, "memfd-flags",
				 "a memfd with flags 0x%x, data at 0x%lx; %s has none", s.flags,
				 data, to->name);
	return 0;
}

static void translate(const struct file_handler *h, const struct file_handler *to, const void *page,
		      void *made)
{
	const struct layout *layout = layout_of(to);
	struct memfd_tail *tail = (void *)((char *)made + layout->tail);

	*(struct memfd_head *)made = *(const struct memfd_head *)page;
	if (layout->seals)
		*(struct memfd_seals *)(void *)((char *)made + layout->seals) = seals_of(h, page);
	tail->folios = tail_of(h, page)->folios;
	tail->list = tail_of(h, page)->list;
}

const struct file_handler memfd_v1 = {
	.name = "memfd-v1",
	.family = "memfd",
	.layout = &layout_v1,
	.read = read,
	.bytes = bytes,
	.can = can,
	.translate = translate,
};

const struct file_handler memfd_v2 = {
	.name = "memfd-v2",
	.family = "memfd",
	.layout = &layout_v2,
	.read = read,
	.bytes = bytes,
	.can = can,
	.translate = translate,
};
