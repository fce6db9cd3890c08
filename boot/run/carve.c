// SPDX-License-Identifier: MIT
#include "boot/run/carve.h"

#include <string.h>

#include "arch/console.h"
#include "arch/image.h"
#include "boot/run/image.h"

/*
 * Purgatory, from which the last kernel jumped, lies around the stack that it left: with text, constants
 * and stack it has less than 32 KiB (arch/x86/purgatory of Linux 7.3).
 */
#define PURGATORY KIB(32)

static bool meets(const struct range *r, paddr_t base, paddr_t end)
{
	return r->base < end && r->end > base;
}

/* What was loaded over the region @r. Return: NULL if nothing was. */
static const char *loaded_over(const struct given *given, const struct range *r)
{
	static struct range table[BOOT_MAX_SETUP + 8];
	struct ranges inputs = { table, 0, BOOT_MAX_SETUP + 8 };

	if (meets(r, (paddr_t)image_start, bundle_end()))
		return "baton's image";
	if (!boot_info_inputs(&given->info, &inputs) || ranges_meet(&inputs, r->base, r->end))
		return "what baton was booted with";
	if (meets(r, entry_stack - min_u64(entry_stack, PURGATORY), entry_stack + PURGATORY))
		return "purgatory";
	return NULL;
}

static bool may_be_lost(const struct options *opt)
{
	for (unsigned int i = 0; i < opt->nr_drop; i++)
		if (!strcmp(opt->drop[i], MEMBLOCK))
			return true;
	return false;
}

static int check_region(const struct given *given, const char *name, const struct range *r,
			struct fault *f)
{
	const char *over = loaded_over(given, r);

	if (over && !may_be_lost(&given->opt))
		return fault_set(
			f, "reserve-overwritten",
			"reserve_mem region '%s' at 0x%lx – 0x%lx in scratch: %s was loaded "
			"over it; expected baton.drop=" MEMBLOCK ", or another size or place of it",
			name, r->base, r->end, over);
	say("carved", "reserve_mem region '%s', 0x%lx – 0x%lx, out of scratch%s%s", name, r->base,
	    r->end, over ? ": lost, under " : "", over ? over : "");
	return 0;
}

int carve_scratch(struct handovers *kho, const struct given *given, struct record *record)
{
	struct in_scratch *found = &kho->carved;

	in_scratch_find(&kho->in, &kho->scratch, found);
	if (!found->nr)
		return 0;
	for (unsigned int i = 0; i < found->nr; i++)
		if (check_region(given, found->name[i], &found->at[i], &record->fault))
			return -1;
	if (!in_scratch_carve(found, &kho->in.h, &kho->scratch, kho->region, &kho->nr_region))
		return fault_set(&record->fault, "memory-in-pieces",
				 "more than %u pieces of scratch", KHO_MAX_SCRATCH);
	kho->in.h.scratch = kho->region;
	kho->in.h.nr_scratch = kho->nr_region;
	return 0;
}
