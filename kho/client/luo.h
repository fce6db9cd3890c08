/* SPDX-License-Identifier: MIT */
/*
 * The client LUO, Linux's live update orchestrator: sessions of user space, the files in them, and
 * objects that live as long as such files (FLBs).
 *
 * Every version keeps the same three entries; versions differ in the root and in how entries lie in
 * pages. What reads here sees entries alone, one at a time, in their order:
 *
 *   root ─┬─ sessions ── a session ── its files ── a file ── data of its handler
 *         └─ page of FLBs
 *
 * Source: include/linux/kho/abi/luo.h, block.h and kernel/liveupdate/ of Linux 7.1, 7.2 and 7.3.
 */
#ifndef BATON_KHO_CLIENT_LUO_H
#define BATON_KHO_CLIENT_LUO_H

#include "kho/client/handler.h"
#include "kho/client/piece.h"

#define LUO              "LUO" /* the name of the blob */
#define LUO_SESSION_NAME 64    /* with its NUL */
#define LUO_FLB_NAME     48
#define LUO_FLBS         63 /* in their one page */

/**
 * struct luo_session - one session
 * @name:  what user space asks for it by
 * @files: address of the first container of its files, 0 for none
 * @count: how many files it has
 */
struct luo_session {
	char name[LUO_SESSION_NAME];
	uint64_t files, count;
};

/**
 * struct luo_file - one file
 * @handler: whose it is
 * @data:    of its handler, for nobody else to understand
 * @token:   what user space asks for it by
 */
struct luo_file {
	char handler[HANDLER_NAME];
	uint64_t data, token;
};

/**
 * struct luo_flb - one FLB
 * @name:  what its kernel knows it by
 * @data:  for nobody else to understand
 * @count: how many files it lives for
 */
struct luo_flb {
	char name[LUO_FLB_NAME];
	uint64_t data, count;
};

/**
 * struct luo_flb_page - the page of FLBs, the same in every version
 * @pages: always 1
 * @count: how many FLBs follow
 * @flb:   these
 */
struct luo_flb_page {
	uint64_t pages;
	uint64_t count;
	struct luo_flb flb[LUO_FLBS];
};

_Static_assert(sizeof(struct luo_session) == 80, "LUO session");
_Static_assert(sizeof(struct luo_file) == 64, "LUO file");
_Static_assert(offsetof(struct luo_file, handler) == 0, "LUO file");
_Static_assert(sizeof(struct luo_flb) == 64, "LUO FLB");
_Static_assert(offsetof(struct luo_flb_page, flb) == 16, "LUO FLB page");
_Static_assert(sizeof(struct luo_flb_page) <= PAGE_SIZE, "LUO FLB page");

/** enum luo_header - what a container of entries begins with */
enum luo_header {
	LUO_PLAIN,   /* nothing: the session says how many entries follow */
	LUO_COUNTED, /* u64 count */
	LUO_CHAINED, /* u64 address of the next container, 0 for none; u64 count, 1 or more */
};

/**
 * struct luo_array - how entries lie in containers
 * @what:   for messages: "a block of LUO sessions"
 * @header: what a container begins with; the entries follow it
 * @order:  a container is a block of 2^@order pages, with a key of its own
 * @entry:  bytes of an entry
 * @per:    entries that a container has room for
 * @containers: how many there may be
 * @always: there is a container even without any entry
 */
struct luo_array {
	const char *what;
	enum luo_header header;
	unsigned int order;
	unsigned int entry;
	uint64_t per, containers;
	bool always;
};

struct luo_state;

/**
 * struct luo_version - one row
 * @name: "luo-v5"
 * @sessions, @files: how these lie
 * @flbs: there is a page of FLBs even without any
 * @is:   true if the @size bytes of the blob at @root are of this version
 * @read: fill in @s from the root. Return: false with a problem.
 * @write: write the root of @s into a page that is zeroed. Return: its bytes, 0 without room.
 */
struct luo_version {
	const char *name;
	struct luo_array sessions, files;
	bool flbs;
	bool (*is)(const void *root, uint64_t size);
	bool (*read)(struct luo_state *s, const void *root, struct reader *r);
	uint64_t (*write)(const struct luo_state *s, void *root);
};

/**
 * struct luo_state - a root that has been read, or one that is being built
 * @version:  how it is written
 * @root:     its address
 * @number:   the live update number
 * @sessions: the first container of sessions, 0 for none
 * @flbs:     the page of FLBs, 0 for none
 * @extra:    the root holds things that this version does not know
 */
struct luo_state {
	const struct luo_version *version;
	paddr_t root;
	uint64_t number;
	uint64_t sessions, flbs;
	bool extra;
};

/** luo_version_at() - row @i, NULL past the last. */
const struct luo_version *luo_version_at(unsigned int i);

/** luo_version() - "luo-v1" or "luo-v5", by the @size bytes of a root at @bytes; NULL for another. */
const char *luo_version(const void *bytes, uint64_t size);

/**
 * luo_open() - tell the version of a LUO state and read its root
 * @addr, @size: the blob
 *
 * The root is a piece for @r. Return: false with a problem.
 */
bool luo_open(struct luo_state *s, paddr_t addr, uint64_t size, struct reader *r);

/** luo_is_empty() - true if @blob is a LUO state, and there is nothing in it to lose. */
bool luo_is_empty(const struct handover *h, const struct kho_blob *blob);

/**
 * struct luo_cursor - a place among entries; private to luo.c and the functions here
 * @r, @array: what is read
 * @next: the container after this one
 * @at, @left: the next entry, and how many are left in the container
 * @count: for entries without a header: how many there are
 * @seen: entries passed; @entered: containers
 * @failed: there is more, but it cannot be read: the reader has a problem
 */
struct luo_cursor {
	struct reader *r;
	const struct luo_array *array;
	paddr_t next;
	const char *at;
	uint64_t left, count, seen, entered;
	bool failed;
};

/** luo_sessions() - begin before the first session of @s; containers are pieces for @r. */
void luo_sessions(struct luo_cursor *c, const struct luo_state *s, struct reader *r);

/** luo_next_session() - the next one; NULL at the end, or where @c has failed. */
const struct luo_session *luo_next_session(struct luo_cursor *c);

/** luo_files() - begin before the first file of @session, in @s; containers are pieces for @r. */
void luo_files(struct luo_cursor *c, const struct luo_state *s, const struct luo_session *session,
	       struct reader *r);

/** luo_first_file() - luo_next_file() where a container is at its end. */
const struct luo_file *luo_first_file(struct luo_cursor *c);

/** luo_next_file() - the next one; NULL at the end, or where @c has failed. */
static inline __attribute__((always_inline)) const struct luo_file *
luo_next_file(struct luo_cursor *c)
{
	const struct luo_file *file = (const void *)c->at;

	if (!c->left)
		return luo_first_file(c);
	c->at += sizeof(*file);
	c->left--;
	c->seen++;
	return file;
}

/**
 * luo_flbs() - the page of FLBs, as a piece for @r
 * Return: NULL if there is none; with @failed set if it cannot be read.
 */
const struct luo_flb_page *luo_flbs(const struct luo_state *s, struct reader *r, bool *failed);

#endif
