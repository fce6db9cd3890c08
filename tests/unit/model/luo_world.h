/* SPDX-License-Identifier: MIT */
/*
 * A world (world.h) with a LUO state in it, and what must hold of it after every change: what it
 * holds is what came in, its keys are the right ones, and every page is accounted for.
 */
#ifndef BATON_TESTS_UNIT_MODEL_LUO_WORLD_H
#define BATON_TESTS_UNIT_MODEL_LUO_WORLD_H

#include "luo.h"
#include "world.h"

#include "kho/client/client.h"
#include "kho/client/luo_translate.h"

/* What the kernels know. */
#define L70 "kho-v1,luo-v1,memfd-v1,other-v9,memblock-v1,kho-test-v1"
#define L71 "kho-v3,luo-v1,memfd-v2,other-v9,memblock-v1,kho-test-v1,kexec-metadata"
#define L73 "kho-v4,luo-v5,memfd-v2,other-v9,memblock-v1,kho-test-v1,kexec-metadata"

extern struct lm lw_came, lw_now;
extern struct lm_place lw_place;
extern struct reading lw_before, lw_after;
extern struct luo_report lw_report;

void lw_new(int version);

/* @nr sessions: the first with @files files, every eighth of them a memfd; others with up to two. */
void lw_fill(unsigned int nr, unsigned int files, int memfd);

void lw_start(void);

uint64_t lw_blob_at(const struct reading *r, const char *name);

/* Read what is published into @lw_now and @lw_after. */
void lw_look(void);

bool lw_is_memfd(const struct lm_file *f);

/* Every page that is taken is in use: of map, FDT, books, metadata, or the state that was made. */
void lw_assert_no_leak(void);

/*
 * The keys that are published: those of files, but for the pages of memfds that were made anew; and
 * as many of containers as there are.
 */
void lw_assert_keys(void);

/* The bytes of the memfds: those of the page that describes each. */
void lw_assert_memfds(void);

/* The names of @list, which has commas in between; good until the next call. */
const struct speaks *lw_speaks(const char *list);

void lw_hop(const char *next, int version, int memfd);

void lw_assert_unchanged(void);

void lw_many_sessions(unsigned int nr);

#endif
