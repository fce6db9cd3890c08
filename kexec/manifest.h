/* SPDX-License-Identifier: MIT */
/*
 * The manifest of a payload: the file baton/abi, in which batonctl notes what the kernel speaks.
 *
 *	kho-v4			the KHO version, or "none" where the kernel names none that is known
 *	name luo-v5		a name that it knows (kho/client/speaks.h), each on a line of its own
 *	name memfd-v2
 *	end			the list is whole
 *
 * A manifest of one line is an older batonctl's: of the names nothing is known. A word that is not
 * known is refused, so a later format adds words and is never misread.
 */
#ifndef BATON_KEXEC_MANIFEST_H
#define BATON_KEXEC_MANIFEST_H

#include "kho/client/speaks.h"
#include "lib/fault.h"

#define MANIFEST_FILE "baton/abi"
#define MANIFEST_MAX  8192 /* bytes; a full set of the longest names takes less */
#define MANIFEST_ABI  64   /* longest KHO version, with its NUL */

/* For the version: batonctl has read the kernel, and it names none that is known. */
#define MANIFEST_NO_ABI "none"

/**
 * struct manifest - what is recorded; all zeros where nothing is
 * @abi:    the KHO version, or MANIFEST_NO_ABI
 * @speaks: the names
 */
struct manifest {
	char abi[MANIFEST_ABI];
	struct speaks speaks;
};

_Static_assert(MANIFEST_ABI + SPEAKS_MAX * (sizeof("name \n") - 1 + SPEAKS_NAME - 1) +
			       sizeof("end\n") <=
		       MANIFEST_MAX,
	       "what may be in a set may be in a file");

/**
 * manifest_read() - read the file
 * @m:    all zeros before; after an error not to be used
 * @text: @size bytes, not NUL-terminated
 * Return: 0; or -1 with fault payload-abi, which tells the line.
 */
int manifest_read(struct manifest *m, const char *text, uint64_t size, struct fault *f);

#endif
