// SPDX-License-Identifier: MIT
#include "boot/run/jump.h"

#include <stdio.h>
#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "boot/run/hop.h"

/*
 * The last line that baton prints. The trampoline adds how long the copies took; it cannot draw on the
 * screen, where the line ends before that.
 */
static void fill_closing(struct handoff *h, const struct baton *b)
{
	const uint64_t *t = b->record.ticks;
	static const char copying[] = "copying\n";
	const char *unit = clock_unit();
	size_t n, size = sizeof(h->closing);

	if (b->given.opt.hops) {
		report_hop(b);
		h->uart = 0;
		return;
	}
	say("jump", "%s at 0x%lx, %lu ticks after entry", next_release(&b->next), h->entry,
	    clock_ticks());
	n = (size_t)say_prefix(h->closing, size, "time");
	n += (size_t)snprintf(h->closing + n, size - n,
			      "entry %lu %s, ingest %lu %s, publish %lu %s, plan %lu %s, ",
			      clock_units(t[STAGE_ENTRY]), unit, clock_units(t[STAGE_INGEST]), unit,
			      clock_units(t[STAGE_PUBLISH]), unit, clock_units(t[STAGE_PLAN]),
			      unit);
	console_show(h->closing, n);
	console_show(copying, strlen(copying));
	n += (size_t)snprintf(h->closing + n, size - n, "copy ") + 1;
	snprintf(h->closing + n, size - n, " %s\r\n", unit);
}

_Noreturn void jump_to_next(const struct baton *b)
{
	const struct next *next = &b->next;

	fill_closing(next->handoff, b);
	/*
	 * Point of no return. One store binds what is published at this moment (law 3); then the
	 * trampoline overwrites scratch, this code included.
	 */
	if (next->fdt_slot)
		*next->fdt_slot = b->kho.out.h.fdt;
	handoff_jump(next->handoff);
}
