// SPDX-License-Identifier: MIT
/*
 * The search finds a placement if there is one, because of three facts.
 *
 * For a given copy order it is fixed which memory a segment must avoid: the sources of all segments
 * copied after it. Within one range of scratch, segments can be placed by rising address, each at
 * the lowest place that is left, and nothing is lost by that; so the lowest end of a subset of the
 * segments follows from the lowest ends of its subsets with one segment less. And ranges do not
 * influence each other, so what remains is to share the segments out: range by range, sets that
 * were reached before are extended by subsets that fit in the range.
 *
 * Segments are named by their index and sets of them by bit masks.
 */
#include "kexec/plan.h"

#include <stdio.h>
#include <string.h>

#define SETS       (1U << PLAN_SEGMENTS)
#define MAX_BLOCKS (2 * PLAN_SEGMENTS)

/**
 * struct layout - how each subset of the segments lies in one range, as low as it can
 * @end: where it ends; 0 if the subset does not fit
 * @dst: where its highest segment begins
 * @top: which one that is
 */
struct layout {
	paddr_t end[SETS];
	paddr_t dst[SETS];
	uint8_t top[SETS];
};

/** struct share - if a set was @reached: that was first by putting its subset @part into @range */
struct share {
	unsigned int range;
	uint8_t part;
	bool reached;
};

/**
 * struct search - one attempt, with everything fixed that is not searched for
 * @p, @scratch: as for plan_place()
 * @fixed:  segments that stay where their source is
 * @strict: no destination may touch any source, whatever the order
 * @avoid:  for each segment, the segments whose sources it must keep off
 */
struct search {
	struct plan *p;
	const struct ranges *scratch;
	unsigned int fixed;
	bool strict;
	unsigned int avoid[PLAN_SEGMENTS];
};

static unsigned int all_of(const struct plan *p)
{
	return (1U << p->nr) - 1;
}

static bool meet(paddr_t a, paddr_t a_end, paddr_t b, paddr_t b_end)
{
	return a < b_end && b < a_end;
}

/* The end of a source that is our own book-keeping; one that wraps reaches to the end of memory. */
static paddr_t source_end(const struct plan_segment *s)
{
	paddr_t end = UINT64_MAX;

	range_end(s->src, s->size, &end);
	return end;
}

/* What segment @i must keep off. Return: the number of ranges in @out. */
static unsigned int blocks_for(const struct search *s, unsigned int i, struct range *out)
{
	unsigned int n = 0;

	for (unsigned int j = 0; j < s->p->nr; j++) {
		const struct plan_segment *seg = &s->p->seg[j];

		if (s->avoid[i] & 1U << j && seg->size)
			out[n++] = (struct range){ seg->src, source_end(seg) };
		if (s->fixed & 1U << j)
			out[n++] = (struct range){ seg->src, seg->src + seg->memsz };
	}
	return n;
}

/**
 * lowest() - set @at to the lowest place for @seg in [@from, @end) that meets none of @block
 * Each round passes one of these @nr for good, so there are at most @nr + 1.
 */
static bool lowest(const struct plan_segment *seg, paddr_t from, paddr_t end,
		   const struct range *block, unsigned int nr, paddr_t *at)
{
	paddr_t x, x_end;
	unsigned int i;

	for (;;) {
		x = align_up(from, seg->align);
		if (x < from || !range_end(x, seg->memsz, &x_end) || x_end > end)
			return false;
		for (i = 0; i < nr && !meet(x, x_end, block[i].base, block[i].end); i++)
			;
		if (i == nr)
			break;
		from = block[i].end;
	}
	*at = x;
	return true;
}

/* Extend every subset that fits in @r by segment @i. */
static void extend(const struct search *s, const struct range *r, unsigned int set,
		   struct layout *l)
{
	struct range block[MAX_BLOCKS];
	paddr_t at;

