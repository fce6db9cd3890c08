// SPDX-License-Identifier: MIT
/* The host tool. Exit status: 0 done, 1 an error, 2 a command line that it does not understand. */
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/bundle.h"

#define EXIT_USAGE 2

static const char help[] =
	"Usage: batonctl bundle --kernel BZIMAGE [--initrd FILE] [--cmdline STRING] [-o OUT] [BATON]\n"
	"       batonctl --help | --version\n"
	"\n"
	"bundle  write one bzImage that is baton with its next kernel inside\n"
	"  -k, --kernel BZIMAGE   the kernel that baton is to start\n"
	"  -i, --initrd FILE      its initrd; without it, baton forwards the initrd it is given\n"
	"  -c, --cmdline STRING   its command line; without it, baton forwards its own\n"
	"  -o, --output OUT       the bundle; bundle.bzImage if not given\n"
	"  BATON                  baton itself; baton.bzImage beside batonctl if not given\n"
	"\n"
	"The KHO version that the kernel speaks is looked up in the kernel and recorded.\n";

static int usage(void)
{
	fputs("Try 'batonctl --help'.\n", stderr);
	return EXIT_USAGE;
}

/* "baton.bzImage" in the folder of this program. Return: false if that folder is not known. */
static bool default_baton(char *path, size_t size)
{
	static const char name[] = "baton.bzImage";
	ssize_t n = readlink("/proc/self/exe", path, size - sizeof(name));
	char *slash;

	if (n <= 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	memcpy(slash ? slash + 1 : path, name, sizeof(name));
	return true;
}

static int bundle(int argc, char **argv)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "cmdline", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static char baton[PATH_MAX + 32];
	struct bundle b = { .out = "bundle.bzImage" };
	struct fault f;
	int c;

	while ((c = getopt_long(argc, argv, "k:i:c:o:h", options, NULL)) != -1) {
		switch (c) {
		case 'k':
			b.kernel = optarg;
			break;
		case 'i':
			b.initrd = optarg;
			break;
		case 'c':
			b.cmdline = optarg;
			break;
		case 'o':
			b.out = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		default:
			return usage();
		}
	}
	if (!b.kernel || argc - optind > 1)
		return usage();
	b.baton = argv[optind];
	if (!b.baton && default_baton(baton, sizeof(baton)))
		b.baton = baton;
	if (!b.baton)
		return usage();
	if (bundle_make(&b, &f)) {
		fprintf(stderr, "batonctl: %s: %s\n", f.name, f.text);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return usage();
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("batonctl " BATON_VERSION);
		return 0;
	}
	if (strcmp(argv[1], "bundle") == 0)
		return bundle(argc - 1, argv + 1);
	fprintf(stderr, "batonctl: unknown command '%s'\n", argv[1]);
	return usage();
}
