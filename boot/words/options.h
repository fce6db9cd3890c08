/* SPDX-License-Identifier: MIT */
/* The baton.* words of the command line, and the rest of it. Pure: host-tested. */
#ifndef BATON_BOOT_WORDS_OPTIONS_H
#define BATON_BOOT_WORDS_OPTIONS_H

#include "boot/words/sizes.h"
#include "kexec/payload.h"

#define OPTION_SCRIPT  1024
#define OPTION_RESERVE 8 /* as many as Linux takes of reserve_mem= */
#define OPTION_DROPS   16
#define OPTION_DROP    80 /* with its NUL; "LUO:" and the longest name of a session are 68 */

enum on_error { ON_ERROR_HALT, ON_ERROR_REBOOT, ON_ERROR_POWEROFF };

/**
 * struct options
 * @asked:    baton.abi=VERSION[,NAME...]: what the next kernel speaks, in place of all that is
 *            recorded of it; an empty version if not given
 * @on_error: baton.onerror=halt|reboot|poweroff
 * @console:  baton.console=ttyS0[,BAUD] | screen | none: the serial port, 0 to 3, or -1 for none
 * @baud:     line speed; 0 leaves it as it was set
 * @screen:   whether the screen is a console too
 * @console_given: there was a baton.console= word; without one it is ttyS0 and the screen
 * @hops, @hops_total: baton.hops=LEFT[/TOTAL]: how often baton starts itself before the payload; 0 and 0
 * @monitor:  baton.monitor: stop before the payload with a prompt
 * @scratch:  baton.scratch=LOW,GLOBAL,NODE | N%: of a chain that begins here
 * @reserve, @nr_reserve: baton.reserve=SIZE[:ALIGN]:NAME, each time it is given
 * @drop, @nr_drop: baton.drop=NAME, each time it is given: a blob, or LUO:SESSION, that may be lost
 * @script:   baton.script="COMMAND; COMMAND": what the monitor runs first; empty if not given
 * @test:     baton.test=NAME: a deliberate fault; empty if not given
 * @forward:  the command line without the baton.* words, single spaces kept as they were given
 */
struct options {
	struct manifest asked;
	enum on_error on_error;
	int console;
	unsigned int baud;
	bool screen, console_given;
	unsigned int hops, hops_total;
	bool monitor;
	struct scratch_word scratch;
	struct memblock_region reserve[OPTION_RESERVE];
	unsigned int nr_reserve;
	char drop[OPTION_DROPS][OPTION_DROP];
	unsigned int nr_drop;
	char script[OPTION_SCRIPT];
	char test[32];
	char forward[PAYLOAD_CMDLINE];
};

/**
 * options_parse() - split a command line
 * @cmdline: any text
 *
 * Words are separated by white space outside double quotes, as in Linux; nothing behind "--" is an option of baton's.
 * If a word is given again, the last one counts; but baton.console= and baton.reserve= add up.
 * Return: 0; or -1 with fault option-unknown (a baton.* word it does not know) or option-value; @o then
 * holds what was understood.
 */
int options_parse(struct options *o, const char *cmdline, struct fault *f);

/**
 * options_permit() - may the words of @o be used?
 * @secure: Secure Boot is on. Only signed code may run then, so no word may read or write any memory for whoever
 *          wrote the command line.
 * Return: 0; or -1 with fault secure-boot.
 */
int options_permit(const struct options *o, bool secure, struct fault *f);

/** options_want_handover() - true if a word asks for a handover, whether one came in or not. */
bool options_want_handover(const struct options *o);

#endif