	for (unsigned int i = 0; i < s->p->nr; i++) {
		const struct plan_segment *seg = &s->p->seg[i];
		unsigned int more = set | 1U << i;

		if (more == set || s->fixed & 1U << i || seg->memsz > r->end - l->end[set])
			continue;
		if (!lowest(seg, max_u64(l->end[set], seg->min), r->end, block,
			    blocks_for(s, i, block), &at))
			continue;
		if (l->end[more] == 0 || at + seg->memsz < l->end[more]) {
			l->end[more] = at + seg->memsz;
			l->dst[more] = at;
			l->top[more] = (uint8_t)i;
		}
	}
}

static void lay_out(const struct search *s, const struct range *r, struct layout *l)
{
	memset(l, 0, sizeof(*l));
	l->end[0] = r->base;
	for (unsigned int set = 0; set < all_of(s->p); set++) {
		if (set == 0 || l->end[set])
			extend(s, r, set, l);
	}
}

/* Note every set that the range completes; from high to low, so that it is used only once. */
static void share_out(struct share *share, unsigned int all, unsigned int range,
		      const struct layout *l)
{
	for (unsigned int have = all + 1; have-- > 0;) {
		if (!share[have].reached)
			continue;
		for (unsigned int part = 1; part <= all; part++) {
			if (part & have || !l->end[part] || share[have | part].reached)
				continue;
			share[have | part] = (struct share){ range, (uint8_t)part, true };
		}
	}
}

/* Write down the destinations that the shares stand for. */
static void settle(const struct search *s, const struct share *share)
{
	unsigned int have = all_of(s->p);
	struct layout l;

	while (have != s->fixed) {
		unsigned int part = share[have].part;

		have &= ~part;
		lay_out(s, &s->scratch->r[share[have | part].range], &l);
		for (; part; part &= ~(1U << l.top[part]))
			s->p->seg[l.top[part]].dst = l.dst[part];
	}
	for (unsigned int i = 0; i < s->p->nr; i++) {
		if (s->fixed & 1U << i)
			s->p->seg[i].dst = s->p->seg[i].src;
	}
}

static bool place_all(const struct search *s)
{
	struct share share[SETS];
	unsigned int all = all_of(s->p);
	uint64_t least = UINT64_MAX;
	struct layout l;

	memset(share, 0, sizeof(share));
	share[s->fixed].reached = true;
	for (unsigned int i = 0; i < s->p->nr; i++)
		least = min_u64(least, s->p->seg[i].memsz);
	for (unsigned int r = 0; r < s->scratch->nr && !share[all].reached; r++) {
		const struct range *range = &s->scratch->r[r];

		if (range->end - range->base < least)
			continue;
		lay_out(s, range, &l);
		share_out(share, all, r, &l);
	}
	if (!share[all].reached)
		return false;
	settle(s, share);
	return true;
}

/* The zeroed tail of a segment that stays must not destroy a source either. */
static bool fixed_are_harmless(const struct search *s)
{
	const struct plan *p = s->p;

	for (unsigned int i = 0; i < p->nr; i++) {
		paddr_t end = p->seg[i].src + p->seg[i].memsz;

		for (unsigned int j = 0; j < p->nr && s->fixed & 1U << i; j++) {
			bool later = s->avoid[i] & 1U << j;

			if (j == i)
				continue;
			if (later && p->seg[j].size &&
			    meet(p->seg[i].src, end, p->seg[j].src, source_end(&p->seg[j])))
				return false;
			if (s->fixed & 1U << j && meet(p->seg[i].src, end, p->seg[j].src,
						       p->seg[j].src + p->seg[j].memsz))
				return false;
		}
	}
	return true;
}

static bool try_order(struct search *s)
{
	unsigned int todo = all_of(s->p);

	for (unsigned int n = 0; n < s->p->nr; n++) {
		unsigned int i = s->p->order[n];

		todo &= ~(1U << i);
		s->avoid[i] = s->strict ? all_of(s->p) : todo;
	}
	return fixed_are_harmless(s) && place_all(s);
}

static void swap(unsigned int *a, unsigned int *b)
{
	unsigned int t = *a;

	*a = *b;
	*b = t;
}

