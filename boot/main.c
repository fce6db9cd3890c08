// SPDX-License-Identifier: MIT
/* A handover, told as a list of what happens. */
#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/traps.h"
#include "boot/run/baton.h"
#include "boot/monitor/monitor.h"
#include "kho/client/client.h"
#include "kho/client/metadata.h"

static struct baton baton;

_Noreturn void baton_main(paddr_t boot_params, uint64_t entry_tsc, enum entry entry);

static void end_run(void)
{
	report_end(&baton);
}

static void *identity(paddr_t base, paddr_t end)
{
	(void)end;
	return (void *)base;
}

void stage_done(struct baton *b, enum stage stage)
{
	uint64_t now = clock_ticks();

	b->ticks[stage] += now - b->since;
	b->since = now;
}

/* boot_params and the command line: the console speaks from here on. */
static int read_inputs(struct baton *b, paddr_t boot_params)
{
	int err = boot_info_read(&b->info, (const struct boot_params *)boot_params, boot_params,
				 identity, &b->findings, &b->fault);
	struct fault option = { 0 };
	int bad = options_parse(&b->opt, b->info.cmdline, &option);

	console_init(b->opt.console, b->opt.baud, b->opt.screen);
	console_mute(b->opt.hops && b->opt.hops != b->opt.hops_total);
	report_hello(b);
	if (err)
		return -1;
	if (!bad)
		bad = options_permit(&b->opt, boot_secure(b->info.bp), &option);
	if (bad)
		b->fault = option;
	return bad;
}

/* The scratch array comes first: all that baton needs for itself must lie inside it. */
static int read_scratch(struct baton *b)
{
	b->hands_over = b->info.has_kho;
	if (b->info.has_kho)
		kho_in_scratch(&b->in, &b->info.window, &b->info.kho, &b->info.ram, &b->scratch,
			       &b->findings);
	return b->findings.total ? -1 : 0;
}

static int take_in(struct baton *b)
{
	if (b->info.has_kho) {
		kho_in_fdt(&b->in, &b->scratch, &b->findings);
		kho_in_ingest(&b->in, &b->info.ram, &b->scratch, &b->map, &b->findings);
		client_check(&b->in.h, &b->findings);
	}
	stage_done(b, STAGE_INGEST);
	if (b->findings.total)
		return -1;
	report_books(b);
	return 0;
}

static int publish(struct baton *b)
{
	const struct kho_new_blob metadata = metadata_anew(RELEASE);

	if (!b->hands_over)
		return 0;
	if (kho_out_build(&b->out, &b->in.h, b->abi, &b->pages, &metadata, 1, &b->fault))
		return -1;
	stage_done(b, STAGE_PUBLISH);
	say("out", "%s, %lu map pages, %u blobs, FDT at 0x%lx", b->abi->compatible,
	    b->out.h.map.pages, b->out.blobs, b->out.h.fdt);
	return 0;
}

_Noreturn void baton_main(paddr_t boot_params, uint64_t entry_tsc, enum entry entry)
{
	struct baton *b = &baton;

	clock_start(entry_tsc);
	b->entry = entry;
	b->scratch = (struct ranges){ b->scratch_table, 0, SCRATCH_RANGES };
	traps_init(memory_owner, end_run);

	if (read_inputs(b, boot_params) || read_scratch(b) || memory_protect(b) || take_in(b) ||
	    next_choose(b) || origin_start(b) || publish(b) || origin_reserve(b) ||
	    next_prepare(b) || test_hook(b) || (!b->opt.hops && monitor_run(b))) {
		report_refusal(b);
		report_end(b);
	}
	next_go(b);
}
