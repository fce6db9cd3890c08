/* SPDX-License-Identifier: MIT */
/* Sorted sets of half-open physical ranges: RAM, scratch. */
#ifndef BATON_MM_RANGES_H
#define BATON_MM_RANGES_H

#include "lib/num.h"

struct range {
	paddr_t base, end;
};

/**
 * struct ranges - sorted, disjoint, non-empty, non-touching ranges
 * @r:   the caller's table
 * @nr:  entries in use
 * @cap: entries that @r has room for
 */
struct ranges {
	struct range *r;
	unsigned int nr, cap;
};

/**
 * ranges_add() - add [@base, @end), merging with what it touches or overlaps
 * An empty range adds nothing. Return: false if the table is full (it is then unchanged).
 */
bool ranges_add(struct ranges *s, paddr_t base, paddr_t end);

/** ranges_sub() - remove [@base, @end). Return: false if a split finds the table full (unchanged). */
bool ranges_sub(struct ranges *s, paddr_t base, paddr_t end);

/** ranges_keep() - remove from @s whatever is not in @left. Return: false if the table of @s is full. */
bool ranges_keep(struct ranges *s, const struct ranges *left);

/** ranges_hold() - true if every byte of the non-empty [@base, @end) is in the set. */
bool ranges_hold(const struct ranges *s, paddr_t base, paddr_t end);

/** ranges_meet() - true if any byte of [@base, @end) is in the set. */
bool ranges_meet(const struct ranges *s, paddr_t base, paddr_t end);

/** ranges_bytes() - the sum of all lengths, in bytes. */
uint64_t ranges_bytes(const struct ranges *s);

#endif
