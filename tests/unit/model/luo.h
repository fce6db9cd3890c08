/* SPDX-License-Identifier: MIT */
/*
 * A LUO state written and read the dumb way, to test kho/client/ against.
 *
 * It shares no code with it: what a state holds is a list of sessions, files and FLBs; the writer
 * puts bytes at the offsets of the ABI into a model's memory (kho.h), for either version, and
 * the reader gets the list back out of what is published. Every key notes whose it is.
 */
#ifndef BATON_TESTS_UNIT_MODEL_LUO_H
#define BATON_TESTS_UNIT_MODEL_LUO_H

#include "kho.h"

#define LM_SESSIONS   3000
#define LM_FILES      12000
#define LM_FLBS       63
#define LM_CONTAINERS 4096
#define LM_KEYS       16000
#define LM_BASE       0x10000000UL /* 256 MiB: where its pages begin */
#define LM_OTHERS     "other-v9"   /* a handler that baton does not know */

/* Whose a key is: the containers', or those of the session of that number; or of another client. */
#define LM_CONTAINER (-1)
#define LM_KHO_TEST  (-2)
#define LM_MEMBLOCK  (-3)

struct lm_file {
	char handler[49];
	uint64_t data, token;
};

struct lm_session {
	char name[65];
	unsigned int first, nr;
};

struct lm_flb {
	char name[49];
	uint64_t data, count;
};

struct lm_key {
	uint64_t addr;
	unsigned int order;
	int owner;
};

/* What a state holds, and where things of it are. */
struct lm {
	int version; /* 1 or 5 */
	uint64_t number, root, root_size, flb_page;
	struct lm_session session[LM_SESSIONS];
	struct lm_file file[LM_FILES];
	struct lm_flb flb[LM_FLBS];
	unsigned int nr_session, nr_file, nr_flb;
	uint64_t sessions_at[8], files_at[8];      /* blocks of sessions; of files of session 0 */
	struct model_key container[LM_CONTAINERS]; /* filled in by reading */
	unsigned int containers, container_pages;
};

/* What the writer has used of a model. */
struct lm_place {
	struct model *m;
	uint64_t next;
	struct lm_key key[LM_KEYS];
	unsigned int nr;
};

struct lm_list {
	uint64_t first, chunk, block[4]; /* first chunk, last chunk, first blocks */
	uint32_t pages;
	uint16_t order;
};

uint8_t *lm_at(struct model *m, uint64_t addr);

uint64_t lm_get(struct model *m, uint64_t addr);

void lm_put(struct model *m, uint64_t addr, uint64_t v);

/* A block with a key; every third place, so that nothing lies side by side by chance. */
uint64_t lm_block(struct lm_place *p, unsigned int order, int owner);

/* Take a key out of the model's tree, as if it had never been there. */
void lm_unkey(struct lm_place *p, uint64_t addr, unsigned int order);

void lm_session(struct lm *l, const char *name);

void lm_file(struct lm *l, const char *handler, uint64_t token, uint64_t data);

void lm_flb(struct lm *l, const char *name, uint64_t data, uint64_t count);

/* @bytes of array in blocks of @order; the bytes of block i at @l->block[i] for the first four. */
void lm_list(struct lm_place *p, uint64_t bytes, unsigned int order, int owner, struct lm_list *l);

/* The address of byte @offset of the array. */
uint64_t lm_list_at(struct model *m, const struct lm_list *l, uint64_t offset);

/*
 * A memfd of @folios folios of @order, @hole pages apart in the file, at position @pos.
 * Return: its data.
 */
uint64_t lm_memfd(struct lm_place *p, int version, unsigned int folios, unsigned int order,
		  unsigned int hole, uint64_t pos, uint32_t seals, int owner);

/* Write @l, as the blob LUO, in the place of the one that the model has. */
void lm_write(struct lm_place *p, struct lm *l);

/* What the LUO state at @root holds. */
void lm_read(struct model *m, uint64_t root, struct lm *l);

/* Names, tokens, FLBs and number are the same, in the same order; data too, unless @translated. */
void lm_assert_same(const struct lm *a, const struct lm *b, bool translated);

/* kho_test with @nr folios of orders 0 to 3. Return: its FDT. */
uint64_t lm_kho_test(struct lm_place *p, unsigned int nr, struct lm_list *list);

/* memblock with two regions: of one page, and of 6 pages in two blocks. Return: its FDT. */
uint64_t lm_memblock(struct lm_place *p);

/* memblock with one region, whose keys the test makes. */
void lm_region(struct lm_place *p, uint64_t start, uint64_t size);

#endif
