// SPDX-License-Identifier: MIT
#include "boot/run/origin.h"

#include <string.h>

#include "arch/console.h"
#include "boot/run/report.h"
#include "boot/words/handover.h"
#include "kho/in/origin.h"

#define DEFAULT_PERCENT 200 /* the same as in Linux */
#define LEAST_PERCENT   100
#define KERNEL_NEEDS    MIB(16) /* of a small kernel while it starts: page tables, per-CPU data, log */
#define BOUNCE_BUFFER   MIB(64) /* swiotlb: where RAM reaches beyond what 32 bits of DMA can */
#define PAYLOAD_LEAST   MIB(64) /* for a payload that is baton, as its own payload is not known */

/* struct layout - what scratch is laid out for, in which memory, and where it is noted */
struct layout {
	struct handovers *kho;
	struct ground *ground;
	const struct next *next;
	struct fault *f;
};

/*
 * Linux derives the size of scratch from the memory that it has reserved by then. baton has to estimate
 * that: the next kernel with its initrd, what it needs while it starts, and its page structs.
 */
static struct origin_sizes sizes_in_percent(const struct layout *l, unsigned int percent)
{
	const struct ranges *ram = l->ground->ram;
	bool high = ram->r[ram->nr - 1].end > GIB(4);
	bool is_baton = l->next->target.speaks.what == SPEAKS_ALL;
	uint64_t image = max_u64(l->next->kernel.memory, is_baton ? PAYLOAD_LEAST : 0) +
			 l->next->payload.initrd_size;

	return (struct origin_sizes){
		.low = (image + KERNEL_NEEDS + (high ? BOUNCE_BUFFER : 0)) / 100 * percent,
		.global = high ? image / 100 * percent : 0,
		.node_percent = percent,
	};
}

static int lay_out(const struct layout *l, const struct origin_sizes *sizes)
{
	/* a copy, because a second try begins anew */
	const struct ranges *room = &l->ground->room;
	struct ranges free = { l->ground->work, room->nr, GROUND_RANGES };

	memcpy(free.r, room->r, room->nr * sizeof(*free.r));
	return origin_scratch(sizes, l->ground->ram, &free, &l->ground->borders, l->kho->region,
			      &l->kho->nr_region, l->f);
}

static int lay_out_percent(const struct layout *l, unsigned int percent)
{
	struct origin_sizes sizes = sizes_in_percent(l, percent);

	return lay_out(l, &sizes);
}

/* A kernel cannot use scratch for memory that must stay in place: with too much of it, it starves. */
static int check_share(const struct layout *l)
{
	uint64_t ram = ranges_bytes(l->ground->ram), scratch = 0;

	for (unsigned int i = 0; i < l->kho->nr_region; i++)
		scratch += l->kho->region[i].size;
	if (scratch <= ram / 2)
		return 0;
	return fault_set(
		l->f, "scratch-no-room",
		"%lu MiB of scratch are more than half of %lu MiB RAM; expected more memory, "
		"or sizes in baton.scratch=",
		scratch >> 20, ram >> 20);
}

/* By default as much as Linux would take, or half of it where there is little memory. */
static int lay_out_wanted(const struct layout *l, const struct scratch_word *w)
{
	struct origin_sizes sizes = { w->low, w->global, w->node, 0 };

	if (w->given)
		return w->percent ? lay_out_percent(l, w->percent) : lay_out(l, &sizes);
	if (!lay_out_percent(l, DEFAULT_PERCENT) && !check_share(l))
		return 0;
	if (lay_out_percent(l, LEAST_PERCENT) || check_share(l))
		return -1;
	*l->f = (struct fault){ 0 };
	return 0;
}

static void begin(struct handovers *kho, struct ground *ground, const struct kho_abi *abi)
{
	kho->in.h.borders = &ground->borders;
	origin_begin(&kho->in, ground->window, abi, kho->region, kho->nr_region);
	kho->scratch = (struct ranges){ kho->scratch_table, 0, KHO_MAX_SCRATCH };
	for (unsigned int i = 0; i < kho->nr_region; i++) {
		paddr_t base = kho->region[i].addr, end = base + kho->region[i].size;

		ranges_add(&kho->scratch, base, end);
		pagemap_set(&ground->map, base, end);
	}
	kho->goes_out = true;
	say("origin", "a chain of handovers begins here");
	report_memory(ground, &kho->in.h);
}

/* The user of the next kernel wants no KHO: scratch would be taken for nothing. */
static int start_without_kho(const struct given *given, struct fault *f)
{
	if (options_want_handover(&given->opt))
		return fault_set(
			f, "kho-off",
			"the next kernel's command line says kho=off, and baton's asks for a "
			"handover; expected kho=on, or no baton.abi=, reserve= and scratch=");
	say("origin", "the payload starts cold: its command line says kho=off");
	return 0;
}

int begin_chain(struct handovers *kho, struct ground *ground, const struct given *given,
		const struct next *next, struct record *record)
{
	const struct layout l = { kho, ground, next, &record->fault };

	if (!next->target.abi) {
		say("origin", "the payload starts cold: %s", next->target.cold);
		return 0;
	}
	if (next->target.speaks.what != SPEAKS_ALL &&
	    handover_words(next_cmdline(next, given)).kho == SAID_OFF)
		return start_without_kho(given, &record->fault);
	if (!lay_out_wanted(&l, &given->opt.scratch)) {
		begin(kho, ground, next->target.abi);
		return 0;
	}
	if (options_want_handover(&given->opt))
		return -1;
	say("origin", "the payload starts cold: no room for scratch");
	say("", "%s", record->fault.text);
	record->fault = (struct fault){ 0 };
	return 0;
}
