// SPDX-License-Identifier: MIT
/* The table of clients: how the version of a blob is told, and what is checked of it. */
#include "model/kho.h"

#include <libfdt.h>

#include "kho/client/client.h"

static void rows(void **state)
{
	const struct client *client;
	unsigned int i, j;

	(void)state;
	for (i = 0; (client = client_at(i)); i++) {
		assert_ptr_equal(client_by_name(client->name), client);
		assert_non_null(client->version);
		for (j = 0; j < i; j++)
			assert_string_not_equal(client_at(j)->name, client->name);
	}
	assert_true(i >= 2);
	assert_null(client_at(UINT32_MAX));
	assert_null(client_by_name("kexec-metadat"));
	assert_null(client_by_name("kexec-metadata2"));
	assert_null(client_by_name(""));
}

static const char *version(const char *name, const void *bytes, uint64_t size)
{
	return client_by_name(name)->version(bytes, size);
}

static void version_of_metadata(void **state)
{
	uint8_t bytes[80] = { 1 };

	(void)state;
	assert_string_equal(version("kexec-metadata", bytes, 73), "kexec-metadata-v1");
	assert_string_equal(version("kexec-metadata", bytes, 80), "kexec-metadata-v1");
	assert_null(version("kexec-metadata", bytes, 72));
	bytes[0] = 2;
	assert_null(version("kexec-metadata", bytes, 73));
	bytes[0] = 1;
	bytes[3] = 1;
	assert_null(version("kexec-metadata", bytes, 73));
}

static void make_fdt(void *fdt, const char *compatible)
{
	assert_int_equal(fdt_create(fdt, 256), 0);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", compatible);
	fdt_end_node(fdt);
	assert_int_equal(fdt_finish(fdt), 0);
}

static void version_of_memblock(void **state)
{
	uint8_t fdt[256] __attribute__((aligned(8)));

	(void)state;
	make_fdt(fdt, "memblock-v1");
	assert_string_equal(version("memblock", fdt, sizeof(fdt)), "memblock-v1");
	assert_null(version("memblock", fdt, 20)); /* ends in its header */
	fdt[0] ^= 1;
	assert_null(version("memblock", fdt, sizeof(fdt)));
	make_fdt(fdt, "memblock-v2");
	assert_null(version("memblock", fdt, sizeof(fdt)));
}

/* Only what can be read is looked at, and only of a handover whose map could be read. */
static void checks(void **state)
{
	struct findings f = { 0 };
	struct model_run *r;
	struct model *m = model_new();

	(void)state;
	strcpy(m->blob[1].name, "LUO");
	m->blob[1].size = 0;
	model_write_fdt(m);
	r = model_run(m);
	assert_int_equal(r->f.total, 1);
	assert_string_equal(r->f.list[0].name, "client-unreadable");

	r->in.h.map.pages = 0;
	client_check(&r->in.h, &f);
	assert_int_equal(f.total, 0);
	r->in.h.map.root = 0; /* nothing to walk */
	client_check(&r->in.h, &f);
	assert_int_equal(f.total, 1);
	r->in.h.map.format = NULL;
	client_check(&r->in.h, &f);
	assert_int_equal(f.total, 1);
	model_run_free(r);

	m->blob[0].addr = M_MID_END;
	m->blob[1].size = 9000;
	model_write_fdt(m);
	r = model_run(m);
	assert_int_equal(r->f.total, 1);
	assert_string_equal(r->f.list[0].name, "blob-not-ram");
	model_run_free(r);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(version_of_metadata),
		cmocka_unit_test(version_of_memblock),
		cmocka_unit_test(checks),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
