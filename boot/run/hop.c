// SPDX-License-Identifier: MIT
/*
 * The next baton is the image of this one as it lies in memory. That works because nothing writable
 * in it depends on its first value (the linker script checks), and relocating it a second time gives
 * the same result.
 */
#include "boot/run/hop.h"

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/image.h"
#include "boot/run/image.h"
#include "boot/run/report.h"
#include "boot/words/hops.h"
#include "kho/view/summary.h"

int choose_itself(struct next *next, const struct given *given, const struct handovers *kho,
		  struct record *record)
{
	const struct boot_info *info = &given->info;
	uint64_t size = bundle_end() - (paddr_t)image_start;
	struct payload *payload = &next->payload;
	/* what baton.abi= says is for the last hop: nothing is recorded here, nor asked for */
	struct target_facts facts = { .asked = &payload->manifest,
				      .recorded = &payload->manifest,
				      .is_baton = true };

	payload->kernel = image_start;
	payload->kernel_size = size;
	if (info->initrd_size)
		payload->initrd = window_ro(&info->window, info->initrd, info->initrd_size);
	payload->initrd_size = payload->initrd ? info->initrd_size : 0;
	next->kernel = (struct bzimage){
		.hdr = info->bp->hdr,
		.code_size = size,
		.memory = size,
		.align = PAGE_SIZE,
		.min = LOW_LIMIT,
		.release = RELEASE,
	};
	facts.came_in = kho->came_in ? kho->in.h.abi : NULL;
	if (target_decide(&next->target, &facts, &record->fault))
		return -1;
	payload->has_cmdline = true;
	return hops_rewrite(payload->cmdline, sizeof(payload->cmdline), info->cmdline,
			    given->opt.hops - 1, given->opt.hops_total, &record->fault);
}

void report_hop(const struct baton *b)
{
	const struct options *opt = &b->given.opt;
	uint64_t blocks = summary_of_in(&b->kho.in).blocks;

	console_mute(false);
	say("hop", "%u of %u: %lu blocks, %lu map pages, %u blobs, %lu pages taken, %lu ticks",
	    opt->hops_total - opt->hops + 1, opt->hops_total, blocks, b->kho.out.h.map.pages,
	    b->kho.out.blobs, b->ground.pages.taken, clock_ticks());
	console_mute(true);
}
