// SPDX-License-Identifier: MIT
#include "boot/run/prepare.h"

#include <string.h>

#include "arch/console.h"
#include "arch/cpu.h"
#include "boot/run/memory.h"
#include "kexec/params.h"
#include "kexec/plan.h"

#define SEED_WORDS   (PARAMS_SEED / 8)
#define INITRD_MIN   MIB(16)
#define PARAMS_ALIGN PAGE_SIZE

enum segment { SEGMENT_KERNEL, SEGMENT_PARAMS, SEGMENT_CARRIED };

static uint32_t make_seed(const struct boot_info *info, uint8_t *seed)
{
	uint64_t random[SEED_WORDS];
	bool have = true;

	for (int i = 0; have && i < SEED_WORDS; i++)
		have = cpu_rdrand(&random[i]);
	return params_seed(info, have ? random : NULL, seed);
}

/* Say what the next kernel does not get, so that nothing is lost in silence. */
static void report_dropped(const struct boot_info *info)
{
	for (unsigned int i = 0; i < info->nr_setup; i++) {
		const struct boot_setup *s = &info->setup[i];

		if (s->type != SETUP_RNG_SEED && s->type != SETUP_KEXEC_KHO &&
		    s->type != SETUP_IMA && !params_passes_on(info, s->type))
			say("dropped",
			    "setup_data type 0x%x, %u bytes: it points to memory that is not carried",
			    s->type, s->len);
	}
}

/* Something that goes on as it is, and stays where it lies if it can. */
static struct plan_segment *add_carried(struct plan *plan, const char *name, paddr_t src,
					uint64_t size, paddr_t min)
{
	struct plan_segment *s = &plan->seg[plan->nr];

	if (!size)
		return NULL;
	plan->nr++;
	*s = (struct plan_segment){
		.name = name,
		.src = src,
		.size = size,
		.memsz = align_up(size, PAGE_SIZE),
		.align = PAGE_SIZE,
		.min = min,
		.stay = true,
	};
	return s;
}

static void fill_plan(struct plan *plan, const struct bzimage *kernel, const struct payload *p,
		      paddr_t params, uint64_t params_bytes)
{
	plan->seg[SEGMENT_KERNEL] = (struct plan_segment){
		.name = "kernel",
		.src = (paddr_t)p->kernel + kernel->code,
		.size = kernel->code_size,
		.memsz = kernel->memory,
		.align = kernel->align,
		.min = kernel->min,
	};
	plan->seg[SEGMENT_PARAMS] = (struct plan_segment){
		.name = "boot_params",
		.src = params,
		.size = params_bytes,
		.memsz = align_up(params_bytes, PAGE_SIZE),
		.align = PARAMS_ALIGN,
		.min = LOW_LIMIT,
	};
	plan->nr = SEGMENT_CARRIED;
}

static void report_plan(const struct plan *plan)
{
	for (unsigned int i = 0; i < plan->nr; i++) {
		const struct plan_segment *s = &plan->seg[plan->order[i]];

		say(i ? "" : "plan", "%-11s 0x%09lx – 0x%09lx  %6lu KiB  %s 0x%lx", s->name, s->dst,
		    s->dst + s->memsz, s->memsz >> 10, s->dst == s->src ? "stays at" : "from",
		    s->src);
	}
}

static void fill_handoff(struct handoff *h, const struct plan *plan)
{
	h->entry = plan->seg[SEGMENT_KERNEL].dst + BZIMAGE_ENTRY64;
	h->params = plan->seg[SEGMENT_PARAMS].dst;
	h->nr = plan->nr;
	for (unsigned int i = 0; i < plan->nr; i++) {
		const struct plan_segment *s = &plan->seg[plan->order[i]];

		h->move[i] = (struct handoff_move){ s->dst, s->src, s->size, s->memsz };
	}
}

/* One run of pages for trampoline, tables and boot_params. Return: where, or 0 and out-of-memory. */
static paddr_t take_pages(struct palloc *pages, uint64_t nr, struct fault *f)
{
	paddr_t at;

	if (palloc_pages(pages, nr, &at))
		return at;
	fault_set(f, "out-of-memory", "%lu KiB of free RAM in a row needed for the hand-off",
		  nr * PAGE_SIZE >> 10);
	return 0;
}

