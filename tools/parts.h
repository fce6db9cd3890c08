/* SPDX-License-Identifier: MIT */
/* What baton is to start next, as files: shared by the commands that pack it. */
#ifndef BATON_TOOLS_PARTS_H
#define BATON_TOOLS_PARTS_H

#include <stdio.h>

#include "tools/abi_scan.h"
#include "tools/command.h"
#include "tools/file.h"

/* Most bytes of all together: a bundle's init_size is a whole number of pages in 32 bits. */
#define PARTS_MAX 0xfffff000

/**
 * struct request - the options of a command that packs
 * @kernel:  path of the next kernel's bzImage or unified kernel image
 * @initrd:  path of its initrd; NULL if there is none
 * @cmdline: its command line; NULL if there is none
 * @out:     where the result goes
 * @forwards: without an initrd the payload gets the one that baton is given
 */
struct request {
	const char *kernel, *initrd, *cmdline, *out;
	bool forwards;
};

/**
 * struct parts - what goes into an archive; all zeros before parts_read()
 * @request: which files they are
 * @kernel, @initrd: their bytes; of a unified kernel image its parts
 * @cmdline:    NULL if there is none
 * @has_initrd: there is one, though it may be empty
 * @bz:   the header of @kernel, checked
 * @scan: what the kernel was found to speak
 */
struct parts {
	const struct request *request;
	struct buffer kernel, initrd;
	char *cmdline;
	bool has_initrd;
	struct bzimage bz;
	struct abi_scan scan;
};

/**
 * request_read() - the options --kernel, --initrd, --cmdline, --output and --help
 * @r: filled in; its output is the default before
 * @c: whose help it is
 * @argc, @argv: of the command
 * @status: set where the command is not to go on: what it is to exit with
 * Return: is the command to go on? optind is then behind the options.
 */
bool request_read(struct request *r, const struct command *c, int argc, char **argv, int *status);

/**
 * parts_read() - read and check them, and look into the kernel; notes that are no errors go to stderr
 * @p, @r: what is read, and from where; @r is needed as long as @p is
 *         Of a unified kernel image (kexec/uki.h) the initrd comes before that of @r, the command line of @r counts
 *         instead of its own.
 * @room: most bytes that kernel and initrd may take together
 * @f: what is wrong
 * Return: 0; or -1 with one of the faults of bzimage_parse(), uki_read(), abi_scan() and file_read(), or
 * cmdline-too-long, payload-cmdline, bundle-too-large; where the kernel is a baton without a payload, and its initrd is
 * none, one of payload_find(). Free it in either case.
 */
int parts_read(struct parts *p, const struct request *r, uint64_t room, struct fault *f);

/** parts_free() - free the bytes of the files. */
void parts_free(struct parts *p);

/**
 * parts_archive() - append them to @out as a newc cpio: what payload_find() reads
 * The initrd comes first: where the archive is page-aligned it is too, and the next kernel may find it in place.
 * Return: false if memory ran out.
 */
bool parts_archive(const struct parts *p, struct buffer *out);

/** parts_initrd_at() - where in the archive the data of the initrd begin. */
uint64_t parts_initrd_at(const struct parts *p);

/** parts_told() - where lines about the result go: stdout, or stderr where stdout is the result. */
FILE *parts_told(const struct parts *p);

/**
 * parts_write() - write the result, and a line about it
 * @p, @out: what is in it, and the result
 * @baton: KiB of it that are baton itself; 0 where it is none
 * @f: what is wrong
 * Return: 0; or -1 with fault file-write.
 */
int parts_write(const struct parts *p, const struct buffer *out, unsigned long baton,
		struct fault *f);

#endif
