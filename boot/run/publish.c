// SPDX-License-Identifier: MIT
#include "boot/run/publish.h"

#include "arch/console.h"
#include "boot/run/report.h"
#include "kho/client/metadata.h"

int publish(struct handovers *kho, const struct next *next, struct ground *ground,
	    struct record *record)
{
	const struct kho_new_blob metadata = metadata_anew(RELEASE);

	if (!kho->goes_out)
		return 0;
	if (kho_out_build(&kho->out, &kho->in.h, next->target.abi, &ground->pages, &metadata, 1,
			  &record->fault))
		return -1;
	stage_done(record, STAGE_PUBLISH);
	say("out", "%s, %lu map pages, %u blobs, FDT at 0x%lx", next->target.abi->compatible,
	    kho->out.h.map.pages, kho->out.blobs, kho->out.h.fdt);
	return 0;
}

int begin_restore(struct handovers *kho, struct fault *f)
{
	if (!kho->out.h.fdt || kho->restore.out)
		return 0;
	return kho_restore_init(&kho->restore, &kho->in.h, &kho->out, f);
}
