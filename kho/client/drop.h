/* SPDX-License-Identifier: MIT */
/* Letting a client's state go, at the user's word: baton.drop=NAME or baton.drop=LUO:SESSION. */
#ifndef BATON_KHO_CLIENT_DROP_H
#define BATON_KHO_CLIENT_DROP_H

#include "kho/client/speaks.h"
#include "kho/out/outgoing.h"

/**
 * struct dropped - what was let go
 * @bytes:   preserved memory that has left the map
 * @sessions, @files: of LUO
 * @unknown: of these, files of handlers that baton does not know: their memory stays preserved
 */
struct dropped {
	uint64_t bytes, sessions, files, unknown;
};

/**
 * client_drop() - take a blob, or one session of LUO, out of the published handover
 * @what: the name of a blob, or "LUO:" and the name of a session
 * @d:    filled in
 *
 * The name goes first, by one switch; then its pages leave the map. Of a client that baton does not
 * know only the blob itself can be told: what it leads to stays preserved.
 *
 * Return: 0; or -1 with a fault, and the published handover is as before: not-found, out-of-memory,
 * and those of luo_translate.h.
 */
int client_drop(struct kho_out *out, const char *what, struct dropped *d, struct fault *f);

/**
 * luo_leave_out_empty() - take a LUO state out that holds nothing, for a kernel without LUO
 * Every Linux with LUO hands one over, also where nobody has opened a session.
 * @next: the names that the next kernel knows
 *
 * Return: 1 if that was done, 0 if there was no need; or -1 with a fault, as client_drop().
 */
int luo_leave_out_empty(struct kho_out *out, const struct speaks *next, struct fault *f);

#endif