/* Segments may go to scratch, as the next kernel sees it; without a handover, to all of the room. */
static void find_target(struct ranges *target, struct params *p, const struct next *next,
			const struct handovers *kho, const struct ranges *room)
{
	/* Too large for the stack; not needed once it has been copied into the segment. */
	static struct kho_scratch scratch[KHO_MAX_SCRATCH];

	p->scratch = scratch;
	if (kho->goes_out) {
		p->nr_scratch = params_scratch(kho->in.h.scratch, kho->in.h.nr_scratch,
					       next->target.abi->scratch_align, scratch, target);
		return;
	}
	memcpy(target->r, room->r, room->nr * sizeof(*target->r));
	target->nr = room->nr;
}

/* The trampoline in the first @hand pages from @own on. */
static int prepare_handoff(struct next *next, struct ground *ground, paddr_t own, uint64_t hand,
			   struct fault *f)
{
	next->handoff = handoff_prepare(own, hand, ground->ram);
	if (next->handoff && make_executable(&ground->paging, own))
		return 0;
	return fault_set(f, "page-tables", "%lu pages did not suffice for the hand-off", hand);
}

/* An initrd in pieces is put together in free RAM, and copied from there. */
static int join_initrd(struct payload *p, struct palloc *pages, struct fault *f)
{
	uint64_t nr = align_up(p->initrd_size, PAGE_SIZE) / PAGE_SIZE;
	paddr_t at;
	void *buf;

	if (p->initrd || !nr)
		return 0;
	buf = palloc_pages(pages, nr, &at);
	if (!buf)
		return fault_set(
			f, "out-of-memory",
			"%lu KiB of free RAM in a row needed to join %u pieces of an initrd",
			nr * PAGE_SIZE >> 10, p->nr_pieces);
	payload_join(p, buf);
	return 0;
}

static int choose_parts(struct params *p, struct next *next, const struct given *given,
			struct palloc *pages, struct fault *f)
{
	p->cmdline = next_cmdline(next, given);
	p->initrd_size = next->payload.initrd_size;
	p->ima_size = given->info.ima_size;
	return join_initrd(&next->payload, pages, f);
}

/* A baton in between touches no screen: the next one may draw on it if this one may. */
static void keep_loader(struct boot_params *bp, const struct given *given)
{
	if (given->opt.hops)
		bp->hdr.type_of_loader = given->info.bp->hdr.type_of_loader;
}

int prepare_jump(struct next *next, struct ground *ground, const struct handovers *kho,
		 const struct given *given, struct record *record)
{
	struct ranges target = { ground->work, 0, GROUND_RANGES };
	uint64_t bytes, pages, hand = handoff_pages(ground->ram);
	uint8_t seed[PARAMS_SEED];
	struct params p = {
		.info = &given->info, .kernel = &next->kernel, .seed = seed, .fdt = kho->out.h.fdt
	};
	struct plan plan = { 0 };
	struct plan_segment *initrd, *ima;
	paddr_t own, buffer;

	p.seed_size = make_seed(&given->info, seed);
	if (choose_parts(&p, next, given, &ground->pages, &record->fault))
		return -1;
	find_target(&target, &p, next, kho, &ground->room);
	bytes = params_size(&p, &record->fault);
	if (!bytes)
		return -1;
	pages = hand + align_up(bytes, PAGE_SIZE) / PAGE_SIZE;
	own = take_pages(&ground->pages, pages, &record->fault);
	if (!own)
		return -1;
	buffer = own + hand * PAGE_SIZE;
	ranges_sub(&target, own, own + pages * PAGE_SIZE);
	if (!ranges_keep(&target, &ground->left))
		return fault_set(&record->fault, "memory-in-pieces",
				 "more than %u pieces of scratch", GROUND_RANGES);
	fill_plan(&plan, &next->kernel, &next->payload, buffer, bytes);
	initrd = add_carried(&plan, "initrd", (paddr_t)next->payload.initrd, p.initrd_size,
			     INITRD_MIN);
	ima = add_carried(&plan, "IMA list", given->info.ima, p.ima_size, LOW_LIMIT);
	if (plan_place(&plan, &target, &record->fault) ||
	    prepare_handoff(next, ground, own, hand, &record->fault))
		return -1;
	report_dropped(&given->info);
	report_plan(&plan);
	fill_handoff(next->handoff, &plan);
	p.initrd = initrd ? initrd->dst : 0;
	p.ima = ima ? ima->dst : 0;
	params_build(&p, (void *)buffer, plan.seg[SEGMENT_PARAMS].dst);
	keep_loader((struct boot_params *)buffer, given);
	next->fdt_slot = p.fdt ? (volatile uint64_t *)(buffer + params_fdt_slot(&p)) : NULL;
	stage_done(record, STAGE_PLAN);
	return 0;
}
