/* SPDX-License-Identifier: MIT */
/*
 * luo-v5, as Linux 7.2 and 7.3 write it.
 *
 * The root is a struct of 32 bytes. Sessions, and the files of each session, are in chains of
 * blocks of one page: address of the next, count, entries. Linux frees the root and every block as
 * a block of its own, and reads chains of at most 10,000.
 */
#ifndef BATON_KHO_CLIENT_LUO_V5_H
#define BATON_KHO_CLIENT_LUO_V5_H

#include "kho/client/luo.h"

#define LUO_V5_SESSIONS 51
#define LUO_V5_FILES    63
#define LUO_V5_BLOCKS   10000

/**
 * struct luo_v5_root - the blob
 * @compatible: "luo-v5" and two NULs
 * @number:     the live update number
 * @sessions:   address of the first block of sessions, 0 for none
 * @flbs:       address of the page of FLBs, 0 for none
 */
struct luo_v5_root {
	char compatible[8];
	uint64_t number;
	uint64_t sessions, flbs;
};

_Static_assert(sizeof(struct luo_v5_root) == 32, "LUO root");

extern const struct luo_version luo_v5;

#endif
