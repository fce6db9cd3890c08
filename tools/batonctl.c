// SPDX-License-Identifier: MIT
/* The host tool: which command is meant. */
#include <stdio.h>
#include <string.h>

#include "lib/num.h"
#include "tools/command.h"

static const struct command *const commands[] = {
	&bundle_command,  &payload_command, &manifest_command,
	&inspect_command, &verify_command,  &diff_command,
};

int command_usage(void)
{
	fputs("Try 'batonctl --help'.\n", stderr);
	return EXIT_USAGE;
}

int command_failed(const struct fault *f)
{
	fprintf(stderr, "batonctl: %s: %s\n", f->name, f->text);
	return 1;
}

static int show_help(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("%s\n", commands[i]->help);
	puts("Usage: batonctl --help | --version\n\n"
	     "FILE and OUT may be -: standard input and output.");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return command_usage();
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return show_help();
	if (strcmp(argv[1], "--version") == 0) {
		puts("batonctl " BATON_VERSION);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(argv[1], commands[i]->name) == 0)
			return commands[i]->run(argc - 1, argv + 1);
	fprintf(stderr, "batonctl: unknown command '%s'\n", argv[1]);
	return command_usage();
}
