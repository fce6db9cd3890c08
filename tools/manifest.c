// SPDX-License-Identifier: MIT
/* batonctl manifest: what is in a bundle or an archive, as baton will read it. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/payload.h"
#include "kexec/slot.h"
#include "tools/command.h"
#include "tools/file.h"

static const char help[] =
	"Usage: batonctl manifest FILE\n"
	"\n"
	"manifest  list what a bundle, or an archive of batonctl payload, holds and has recorded\n"
	"  FILE                   the bundle or the archive\n";

/**
 * struct content - what is in a file
 * @payload: the payload
 * @bundle:  the file is a bundle
 */
struct content {
	struct payload payload;
	bool bundle;
};

/* Bundle or archive: the same choice as baton makes. */
static int find(struct content *c, const struct buffer *file, const char *path, struct fault *f)
{
	struct bzimage bz;
	struct slot slot;
	unsigned long long room, at;

	if (bzimage_parse(&bz, file->data, file->size, false, f) ||
	    !slot_find(&bz, file->data, &slot))
		return payload_find(&c->payload, NULL, 0, file->data, file->size, f);
	room = file->size - bz.code;
	at = bz.code + slot.payload;
	if (slot.size == 0)
		return fault_set(f, "payload-missing", "%s is a baton without a payload", path);
	if (slot.payload > room || slot.size > room - slot.payload)
		return fault_set(f, "payload-truncated",
				 "%s: 0x%llx bytes of payload at 0x%llx, in a file of 0x%zx", path,
				 (unsigned long long)slot.size, at, file->size);
	c->bundle = true;
	return payload_find(&c->payload, file->data + at, slot.size, NULL, 0, f);
}

static void list_names(const struct manifest *m)
{
	const char *name = NULL;

	if (m->speaks.what == SPEAKS_UNKNOWN)
		puts("names     not recorded");
	else if (m->speaks.nr == 0)
		puts("names     none");
	while ((name = speaks_next(&m->speaks, name)))
		printf("name      %s\n", name);
}

static void list_cmdline(const struct payload *p)
{
	if (!p->has_cmdline) {
		puts("cmdline   none: baton forwards its own");
		return;
	}
	fputs("cmdline   ", stdout);
	for (const char *c = p->cmdline; *c; c++)
		putchar(*c >= ' ' && *c <= '~' ? *c : '?');
	putchar('\n');
}

static int list(const struct content *c, struct fault *f)
{
	const struct payload *p = &c->payload;
	const struct manifest *m = &p->manifest;
	struct bzimage bz;
	struct slot slot;

	if (bzimage_parse(&bz, p->kernel, p->kernel_size, false, f))
		return -1;
	printf("kernel    %s, %llu bytes%s\n", bz.release[0] ? bz.release : "(no release)",
	       (unsigned long long)p->kernel_size,
	       slot_find(&bz, p->kernel, &slot) ? ", a baton" : "");
	if (p->initrd_size)
		printf("initrd    %llu bytes\n", (unsigned long long)p->initrd_size);
	else
		printf("initrd    none%s\n", c->bundle ? ": baton forwards its own" : "");
	list_cmdline(p);
	printf("kho       %s\n", m->abi[0] ? m->abi : "not recorded");
	if (m->abi[0] && !payload_without_kho(p))
		list_names(m);
	return 0;
}

static int show(const char *path, struct fault *f)
{
	struct content *c = calloc(1, sizeof(*c));
	struct buffer file = { 0 };
	int ret;

	if (!c)
		return fault_set(f, "out-of-memory", "no memory for the list");
	ret = file_read(&file, path, f);
	if (ret == 0)
		ret = find(c, &file, path, f);
	if (ret == 0)
		ret = list(c, f);
	free(file.data);
	free(c);
	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	struct fault f;
	int opt = getopt_long(argc, argv, "h", options, NULL);

	if (opt == 'h') {
		fputs(help, stdout);
		return 0;
	}
	if (opt != -1 || argc - optind != 1)
		return command_usage();
	return show(argv[optind], &f) ? command_failed(&f) : 0;
}

const struct command manifest_command = { "manifest", help, run };
