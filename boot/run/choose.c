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

static const char *known_versions(void)
{
	static char known[160]; /* for one message, after which the run ends */

	return kho_abi_list(known, sizeof(known));
}

/* The version that the bundle has recorded, or that of the kernel's release, or NULL. */
static const struct kho_abi *find_abi(const struct next *next, const struct handovers *kho)
{
	if (next->payload.manifest.abi[0])
		return kho_abi_by_name(next->payload.manifest.abi);
	if (bzimage_is_baton(&next->kernel))
		return abi_for_baton(kho);
	return kho_abi_by_release(next->kernel.release);
}

/* baton.abi= comes first. The payload must speak a version only if there is a handover. */
static int choose_abi(struct next *next, const struct options *opt, const struct handovers *kho,
		      struct fault *f)
{
	const char *asked = opt->asked.abi;

	next->abi = asked[0] ? kho_abi_by_name(asked) : find_abi(next, kho);
	if (next->abi || (!asked[0] && !kho->came_in && !options_want_handover(opt)))
		return 0;
	if (!asked[0] && payload_without_kho(&next->payload))
		return fault_set(
			f, "abi-none",
			"Linux %s speaks no KHO version that is known, and would overwrite what is "
			"handed to it; expected one of %s",
			next_release(next), known_versions());
	if (asked[0] || next->payload.manifest.abi[0])
		return fault_set(f, "abi-unknown", "%s asked for; expected one of %s",
				 asked[0] ? asked : next->payload.manifest.abi, known_versions());
	return fault_set(f, "abi-undecided",
			 "no KHO version known for Linux %s; expected baton.abi= one of %s",
			 next_release(next), known_versions());
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
	say("payload", "%s, %lu KiB%s%s", next_release(next), payload->kernel_size >> 10,
	    next->abi ? ", speaks " : "", next->abi ? next->abi->compatible : "");
	if (payload->initrd_size)
		say("", "initrd, %lu KiB", payload->initrd_size >> 10);
	return 0;
}
