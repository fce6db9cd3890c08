/* SPDX-License-Identifier: MIT */
/* Checking a LUO state in full, on its way in. */
#ifndef BATON_KHO_CLIENT_LUO_CHECK_H
#define BATON_KHO_CLIENT_LUO_CHECK_H

#include "kho/client/claims.h"
#include "kho/client/luo.h"

/**
 * luo_check() - claim and check everything that @blob leads to
 *
 * Linux panics on a root that it cannot read, and loses all sessions on anything wrong in one, so
 * all of it is a finding. What it takes in goes on as it is: the live update number, tokens and
 * session names that are there twice, counts of FLBs, files of handlers that have no row.
 */
void luo_check(struct claims *c, const struct kho_blob *blob);

#endif
