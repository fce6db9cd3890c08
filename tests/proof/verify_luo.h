/* SPDX-License-Identifier: MIT */
/* The verifier's reader of LUO: sessions, files and memfds, in either version. */
#ifndef PROOF_VERIFY_LUO_H
#define PROOF_VERIFY_LUO_H

#include "verify.h"

/**
 * verify_luo() - read and check the LUO state in the blob @b, into h->luo
 *
 * Every page that the state is made of must be the head of a key of just its size, as Linux frees it
 * so; and every folio of a memfd must begin a key. Return: false and v->why if anything is wrong.
 */
bool verify_luo(struct verifier *v, struct handover *h, const struct blob *b);

#endif
