// SPDX-License-Identifier: MIT
/* A list of chunks, written and read entry by entry. */
#include "kho.h"

static uint64_t get(struct model *m, uint64_t addr)
{
	uint64_t value;

	memcpy(&value, model_at(m, addr), 8);
	return value;
}

static void put(struct model *m, uint64_t addr, uint64_t value)
{
	memcpy(model_at(m, addr), &value, 8);
}

static uint32_t get_half(struct model *m, uint64_t addr)
{
	uint32_t value;

	memcpy(&value, model_at(m, addr), 4);
	return value;
}

static void put_half(struct model *m, uint64_t addr, uint32_t value)
{
	memcpy(model_at(m, addr), &value, 4);
}

/* Blocks of one leaf, in bytes; of the last order it is all of them. */
static uint64_t leaf_base(uint64_t phys, unsigned int order)
{
	return order >= 37 ? 0 : phys / (0x8000000UL << order) * (0x8000000UL << order);
}

void model_use_chunks(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->nr_node; i++) {
		*model_owner(m, m->node[i]) = M_FREE;
		memset(model_at(m, m->node[i]), 0, 4096);
	}
	m->nr_node = 0;
	m->chunks = true;
	m->compatible = "kho-v1";
	m->map = model_node_page(m);
	put_half(m, m->map + 8, m->key[0].order);
	for (i = 0; i < m->nr_key; i++)
		model_force(m, m->key[i].addr, m->key[i].order);
}

uint64_t model_append_chunk(struct model *m, unsigned int order)
{
	uint64_t at = m->map, new = model_node_page(m);

	while (get(m, at))
		at = get(m, at);
	put(m, at, new);
	put_half(m, new + 8, order);
	return new;
}

uint64_t model_append_entry(struct model *m, uint64_t chunk, uint64_t base, uint64_t bitmap)
{
	uint32_t n = get_half(m, chunk + 12);
	uint64_t at = chunk + 16 + 16 * n;

	assert_true(n < 255);
	put(m, at, base);
	put(m, at + 8, bitmap);
	put_half(m, chunk + 12, n + 1);
	return at;
}

uint64_t model_find_chunk(struct model *m, unsigned int order)
{
	uint64_t at;

	for (at = m->map; at; at = get(m, at))
		if (get_half(m, at + 8) == order && get_half(m, at + 12) < 255)
			return at;
	return 0;
}

uint64_t model_find_entry(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t at;
	uint32_t i;

	for (at = m->map; at; at = get(m, at))
		for (i = 0; get_half(m, at + 8) == order && i < get_half(m, at + 12); i++)
			if (get(m, at + 16 + 16 * i) == leaf_base(phys, order))
				return at + 16 + 16 * i;
	return 0;
}

void model_set_block(struct model *m, uint64_t bitmap, uint64_t phys, unsigned int order)
{
	uint64_t block = (phys - leaf_base(phys, order)) >> (12 + order);

	((uint8_t *)model_at(m, bitmap))[block / 8] |= (uint8_t)(1 << block % 8);
}

void model_list_block(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t entry = model_find_entry(m, phys, order), chunk;

	if (!entry) {
		chunk = model_find_chunk(m, order);
		if (!chunk)
			chunk = model_append_chunk(m, order);
		entry = model_append_entry(m, chunk, leaf_base(phys, order), model_node_page(m));
	}
	model_set_block(m, get(m, entry + 8), phys, order);
}

static unsigned int read_leaf(struct model *m, uint64_t base, uint64_t bitmap, unsigned int order,
			      struct model_key *set, unsigned int *nr)
{
	unsigned int i, n = 0;

	for (i = 0; i < 32768; i++) {
		if (i % 64 == 0 && !get(m, bitmap + i / 8)) {
			i += 63; /* nothing in 64 bits */
		} else if (((uint8_t *)model_at(m, bitmap))[i / 8] & (1 << i % 8)) {
			assert_true(*nr < MODEL_KEYS);
			set[(*nr)++] =
				(struct model_key){ base + (((uint64_t)i << order) << 12), order };
			n++;
		}
	}
	return n;
}

unsigned int model_read_list(struct model *m, uint64_t first, struct model_key *set,
			     unsigned int *nr)
{
	unsigned int pages = 0;
	uint64_t at;
	uint32_t i;

	for (at = first; at; at = get(m, at)) {
		uint32_t count = get_half(m, at + 12);

		pages += 1 + count;
		assert_true(count <= 255);
		assert_true(count > 0 || at == first);
		for (i = 0; i < count; i++)
			assert_true(read_leaf(m, get(m, at + 16 + 16 * i), get(m, at + 24 + 16 * i),
					      get_half(m, at + 8), set, nr) > 0);
	}
	return pages;
}
