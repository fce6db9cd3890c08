// SPDX-License-Identifier: MIT
/* From the payload to the jump: what is started next, where its segments go, and the point of no return. */
#include <stdio.h>
#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/handoff.h"
#include "arch/image.h"
#include "boot/run/baton.h"
#include "kexec/params.h"
#include "kexec/plan.h"
#include "kexec/slot.h"

#define SEED_WORDS   (PARAMS_SEED / 8)
#define INITRD_MIN   MIB(16)
#define PARAMS_ALIGN PAGE_SIZE

enum segment { SEGMENT_KERNEL, SEGMENT_PARAMS, SEGMENT_INITRD };

static struct kho_scratch next_scratch[KHO_MAX_SCRATCH];
static struct range target_table[SCRATCH_RANGES];
static struct handoff *handoff;
static volatile uint64_t *fdt_slot; /* in the next boot_params; NULL without a handover */

static const char *release(const struct baton *b)
{
	return b->kernel.release[0] ? b->kernel.release : "(no release in its header)";
}

/*
 * With Secure Boot only what somebody vouches for may run. A bundle's kernel is covered by the signature that baton
 * itself was started by; for an initrd nobody vouches but the EFI door, and that only to the first baton.
 */
static int check_vouched(struct baton *b)
{
	if (!boot_secure(b->info.bp) || payload_slot.size ||
	    (b->entry == ENTRY_EFI && !b->opt.hops))
		return 0;
	return fault_set(&b->fault, "secure-boot-payload",
			 "nothing vouches for a kernel in the initrd, and Secure Boot is on; "
			 "expected a bundle");
}

static int find_payload(struct baton *b)
{
	const struct slot *slot = &payload_slot;
	const void *bundle = NULL, *initrd = NULL;

	if (slot->size) {
		bundle = window_ro(&b->info.window, (paddr_t)image_start + slot->payload,
				   slot->size);
		if (!bundle)
			return fault_set(
				&b->fault, "payload-not-ram",
				"payload of %lu bytes behind the image at 0x%lx; expected it in RAM",
				slot->size, (paddr_t)image_start);
	}
	if (b->info.initrd_size)
		initrd = window_ro(&b->info.window, b->info.initrd, b->info.initrd_size);
	return payload_find(&b->payload, bundle, slot->size, initrd, b->info.initrd_size,
			    &b->fault);
}

static const char *known_versions(void)
{
	static char known[160];

	return kho_abi_list(known, sizeof(known));
}

/* The version that the bundle recorded, or that the release of the kernel speaks, or NULL. */
static const struct kho_abi *find_abi(const struct baton *b)
{
	if (b->payload.abi[0])
		return kho_abi_by_name(b->payload.abi);
	if (bzimage_is_baton(&b->kernel))
		return b->info.has_kho ? b->in.h.abi : kho_abi_newest();
	return kho_abi_by_release(b->kernel.release);
}

/* baton.abi= comes first. Only where there is a handover does the payload have to speak any version. */
static int choose_abi(struct baton *b)
{
	const char *asked = b->opt.abi;

	b->abi = asked[0] ? kho_abi_by_name(asked) : find_abi(b);
	if (b->abi || (!asked[0] && !b->info.has_kho && !origin_wanted(b)))
		return 0;
	if (!asked[0] && payload_without_kho(&b->payload))
		return fault_set(
			&b->fault, "abi-none",
			"Linux %s speaks no KHO version that is known, and would overwrite what is "
			"handed to it; expected one of %s",
			release(b), known_versions());
	if (asked[0] || b->payload.abi[0])
		return fault_set(&b->fault, "abi-unknown", "%s asked for; expected one of %s",
				 asked[0] ? asked : b->payload.abi, known_versions());
	return fault_set(&b->fault, "abi-undecided",
			 "no KHO version known for Linux %s; expected baton.abi= one of %s",
			 release(b), known_versions());
}

int next_choose(struct baton *b)
{
	if (check_vouched(b))
		return -1;
	if (b->opt.hops)
		return hop_choose(b);
	if (find_payload(b) || bzimage_parse(&b->kernel, b->payload.kernel, b->payload.kernel_size,
					     cpu_la57(), &b->fault))
		return -1;
	if (choose_abi(b))
		return -1;
	stage_done(b, STAGE_PLAN);
	say("payload", "%s, %lu KiB%s%s", release(b), b->payload.kernel_size >> 10,
	    b->abi ? ", speaks " : "", b->abi ? b->abi->compatible : "");
	if (b->payload.initrd_size)
		say("", "initrd, %lu KiB", b->payload.initrd_size >> 10);
	return 0;
}

static uint32_t make_seed(const struct boot_info *info, uint8_t *seed)
{
	uint64_t random[SEED_WORDS];
	bool have = true;

	for (int i = 0; have && i < SEED_WORDS; i++)
		have = cpu_rdrand(&random[i]);
	return params_seed(info, have ? random : NULL, seed);
}

/* What does not go on is said: nothing is lost in silence. */
static void report_dropped(const struct baton *b)
{
	for (unsigned int i = 0; i < b->info.nr_setup; i++) {
		const struct boot_setup *s = &b->info.setup[i];

		if (s->type != SETUP_RNG_SEED && s->type != SETUP_KEXEC_KHO &&
		    !params_passes_on(&b->info, s->type))
			say("dropped",
			    "setup_data type 0x%x, %u bytes: it points to memory that is not carried",
			    s->type, s->len);
	}
}

