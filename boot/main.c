// SPDX-License-Identifier: MIT
/*
 * A handover, as a list of what happens. Each call returns 0, or -1 if the run has to end with a
 * refusal; only forget_unfinished() answers a question. The word beside a call is what it would be
 * called in a lecture, and the heading of its step in docs/handover.md.
 */
#include "arch/clock.h"
#include "arch/console.h"
#include "arch/traps.h"
#include "boot/monitor/monitor.h"
#include "boot/run/carry.h"
#include "boot/run/carve.h"
#include "boot/run/choose.h"
#include "boot/run/jump.h"
#include "boot/run/memory.h"
#include "boot/run/origin.h"
#include "boot/run/owner.h"
#include "boot/run/prepare.h"
#include "boot/run/publish.h"
#include "boot/run/read.h"
#include "boot/run/report.h"
#include "boot/run/reserve.h"
#include "boot/run/take_in.h"
#include "boot/run/taken.h"
#include "boot/trial/trial.h"

static struct baton baton;

_Noreturn void baton_main(paddr_t boot_params, uint64_t entry_tsc, enum entry entry);

/* For the report of an exception. */
static const char *owner_of(paddr_t addr)
{
	return memory_owner(&baton.ground, &baton.kho, addr);
}

static void end_run(void)
{
	report_end(&baton.ground, &baton.given);
}

/* A kernel has handed over to baton. */
static int start_warm(struct baton *b)
{
	return carve_scratch(&b->kho, &b->given, &b->record) ||                    /* carving */
	       protect_warm(&b->ground, &b->given, &b->kho.scratch, &b->record) || /* protection */
	       take_in(&b->kho, &b->ground, &b->given, &b->record) ||              /* ingestion */
	       choose_payload(&b->next, &b->given, &b->kho, &b->record) ||         /* negotiation */
	       take_out(&b->ground, &b->kho, &b->next, &b->record);                /* exclusion */
}

/* Nothing was handed over, so nothing can be lost. */
static int start_cold(struct baton *b)
{
	return protect_cold(&b->ground, &b->given, &b->record) ||                 /* protection */
	       choose_payload(&b->next, &b->given, &b->kho, &b->record) ||        /* negotiation */
	       take_out(&b->ground, &b->kho, &b->next, &b->record) ||             /* exclusion */
	       begin_chain(&b->kho, &b->ground, &b->given, &b->next, &b->record); /* origin */
}

static int start(struct baton *b)
{
	if (!b->given.info.has_kho) {
		report_no_handover(&b->given);
		return start_cold(b);
	}
	if (read_handover(&b->kho, &b->given, &b->record)) /* ownership */
		return -1;
	return forget_unfinished(&b->kho, &b->record) ? start_cold(b) : start_warm(b);
}

static int run(struct baton *b, paddr_t boot_params)
{
	return read_given(&b->given, boot_params, &b->record) ||          /* discovery */
	       start(b) ||                                                /* cold or warm */
	       publish(&b->kho, &b->next, &b->ground, &b->record) ||      /* publication */
	       carry_clients(&b->kho, &b->next, &b->given, &b->record) || /* translation */
	       reserve_memory(&b->kho, &b->given, &b->record) ||          /* reservation */
	       prepare_jump(&b->next, &b->ground, &b->kho, &b->given, &b->record) || /* placement */
	       run_trial(b) ||                                                       /* trial */
	       run_monitor(b);                                                       /* dialogue */
}

_Noreturn void baton_main(paddr_t boot_params, uint64_t entry_tsc, enum entry entry)
{
	struct baton *b = &baton;

	clock_start(entry_tsc);
	traps_init(owner_of, end_run);
	b->given.entry = entry;
	if (run(b, boot_params)) {
		report_refusal(&b->record, &b->given.opt);
		end_run();
	}
	jump_to_next(b); /* hand-off */
}
