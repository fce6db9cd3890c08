// SPDX-License-Identifier: MIT
#include "boot/run/carry.h"

#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "boot/words/handover.h"
#include "kho/client/drop.h"
#include "kho/client/luo_translate.h"
#include "kho/client/metadata.h"
#include "kho/client/names.h"
#include "kho/client/orders.h"

/* The same words may stand on every command line of a chain: what is not there is no error. */
static int drop(struct kho_out *out, const char *what, struct fault *f)
{
	struct dropped d;

	if (client_drop(out, what, &d, f)) {
		if (strcmp(f->name, "not-found") != 0)
			return -1;
		say("dropped", "nothing: there is no '%s'", what);
		*f = (struct fault){ 0 };
		return 0;
	}
	say("dropped", "%s: %lu sessions, %lu files, %lu KiB, as baton.drop= says", what,
	    d.sessions, d.files, d.bytes >> 10);
	if (d.unknown)
		say("", "memory of %lu files stays preserved: baton does not know their handlers",
		    d.unknown);
	return 0;
}

static int translate(struct kho_out *out, const struct speaks *speaks, struct fault *f)
{
	struct luo_report r = { 0 };
	uint64_t start = clock_ticks();
	int left_out = luo_leave_out_empty(out, speaks, f);

	if (left_out < 0)
		return -1;
	if (left_out)
		say("luo", "empty, and left out: the next kernel has no LUO");
	if (luo_translate(out, speaks, &r, f))
		return -1;
	if (!r.from)
		return 0;
	say("luo", "%s%s%s: %lu sessions, %lu files, %lu FLBs, %lu KiB", r.from,
	    r.to ? " → " : ", as it came in", r.to ? r.to : "", r.sessions, r.files, r.flbs,
	    r.bytes >> 10);
	if (r.to)
		say("", "%lu files have another handler now; it took %lu %s", r.translated,
		    clock_units(clock_ticks() - start), clock_unit());
	return 0;
}

/* Set @blob to the first that somebody has a use for. Return: false if there is none. */
static bool find_client(const struct handover *h, struct kho_blob *blob)
{
	int node = BLOB_FIRST;

	while (handover_next_blob(h, &node, blob))
		if (strcmp(blob->name, METADATA) != 0 && !luo_is_empty(h, blob))
			return true;
	return false;
}

/*
 * Linux keeps what was preserved out of use whatever its words say. With KHO off LUO ignores what came
 * in, and nobody can hand anything on; with LUO off no program gets at its sessions. Whether KHO is on
 * by default cannot be seen in a kernel's image, and a guess could cost everything (law 5).
 */
static int check_words(const struct handover *h, const char *cmdline, struct fault *f)
{
	const struct handover_words words = handover_words(cmdline);
	struct kho_blob blob;

	if (!find_client(h, &blob))
		return 0;
	if (words.kho != SAID_ON)
		return fault_set(f, "kho-off",
				 "'%.48s' is handed over, and the next kernel's command line %s; "
				 "expected kho=on",
				 blob.name, words.kho == SAID_OFF ? "says kho=off" : "has no kho=");
	if (words.liveupdate == SAID_ON || !handover_find_blob(h, LUO, &blob) ||
	    luo_is_empty(h, &blob))
		return 0;
	return fault_set(f, "kho-liveupdate-off",
			 "LUO has sessions, and the next kernel's command line %s; expected "
			 "liveupdate=on, beside kho=on",
			 words.liveupdate == SAID_OFF ? "says liveupdate=off" :
							"has no liveupdate=");
}

int carry_clients(struct handovers *kho, const struct next *next, const struct given *given,
		  struct record *record)
{
	const struct options *opt = &given->opt;
	const struct speaks *speaks = &next->target.speaks;

	if (!kho->goes_out || opt->hops)
		return 0;
	for (unsigned int i = 0; i < opt->nr_drop; i++)
		if (drop(&kho->out, opt->drop[i], &record->fault))
			return -1;
	if (speaks->what == SPEAKS_ALL)
		return 0;
	names_check(&kho->out.h, speaks, &record->findings);
	if (record->findings.total ||
	    check_words(&kho->out.h, next_cmdline(next, given), &record->fault) ||
	    orders_check(&kho->out.h, &record->fault) ||
	    translate(&kho->out, speaks, &record->fault))
		return -1;
	stage_done(record, STAGE_PUBLISH);
	return 0;
}
