/* SPDX-License-Identifier: MIT */
/* The verifier's readers of maps, one a format, and what they stand on. */
#ifndef PROOF_VERIFY_MAP_H
#define PROOF_VERIFY_MAP_H

#include "verify.h"

#define LEAF_BITS 32768

/** walk_tree() - read the radix tree at h->map: take its pages, and collect its keys. */
bool walk_tree(struct verifier *v, struct handover *h);

/** walk_chunks() - the same for the list of chunks at h->map. */
bool walk_chunks(struct verifier *v, struct handover *h);

/** add_key() - collect one key. */
void add_key(struct handover *h, uint64_t key);

/** wrong() - say what is. Return: false. */
bool wrong(struct verifier *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** check_place() - memory that may be handed over: RAM, not low, not scratch. */
bool check_place(struct verifier *v, const char *what, uint64_t addr, uint64_t size);

/** read_page() - the page at @addr, which check_place() has seen; from now on watched. */
const void *read_page(struct verifier *v, uint64_t addr);

/** take() - mark [@addr, @addr + @size). Return: false if any page of it was marked. */
bool take(struct verifier *v, uint64_t addr, uint64_t size);

#endif
