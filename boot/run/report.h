/* SPDX-License-Identifier: MIT */
/* What the person at the console is told. */
#ifndef BATON_BOOT_RUN_REPORT_H
#define BATON_BOOT_RUN_REPORT_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/record.h"
#include "kexec/bzimage.h"

/** RELEASE - the name and version of baton, for the console and for the next kernel */
#define RELEASE "baton-" BATON_VERSION

/** report_hello() - the version of baton, and what it was given. */
void report_hello(const struct given *given);

/** report_no_handover() - say that none came in; after a kexec also what may have been forgotten. */
void report_no_handover(const struct given *given);

/** report_memory() - RAM, how much of it is free, and where the scratch of @h is. */
void report_memory(const struct ground *ground, const struct handover *h);

/** report_incoming() - RAM, and scratch, preserved memory and blobs of @in. */
void report_incoming(const struct ground *ground, const struct kho_in *in);

/** report_refusal() - all findings and the fault, and what the user of @opt can do next. */
void report_refusal(const struct record *record, const struct options *opt);

/** report_end() - end a run that failed, as baton.onerror= of @given says. */
_Noreturn void report_end(struct ground *ground, const struct given *given);

#endif
