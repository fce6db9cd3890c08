// SPDX-License-Identifier: MIT
#include "kho/client/memfd.h"

#include "kho/client/vmalloc.h"

/**
 * struct memfd - what either version says of a file
 * @position, @size: in bytes
 * @folios:   entries in @list that count
 * @seals, @flags: as memfd-v2 has them
 * @list:     of its folios
 */
struct memfd {
	uint64_t position, size, folios;
	uint32_t seals, flags;
	struct kho_vmalloc list;
};

/**
 * struct layout - one version
 * @seals:     the seals that it can express, besides none at all
 * @any_flags: it can express flags
 * @load, @store: out of the page, and into one that is zeroed
 */
struct layout {
	uint32_t seals;
	bool any_flags;
	void (*load)(struct memfd *m, const void *page);
	void (*store)(const struct memfd *m, void *page);
};

/* 7.0 makes every restored memfd one that takes no more seals, as memfd_create() does by itself. */
static void load_v1(struct memfd *m, const void *page)
{
	const struct memfd_v1_page *v1 = page;

	*m = (struct memfd){ .position = v1->position,
			     .size = v1->size,
			     .folios = v1->folios,
			     .seals = MEMFD_SEAL_SEAL,
			     .list = v1->list };
}

static void store_v1(const struct memfd *m, void *page)
{
	struct memfd_v1_page *v1 = page;

	v1->position = m->position;
	v1->size = m->size;
	v1->folios = m->folios;
	v1->list = m->list;
}

static void load_v2(struct memfd *m, const void *page)
{
	const struct memfd_v2_page *v2 = page;

	*m = (struct memfd){ .position = v2->position,
			     .size = v2->size,
			     .folios = v2->folios,
			     .seals = v2->seals,
			     .flags = v2->flags,
			     .list = v2->list };
}

static void store_v2(const struct memfd *m, void *page)
{
	struct memfd_v2_page *v2 = page;

	v2->position = m->position;
	v2->size = m->size;
	v2->seals = m->seals;
	v2->flags = m->flags;
	v2->folios = m->folios;
	v2->list = m->list;
}

static const struct layout layout_v1 = { MEMFD_SEAL_SEAL, false, load_v1, store_v1 };
static const struct layout layout_v2 = { UINT32_MAX, true, load_v2, store_v2 };

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
	const struct layout *layout = h->layout;
	const void *page = read_block(r, "the page of a memfd", data, 0);
	struct folios l = { .r = r };
	struct memfd m;

	if (!page)
		return false;
	layout->load(&m, page);
	if (m.size > INT64_MAX)
		return read_fail(r, FINDING_MEMFD_SIZE, "the size of the memfd", data, m.size);
	if (m.position > INT64_MAX)
		return read_fail(r, FINDING_MEMFD_POSITION, "the position of the memfd", data,
				 m.position);
	/* without folios Linux does not look at the list */
	if (!m.folios)
		return true;
	if (m.folios > (uint64_t)m.list.total_pages * (PAGE_SIZE / sizeof(struct memfd_folio)))
		return read_fail(r, FINDING_MEMFD_FOLIOS, "the number of folios of the memfd", data,
				 m.folios);
	l.left = m.folios;
	l.end = (m.size + PAGE_SIZE - 1) >> PAGE_SHIFT;
	return vmalloc_read(r, &m.list, read_folios, &l);
}

static bool load(const struct file_handler *h, const struct window *w, paddr_t data,
		 struct memfd *m)
{
	const struct layout *layout = h->layout;
	const void *page = is_aligned(data, PAGE_SIZE) ? window_ro(w, data, PAGE_SIZE) : NULL;

	if (page)
		layout->load(m, page);
	return page;
}

/* The size is at the same place in either version. */
static uint64_t bytes(const struct file_handler *h, const struct window *w, paddr_t data)
{
	const struct memfd_v2_page *page = window_ro(w, data, PAGE_SIZE);

	(void)h;
	return page && is_aligned(data, PAGE_SIZE) ? page->size : 0;
}

static int can(const struct file_handler *h, const struct file_handler *to, const struct window *w,
	       paddr_t data, struct fault *f)
{
	const struct layout *layout = to->layout;
	struct memfd m;

	if (!load(h, w, data, &m))
		return fault_set(f, finding_name(FINDING_CLIENT_NOT_RAM),
				 "the page of a memfd at 0x%lx", data);
	if (m.seals & ~layout->seals)
		return fault_set(f, "memfd-seals",
				 "a memfd with seals 0x%x, data at 0x%lx; %s can only express 0x%x",
				 m.seals, data, to->name, layout->seals);
	if (m.flags && !layout->any_flags)
		return fault_set(f, "memfd-flags",
				 "a memfd with flags 0x%x, data at 0x%lx; %s has none", m.flags,
				 data, to->name);
	return 0;
}

static int translate(const struct file_handler *h, const struct file_handler *to,
		     struct kho_out *out, paddr_t data, paddr_t *made, struct fault *f)
{
	const struct layout *layout = to->layout;
	struct memfd m;
	void *page;

	if (!load(h, out->pages->window, data, &m))
		return fault_set(f, finding_name(FINDING_CLIENT_NOT_RAM),
				 "the page of a memfd at 0x%lx", data);
	page = kho_alloc_preserve(out, PAGE_SIZE, made, f);
	if (!page)
		return -1;
	layout->store(&m, page);
	return 0;
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
