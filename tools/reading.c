// SPDX-License-Identifier: MIT
#include "tools/reading.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/command.h"

/* The surest of those that were found comes first. Scratch seldom changes: any entry names it. */
static int choose(struct reading *r, const struct reading_words *words, struct fault *f)
{
	const struct kho_data *named = NULL;
	unsigned int i;

	search_memory(&r->search, &r->memory);
	for (i = 0; i < r->search.nr && !named; i++)
		if (r->search.root[i].entry)
			named = &r->search.root[i].data;
	if (words->fdt) {
		if (!search_at(&r->root, &r->memory, words->fdt))
			return fault_set(f, "no-handover",
					 "%s: no root FDT of KHO at 0x%lx; expected a page with a "
					 "version 'kho-…'",
					 words->path, words->fdt);
	} else if (r->search.nr) {
		r->root = r->search.root[0];
	} else {
		return fault_set(f, "no-handover",
				 "%s: no root FDT of KHO in %lu MiB of memory; was kho=on given?",
				 words->path, ranges_bytes(&r->memory.ram) >> 20);
	}
	if (words->scratch_size) {
		r->root.data.scratch_addr = words->scratch;
		r->root.data.scratch_size = words->scratch_size;
	} else if (!r->root.data.scratch_size && named) {
		r->root.data.scratch_addr = named->scratch_addr;
		r->root.data.scratch_size = named->scratch_size;
	}
	if (!r->root.data.scratch_size)
		return fault_set(f, "no-scratch",
				 "%s: nothing names the scratch of the handover at 0x%lx; say it "
				 "with --scratch",
				 words->path, r->root.data.fdt_addr);
	return 0;
}

static int verify(struct reading *r, struct fault *f)
{
	uint64_t bytes = pagemap_bytes(&r->memory.ram);

	r->map = aligned_alloc(PAGE_SIZE, bytes);
	r->verify = calloc(1, sizeof(*r->verify));
	if (!r->map || !r->verify)
		return fault_set(f, "out-of-memory", "no %lu KiB for a map of pages", bytes >> 10);
	verify_handover(r->verify, &r->memory.window, &r->root.data, &r->memory.ram, NULL, r->map);
	return 0;
}

int reading_open(struct reading *r, const struct reading_words *words, struct fault *f)
{
	*r = (struct reading){ 0 };
	if (memory_open(&r->memory, words->path, f))
		return -1;
	if (choose(r, words, f) || verify(r, f)) {
		reading_close(r);
		return -1;
	}
	return 0;
}

void reading_close(struct reading *r)
{
	free(r->verify);
	free(r->map);
	memory_close(&r->memory);
}

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

int reading_words(struct reading_words *words, int argc, char **argv)
{
	static const struct option options[] = { { "fdt", required_argument, NULL, 'f' },
						 { "scratch", required_argument, NULL, 's' },
						 { "help", no_argument, NULL, 'h' },
						 { 0 } };
	const char *rest;
	int opt;

	*words = (struct reading_words){ 0 };
	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt == 'h')
			return -1;
		if (opt == 'f') {
			if (!parse_number(optarg, '\0', &words->fdt, &rest) || !words->fdt)
				return bad_number("fdt", optarg);
		} else if (opt == 's') {
			if (!parse_number(optarg, ',', &words->scratch, &rest) ||
			    !parse_number(rest + 1, '\0', &words->scratch_size, &rest) ||
			    !words->scratch_size)
				return bad_number("scratch", optarg);
		} else {
			return command_usage();
		}
	}
	if (argc - optind != 1)
		return command_usage();
	words->path = argv[optind];
	return 0;
}
