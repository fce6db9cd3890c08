// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/command.h"
#include "tools/reading.h"

/* parse_number() - a whole number up to @end. Return: false if it is none. */
static bool parse_number(const char *text, char end, uint64_t *value, const char **rest)
{
	char *stop;

	*value = strtoull(text, &stop, 0);
	*rest = stop;
	return stop != text && *text != '-' && *stop == end;
}

static int bad_number(const char *option, const char *text)
{
	fprintf(stderr, "batonctl: --%s %s: expected %s, as 0x1000\n", option, text,
		option[0] == 'f' ? "an address" : "an address and a number of bytes");
	return EXIT_USAGE;
}

/* take_option() - one that stands before the path. Return: 0 or EXIT_USAGE. */
static int take_option(struct reading_words *words, int opt)
{
	const char *rest;

	switch (opt) {
	case 'f':
		if (!parse_number(optarg, '\0', &words->fdt, &rest) || !words->fdt)
			return bad_number("fdt", optarg);
		return 0;
	case 's':
		if (!parse_number(optarg, ',', &words->scratch, &rest) ||
		    !parse_number(rest + 1, '\0', &words->scratch_size, &rest) ||
		    !words->scratch_size)
			return bad_number("scratch", optarg);
		return 0;
	default:
		return command_usage();
	}
}

int reading_words(struct reading_words *words, bool forms, int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, FORM_JSON },
						 { "dts", no_argument, NULL, FORM_DTS },
						 { "keys", no_argument, NULL, FORM_KEYS },
						 { "pages", no_argument, NULL, FORM_PAGES },
						 { "fdt", required_argument, NULL, 'f' },
						 { "scratch", required_argument, NULL, 's' },
						 { "for", required_argument, NULL, 'n' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	int opt, ret;

	*words = (struct reading_words){ 0 };
	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'h')
			return -1;
		if (forms && opt >= FORM_JSON && opt <= FORM_PAGES && !words->form) {
			words->form = (enum reading_form)opt;
			continue;
		}
		if (!forms && opt == 'n') {
			words->next = optarg;
			continue;
		}
		ret = take_option(words, opt);
		if (ret)
			return ret;
	}
	if (argc - optind != 1)
		return command_usage();
	words->path = argv[optind];
	return 0;
}
