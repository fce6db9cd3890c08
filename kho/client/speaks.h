/* SPDX-License-Identifier: MIT */
/*
 * What the next kernel speaks: the names of clients, file handlers, FLBs and blobs that it knows.
 *
 * A kernel takes what was kept for it only under a name that it knows itself: the compatible string of
 * a client's data ("luo-v5", "memblock-v1"), of a LUO file handler ("memfd-v2") or of an FLB. So the
 * same string stands in its image, and batonctl finds it there. The blob kexec-metadata has no such
 * string: its own name stands for it.
 */
#ifndef BATON_KHO_CLIENT_SPEAKS_H
#define BATON_KHO_CLIENT_SPEAKS_H

#include "lib/num.h"

#define SPEAKS_NAME 48   /* longest name with its NUL: what LUO has room for */
#define SPEAKS_MAX  128  /* names in a set; the largest kernel measured has 16 */
#define SPEAKS_ROOM 6144 /* bytes of all names with their NULs: SPEAKS_MAX of the longest */

/**
 * enum speaks_what - what is known of the next kernel
 * @SPEAKS_UNKNOWN: nobody has recorded its names: what needs a certain version can't go to it
 * @SPEAKS_LISTED:  it knows the names in the set, and no others; that may be none
 * @SPEAKS_ALL:     it is a baton, which passes on what it can't read
 */
enum speaks_what { SPEAKS_UNKNOWN, SPEAKS_LISTED, SPEAKS_ALL };

/**
 * struct speaks - a set of names; all zeros is SPEAKS_UNKNOWN
 * @what:      what is known
 * @nr, @used: names, and bytes of @names that they take
 * @names:     one after the other, each with its NUL, in the order in which they were added
 */
struct speaks {
	enum speaks_what what;
	unsigned int nr, used;
	char names[SPEAKS_ROOM];
};

_Static_assert(SPEAKS_ROOM == SPEAKS_MAX * SPEAKS_NAME, "as many names as are counted fit");

/** speaks_is_name() - may the @len bytes at @text be a name: 1 to 47 printable characters, no space? */
bool speaks_is_name(const char *text, size_t len);

/**
 * speaks_add() - add a name; the set is then SPEAKS_LISTED
 * @text, @len: the name, not NUL-terminated; one that is there already is not added again
 * Return: false, and @s as it was, if it is no name or SPEAKS_MAX are there.
 */
bool speaks_add(struct speaks *s, const char *text, size_t len);

/**
 * speaks_name() - does the next kernel know @name?
 * Always true of SPEAKS_ALL, never of SPEAKS_UNKNOWN: ask for @s->what where that matters.
 */
bool speaks_name(const struct speaks *s, const char *name);

/** speaks_next() - the name behind @last, the first one for NULL. Return: NULL behind the last. */
const char *speaks_next(const struct speaks *s, const char *last);

#endif
