/* SPDX-License-Identifier: MIT */
/*
 * The monitor: commands on the handover, from baton.script= and, with baton.monitor, from a prompt.
 */
#ifndef BATON_BOOT_MONITOR_MONITOR_H
#define BATON_BOOT_MONITOR_MONITOR_H

#include "boot/run/baton.h"

/**
 * monitor_run() - run the script, then the prompt, as the command line asks for
 * @b: the handover is published, or there is none; the payload is chosen
 *
 * Return: 0 to start the payload; or -1 with b->fault script-failed, no-console, out-of-memory.
 * Without baton.script= and baton.monitor it returns 0 and has done nothing.
 */
int monitor_run(struct baton *b);

#endif
