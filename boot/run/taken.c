// SPDX-License-Identifier: MIT
#include "boot/run/taken.h"

#include <string.h>

#include "arch/console.h"
#include "boot/words/memmap.h"

static int too_many_pieces(struct fault *f)
{
	return fault_set(f, "memory-in-pieces", "memmap= and mem= leave more than %u pieces of RAM",
			 GROUND_RANGES);
}

int read_taken(struct ground *ground, const struct given *given, struct fault *f)
{
	ground->left = (struct ranges){ ground->left_table, 0, GROUND_RANGES };
	if (memmap_leaves(given->opt.forward, &given->info.ram, &ground->left))
		return 0;
	return too_many_pieces(f);
}

/* What the payload's own command line leaves counts as well. */
static bool read_payload_words(struct ground *ground, const struct payload *payload)
{
	struct ranges left = { ground->work, 0, GROUND_RANGES };

	return !payload->has_cmdline || (memmap_leaves(payload->cmdline, ground->ram, &left) &&
					 ranges_keep(&ground->left, &left));
}

/* RAM above 1 MiB that is left to nobody. */
static bool find_taken(const struct ground *ground, struct ranges *taken)
{
	bool ok = true;

	for (unsigned int i = 0; i < ground->ram->nr; i++)
		ok = ok && ranges_add(taken, max_u64(ground->ram->r[i].base, LOW_LIMIT),
				      max_u64(ground->ram->r[i].end, LOW_LIMIT));
	for (unsigned int i = 0; i < ground->left.nr; i++)
		ok = ok && ranges_sub(taken, ground->left.r[i].base, ground->left.r[i].end);
	return ok;
}

/* On a cold start. Early tables avoid what baton's own command line takes; the payload's is read too late for that. */
static int check_own(const struct ground *ground, const struct ranges *taken, struct fault *f)
{
	const struct range *own = &ground->own;

	if (ranges_meet(taken, own->base, own->end))
		return fault_set(
			f, "memory-taken",
			"0x%lx – 0x%lx holds baton's tables, and the payload's command line "
			"takes it out of RAM; expected the same word in baton's own",
			own->base, own->end);
	return 0;
}

/* Return: the end of the scratch that @at lies in; or @at. */
static paddr_t past_scratch(const struct ranges *scratch, paddr_t at)
{
	for (unsigned int i = 0; i < scratch->nr; i++)
		if (at >= scratch->r[i].base && at < scratch->r[i].end)
			return scratch->r[i].end;
	return at;
}

/* Scratch may be taken: a Linux with a handover makes it RAM again, whatever words say. */
static int check_preserved(const struct ground *ground, const struct ranges *taken,
			   const struct handovers *kho, struct fault *f)
{
	for (unsigned int i = 0; i < taken->nr; i++) {
		paddr_t at = taken->r[i].base, end = taken->r[i].end, past;

		for (; (at = pagemap_first_set(&ground->map, at, end)) < end; at = past) {
			past = past_scratch(&kho->scratch, at);
			if (past > at)
				continue;
			return fault_set(
				f, "memory-taken",
				"0x%lx is preserved, and a word takes 0x%lx – 0x%lx out of "
				"RAM; expected no such memmap= or mem= for the next kernel",
				at, taken->r[i].base, end);
		}
	}
	return 0;
}

int take_out(struct ground *ground, const struct handovers *kho, const struct next *next,
	     struct record *record)
{
	struct ranges taken = { ground->work, 0, GROUND_RANGES };
	struct fault *f = &record->fault;

	if (!read_payload_words(ground, &next->payload) || !find_taken(ground, &taken))
		return too_many_pieces(f);
	if (!taken.nr)
		return 0;
	if (kho->came_in ? check_preserved(ground, &taken, kho, f) : check_own(ground, &taken, f))
		return -1;
	for (unsigned int i = 0; i < taken.nr; i++) {
		pagemap_set(&ground->map, taken.r[i].base, taken.r[i].end);
		say(i ? "" : "taken",
		    "0x%09lx – 0x%09lx  %6lu MiB are no RAM by memmap= or mem=", taken.r[i].base,
		    taken.r[i].end, (taken.r[i].end - taken.r[i].base) >> 20);
	}
	return ranges_keep(&ground->room, &ground->left) ? 0 : too_many_pieces(f);
}
