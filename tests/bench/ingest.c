// SPDX-License-Identifier: MIT
/*
 * One ingestion of N preserved order-0 pages, side by side or every second one, for an instruction counter:
 *
 *   ingest VERSION N STEP    prints "pages N" once kho_in_ingest() has taken in N pages, STEP pages apart
 *
 * The map's pages lie in an arena; the preserved pages themselves are never looked at, so they need not exist.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kho/in/incoming.h"

#define ARENA_BASE  GIB(16)
#define ARENA_BYTES MIB(16)
#define FIRST_PAGE  MIB(16)
#define RAM_END     GIB(17)

uintptr_t __stack_chk_guard; /* the stack protector's, where the kernel has it */

struct world {
	struct pane pane;
	struct window window;
	struct range ram_range;
	struct ranges ram, scratch;
	struct pagemap map;
	struct palloc pages;
};

static void begin(struct world *w)
{
	void *arena = aligned_alloc(PAGE_SIZE, ARENA_BYTES);

	memset(arena, 0, ARENA_BYTES);
	w->pane = (struct pane){ ARENA_BASE, ARENA_BASE + ARENA_BYTES, arena };
	w->window = (struct window){ &w->pane, 1 };
	w->ram_range = (struct range){ 0, RAM_END };
	w->ram = (struct ranges){ &w->ram_range, 1, 1 };
}

static void fresh_map(struct world *w)
{
	pagemap_init(&w->map, &w->ram, aligned_alloc(PAGE_SIZE, pagemap_bytes(&w->ram)));
}

static paddr_t make_fdt(struct world *w, const struct kho_abi *abi, paddr_t root)
{
	paddr_t at;
	void *fdt = palloc_pages(&w->pages, 1, &at);

	if (fdt_create(fdt, PAGE_SIZE) || fdt_finish_reservemap(fdt) || fdt_begin_node(fdt, "") ||
	    fdt_property_string(fdt, "compatible", abi->compatible) ||
	    fdt_property(fdt, KHO_PROP_MAP, &root, sizeof(root)) || fdt_end_node(fdt) ||
	    fdt_finish(fdt))
		abort();
	return at;
}

/* A handover with @pages order-0 keys, @step pages apart, and that of the FDT. Return: the FDT's address. */
static paddr_t make_handover(struct world *w, const struct kho_abi *abi, uint64_t pages,
			     uint64_t step)
{
	struct map_build build;
	struct map map;
	paddr_t fdt;

	fresh_map(w);
	pagemap_set(&w->map, 0, ARENA_BASE);
	palloc_init(&w->pages, &w->map, &w->window, NULL);
	if (map_build_init(&build, &map, abi->map, &w->pages))
		abort();
	fdt = make_fdt(w, abi, map.root);
	if (map_add_key(&build, fdt, 0))
		abort();
	for (uint64_t i = 0; i < pages; i++)
		if (map_add_key(&build, FIRST_PAGE + i * step * PAGE_SIZE, 0))
			abort();
	return fdt;
}

int main(int argc, char **argv)
{
	static struct findings findings;
	static struct world w;
	struct kho_in in = { 0 };
	const struct kho_abi *abi;
	uint64_t pages, step;

	abi = argc == 4 ? kho_abi_by_name(argv[1]) : NULL;
	if (!abi)
		return 2;
	pages = strtoull(argv[2], NULL, 0);
	step = strtoull(argv[3], NULL, 0);
	begin(&w);
	in.h.map.window = &w.window;
	in.data = (struct kho_data){ .fdt_addr = make_handover(&w, abi, pages, step),
				     .fdt_size = KHO_FDT_SIZE };
	fresh_map(&w);
	kho_in_fdt(&in, &w.scratch, &findings);
	kho_in_ingest(&in, &w.ram, &w.scratch, &w.map, &findings);
	if (findings.total || in.pages != pages + 1) {
		fprintf(stderr, "%s: %s\n", findings.list[0].name, findings.list[0].text);
		return 1;
	}
	printf("pages %lu\n", in.pages - 1);
	return 0;
}
