/* SPDX-License-Identifier: MIT */
/* Sets of keys, as sorted lists. */
#ifndef PROOF_KEYS_H
#define PROOF_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct keys {
	uint64_t *k;
	size_t nr, room;
};

bool keys_has(const struct keys *s, uint64_t key);

/** keys_add() / keys_remove() - Return: false if it was there already, or was not there. */
bool keys_add(struct keys *s, uint64_t key);
bool keys_remove(struct keys *s, uint64_t key);

void keys_set(struct keys *s, const uint64_t *k, size_t nr);
bool keys_equal(const struct keys *s, const struct keys *t);

/** keys_meet() - true if the block of any key has bytes in [@base, @end). */
bool keys_meet(const struct keys *s, uint64_t base, uint64_t end);

/** keys_cover() - true if the page at @page is in the block of a key. */
bool keys_cover(const struct keys *s, uint64_t page);

#endif
