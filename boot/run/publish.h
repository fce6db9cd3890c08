/* SPDX-License-Identifier: MIT */
/* The handover that goes out. */
#ifndef BATON_BOOT_RUN_PUBLISH_H
#define BATON_BOOT_RUN_PUBLISH_H

#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * publish() - build the outgoing handover from the one that came in: it is complete from then on
 * @kho:    what came in; @kho->out is filled in, unless none goes out
 * @next:   tells the version
 * @ground: gives the pages
 * @record: gets what is wrong
 *
 * Return: 0; or -1 with a fault of kho_out_build().
 */
int publish(struct handovers *kho, const struct next *next, struct ground *ground,
	    struct record *record);

/** begin_restore() - begin @kho->restore, once, if a handover goes out. Return: 0; or -1. */
int begin_restore(struct handovers *kho, struct fault *f);

#endif
