// SPDX-License-Identifier: MIT
#include "boot/run/record.h"

#include "arch/clock.h"

void stage_done(struct record *record, enum stage stage)
{
	uint64_t now = clock_ticks();

	record->ticks[stage] += now - record->since;
	record->since = now;
}
