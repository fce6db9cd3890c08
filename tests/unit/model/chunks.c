// SPDX-License-Identifier: MIT
/* A list of chunks, written and read entry by entry. */
#include "kho.h"

#include "kho/map/chunks.h"

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

/* Where the leaf for a block begins; of the last order there is one. */
static uint64_t leaf_base(uint64_t phys, unsigned int order)
{
	return order >= 37 ? 0 : phys / (0x8000000UL << order) * (0x8000000UL << order);
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

/* The first chunk of @order that is not full; 0 if there is none. */
static uint64_t find_chunk(struct model *m, unsigned int order)
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

static void insert(struct model *m, uint64_t phys, unsigned int order)
{
	uint64_t entry = model_find_entry(m, phys, order), chunk;

	if (!entry) {
		chunk = find_chunk(m, order);
		if (!chunk)
			chunk = model_append_chunk(m, order);
		entry = model_append_entry(m, chunk, leaf_base(phys, order), model_node_page(m));
	}
	model_set_block(m, get(m, entry + 8), phys, order);
}

static void read_leaf(const struct model_reader *to, uint64_t base, uint64_t bitmap,
		      unsigned int order)
{
	const uint8_t *bits = to->page(to->arg, bitmap);
	static const uint8_t none[64];
	unsigned int i, n = 0;

	for (i = 0; i < 32768; i++) {
		if (i % 512 == 0 && !memcmp(bits + i / 8, none, 64)) {
			i += 511;
		} else if (bits[i / 8] & (1 << i % 8)) {
			to->key(to->arg, base + (((uint64_t)i << order) << 12), order);
			n++;
		}
	}
	if (!n)
		to->empty(to->arg, bitmap);
}

static void read_list(uint64_t root, const struct model_reader *to)
{
	uint64_t at = root, entry[2];
	uint32_t half[2], i;

	while (at) {
		const char *chunk = to->page(to->arg, at);

		memcpy(half, chunk + 8, 8);
		if (!half[1] && at != root)
			to->empty(to->arg, at);
		for (i = 0; i < half[1]; i++) {
			memcpy(entry, chunk + 16 + 16 * i, 16);
			read_leaf(to, entry[0], entry[1], half[0]);
		}
		memcpy(&at, chunk, 8);
	}
}

static const struct kho_abi row = {
	.compatible = "chunks",
	.map = &chunks_format,
	.blob_prop = "preserved-data",
	.size_prop = "blob-size",
	.scratch_align = MIB(4),
	.max_order = 30,
	.max_restore = 30,
};

const struct model_store model_chunks = { &row, insert, read_list };
const struct model_store model_v1 = { NULL, insert, read_list };

void model_use_v1(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->nr_node; i++) {
		*model_owner(m, m->node[i]) = M_FREE;
		memset(model_at(m, m->node[i]), 0, 4096);
	}
	m->nr_node = 0;
	m->store = &model_v1;
	m->compatible = "kho-v1";
	m->map = model_node_page(m);
	put_half(m, m->map + 8, m->key[0].order);
	for (i = 0; i < m->nr_key; i++)
		model_force(m, m->key[i].addr, m->key[i].order);
}
