// SPDX-License-Identifier: MIT
#include "kho/in/incoming.h"

/*
 * Linux aligns scratch to its page blocks, which are 2 MiB unless it was built with a small
 * PAGE_BLOCK_MAX_ORDER. What goes out is aligned to as much at least: the rest is no scratch any more.
 */
#define SCRATCH_ALIGN MIB(2)

/* Find the array and check its form. Return: false if it cannot be read. */
static bool find_array(struct kho_in *in, struct findings *f)
{
	uint64_t addr = in->data.scratch_addr, size = in->data.scratch_size;
	const struct kho_scratch *array;

	if (size == 0 || size % sizeof(*array) || size / sizeof(*array) > KHO_MAX_SCRATCH) {
		finding_add(f, FINDING_SCRATCH_LENGTH, "scratch array at 0x%lx of %lu bytes", addr,
			    size);
		return false;
	}
	if (!is_aligned(addr, sizeof(uint64_t))) {
		finding_add(f, FINDING_SCRATCH_MISALIGNED, "scratch array at 0x%lx", addr);
		return false;
	}
	array = handover_look(&in->h, addr, size);
	if (!array) {
		finding_add(f, FINDING_SCRATCH_ARRAY_NOT_RAM, "scratch array at 0x%lx of %lu bytes",
			    addr, size);
		return false;
	}
	in->h.scratch = array;
	in->h.nr_scratch = (unsigned int)(size / sizeof(*array));
	return true;
}

/* Check region @i by itself. Return: true if it is safe to call it scratch. */
static bool check_region(const struct kho_in *in, unsigned int i, const struct ranges *ram,
			 struct findings *f)
{
	const struct kho_scratch *s = &in->h.scratch[i];
	bool good = true;
	paddr_t end;

	if (s->size == 0) /* Linux makes these too: a global region of 0 bytes, say */
		return false;
	if (!is_aligned(s->addr | s->size, PAGE_SIZE)) {
		finding_add(f, FINDING_SCRATCH_MISALIGNED,
			    "scratch region %u at 0x%lx of 0x%lx bytes", i, s->addr, s->size);
		good = false;
	}
	if (!range_end(s->addr, s->size, &end) || !ranges_hold(ram, s->addr, end)) {
		finding_add(f, FINDING_SCRATCH_NOT_RAM, "scratch region %u at 0x%lx of 0x%lx bytes",
			    i, s->addr, s->size);
		return false;
	}
	if (s->addr < LOW_LIMIT) {
		finding_add(f, FINDING_SCRATCH_LOW, "scratch region %u at 0x%lx", i, s->addr);
		good = false;
	}
	return good;
}

void kho_in_scratch(struct kho_in *in, const struct window *window, const struct kho_data *data,
		    const struct ranges *ram, struct ranges *scratch, struct findings *f)
{
	unsigned int i;

	in->h.map.window = window;
	in->data = *data;
	if (!find_array(in, f))
		return;

	for (i = 0; i < in->h.nr_scratch; i++) {
		const struct kho_scratch *s = &in->h.scratch[i];
		paddr_t base = align_up(s->addr, SCRATCH_ALIGN), end;

		if (!check_region(in, i, ram, f))
			continue;
		end = align_down(s->addr + s->size, SCRATCH_ALIGN);
		if (ranges_meet(scratch, s->addr, s->addr + s->size))
			finding_add(f, FINDING_SCRATCH_OVERLAP,
				    "scratch region %u at 0x%lx of 0x%lx bytes, over another", i,
				    s->addr, s->size);
		if (base < end && !ranges_add(scratch, base, end))
			finding_add(f, FINDING_SCRATCH_LENGTH,
				    "scratch region %u finds the table of %u full", i,
				    scratch->cap);
	}
	if (ranges_bytes(scratch) == 0)
		finding_add(f, FINDING_SCRATCH_EMPTY, "%u scratch regions of 0 bytes in all",
			    in->h.nr_scratch);
}
