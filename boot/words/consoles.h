/* SPDX-License-Identifier: MIT */
/*
 * The serial consoles that a command line names for Linux. Pure: host-tested.
 *
 * Source: Documentation/admin-guide/kernel-parameters.txt of Linux 7.3, and early_serial_init() in its
 * arch/x86/kernel/early_printk.c.
 */
#ifndef BATON_BOOT_WORDS_CONSOLES_H
#define BATON_BOOT_WORDS_CONSOLES_H

#include "boot/words/word.h"

#define CONSOLE_PORTS    4
#define CONSOLE_MAX_BAUD 115200 /* the clock of a PC's serial port; other speeds divide it evenly */

/**
 * struct consoles - ports of a PC, ttyS0 to ttyS3
 * @named: a bit for each port
 * @baud:  the speed of each, 8N1; 0 leaves the port as it is set
 */
struct consoles {
	unsigned int named;
	unsigned int baud[CONSOLE_PORTS];
};

/**
 * consoles_read() - read the words console=, earlycon= and earlyprintk=
 * @cmdline: any text
 *
 * Of a port that is named twice the last speed counts. Anything else than a port of a PC is passed by, and
 * so is a speed that is not 8N1 or does not divide 115200: the Linux before has set it.
 */
struct consoles consoles_read(const char *cmdline);

#endif
