// SPDX-License-Identifier: MIT
/*
 * A handover that claims much, for an instruction counter: taken in, checked, and built anew.
 *
 *   hostile VERSION MIB WHAT    prints "MIB MiB", of which every page is preserved by a key of its own
 *
 * WHAT is metadata: kexec-metadata is all of it; or a number of blobs, each of which is all of it; or
 * memblock: 200 regions, each of which is all of it, from some page on, and goes on beyond.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kho/client/client.h"
#include "kho/client/metadata.h"
#include "kho/in/incoming.h"

#define ARENA_BASE  GIB(8)
#define ARENA_BYTES MIB(64)
#define FIRST       MIB(16)
#define REGIONS     200
#define FDT_PAGES   9 /* the root FDT, and that of memblock */

uintptr_t __stack_chk_guard; /* the stack protector's, where the kernel has it */

static struct world {
	struct pane pane[2];
	struct window window;
	struct range range[2];
	struct ranges ram, scratch;
	struct pagemap map;
	struct palloc pages;
	uint64_t bytes;
	const struct kho_abi *abi;
} w;

/* The claimed memory exists as well, but is not touched beyond its first page. */
static void begin(uint64_t bytes)
{
	void *arena = aligned_alloc(PAGE_SIZE, ARENA_BYTES);

	w.bytes = bytes;
	memset(arena, 0, ARENA_BYTES);
	w.pane[0] = (struct pane){ FIRST, FIRST + bytes, aligned_alloc(PAGE_SIZE, bytes) };
	memset(w.pane[0].ptr, 0, PAGE_SIZE);
	w.pane[1] = (struct pane){ ARENA_BASE, ARENA_BASE + ARENA_BYTES, arena };
	w.window = (struct window){ w.pane, 2 };
	w.range[0] = (struct range){ FIRST, FIRST + bytes };
	w.range[1] = (struct range){ ARENA_BASE, ARENA_BASE + ARENA_BYTES };
	w.ram = (struct ranges){ w.range, 2, 2 };
}

static void fresh_map(void)
{
	pagemap_init(&w.map, &w.ram, aligned_alloc(PAGE_SIZE, pagemap_bytes(&w.ram)));
}

static void put_u64(void *fdt, const char *name, uint64_t value)
{
	if (fdt_property(fdt, name, &value, sizeof(value)))
		abort();
}

static void put_blob(void *fdt, const char *name, paddr_t addr, uint64_t size)
{
	fdt_begin_node(fdt, name);
	put_u64(fdt, w.abi->blob_prop, addr);
	if (w.abi->size_prop)
		put_u64(fdt, w.abi->size_prop, size);
	fdt_end_node(fdt);
}

static void make_regions(void *fdt)
{
	char name[16];

	fdt_create(fdt, (FDT_PAGES - 1) * PAGE_SIZE);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", "memblock-v1");
	for (unsigned int i = 0; i < REGIONS; i++) {
		snprintf(name, sizeof(name), "r%u", i);
		fdt_begin_node(fdt, name);
		fdt_property_string(fdt, "compatible", "reserve-mem-v1");
		/* the last page is not preserved */
		put_u64(fdt, "start", FIRST + (uint64_t)(REGIONS - i) * PAGE_SIZE);
		put_u64(fdt, "size", w.bytes);
		fdt_end_node(fdt);
	}
	fdt_end_node(fdt);
	if (fdt_finish(fdt))
		abort();
}

/* The root FDT, and in the pages behind it that of memblock. */
static paddr_t make_fdt(paddr_t root, const char *what)
{
	paddr_t at;
	char *fdt = palloc_pages(&w.pages, FDT_PAGES, &at);
	char name[16];

	fdt_create(fdt, PAGE_SIZE);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", w.abi->compatible);
	put_u64(fdt, KHO_PROP_MAP, root);
	if (!strcmp(what, "metadata"))
		put_blob(fdt, METADATA, FIRST, w.bytes);
	else if (!strcmp(what, "memblock"))
		put_blob(fdt, "memblock", at + PAGE_SIZE, (FDT_PAGES - 1) * PAGE_SIZE);
	else
		for (unsigned long i = 0; i < strtoul(what, NULL, 0); i++) {
			snprintf(name, sizeof(name), "b%lu", i);
			put_blob(fdt, name, FIRST, w.bytes);
		}
	fdt_end_node(fdt);
	if (fdt_finish(fdt))
		abort();
	make_regions(fdt + PAGE_SIZE);
	return at;
}

static void make_handover(struct kho_in *in, const char *what)
{
	struct map_build build;
	struct map map;

	fresh_map();
	pagemap_set(&w.map, FIRST, FIRST + w.bytes);
	palloc_init(&w.pages, &w.map, &w.window, NULL);
	if (map_build_init(&build, &map, w.abi->map, &w.pages))
		abort();
	in->h.map.window = &w.window;
	in->data =
		(struct kho_data){ .fdt_addr = make_fdt(map.root, what), .fdt_size = KHO_FDT_SIZE };
	for (paddr_t at = FIRST; at < FIRST + w.bytes; at += PAGE_SIZE)
		if (map_add_key(&build, at, 0))
			abort();
	for (unsigned int i = 0; i < FDT_PAGES; i++)
		if (map_add_key(&build, in->data.fdt_addr + i * PAGE_SIZE, 0))
			abort();
}

/* What is counted. */
__attribute__((noinline)) static void hop(struct kho_in *in, struct findings *f,
					  struct kho_out *out)
{
	struct kho_new_blob anew = metadata_anew("bench");
	struct fault fault = { 0 };

	kho_in_fdt(in, &w.scratch, f);
	kho_in_ingest(in, &w.ram, &w.scratch, &w.map, f);
	client_check(&in->h, f);
	client_claim(&in->h, &w.map, f);
	if (f->total)
		return;
	palloc_init(&w.pages, &w.map, &w.window, NULL);
	if (kho_out_build(out, &in->h, w.abi, &w.pages, &anew, 1, &fault)) {
		fprintf(stderr, "%s: %s\n", fault.name, fault.text);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static struct findings f;
	static struct kho_out out;
	static struct kho_in in;

	w.abi = argc == 4 ? kho_abi_by_name(argv[1]) : NULL;
	if (!w.abi)
		return 2;
	begin(MIB(strtoull(argv[2], NULL, 0)));
	make_handover(&in, argv[3]);
	fresh_map();
	hop(&in, &f, &out);
	printf("%lu MiB, %lu findings %s\n", w.bytes >> 20, f.total, f.total ? f.list[0].name : "");
	return 0;
}
