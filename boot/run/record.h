/* SPDX-License-Identifier: MIT */
/* How the run went: what was found wrong, and how long each stage took. */
#ifndef BATON_BOOT_RUN_RECORD_H
#define BATON_BOOT_RUN_RECORD_H

#include "kho/finding.h"

enum stage { STAGE_ENTRY, STAGE_INGEST, STAGE_PUBLISH, STAGE_PLAN, STAGE_COUNT };

/**
 * struct record - written by whichever stage runs
 * @findings: what is wrong with the handover that came in
 * @fault:    any other reason why a stage failed
 * @ticks:    time-stamp counter ticks by stage
 * @since:    when the present stage began
 */
struct record {
	struct findings findings;
	struct fault fault;
	uint64_t ticks[STAGE_COUNT], since;
};

/** stage_done() - add the time since the last call to that of @stage. */
void stage_done(struct record *record, enum stage stage);

#endif
