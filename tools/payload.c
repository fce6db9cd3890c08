// SPDX-License-Identifier: MIT
/* batonctl payload: the next kernel for a baton that a boot loader starts. */
#include <getopt.h>
#include <stdlib.h>

#include "tools/parts.h"

static const char help[] =
	"Usage: batonctl payload --kernel BZIMAGE [--initrd FILE] [--cmdline STRING] [-o OUT]\n"
	"\n"
	"payload  write an archive with baton's next kernel, to be given to baton as its initrd\n"
	"  -k, --kernel BZIMAGE   the kernel that baton is to start; or a UKI, with what it brings\n"
	"  -i, --initrd FILE      its initrd; without it, it has none\n"
	"  -c, --cmdline STRING   its command line; without it, baton forwards its own\n"
	"  -o, --output OUT       the archive; payload.cpio if not given\n"
	"\n"
	"What the kernel speaks is looked up and recorded, as by bundle.\n";

static int make(const struct request *r, struct fault *f)
{
	static struct parts p;
	struct buffer out = { 0 };
	int ret = parts_read(&p, r, PARTS_MAX, f);

	if (ret == 0 && !parts_archive(&p, &out))
		ret = fault_set(f, "out-of-memory", "no memory for the archive");
	if (ret == 0)
		ret = parts_write(&p, &out, 0, f);
	parts_free(&p);
	free(out.data);
	return ret;
}

static int run(int argc, char **argv)
{
	struct request r = { .out = "payload.cpio" };
	struct fault f;
	int status;

	if (!request_read(&r, &payload_command, argc, argv, &status))
		return status;
	if (optind < argc)
		return command_usage();
	return make(&r, &f) ? command_failed(&f) : 0;
}

const struct command payload_command = { "payload", help, run };
