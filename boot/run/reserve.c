// SPDX-License-Identifier: MIT
#include "boot/run/reserve.h"

#include "arch/console.h"
#include "boot/run/publish.h"
#include "kho/client/memblock.h"

/* A region that is there already stays: every command line of a chain may have the same words. */
static int reserve(struct handovers *kho, const struct memblock_region *r, struct fault *f)
{
	uint64_t size = r->size;
	paddr_t start = 0;
	int there = memblock_find(&kho->out, r->name, &start, &size, f);

	if (there < 0)
		return -1;
	if (there && (size != r->size || !is_aligned(start, r->align)))
		return fault_set(f, "exists",
				 "'%s' came in at 0x%lx, %lu KiB; baton.reserve= has %lu KiB at a "
				 "multiple of %lu KiB",
				 r->name, start, size >> 10, r->size >> 10, r->align >> 10);
	if (!there && memblock_reserve(&kho->restore, r, &start, f))
		return -1;
	say("reserve", "0x%09lx – 0x%09lx  %6lu KiB  %s%s", start, start + size, size >> 10,
	    r->name, there ? ", as it came in" : "");
	return 0;
}

int reserve_memory(struct handovers *kho, const struct given *given, struct record *record)
{
	const struct options *opt = &given->opt;

	if (opt->nr_reserve && begin_restore(kho, &record->fault))
		return -1;
	for (unsigned int i = 0; i < opt->nr_reserve; i++)
		if (reserve(kho, &opt->reserve[i], &record->fault))
			return -1;
	stage_done(record, STAGE_PUBLISH);
	return 0;
}