/* The next permutation in lexical order. Return: false after the last. */
static bool next_order(struct plan *p)
{
	unsigned int *o = p->order, i, j;

	for (i = p->nr - 1; i > 0 && o[i - 1] > o[i]; i--)
		;
	if (i == 0)
		return false;
	for (j = p->nr - 1; o[j] < o[i - 1]; j--)
		;
	swap(&o[i - 1], &o[j]);
	for (j = p->nr - 1; i < j; i++, j--)
		swap(&o[i], &o[j]);
	return true;
}

static void first_order(struct plan *p)
{
	for (unsigned int i = 0; i < p->nr; i++)
		p->order[i] = i;
}

static bool try_all_orders(struct search *s)
{
	first_order(s->p);
	do {
		if (try_order(s))
			return true;
	} while (!s->strict && next_order(s->p));
	return false;
}

static unsigned int those_that_stay(const struct plan *p, const struct ranges *scratch)
{
	unsigned int set = 0;
	paddr_t end;

	for (unsigned int i = 0; i < p->nr; i++) {
		const struct plan_segment *s = &p->seg[i];

		if (s->stay && is_aligned(s->src, s->align) && s->src >= s->min &&
		    range_end(s->src, s->memsz, &end) && ranges_hold(scratch, s->src, end))
			set |= 1U << i;
	}
	return set;
}

/* The name of a segment that would find no place even if it were the only one, or NULL. */
static const char *hopeless(struct plan *p, const struct ranges *scratch)
{
	for (unsigned int i = 0; i < p->nr; i++) {
		bool fits = false;
		paddr_t at;

		for (unsigned int r = 0; r < scratch->nr && !fits; r++)
			fits = lowest(&p->seg[i], max_u64(scratch->r[r].base, p->seg[i].min),
				      scratch->r[r].end, NULL, 0, &at);
		if (!fits)
			return p->seg[i].name;
	}
	return NULL;
}

/* @bytes in MiB or KiB, into @buf; what is needed is rounded up, what is there down. */
static const char *in_units(char buf[32], uint64_t bytes, bool up)
{
	unsigned int shift = bytes >= MIB(10) ? 20 : 10;
	uint64_t whole = bytes >> shift;

	if (up && !is_aligned(bytes, 1ULL << shift))
		whole++;
	snprintf(buf, 32, "%llu %s", (unsigned long long)whole, shift == 20 ? "MiB" : "KiB");
	return buf;
}

static int too_small(struct plan *p, const struct ranges *scratch, struct fault *f)
{
	const char *worst = hopeless(p, scratch);
	char need[FAULT_TEXT] = "", total[32], largest[32], size[32];
	size_t len = 0;
	uint64_t max = 0;

	for (unsigned int r = 0; r < scratch->nr; r++)
		max = max_u64(max, scratch->r[r].end - scratch->r[r].base);
	for (unsigned int i = 0; i < p->nr && len < sizeof(need); i++)
		len += (size_t)snprintf(need + len, sizeof(need) - len, "%s%s %s", i ? ", " : "",
					p->seg[i].name, in_units(size, p->seg[i].memsz, true));
	return fault_set(f, "scratch-too-small",
			 "scratch has %s, its largest range %s; needed are %s%s%s%s",
			 in_units(total, ranges_bytes(scratch), false),
			 in_units(largest, max, false), need, worst ? " (no range holds " : "",
			 worst ? worst : "", worst ? ")" : "");
}

int plan_place(struct plan *p, const struct ranges *scratch, struct fault *f)
{
	struct search s = { .p = p, .scratch = scratch };
	unsigned int stay = those_that_stay(p, scratch);

	/* From what is cheapest to copy to what is hardest; the last one covers all there is. */
	for (unsigned int attempt = 0; attempt < (stay ? 4 : 2); attempt++) {
		s.fixed = attempt < 2 ? stay : 0;
		s.strict = attempt % 2 == 0;
		if (try_all_orders(&s))
			return 0;
	}
	return too_small(p, scratch, f);
}
