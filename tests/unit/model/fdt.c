// SPDX-License-Identifier: MIT
/* The root FDT, put together byte by byte, and a small handover that is valid. */
#include "kho.h"

void model_be32(uint8_t **p, uint32_t v)
{
	*(*p)++ = (uint8_t)(v >> 24);
	*(*p)++ = (uint8_t)(v >> 16);
	*(*p)++ = (uint8_t)(v >> 8);
	*(*p)++ = (uint8_t)v;
}

void model_bytes(uint8_t **p, const void *data, size_t len)
{
	memcpy(*p, data, len);
	*p += len;
	while ((uintptr_t)*p % 4)
		*(*p)++ = 0;
}

void model_prop(uint8_t **p, uint32_t name, const void *data, int len)
{
	if (len < 0)
		return;
	model_be32(p, 3);
	model_be32(p, (uint32_t)len);
	model_be32(p, name);
	model_bytes(p, data, (size_t)len);
}

void model_write_fdt(struct model *m)
{
	static const char strings[] =
		"compatible\0preserved-memory-map\0preserved-data\0blob-size\0fdt";
	uint8_t *page = model_at(m, m->data.fdt_addr), *p = page + 40 + 16, *header = page;
	uint64_t wide[2] = { 0, 0 };
	uint32_t size_struct;
	unsigned int i;

	memset(page, 0, 4096);
	model_be32(&p, 1);
	model_bytes(&p, "", 1);
	model_prop(&p, 0, m->compatible,
		   m->compatible_len ? m->compatible_len : (int)strlen(m->compatible) + 1);
	wide[0] = m->map;
	model_prop(&p, 11, wide, m->map_len);
	for (i = 0; i < m->nr_blob; i++) {
		model_be32(&p, 1);
		model_bytes(&p, m->blob[i].name, strlen(m->blob[i].name) + 1);
		wide[0] = m->blob[i].addr;
		model_prop(&p, m->store == &model_v1 ? 57 : 32, wide, m->blob[i].addr_len);
		wide[0] = m->blob[i].size;
		model_prop(&p, 47, wide, m->store == &model_v1 ? -1 : m->blob[i].size_len);
		model_be32(&p, 2);
	}
	model_be32(&p, 2);
	model_be32(&p, 9);
	size_struct = (uint32_t)(p - page) - 56;
	memcpy(p, strings, sizeof(strings));
	p += sizeof(strings);
	assert_true(p <= page + 4096);

	model_be32(&header, 0xd00dfeed);
	model_be32(&header, (uint32_t)(p - page));
	model_be32(&header, 56);
	model_be32(&header, 56 + size_struct);
	model_be32(&header, 40);
	model_be32(&header, 17);
	model_be32(&header, 16);
	model_be32(&header, 0);
	model_be32(&header, sizeof(strings));
	model_be32(&header, size_struct);
}

struct model_blob *model_blob(struct model *m, const char *name, uint64_t addr, uint64_t size)
{
	struct model_blob *blob = &m->blob[m->nr_blob++];

	assert_true(m->nr_blob <= MODEL_BLOBS);
	snprintf(blob->name, sizeof(blob->name), "%s", name);
	blob->addr = addr;
	blob->size = size;
	blob->addr_len = 8;
	blob->size_len = 8;
	return blob;
}

void model_write_metadata(struct model *m, uint64_t addr, uint32_t version, uint32_t count)
{
	uint8_t *p = model_at(m, addr);

	memset(p, 0, 73);
	memcpy(p, &version, 4);
	memcpy(p + 4, "7.3.4-model", 11);
	memcpy(p + 69, &count, 4);
}

void model_write_scratch(struct model *m)
{
	memcpy(model_at(m, m->data.scratch_addr), m->scratch, m->data.scratch_size);
}

struct model *model_new(void)
{
	struct model *m = calloc(1, sizeof(*m));

	m->store = model_store;
	model_window(m, 0, M_LOW_END);
	model_window(m, M_MID_BASE, M_MID_END);
	model_window(m, M_HIGH_BASE, M_HIGH_END);
	model_window(m, M_FAR_BASE, M_FAR_END);

	m->scratch[0] = (struct kho_scratch){ M_SCRATCH0, MIB(32) };
	m->scratch[1] = (struct kho_scratch){ M_SCRATCH1, MIB(16) };
	m->data = (struct kho_data){ M_FDT, 4096, M_ARRAY, 32 };
	model_write_scratch(m);

	m->map = model_node_page(m);
	model_preserve(m, M_FDT, 0);
	model_preserve(m, M_META, 0);
	model_preserve(m, M_BLOB, 2);

	m->compatible = model_abi("kho-v4")->compatible;
	m->map_len = 8;
	model_write_metadata(m, M_META, 1, 7);
	model_blob(m, "kexec-metadata", M_META, 73);
	model_blob(m, "ODD", M_BLOB + 8, 9000);
	model_write_fdt(m);
	return m;
}
