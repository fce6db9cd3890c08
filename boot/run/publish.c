// SPDX-License-Identifier: MIT
#include "boot/run/publish.h"

#include "arch/console.h"
#include "boot/run/report.h"
#include "kho/client/metadata.h"

int publish(struct handovers *kho, const struct next *next, struct ground *ground,
	    struct record *record)
{
	struct kho_new_blob metadata = metadata_anew(RELEASE);
	const struct speaks *speaks = &next->target.speaks;
	unsigned int anew = 1;

	if (!kho->goes_out)
		return 0;
	if (speaks->what == SPEAKS_LISTED && !speaks_name(speaks, METADATA)) {
		metadata.size = 0;
		say("dropped", METADATA ": the next kernel does not know it");
	} else if (metadata_is_foreign(&kho->in.h)) {
		anew = 0;
		say("carried", METADATA " as it is: baton knows another version, of 73 bytes");
	}
	if (kho_out_build(&kho->out, &kho->in.h, next->target.abi, &ground->pages, &metadata, anew,
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
