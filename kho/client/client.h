/* SPDX-License-Identifier: MIT */
/*
 * What is known of blobs: a row a client (design law 9). Whatever has no row is carried on as it is.
 */
#ifndef BATON_KHO_CLIENT_CLIENT_H
#define BATON_KHO_CLIENT_CLIENT_H

#include "kho/finding.h"
#include "kho/handover.h"

/**
 * struct client - a client of KHO
 * @name:    of its blob
 * @version: tells the version of the bytes of a blob, all of which can be read. Return: NULL if they
 *           are of none that is known.
 * @check:   adds what is wrong with a blob, all of which can be read, to the findings; NULL if
 *           nothing may be checked
 */
struct client {
	const char *name;
	const char *(*version)(const void *bytes, uint64_t size);
	void (*check)(const struct handover *h, const struct kho_blob *blob, struct findings *f);
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

#endif