/* Without a handover segments may go to all RAM above 1 MiB but @own. */
static void find_cold_target(const struct baton *b, struct ranges *target, struct range own)
{
	memcpy(target->r, b->scratch.r, b->scratch.nr * sizeof(*target->r));
	target->nr = b->scratch.nr;
	ranges_sub(target, own.base, own.end);
}

static void fill_plan(struct plan *plan, const struct baton *b, paddr_t params,
		      uint64_t params_bytes)
{
	const struct payload *p = &b->payload;

	plan->seg[SEGMENT_KERNEL] = (struct plan_segment){
		.name = "kernel",
		.src = (paddr_t)p->kernel + b->kernel.code,
		.size = b->kernel.code_size,
		.memsz = b->kernel.memory,
		.align = b->kernel.align,
		.min = b->kernel.min,
	};
	plan->seg[SEGMENT_PARAMS] = (struct plan_segment){
		.name = "boot_params",
		.src = params,
		.size = params_bytes,
		.memsz = align_up(params_bytes, PAGE_SIZE),
		.align = PARAMS_ALIGN,
		.min = LOW_LIMIT,
	};
	plan->nr = 2;
	if (p->initrd_size)
		plan->seg[plan->nr++] = (struct plan_segment){
			.name = "initrd",
			.src = (paddr_t)p->initrd,
			.size = p->initrd_size,
			.memsz = align_up(p->initrd_size, PAGE_SIZE),
			.align = PAGE_SIZE,
			.min = INITRD_MIN,
			.stay = true,
		};
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

/*
 * The last line that baton prints: the trampoline adds how long the copies took. It does not reach the screen,
 * where the line ends before.
 */
static void fill_closing(struct handoff *h, const struct baton *b)
{
	const uint64_t *t = b->ticks;
	static const char copying[] = "copying\n";
	const char *unit = clock_unit();
	size_t n, size = sizeof(h->closing);

	if (b->opt.hops) {
		hop_report(b);
		h->uart = 0;
		return;
	}
	say("jump", "%s at 0x%lx, %lu ticks after entry", release(b), h->entry, clock_ticks());
	n = (size_t)say_prefix(h->closing, size, "time");
	n += (size_t)snprintf(h->closing + n, size - n,
			      "entry %lu %s, ingest %lu %s, publish %lu %s, plan %lu %s, ",
			      clock_units(t[STAGE_ENTRY]), unit, clock_units(t[STAGE_INGEST]), unit,
			      clock_units(t[STAGE_PUBLISH]), unit, clock_units(t[STAGE_PLAN]),
			      unit);
	console_show(h->closing, n);
	console_show(copying, strlen(copying));
	n += (size_t)snprintf(h->closing + n, size - n, "copy ") + 1;
	snprintf(h->closing + n, size - n, " %s\r\n", unit);
}

/* One run of pages for trampoline, tables and boot_params. Return: where, or 0 and b->fault. */
static paddr_t take_pages(struct baton *b, uint64_t pages)
{
	paddr_t at;

	if (palloc_pages(&b->pages, pages, &at))
		return at;
	fault_set(&b->fault, "out-of-memory",
		  "%lu KiB of free RAM in a row needed for the hand-off", pages * PAGE_SIZE >> 10);
	return 0;
}

int next_prepare(struct baton *b)
{
	uint64_t bytes, hand = handoff_pages(&b->info.ram), pages;
	uint8_t seed[PARAMS_SEED];
	struct params p = {
		.info = &b->info, .kernel = &b->kernel, .seed = seed, .fdt = b->out.h.fdt
	};
	struct ranges target = { target_table, 0, SCRATCH_RANGES };
	struct plan plan = { 0 };
	paddr_t own, buffer;

	p.cmdline = b->payload.has_cmdline ? b->payload.cmdline : b->opt.forward;
	p.seed_size = make_seed(&b->info, seed);
	p.initrd_size = b->payload.initrd_size;
	p.scratch = next_scratch;
	if (b->hands_over)
		p.nr_scratch = params_scratch(b->in.h.scratch, b->in.h.nr_scratch,
					      b->abi->scratch_align, next_scratch, &target);
	bytes = params_size(&p, &b->fault);
	if (!bytes)
		return -1;
	pages = hand + align_up(bytes, PAGE_SIZE) / PAGE_SIZE;
	own = take_pages(b, pages);
	if (!own)
		return -1;
	buffer = own + hand * PAGE_SIZE;
	if (!b->hands_over)
		find_cold_target(b, &target, (struct range){ own, own + pages * PAGE_SIZE });
	fill_plan(&plan, b, buffer, bytes);
	if (plan_place(&plan, &target, &b->fault))
		return -1;
	handoff = handoff_prepare(own, hand, &b->info.ram);
	if (!handoff || !memory_make_executable(own))
		return fault_set(&b->fault, "page-tables",
				 "%lu pages did not suffice for the hand-off", hand);
	report_dropped(b);
	report_plan(&plan);
	fill_handoff(handoff, &plan);
	p.initrd = p.initrd_size ? plan.seg[SEGMENT_INITRD].dst : 0;
	params_build(&p, (void *)buffer, plan.seg[SEGMENT_PARAMS].dst);
	fdt_slot = b->out.h.fdt ? (volatile uint64_t *)(buffer + params_fdt_slot(&p)) : NULL;
	stage_done(b, STAGE_PLAN);
	return 0;
}

_Noreturn void next_go(const struct baton *b)
{
	fill_closing(handoff, b);
	/*
	 * Point of no return. What is published now is bound by one store, then the trampoline overwrites
	 * scratch, this code included.
	 */
	if (fdt_slot)
		*fdt_slot = b->out.h.fdt;
	handoff_jump(handoff);
}
