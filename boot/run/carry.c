// SPDX-License-Identifier: MIT
#include "boot/run/carry.h"

#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "kho/client/drop.h"
#include "kho/client/luo_translate.h"
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
	if (record->findings.total || orders_check(&kho->out.h, &record->fault) ||
	    translate(&kho->out, speaks, &record->fault))
		return -1;
	stage_done(record, STAGE_PUBLISH);
	return 0;
}
