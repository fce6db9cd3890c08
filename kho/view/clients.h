/* SPDX-License-Identifier: MIT */
/* What clients hand over, decoded, as text for people. Pure. */
#ifndef BATON_KHO_VIEW_CLIENTS_H
#define BATON_KHO_VIEW_CLIENTS_H

#include "kho/handover.h"

/**
 * clients_print() - one paragraph for each blob of a client that is known
 * @h:    a handover whose map has been read; what is in its blobs may be anything
 * @emit: takes the text, piece by piece
 *
 * What cannot be read ends its paragraph with a line that says so: verify names the reason.
 */
void clients_print(const struct handover *h, void (*emit)(void *arg, const char *text), void *arg);

#endif
