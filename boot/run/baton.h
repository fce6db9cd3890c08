/* SPDX-License-Identifier: MIT */
/* The one run of baton, in the parts that the stages hand to each other. */
#ifndef BATON_BOOT_RUN_BATON_H
#define BATON_BOOT_RUN_BATON_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/handovers.h"
#include "boot/run/next.h"
#include "boot/run/record.h"

/**
 * struct baton - one run
 * @given:  what it was given
 * @ground: the memory and the machine that it runs on
 * @kho:    the two handovers
 * @next:   the payload, and the jump to it
 * @record: how it went
 */
struct baton {
	struct given given;
	struct ground ground;
	struct handovers kho;
	struct next next;
	struct record record;
};

#endif
