// SPDX-License-Identifier: MIT
#include "tools/parts.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/payload.h"
#include "kexec/slot.h"
#include "kexec/uki.h"

bool request_read(struct request *r, const struct command *c, int argc, char **argv, int *status)
{
	static const struct option options[] = {
		{ "kernel", required_argument, NULL, 'k' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "cmdline", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "k:i:c:o:h", options, NULL)) != -1) {
		switch (opt) {
		case 'k':
			r->kernel = optarg;
			break;
		case 'i':
			r->initrd = optarg;
			break;
		case 'c':
			r->cmdline = optarg;
			break;
		case 'o':
			r->out = optarg;
			break;
		case 'h':
			fputs(c->help, stdout);
			*status = 0;
			return false;
		default:
			*status = command_usage();
			return false;
		}
	}
	if (r->kernel)
		return true;
	*status = command_usage();
	return false;
}

static int check_size(uint64_t kernel, uint64_t initrd, uint64_t room, struct fault *f)
{
	if (kernel <= room && initrd <= room - kernel)
		return 0;
	return fault_set(f, "bundle-too-large", "%llu MiB of kernel and initrd; expected %llu",
			 (unsigned long long)(kernel >> 20) + (unsigned long long)(initrd >> 20),
			 (unsigned long long)(room >> 20));
}

static int check_cmdline(const struct parts *p, struct fault *f)
{
	const char *cmdline = p->cmdline;
	uint32_t limit = p->bz.hdr.cmdline_size;

	if (!cmdline || (strlen(cmdline) <= limit && strlen(cmdline) < PAYLOAD_CMDLINE))
		return 0;
	return fault_set(f, "cmdline-too-long",
			 "%zu characters of command line; the kernel takes %u", strlen(cmdline),
			 limit);
}

static int look_into_kernel(struct parts *p, struct fault *f)
{
	const struct abi_scan *scan = &p->scan;

	if (abi_scan(&p->scan, &p->bz, p->kernel.data, f))
		return -1;
	if (scan->note[0])
		fprintf(stderr, "batonctl: %s\n", scan->note);
	if (scan->left_out)
		fprintf(stderr,
			"batonctl: the kernel holds more than %u names: %u of them are not recorded\n",
			ABI_SCAN_MAX, scan->left_out);
	return 0;
}

static int out_of_memory(struct fault *f)
{
	return fault_set(f, "out-of-memory", "no memory for kernel, initrd and command line");
}

static bool set_cmdline(struct parts *p, const char *text, size_t n)
{
	free(p->cmdline);
	p->cmdline = strndup(text, n);
	return p->cmdline;
}

/* A line end and NULs at the end are no part of it. */
static int take_cmdline(struct parts *p, const struct bytes *line, struct fault *f)
{
	const char *text = line->data;
	size_t n = line->size;

	while (n && (text[n - 1] == '\0' || text[n - 1] == '\n'))
		n--;
	if (n && memchr(text, '\0', n))
		return fault_set(f, "payload-cmdline", ".cmdline of %s holds a NUL",
				 p->request->kernel);
	return line->data && !set_cmdline(p, n ? text : "", n) ? out_of_memory(f) : 0;
}

static bool add_piece(struct buffer *initrd, const struct bytes *piece)
{
	return piece->size == 0 || (buffer_add(initrd, piece->data, piece->size) &&
				    buffer_zero_to(initrd, align_up(initrd->size, 4)));
}

/* A unified kernel image is taken apart; of any other kernel nothing is done. */
static int open_uki(struct parts *p, struct fault *f)
{
	struct buffer kernel = { 0 };
	struct uki u;

	if (!uki_is(p->kernel.data, p->kernel.size))
		return 0;
	if (uki_read(&u, p->kernel.data, p->kernel.size, f) || take_cmdline(p, &u.cmdline, f))
		return -1;
	if (!add_piece(&p->initrd, &u.ucode) || !add_piece(&p->initrd, &u.initrd) ||
	    !buffer_add(&kernel, u.kernel.data, u.kernel.size))
		return out_of_memory(f);
	free(p->kernel.data);
	p->kernel = kernel;
	return 0;
}

/* A baton without a payload needs one in its initrd. */
static int check_inner(const struct parts *p, struct fault *f)
{
	struct payload *payload;
	struct slot slot;
	int ret;

	if (!slot_find(&p->bz, p->kernel.data, &slot) || slot.size ||
	    (!p->has_initrd && p->request->forwards))
		return 0;
	payload = malloc(sizeof(*payload));
	if (!payload)
		return out_of_memory(f);
	ret = payload_find(payload, NULL, 0, p->initrd.data, p->initrd.size, f);
	free(payload);
	return ret;
}

/* Sizes are looked at before anything of gigabytes is read, and again for what is no plain file. */
int parts_read(struct parts *p, const struct request *r, uint64_t room, struct fault *f)
{
	p->request = r;
	if (check_size(file_size(r->kernel), r->initrd ? file_size(r->initrd) : 0, room, f))
		return -1;
	if (file_read(&p->kernel, r->kernel, f) || open_uki(p, f) ||
	    bzimage_parse(&p->bz, p->kernel.data, p->kernel.size, false, f))
		return -1;
	if (r->initrd && file_read(&p->initrd, r->initrd, f))
		return -1;
	p->has_initrd = r->initrd || p->initrd.size;
	if (r->cmdline && !set_cmdline(p, r->cmdline, strlen(r->cmdline)))
		return out_of_memory(f);
	if (check_cmdline(p, f) || check_size(p->kernel.size, p->initrd.size, room, f))
		return -1;
	return check_inner(p, f) ? -1 : look_into_kernel(p, f);
}

void parts_free(struct parts *p)
{
	free(p->kernel.data);
	free(p->initrd.data);
	free(p->cmdline);
}

static unsigned long kib(const struct buffer *b)
{
	return (b->size + 1023) / 1024;
}

FILE *parts_told(const struct parts *p)
{
	return strcmp(p->request->out, "-") == 0 ? stderr : stdout;
}

int parts_write(const struct parts *p, const struct buffer *out, unsigned long baton,
		struct fault *f)
{
	const char *path = p->request->out, *release = p->bz.release, *abi = p->scan.manifest.abi;
	FILE *told = parts_told(p);

	if (file_write(path, out, f))
		return -1;
	fprintf(told, "%s: %lu KiB: ", path, kib(out));
	if (baton)
		fprintf(told, "baton %lu KiB, ", baton);
	fprintf(told, "kernel %s %lu KiB, initrd %lu KiB, KHO version %s\n",
		release[0] ? release : "(no release)", kib(&p->kernel), kib(&p->initrd),
		abi[0] ? abi : "not recorded");
	return 0;
}
