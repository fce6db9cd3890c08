/* SPDX-License-Identifier: MIT */
/* What a kernel image speaks, by the strings that it must contain to check for them. */
#ifndef BATON_TOOLS_ABI_SCAN_H
#define BATON_TOOLS_ABI_SCAN_H

#include "kexec/bzimage.h"
#include "kexec/manifest.h"

/*
 * Most names that are recorded. The richest kernel measured has 14, all of KHO's clients; Debian's, of 60 MiB and
 * without KHO, have none. A list of hundreds would hold what is no name of a client at all. What is left out is
 * refused by name later, not lost: so those that baton has code for come first, the others by the alphabet.
 */
#define ABI_SCAN_MAX 100

/**
 * struct abi_scan - what was found
 * @manifest: its version is MANIFEST_NO_ABI if the kernel names none that is known, and empty if nothing is to be
 *            recorded
 * @note:     why there is no version; empty if there is one
 * @left_out: names beyond ABI_SCAN_MAX
 */
struct abi_scan {
	struct manifest manifest;
	char note[320];
	unsigned int left_out;
};

/**
 * abi_scan() - look into a bzImage
 * @scan: set to what was found
 * @bz, @image: the parsed image and its file
 * @f: what is wrong
 *
 * Of a baton nothing is recorded: between batons the incoming version is kept, and everything passes.
 * Return: 0; or -1 with fault kernel-payload, out-of-memory or one of unpack()'s, but unpack-unknown.
 */
int abi_scan(struct abi_scan *scan, const struct bzimage *bz, const uint8_t *image,
	     struct fault *f);

#endif
