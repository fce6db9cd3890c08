/* SPDX-License-Identifier: MIT */
/* The commands of batonctl, one file each. Exit status: 0 done, 1 an error, 2 a command line not understood. */
#ifndef BATON_TOOLS_COMMAND_H
#define BATON_TOOLS_COMMAND_H

#include "lib/fault.h"

#define EXIT_USAGE 2

/**
 * struct command - one of them
 * @name: the word that calls it
 * @help: how it is called and what each option means; ends with a newline
 * @run:  with argv[0] the command's name. Return: the exit status.
 */
struct command {
	const char *name, *help;
	int (*run)(int argc, char **argv);
};

extern const struct command bundle_command, payload_command, manifest_command, inspect_command,
	verify_command, diff_command;

/** command_usage() - say where help is. Return: EXIT_USAGE. */
int command_usage(void);

/** command_failed() - say what went wrong. Return: 1. */
int command_failed(const struct fault *f);

#endif
