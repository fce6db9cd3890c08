// SPDX-License-Identifier: MIT
#include "boot/run/take_in.h"

#include "arch/console.h"
#include "boot/run/report.h"
#include "kho/client/client.h"

int read_scratch(struct handovers *kho, const struct given *given, struct record *record)
{
	const struct boot_info *info = &given->info;

	kho->came_in = kho->goes_out = true;
	kho->scratch = (struct ranges){ kho->scratch_table, 0, KHO_MAX_SCRATCH };
	kho_in_scratch(&kho->in, &info->window, &info->kho, &info->ram, &kho->scratch,
		       &record->findings);
	return record->findings.total ? -1 : 0;
}

int take_in(struct handovers *kho, struct ground *ground, const struct given *given,
	    struct record *record)
{
	kho->in.h.borders = &ground->borders;
	kho_in_fdt(&kho->in, &kho->scratch, &record->findings);
	kho_in_ingest(&kho->in, ground->ram, &kho->scratch, &ground->map, &record->findings);
	client_check(&kho->in.h, &record->findings);
	client_claim(&kho->in.h, &ground->map, &record->findings);
	stage_done(record, STAGE_INGEST);
	if (record->findings.total)
		return -1;
	report_incoming(ground, &kho->in);
	if (given->opt.scratch.given)
		say("scratch", "as it was handed over: baton.scratch= is for a cold start");
	return 0;
}
