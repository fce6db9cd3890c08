/* SPDX-License-Identifier: MIT */
/* What the two halves of the model share. */
#ifndef PROOF_DUE_H
#define PROOF_DUE_H

#include "model.h"

#define PER_CHUNK 511 /* blocks that one chunk page of a list holds */

/** model_wrong() - say so in m->why. Return: false. */
bool model_wrong(struct model *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * model_list() - follow a kho_vmalloc descriptor: chunk pages into m->chunk, keys of the blocks
 * into m->list.
 */
bool model_list(struct model *m, const uint64_t *descriptor);

/** model_blob() - the number of the blob called @name, or -1. */
int model_blob(const struct model *m, const char *name);

#endif
