/* SPDX-License-Identifier: MIT */
/*
 * What is known of blobs: a row a client (law 9). A blob without a row is carried on as it is.
 */
#ifndef BATON_KHO_CLIENT_CLIENT_H
#define BATON_KHO_CLIENT_CLIENT_H

#include "kho/client/claims.h"

/**
 * struct client - a client of KHO
 * @name:    of its blob
 * @version: tells which version the @size bytes of a blob are in. Return: NULL if they are in none that
 *           is known.
 * @check:   adds whatever is wrong with a blob to the findings; NULL if nothing may be checked
 * @claim:   claims every page that a blob leads to, and checks what is in them; NULL if its client
 *           leads nowhere
 *
 * All are called only for blobs of which every byte can be read.
 */
struct client {
	const char *name;
	const char *(*version)(const void *bytes, uint64_t size);
	void (*check)(const struct handover *h, const struct kho_blob *blob, struct findings *f);
	void (*claim)(struct claims *c, const struct kho_blob *blob);
};

/** client_at() - row @i of the table, NULL past its end. */
const struct client *client_at(unsigned int i);

/** client_by_name() - the row of the client whose blob is @name, or NULL. */
const struct client *client_by_name(const char *name);

/**
 * client_check() - check every blob that has a row and can be read
 * Does nothing with a handover whose map could not be read.
 */
void client_check(const struct handover *h, struct findings *f);

/**
 * client_claim() - check what clients keep in preserved memory, and that no page has two owners
 * @h:  the handover
 * @pm: the page map into which it was ingested; the same again afterwards
 * @f:  the findings
 *
 * Does nothing if there are findings already. Of a blob without a row, or whose row claims nothing,
 * only the pages are looked at: they must be no other client's. Several such blobs may share a page.
 */
void client_claim(const struct handover *h, struct pagemap *pm, struct findings *f);

#endif
