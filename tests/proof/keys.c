// SPDX-License-Identifier: MIT
#include "keys.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "verify.h"

#define ORDERS 38

/* Where @key stands, or would. */
static size_t find(const struct keys *s, uint64_t key)
{
	size_t lo = 0, hi = s->nr;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (s->k[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void make_room(struct keys *s, size_t nr)
{
	if (nr <= s->room)
		return;
	s->room = 2 * nr + 64;
	s->k = realloc(s->k, s->room * sizeof(*s->k));
	if (!s->k)
		die("out of memory");
}

bool keys_has(const struct keys *s, uint64_t key)
{
	size_t i = find(s, key);

	return i < s->nr && s->k[i] == key;
}

bool keys_add(struct keys *s, uint64_t key)
{
	size_t i = find(s, key);

	if (i < s->nr && s->k[i] == key)
		return false;
	make_room(s, s->nr + 1);
	memmove(&s->k[i + 1], &s->k[i], (s->nr - i) * sizeof(*s->k));
	s->k[i] = key;
	s->nr++;
	return true;
}

bool keys_remove(struct keys *s, uint64_t key)
{
	size_t i = find(s, key);

	if (i == s->nr || s->k[i] != key)
		return false;
	s->nr--;
	memmove(&s->k[i], &s->k[i + 1], (s->nr - i) * sizeof(*s->k));
	return true;
}

void keys_set(struct keys *s, const uint64_t *k, size_t nr)
{
	make_room(s, nr);
	if (nr)
		memcpy(s->k, k, nr * sizeof(*k));
	s->nr = nr;
}

bool keys_equal(const struct keys *s, const struct keys *t)
{
	return s->nr == t->nr && (!s->nr || memcmp(s->k, t->k, s->nr * sizeof(*s->k)) == 0);
}

bool keys_cover(const struct keys *s, uint64_t page)
{
	for (unsigned int order = 0; order < ORDERS; order++)
		if (keys_has(s, key_of(page, order)))
			return true;
	return false;
}

bool keys_meet(const struct keys *s, uint64_t base, uint64_t end)
{
	for (unsigned int order = 0; order < ORDERS; order++) {
		size_t i = find(s, key_of(base, order));

		/* the keys of one order are in the order of their addresses */
		if (i < s->nr && key_order(s->k[i]) == order && key_addr(s->k[i]) < end)
			return true;
	}
	return false;
}
