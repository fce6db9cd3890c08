// SPDX-License-Identifier: MIT
#include "boot/run/choose.h"

#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/image.h"
#include "boot/run/hop.h"
#include "kexec/slot.h"

/*
 * With Secure Boot only what somebody vouches for may run. A bundle's kernel is covered by the
 * signature of baton itself. For a kernel in an initrd only the EFI door can vouch, and only to the
 * first baton.
 */
static int check_vouched(const struct given *given, struct fault *f)
{
	if (!boot_secure(given->info.bp) || payload_slot.size ||
	    (given->entry == ENTRY_EFI && !given->opt.hops))
		return 0;
	return fault_set(f, "secure-boot-payload",
			 "nothing vouches for a kernel in the initrd, and Secure Boot is on; "
			 "expected a bundle");
}

static int find_payload(struct payload *payload, const struct boot_info *info, struct fault *f)
{
	const struct slot *slot = &payload_slot;
	const void *bundle = NULL, *initrd = NULL;

	if (slot->size) {
		bundle = window_ro(&info->window, (paddr_t)image_start + slot->payload, slot->size);
		if (!bundle)
			return fault_set(
				f, "payload-not-ram",
				"payload of %lu bytes behind the image at 0x%lx; expected it in RAM",
				slot->size, (paddr_t)image_start);
	}
	if (info->initrd_size)
		initrd = window_ro(&info->window, info->initrd, info->initrd_size);
	return payload_find(payload, bundle, slot->size, initrd, info->initrd_size, f);
}

static int choose_abi(struct next *next, const struct options *opt, const struct handovers *kho,
		      struct fault *f)
{
	struct slot slot;
	const struct target_facts facts = {
		.asked = &opt->asked,
		.recorded = &next->payload.manifest,
		.is_baton = slot_find(&next->kernel, next->payload.kernel, &slot),
		.came_in = kho->came_in ? kho->in.h.abi : NULL,
		.wanted = options_want_handover(opt),
		.release = next_release(next),
	};

	return target_decide(&next->target, &facts, f);
}

static void report_choice(const struct next *next)
{
	const struct speaks *speaks = &next->target.speaks;
	const struct kho_abi *abi = next->target.abi;

	say("payload", "%s, %lu KiB%s%s", next_release(next), next->payload.kernel_size >> 10,
	    abi ? ", speaks " : "", abi ? abi->compatible : "");
	if (abi && speaks->what == SPEAKS_LISTED)
		say("", "knows %u names of clients, file handlers and FLBs", speaks->nr);
	if (abi && speaks->what == SPEAKS_UNKNOWN)
		say("", "which clients it knows is not recorded");
	if (next->payload.initrd_size)
		say("", "initrd, %lu KiB", next->payload.initrd_size >> 10);
}

int choose_payload(struct next *next, const struct given *given, const struct handovers *kho,
		   struct record *record)
{
	const struct payload *payload = &next->payload;
	struct fault *f = &record->fault;

	if (check_vouched(given, f))
		return -1;
	if (given->opt.hops)
		return choose_itself(next, given, kho, record);
	if (find_payload(&next->payload, &given->info, f) ||
	    bzimage_parse(&next->kernel, payload->kernel, payload->kernel_size, cpu_la57(), f) ||
	    choose_abi(next, &given->opt, kho, f))
		return -1;
	stage_done(record, STAGE_PLAN);
	report_choice(next);
	return 0;
}
