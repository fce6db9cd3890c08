// SPDX-License-Identifier: MIT
/* A radix tree, written and read key by key. */
#include "kho.h"

const struct model_store *model_store = &model_radix;

uint64_t model_encode(uint64_t phys, unsigned int order)
{
	return ((uint64_t)1 << (52 - order)) | (phys >> (12 + order));
}

uint64_t model_node_page(struct model *m)
{
	uint64_t addr = M_NODES;

	while (*model_owner(m, addr) != M_FREE)
		addr += 3 * 4096;
	*model_owner(m, addr) = M_NODE;
	assert_true(m->nr_node < MODEL_PAGES);
	m->node[m->nr_node++] = addr;
	return addr;
}

void model_insert(struct model *m, uint64_t page, int level, uint64_t key)
{
	uint64_t digit, child;
	char *slot;

	if (level == 0) {
		((uint8_t *)model_at(m, page))[(key & 0x7fff) / 8] |= (uint8_t)(1 << (key & 7));
		return;
	}
	digit = (key >> ((level - 1) * 9 + 15)) & 511;
	slot = (char *)model_at(m, page) + 8 * digit;
	memcpy(&child, slot, 8);
	if (!child) {
		child = model_node_page(m);
		memcpy(slot, &child, 8);
	}
	model_insert(m, child, level - 1, key);
}

uint64_t model_path(struct model *m, uint64_t key, int level)
{
	uint64_t page = m->node[0];
	int l;

	for (l = 5; l > level; l--) {
		memcpy(&page, (char *)model_at(m, page) + 8 * ((key >> ((l - 1) * 9 + 15)) & 511),
		       8);
		assert_true(page != 0);
	}
	return page;
}

uint64_t *model_slot(struct model *m, uint64_t key, int level)
{
	return (uint64_t *)model_at(m, model_path(m, key, level)) +
	       ((key >> ((level - 1) * 9 + 15)) & 511);
}

void model_decode(uint64_t key, struct model_key *out)
{
	unsigned int order;

	for (order = 0; order < 53 && !(key >> (52 - order)); order++)
		;
	out->order = order;
	out->addr = (key - ((uint64_t)1 << (52 - order))) << (12 + order);
}

unsigned int model_read(struct model *m, uint64_t page, int level, uint64_t prefix,
			struct model_key *set, unsigned int *nr)
{
	unsigned int i, pages = 1, used = 0;

	for (i = 0; level > 0 && i < 512; i++) {
		uint64_t child = ((uint64_t *)model_at(m, page))[i];

		if (!child)
			continue;
		used++;
		pages += model_read(m, child, level - 1, prefix * 512 + i, set, nr);
	}
	for (i = 0; level == 0 && i < 32768; i++) {
		if (i % 64 == 0 && !((uint64_t *)model_at(m, page))[i / 64]) {
			i += 63; /* nothing in 64 bits */
		} else if (((uint8_t *)model_at(m, page))[i / 8] & (1 << (i % 8))) {
			assert_true(*nr < MODEL_KEYS);
			model_decode(prefix * 32768 + i, &set[(*nr)++]);
			used++;
		}
	}
	assert_true(used > 0 || level == 5);
	return pages;
}

int model_compare(const void *a, const void *b)
{
	const struct model_key *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

void model_assert_same(struct model_key *a, unsigned int nr_a, struct model_key *b,
		       unsigned int nr_b)
{
	unsigned int i;

	qsort(a, nr_a, sizeof(*a), model_compare);
	qsort(b, nr_b, sizeof(*b), model_compare);
	for (i = 0; i < nr_a && i < nr_b; i++) {
		assert_int_equal(a[i].order, b[i].order);
		assert_int_equal(a[i].addr, b[i].addr);
	}
	assert_int_equal(nr_a, nr_b);
}

void model_force(struct model *m, uint64_t phys, unsigned int order)
{
	m->store->insert(m, phys, order);
}

int model_is_free(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t i;

	for (i = 0; i < (uint64_t)1 << order; i++) {
		uint64_t addr = phys + i * 4096;

		if (addr < 0x100000 || !model_owner(m, addr) || *model_owner(m, addr) != M_FREE ||
		    model_in_scratch(m, addr))
			return 0;
	}
	return 1;
}

void model_preserve(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t i;

	assert_true(m->nr_key < MODEL_KEYS);
	assert_true(model_is_free(m, phys, order));
	for (i = 0; i < (uint64_t)1 << order; i++)
		*model_owner(m, phys + i * 4096) = M_BLOCK;
	m->key[m->nr_key].addr = phys;
	m->key[m->nr_key++].order = order;
	model_force(m, phys, order);
}

void model_preserve_some(struct model *m, unsigned int order)
{
	unsigned int tries;

	for (tries = 0; tries < 20; tries++) {
		struct pane *w = &m->pane[model_below(m->window.nr)];
		uint64_t size = (uint64_t)4096 << order;
		uint64_t phys = (w->base + model_below(w->end - w->base)) / size * size;

		if (phys >= M_NODES && phys < M_SCRATCH0)
			continue; /* room for the tree */
		if (model_is_free(m, phys, order)) {
			model_preserve(m, phys, order);
			return;
		}
	}
}

static void radix_insert(struct model *m, uint64_t phys, unsigned int order)
{
	model_insert(m, m->node[0], 5, model_encode(phys, order));
}

static void read_page(const struct model_reader *to, uint64_t page, int level, uint64_t prefix)
{
	const uint64_t *word = to->page(to->arg, page);
	unsigned int i, bit, used = 0;
	struct model_key k;

	for (i = 0; i < 512; i++) {
		if (i % 8 == 0 && !(word[i] | word[i + 1] | word[i + 2] | word[i + 3] |
				    word[i + 4] | word[i + 5] | word[i + 6] | word[i + 7]))
			i += 7;
		if (!word[i])
			continue;
		used++;
		if (level)
			read_page(to, word[i], level - 1, prefix * 512 + i);
		for (bit = 0; !level && bit < 64; bit++) {
			if (!(word[i] >> bit & 1))
				continue;
			model_decode(prefix * 32768 + i * 64 + bit, &k);
			to->key(to->arg, k.addr, k.order);
		}
	}
	if (!used && level != 5)
		to->empty(to->arg, page);
}

static void radix_read(uint64_t root, const struct model_reader *to)
{
	read_page(to, root, 5, 0);
}

const struct model_store model_radix = { NULL, radix_insert, radix_read };
