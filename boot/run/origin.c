// SPDX-License-Identifier: MIT
/* A cold start: where a chain of handovers begins. */
#include <string.h>

#include "arch/console.h"
#include "boot/run/baton.h"
#include "kho/in/origin.h"

#define DEFAULT_PERCENT 200 /* as Linux has it */
#define LEAST_PERCENT   100
#define KERNEL_NEEDS    MIB(16) /* of a small kernel while it starts: page tables, per-CPU data, log */
#define BOUNCE_BUFFER   MIB(64) /* swiotlb: where RAM reaches beyond what 32 bits of DMA can */
#define PAYLOAD_LEAST   MIB(64) /* of a payload that is baton: what it starts in turn is not known */

static struct kho_scratch regions[KHO_MAX_SCRATCH];
static struct range free_table[SCRATCH_RANGES];

bool origin_wanted(const struct baton *b)
{
	return b->opt.abi[0] || b->opt.scratch.given || b->opt.nr_reserve;
}

/*
 * Linux sizes scratch by what it has reserved when it lays it out. Here that has to be estimated:
 * the next kernel with its initrd, what it needs while it starts, and its page structs.
 */
static struct origin_sizes sizes_in_percent(const struct baton *b, unsigned int percent)
{
	bool high = b->info.ram.r[b->info.ram.nr - 1].end > GIB(4);
	uint64_t image =
		max_u64(b->kernel.memory, bzimage_is_baton(&b->kernel) ? PAYLOAD_LEAST : 0) +
		b->payload.initrd_size;

	return (struct origin_sizes){
		.low = (image + KERNEL_NEEDS + (high ? BOUNCE_BUFFER : 0)) / 100 * percent,
		.global = high ? image / 100 * percent : 0,
		.node_percent = percent,
	};
}

static int lay_out(struct baton *b, const struct origin_sizes *sizes)
{
	struct ranges free = { free_table, b->scratch.nr, SCRATCH_RANGES };

	memcpy(free_table, b->scratch.r, b->scratch.nr * sizeof(*free_table));
	return origin_scratch(sizes, &b->info.ram, &free, &b->borders, regions, &b->in.h.nr_scratch,
			      &b->fault);
}

static int lay_out_percent(struct baton *b, unsigned int percent)
{
	struct origin_sizes sizes = sizes_in_percent(b, percent);

	return lay_out(b, &sizes);
}

/* A kernel cannot use scratch for memory that stays where it is: too much of it, and it starves. */
static int check_share(struct baton *b)
{
	uint64_t ram = ranges_bytes(&b->info.ram), scratch = 0;

	for (unsigned int i = 0; i < b->in.h.nr_scratch; i++)
		scratch += regions[i].size;
	if (scratch <= ram / 2)
		return 0;
	return fault_set(
		&b->fault, "scratch-no-room",
		"%lu MiB of scratch are more than half of %lu MiB RAM; expected more memory, "
		"or sizes in baton.scratch=",
		scratch >> 20, ram >> 20);
}

/* By default as much as Linux would take, or half of it where there is little memory. */
static int lay_out_wanted(struct baton *b)
{
	const struct scratch_word *w = &b->opt.scratch;
	struct origin_sizes sizes = { w->low, w->global, w->node, 0 };

	if (w->given)
		return w->percent ? lay_out_percent(b, w->percent) : lay_out(b, &sizes);
	if (!lay_out_percent(b, DEFAULT_PERCENT) && !check_share(b))
		return 0;
	if (lay_out_percent(b, LEAST_PERCENT) || check_share(b))
		return -1;
	b->fault = (struct fault){ 0 };
	return 0;
}

static void begin(struct baton *b)
{
	origin_begin(&b->in, &b->info.window, b->abi, regions, b->in.h.nr_scratch);
	b->scratch.nr = 0;
	for (unsigned int i = 0; i < b->in.h.nr_scratch; i++) {
		paddr_t end = regions[i].addr + regions[i].size;

		/* these were holes in one table of that size, and so fit */
		ranges_add(&b->scratch, regions[i].addr, end);
		pagemap_set(&b->map, regions[i].addr, end);
	}
	b->hands_over = true;
	say("origin", "a chain of handovers begins here");
	report_memory(b);
}

int origin_start(struct baton *b)
{
	if (b->hands_over) {
		if (b->opt.scratch.given)
			say("scratch", "as it was handed over: baton.scratch= is for a cold start");
		return 0;
	}
	if (!b->abi) {
		say("origin", "the payload starts cold: %s",
		    payload_without_kho(&b->payload) ? "it speaks no KHO" :
						       "KHO version not known, baton.abi= tells");
		return 0;
	}
	if (!lay_out_wanted(b)) {
		begin(b);
		return 0;
	}
	if (origin_wanted(b))
		return -1;
	say("origin", "the payload starts cold: no room for scratch");
	say("", "%s", b->fault.text);
	b->fault = (struct fault){ 0 };
	return 0;
}

int restore_ready(struct baton *b)
{
	if (!b->out.h.fdt || b->restore.out)
		return 0;
	return kho_restore_init(&b->restore, &b->in.h, &b->out, &b->fault);
}

/* One that is there already stays: the words may stand on every command line of a chain. */
static int reserve(struct baton *b, const struct memblock_region *r)
{
	uint64_t size = r->size;
	paddr_t start = 0;
	int there = memblock_find(&b->out, r->name, &start, &size, &b->fault);

	if (there < 0)
		return -1;
	if (there && (size != r->size || !is_aligned(start, r->align)))
		return fault_set(&b->fault, "exists",
				 "'%s' came in at 0x%lx, %lu KiB; baton.reserve= has %lu KiB at a "
				 "multiple of %lu KiB",
				 r->name, start, size >> 10, r->size >> 10, r->align >> 10);
	if (!there && memblock_reserve(&b->restore, r, &start, &b->fault))
		return -1;
	say("reserve", "0x%09lx – 0x%09lx  %6lu KiB  %s%s", start, start + size, size >> 10,
	    r->name, there ? ", as it came in" : "");
	return 0;
}

int origin_reserve(struct baton *b)
{
	if (b->opt.nr_reserve && restore_ready(b))
		return -1;
	for (unsigned int i = 0; i < b->opt.nr_reserve; i++)
		if (reserve(b, &b->opt.reserve[i]))
			return -1;
	stage_done(b, STAGE_PUBLISH);
	return 0;
}
