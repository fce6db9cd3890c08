/* SPDX-License-Identifier: MIT */
/*
 * The payload: what baton is to start next.
 *
 * It comes as a newc cpio with baton/kernel, and optionally baton/initrd, baton/cmdline and baton/abi,
 * either appended to baton's own image by batonctl bundle, or as the initrd that baton was given; or that
 * initrd is a bare kernel. A kernel is a bzImage or a unified kernel image (kexec/uki.h).
 *
 * As in Linux an initrd may be several archives, one behind the other, with NULs between them. Those in which baton
 * finds nothing of its own are the next kernel's, in their places before and behind baton/initrd: microcode for
 * example, or at the end something that is compressed.
 */
#ifndef BATON_KEXEC_PAYLOAD_H
#define BATON_KEXEC_PAYLOAD_H

#include <string.h>

#include "kexec/manifest.h"
#include "kexec/uki.h"
#include "lib/fault.h"
#include "lib/num.h"

#define PAYLOAD_CMDLINE 4096 /* longest command line in a payload, with its NUL */
#define PAYLOAD_PIECES  8    /* of an initrd */

/**
 * struct payload - a kernel and what goes with it
 * @kernel, @kernel_size: a bzImage, not yet checked
 * @initrd, @initrd_size: NULL and 0 if there is none; NULL alone if payload_join() has to put it together
 * @piece, @nr_pieces:    what the initrd is made of
 * @cmdline: empty and @has_cmdline false where baton's own command line is to be forwarded
 * @manifest: what batonctl has recorded of the kernel
 */
struct payload {
	const void *kernel;
	uint64_t kernel_size;
	const void *initrd;
	uint64_t initrd_size;
	struct bytes piece[PAYLOAD_PIECES];
	unsigned int nr_pieces;
	bool has_cmdline;
	char cmdline[PAYLOAD_CMDLINE];
	struct manifest manifest;
};

/** payload_without_kho() - true if batonctl has found that the kernel knows no KHO. */
static inline bool payload_without_kho(const struct payload *p)
{
	return strcmp(p->manifest.abi, MANIFEST_NO_ABI) == 0;
}

/**
 * payload_find() - decide what is to be started
 * @bundle, @bundle_size: the cpio in baton's own image; NULL and 0 without one
 * @initrd, @initrd_size: the initrd that baton was given; NULL and 0 without one
 *
 * A bundle wins: the initrd is then forwarded, unless the bundle brings its own. Without a bundle the initrd
 * is the payload. A trailing newline of baton/cmdline is dropped.
 *
 * Of a UKI its initrd comes before any other; its command line counts if there is no baton/cmdline.
 *
 * Return: 0; or -1 with fault payload-missing, payload-no-kernel, payload-compressed (it would be in a compressed
 * archive), payload-cmdline (too long, or a NUL in it), payload-pieces, payload-abi (manifest_read()), cpio-corrupt, or
 * one of uki_read().
 */
int payload_find(struct payload *p, const void *bundle, uint64_t bundle_size, const void *initrd,
		 uint64_t initrd_size, struct fault *f);

/**
 * payload_join() - put the pieces of the initrd together
 * @buf: @p->initrd_size bytes, zeroed; @p->initrd is set to it
 */
void payload_join(struct payload *p, void *buf);

#endif
