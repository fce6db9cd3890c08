/* SPDX-License-Identifier: MIT */
/* Damage and work on purpose, asked for by baton.test=, to show that the real image withstands them. */
#ifndef BATON_BOOT_TRIAL_TRIAL_H
#define BATON_BOOT_TRIAL_TRIAL_H

#include "boot/run/baton.h"

/**
 * run_trial() - run the trial that baton.test= names, if any
 * @b: the jump is prepared
 *
 * Return: 0; or -1 with a fault.
 */
int run_trial(struct baton *b);

/** run_workload() - baton.test=workload:SEED:OPS and proof:SEED:OPS. Return: 0; or -1 and a fault. */
int run_workload(struct baton *b);

/** run_measure() - baton.test=measure:BLOCKS: what four calls cost. Return: 0; or -1 and a fault. */
int run_measure(struct baton *b);

#endif
