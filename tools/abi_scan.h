/* SPDX-License-Identifier: MIT */
/* Which KHO version a kernel speaks. It compares what comes in with a string, which its image must hold. */
#ifndef BATON_TOOLS_ABI_SCAN_H
#define BATON_TOOLS_ABI_SCAN_H

#include "kexec/bzimage.h"
#include "kho/abi.h"

/**
 * abi_scan() - find the version in a bzImage
 * @bz, @image: the parsed image and its file
 * @abi:  set to its name, or to MANIFEST_NO_ABI if the kernel names none that is known; NULL if nothing is to be recorded
 * @note: set to why there is none; empty if there is one
 * @note_size: room in @note
 *
 * A baton image has none: between batons the incoming version is kept.
 * Return: 0; or -1 with fault kernel-payload or one of unpack()'s, but unpack-unknown.
 */
int abi_scan(const struct bzimage *bz, const uint8_t *image, const char **abi, char *note,
	     size_t note_size, struct fault *f);

#endif
