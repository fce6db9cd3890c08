/* SPDX-License-Identifier: MIT */
/* The names that baton itself has code for: batonctl looks harder for them than for any other. */
#ifndef BATON_KHO_CLIENT_KNOWN_H
#define BATON_KHO_CLIENT_KNOWN_H

#include "lib/num.h"

/**
 * struct known_name - one of them
 * @name: as it stands in a kernel
 * @blob: it is the name of a blob, not of a version
 */
struct known_name {
	const char *name;
	bool blob;
};

/** known_name_at() - entry @i, NULL past the end. */
const struct known_name *known_name_at(unsigned int i);

#endif
