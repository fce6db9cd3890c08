/* SPDX-License-Identifier: MIT */
/*
 * The monitor: commands on the handover, from baton.script= and, with baton.monitor, from a prompt.
 */
#ifndef BATON_BOOT_MONITOR_MONITOR_H
#define BATON_BOOT_MONITOR_MONITOR_H

#include "boot/run/baton.h"

/**
 * run_monitor() - run the script, then the prompt, as the command line asks for
 * @b: the handover is published, or there is none; the payload is chosen
 *
 * Return: 0 to start the payload; or -1 with fault script-failed, no-console, out-of-memory.
 * Without baton.script= and baton.monitor, or with a hop before it, it returns 0 and has done
 * nothing.
 */
int run_monitor(struct baton *b);

#endif
