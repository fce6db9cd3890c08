/* SPDX-License-Identifier: MIT */
/* batonctl bundle: baton and its next kernel in one bzImage. */
#ifndef BATON_TOOLS_BUNDLE_H
#define BATON_TOOLS_BUNDLE_H

#include "lib/fault.h"

/**
 * struct bundle - what goes in and where it comes out
 * @baton:   path of baton's own bzImage, without a payload
 * @kernel:  path of the next kernel's bzImage
 * @initrd:  path of its initrd; NULL to forward the one that baton will be given
 * @cmdline: its command line; NULL to forward baton's own
 * @out:     path of the bundle
 */
struct bundle {
	const char *baton, *kernel, *initrd, *cmdline, *out;
};

/**
 * bundle_make() - write the bundle, and a line about it on stdout
 * Notes that are no errors, for example that no KHO version is recorded, go to stderr.
 *
 * Return: 0; or -1 with one of the faults of bzimage_parse(), unpack() and file_read(), or
 * baton-image, baton-has-payload, cmdline-too-long, bundle-too-large, out-of-memory, file-write.
 */
int bundle_make(const struct bundle *b, struct fault *f);

#endif
