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
 * @vital:   a Linux that has this client panics if it cannot read the blob. Of the others it says so, and
 *           goes on without what the blob leads to.
 * @claim:   claims every page that a blob leads to, and checks what is in them; NULL if its client
 *           leads nowhere
 *
 * Both are called only for blobs of which every byte can be read; @claim only for a vital one, or in a
 * version that is known.
 */
struct client {
	const char *name;
	const char *(*version)(const void *bytes, uint64_t size);
	bool vital;
	void (*claim)(struct claims *c, const struct kho_blob *blob);
};

/** client_at() - row @i of the table, NULL past its end. */
const struct client *client_at(unsigned int i);

/** client_by_name() - the row of the client whose blob is @name, or NULL. */
const struct client *client_by_name(const char *name);

/**
 * client_version() - the version of @blob, if its client has a row
 * Return: NULL if there is none, if the blob cannot be read, or is of no version that is known.
 */
const char *client_version(const struct handover *h, const struct kho_blob *blob);

/**
 * client_reads() - is @blob in a version that is known, or has it no row?
 * What is not read goes on as it is.
 */
bool client_reads(const struct handover *h, const struct kho_blob *blob);

/**
 * client_check() - check that every vital blob can be found
 * Does nothing with a handover whose map could not be read.
 */
void client_check(const struct handover *h, struct findings *f);

/**
 * client_claim() - check what clients keep in preserved memory, and that no page has two owners
 * @h:  the handover
 * @pm: the page map into which it was ingested; the same again afterwards
 * @f:  the findings
 *
 * Does nothing if there are findings already. Of a blob without a row, in no known version, or
 * whose row claims nothing, only the pages are looked at: they must be no other client's. Several such blobs may share a page.
 */
void client_claim(const struct handover *h, struct pagemap *pm, struct findings *f);

#endif
