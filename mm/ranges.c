// SPDX-License-Identifier: MIT
#include "mm/ranges.h"

#include <string.h>

/* The first range that ends after @addr, or @s->nr. */
static unsigned int first_ending_after(const struct ranges *s, paddr_t addr)
{
	unsigned int lo = 0, hi = s->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (s->r[mid].end > addr)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

/* Move all entries from index @from on, so that they begin at index @to. */
static void move(struct ranges *s, unsigned int from, unsigned int to)
{
	memmove(&s->r[to], &s->r[from], (s->nr - from) * sizeof(s->r[0]));
	s->nr = s->nr - from + to;
}

bool ranges_add(struct ranges *s, paddr_t base, paddr_t end)
{
	unsigned int first, last;

	if (base >= end)
		return true;

	/* [first, last) are the ranges that the new one overlaps or touches */
	first = base ? first_ending_after(s, base - 1) : 0;
	for (last = first; last < s->nr && s->r[last].base <= end; last++)
		;
	if (first == last) {
		if (s->nr == s->cap)
			return false;
		move(s, first, first + 1);
	} else {
		base = min_u64(base, s->r[first].base);
		end = max_u64(end, s->r[last - 1].end);
		move(s, last, first + 1);
	}
	s->r[first] = (struct range){ base, end };
	return true;
}

bool ranges_sub(struct ranges *s, paddr_t base, paddr_t end)
{
	unsigned int first, last;

	if (base >= end)
		return true;

	/* [first, last) are the ranges that lose something */
	first = first_ending_after(s, base);
	for (last = first; last < s->nr && s->r[last].base < end; last++)
		;
	if (first == last)
		return true;

	if (last - first == 1 && s->r[first].base < base && s->r[first].end > end) {
		if (s->nr == s->cap)
			return false;
		move(s, first, first + 1);
		s->r[first].end = base;
		s->r[first + 1].base = end;
		return true;
	}
	if (s->r[first].base < base)
		s->r[first++].end = base;
	if (first < last && s->r[last - 1].end > end)
		s->r[--last].base = end;
	move(s, last, first);
	return true;
}

bool ranges_hold(const struct ranges *s, paddr_t base, paddr_t end)
{
	unsigned int i = first_ending_after(s, base);

	return base < end && i < s->nr && s->r[i].base <= base && s->r[i].end >= end;
}

bool ranges_meet(const struct ranges *s, paddr_t base, paddr_t end)
{
	unsigned int i = first_ending_after(s, base);

	return base < end && i < s->nr && s->r[i].base < end;
}

uint64_t ranges_bytes(const struct ranges *s)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		sum += s->r[i].end - s->r[i].base;
	return sum;
}

bool ranges_keep(struct ranges *s, const struct ranges *left)
{
	paddr_t at = 0;
	bool ok = true;

	for (unsigned int i = 0; i < left->nr; i++) {
		ok = ok && (at == left->r[i].base || ranges_sub(s, at, left->r[i].base));
		at = left->r[i].end;
	}
	return ok && ranges_sub(s, at, PHYS_LIMIT);
}
