// SPDX-License-Identifier: MIT
#include "boot/run/take_in.h"

#include "arch/console.h"
#include "boot/run/memory.h"
#include "boot/run/report.h"
#include "kho/client/client.h"

int read_handover(struct handovers *kho, const struct given *given, struct record *record)
{
	const struct boot_info *info = &given->info;

	kho->came_in = kho->goes_out = true;
	kho->scratch = (struct ranges){ kho->scratch_table, 0, KHO_MAX_SCRATCH };
	kho_in_scratch(&kho->in, &info->window, &info->kho, &info->ram, &kho->scratch,
		       &record->findings);
	if (record->findings.total)
		return -1;
	kho_in_fdt(&kho->in, &kho->scratch, &record->findings);
	return 0;
}

bool forget_unfinished(struct handovers *kho, const struct record *record)
{
	const struct handover *h = &kho->in.h;

	if (record->findings.total || !handover_is_unfinished(h))
		return false;
	say("handover",
	    "%s without a map: the last kernel preserved nothing, so nothing can be lost",
	    h->abi->compatible);
	say("",
	    "it hands over what it has once 1 is written to /sys/kernel/debug/kho/out/finalize,");
	say("", "before the next kernel is loaded");
	kho->came_in = kho->goes_out = false;
	kho->in = (struct kho_in){ 0 };
	kho->scratch.nr = 0;
	return true;
}

int take_in(struct handovers *kho, struct ground *ground, const struct given *given,
	    struct record *record)
{
	const struct in_scratch *carved = &kho->carved;

	/* what was loaded over such memory has set its pages: they are preserved, and let go later */
	for (unsigned int i = 0; i < carved->nr; i++)
		pagemap_clear(&ground->map, carved->at[i].base, carved->at[i].end);
	kho->in.h.borders = &ground->borders;
	/* read before the SRAT was, and refused then if it is no RAM */
	if (borders_hot(&ground->borders, kho->in.data.fdt_addr))
		say("handover", "the root FDT at 0x%lx lies in memory that can be added later",
		    kho->in.data.fdt_addr);
	kho_in_ingest(&kho->in, ground->ram, &kho->scratch, &ground->map, &record->findings);
	client_check(&kho->in.h, &record->findings);
	client_claim(&kho->in.h, &ground->map, &record->findings);
	keep_firmware(ground, given);
	stage_done(record, STAGE_INGEST);
	if (record->findings.total)
		return -1;
	report_incoming(ground, &kho->in);
	if (given->opt.scratch.given)
		say("scratch", "as it was handed over: baton.scratch= is for a cold start");
	return 0;
}
