// SPDX-License-Identifier: MIT
#include "tools/reading.h"

#include <stdlib.h>

/* The surest of those that were found comes first. Scratch seldom changes: any entry names it. */
static int choose(struct reading *r, const struct reading_words *words, struct fault *f)
{
	const struct kho_data *named = NULL;
	unsigned int i;

	search_memory(&r->search, &r->memory);
	for (i = 0; i < r->search.nr && !named; i++)
		if (r->search.root[i].entry)
			named = &r->search.root[i].data;
	if (words->fdt) {
		if (!search_at(&r->root, &r->memory, words->fdt))
			return fault_set(f, "no-handover",
					 "%s: no root FDT of KHO at 0x%lx; expected a page with a "
					 "version 'kho-…'",
					 words->path, words->fdt);
	} else if (r->search.nr) {
		r->root = r->search.root[0];
	} else {
		return fault_set(f, "no-handover",
				 "%s: no root FDT of KHO in %lu MiB of memory; was kho=on given?",
				 words->path, ranges_bytes(&r->memory.ram) >> 20);
	}
	if (words->scratch_size) {
		r->root.data.scratch_addr = words->scratch;
		r->root.data.scratch_size = words->scratch_size;
	} else if (!r->root.data.scratch_size && named) {
		r->root.data.scratch_addr = named->scratch_addr;
		r->root.data.scratch_size = named->scratch_size;
	}
	if (!r->root.data.scratch_size)
		return fault_set(f, "no-scratch",
				 "%s: nothing names the scratch of the handover at 0x%lx; say it "
				 "with --scratch",
				 words->path, r->root.data.fdt_addr);
	return 0;
}

static int verify(struct reading *r, struct fault *f)
{
	uint64_t bytes = pagemap_bytes(&r->memory.ram);

	r->map = aligned_alloc(PAGE_SIZE, bytes);
	r->verify = calloc(1, sizeof(*r->verify));
	if (!r->map || !r->verify)
		return fault_set(f, "out-of-memory", "no %lu KiB for a map of pages", bytes >> 10);
	verify_handover(r->verify, &r->memory.window, &r->root.data, &r->memory.ram, NULL, r->map);
	return 0;
}

int reading_open(struct reading *r, const struct reading_words *words, struct fault *f)
{
	*r = (struct reading){ 0 };
	if (memory_open(&r->memory, words->path, f))
		return -1;
	if (choose(r, words, f) || verify(r, f)) {
		reading_close(r);
		return -1;
	}
	return 0;
}

void reading_close(struct reading *r)
{
	free(r->verify);
	free(r->map);
	memory_close(&r->memory);
}
