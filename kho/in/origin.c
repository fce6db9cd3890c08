// SPDX-License-Identifier: MIT
#include "kho/in/origin.h"

/**
 * struct layout - one run of origin_scratch()
 * @free, @nodes, @out, @nr: its arguments
 * @best: the longest run that was found for the present region, for the message if it finds no place
 */
struct layout {
	struct ranges *free;
	const struct borders *nodes;
	struct kho_scratch *out;
	unsigned int nr;
	uint64_t best;
};

static const struct node_range everything = { 0, UINT64_MAX, 0, false };

static unsigned int count_spans(const struct borders *nodes)
{
	return nodes->nr_ranges ? nodes->nr_ranges : 1;
}

static const struct node_range *span(const struct borders *nodes, unsigned int i)
{
	return nodes->nr_ranges ? &nodes->range[i] : &everything;
}

/* The highest place for @size bytes in @w below @limit. Return: 0 if there is none. */
static paddr_t highest(struct layout *l, const struct node_range *w, paddr_t limit, uint64_t size)
{
	for (unsigned int i = l->free->nr; i-- > 0;) {
		const struct range *r = &l->free->r[i];
		paddr_t base = align_up(max_u64(r->base, w->base), ORIGIN_ALIGN);
		paddr_t end = align_down(min_u64(min_u64(r->end, w->end), limit), ORIGIN_ALIGN);

		if (base >= end)
			continue;
		l->best = max_u64(l->best, end - base);
		if (end - base >= size)
			return end - size;
	}
	return 0;
}

/* The node at the @i-th span, unless a span before it is of the same one. */
static bool first_of_node(const struct borders *nodes, unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (span(nodes, j)->node == span(nodes, i)->node)
			return false;
	return true;
}

/* Take @size bytes below @limit, on the node @node or, if that is NULL, on any. */
static bool take(struct layout *l, const uint32_t *node, paddr_t limit, uint64_t size)
{
	paddr_t at = 0;

	l->best = 0;
	for (unsigned int i = 0; i < count_spans(l->nodes); i++) {
		const struct node_range *w = span(l->nodes, i);

		if (!node || w->node == *node)
			at = max_u64(at, highest(l, w, limit, size));
	}
	if (!at || l->nr == KHO_MAX_SCRATCH || !ranges_sub(l->free, at, at + size))
		return false;
	l->out[l->nr++] = (struct kho_scratch){ at, size };
	return true;
}

static uint64_t ram_of_node(const struct layout *l, const struct ranges *ram, uint32_t node)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < count_spans(l->nodes); i++) {
		const struct node_range *w = span(l->nodes, i);

		for (unsigned int j = 0; w->node == node && j < ram->nr; j++) {
			paddr_t base = max_u64(ram->r[j].base, w->base);
			paddr_t end = min_u64(ram->r[j].end, w->end);

			bytes += base < end ? end - base : 0;
		}
	}
	return bytes;
}

static int no_room(const struct layout *l, struct fault *f, const char *where, uint64_t size)
{
	return fault_set(f, "scratch-no-room",
			 "%lu MiB of scratch %s: at most %lu MiB are free there in a row; expected "
			 "less in baton.scratch=, or more memory",
			 size >> 20, where, l->best >> 20);
}

static int take_nodes(struct layout *l, const struct origin_sizes *sizes, const struct ranges *ram,
		      struct fault *f)
{
	for (unsigned int i = 0; i < count_spans(l->nodes); i++) {
		uint32_t node = span(l->nodes, i)->node;
		uint64_t bytes = ram_of_node(l, ram, node), size = sizes->node;

		if (sizes->node_percent)
			size = bytes / ORIGIN_PAGE_STRUCTS / 100 * sizes->node_percent;
		size = align_up(size, ORIGIN_ALIGN);
		if (!bytes || !size || !first_of_node(l->nodes, i))
			continue;
		if (!take(l, &node, UINT64_MAX, size))
			return no_room(l, f, "on each node", size);
	}
	return 0;
}

int origin_scratch(const struct origin_sizes *sizes, const struct ranges *ram, struct ranges *free,
		   const struct borders *nodes, struct kho_scratch *out, unsigned int *nr,
		   struct fault *f)
{
	struct layout l = { .free = free, .nodes = nodes, .out = out };
	uint64_t low = align_up(sizes->low, ORIGIN_ALIGN);
	uint64_t global = align_up(sizes->global, ORIGIN_ALIGN);

	if (low && !take(&l, NULL, GIB(4), low))
		return no_room(&l, f, "below 4 GiB", low);
	if (global && !take(&l, NULL, UINT64_MAX, global))
		return no_room(&l, f, "anywhere", global);
	if (take_nodes(&l, sizes, ram, f))
		return -1;
	*nr = l.nr;
	return 0;
}

void origin_begin(struct kho_in *in, const struct window *window, const struct kho_abi *abi,
		  const struct kho_scratch *scratch, unsigned int nr)
{
	in->h.map.window = window;
	in->h.map.format = abi->map;
	in->h.abi = abi;
	in->h.scratch = scratch;
	in->h.nr_scratch = nr;
	in->data.fdt_size = KHO_FDT_SIZE;
	in->data.scratch_addr = (paddr_t)scratch;
	in->data.scratch_size = nr * sizeof(*scratch);
}
