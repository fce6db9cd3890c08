// SPDX-License-Identifier: MIT
/*
 * The planner against a naive model: memory of at most 64 bytes, so that a set of bytes is one word,
 * in which every destination and every order is tried. And what is planned is done, on real bytes.
 *
 * BATON_SEED=N repeats a run.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "kexec/plan.h"

#define LAYOUTS 30000

static uint64_t random_state;

static uint64_t random_u64(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static unsigned int below(unsigned int n)
{
	return (unsigned int)(random_u64() % n);
}

static int seed(void **state)
{
	const char *given = getenv("BATON_SEED");

	(void)state;
	random_state = given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL);
	printf("# BATON_SEED=%" PRIu64 "\n", random_state);
	return 0;
}

/** struct world - a layout on a grid of @size bytes that begins at @base */
struct world {
	paddr_t base;
	unsigned int size;
	struct range range[32];
	struct ranges scratch;
	struct plan plan;
};

static uint64_t bits(unsigned int from, unsigned int n)
{
	return n == 0 ? 0 : (n == 64 ? ~0ULL : (1ULL << n) - 1) << from;
}

static void make_scratch(struct world *w, unsigned int density)
{
	w->scratch = (struct ranges){ w->range, 0, 32 };
	for (unsigned int at = below(4); at < w->size;) {
		unsigned int n = 1 + below(density);

		if (at + n > w->size)
			n = w->size - at;
		w->range[w->scratch.nr++] = (struct range){ w->base + at, w->base + at + n };
		at += n + 1 + below(6);
	}
}

/* Sources are disjoint, as real ones are, and anywhere on the grid. */
static bool make_segments(struct world *w, unsigned int nr)
{
	static const char *const names[] = { "kernel", "boot_params", "initrd", "fourth" };
	uint64_t taken = 0;

	w->plan.nr = nr;
	for (unsigned int i = 0; i < nr; i++) {
		struct plan_segment *s = &w->plan.seg[i];
		unsigned int at = below(w->size), tries = 0;

		s->name = names[i];
		s->size = below(w->size / 4 + 1);
		while ((at + s->size > w->size || taken & bits(at, (unsigned int)s->size)) &&
		       tries++ < 50)
			at = below(w->size);
		if (tries > 50)
			return false;
		taken |= bits(at, (unsigned int)s->size);
		s->src = w->base + at;
		s->memsz = s->size + (below(3) ? 0 : below(5));
		if (s->memsz == 0)
			s->memsz = 1;
		s->align = 1U << (below(2) ? 0 : below(4));
		s->min = below(3) ? 0 : w->base + below(w->size);
		s->stay = below(4) == 0;
		s->dst = 0xdead;
	}
	return true;
}

/** struct model - the same layout in words, and what is asked of it */
struct model {
	const struct world *w;
	uint64_t scratch, src[PLAN_SEGMENTS];
	unsigned int stay; /* these must stay */
	bool strict;       /* no destination may touch any source */
};

/* Can the segments in @todo be copied one after the other, when @used is taken already? */
static bool model_place(const struct model *m, unsigned int todo, uint64_t used)
{
	const struct world *w = m->w;

	if (!todo)
		return true;
	for (unsigned int i = 0; i < w->plan.nr; i++) {
		const struct plan_segment *s = &w->plan.seg[i];
		uint64_t keep = 0;

		if (!(todo & 1U << i))
			continue;
		for (unsigned int j = 0; j < w->plan.nr; j++) {
			bool self = j == i && (!m->strict || m->stay & 1U << i);

			if (!self && (todo & 1U << j || m->strict))
				keep |= m->src[j];
		}
		for (unsigned int at = 0; at + s->memsz <= w->size; at++) {
			uint64_t dst = bits(at, (unsigned int)s->memsz);

			if ((w->base + at) % s->align || w->base + at < s->min)
				continue;
			if (m->stay & 1U << i && w->base + at != s->src)
				continue;
			if (dst & ~m->scratch || dst & used || dst & keep)
				continue;
			if (model_place(m, todo & ~(1U << i), used | dst))
				return true;
		}
	}
	return false;
}

static bool model_can(const struct world *w, unsigned int stay, bool strict)
{
	struct model m = { .w = w, .stay = stay, .strict = strict };

	for (unsigned int r = 0; r < w->scratch.nr; r++)
		m.scratch |= bits((unsigned int)(w->range[r].base - w->base),
				  (unsigned int)(w->range[r].end - w->range[r].base));
	for (unsigned int i = 0; i < w->plan.nr; i++)
		m.src[i] = bits((unsigned int)(w->plan.seg[i].src - w->base),
				(unsigned int)w->plan.seg[i].size);
	return model_place(&m, (1U << w->plan.nr) - 1, 0);
}

/* Which of the segments that would like to stay can, each by itself. */
static unsigned int model_stay(const struct world *w)
{
	unsigned int set = 0;

	for (unsigned int i = 0; i < w->plan.nr; i++) {
		const struct plan_segment *s = &w->plan.seg[i];
		bool inside = false;

		for (unsigned int r = 0; r < w->scratch.nr; r++)
			inside |= s->src >= w->range[r].base &&
				  s->src + s->memsz <= w->range[r].end;
		if (s->stay && inside && s->src % s->align == 0 && s->src >= s->min)
			set |= 1U << i;
	}
	return set;
}

/* Copy as the trampoline does, and see that every byte is what it should be. */
static void do_it(const struct world *w)
{
	uint8_t mem[64], was[64], want[64];
	unsigned int done = 0;

	for (unsigned int i = 0; i < w->size; i++)
		mem[i] = (uint8_t)(1 + below(255));
	memcpy(was, mem, sizeof(was));
	memcpy(want, mem, sizeof(want));
	for (unsigned int n = 0; n < w->plan.nr; n++) {
		const struct plan_segment *s = &w->plan.seg[w->plan.order[n]];
		uint64_t dst = s->dst - w->base, src = s->src - w->base;

		assert_false(done & 1U << w->plan.order[n]);
		done |= 1U << w->plan.order[n];
		memmove(mem + dst, mem + src, s->size);
		memset(mem + dst + s->size, 0, s->memsz - s->size);
		memcpy(want + dst, was + src, s->size);
		memset(want + dst + s->size, 0, s->memsz - s->size);
	}
	assert_int_equal(done, (1U << w->plan.nr) - 1);
	assert_memory_equal(mem, want, w->size);
}

static void check_rules(const struct world *w)
{
	uint64_t used = 0;

	for (unsigned int i = 0; i < w->plan.nr; i++) {
		const struct plan_segment *s = &w->plan.seg[i];
		uint64_t dst;
		bool inside = false;

		for (unsigned int r = 0; r < w->scratch.nr; r++)
			inside |= s->dst >= w->range[r].base &&
				  s->dst + s->memsz <= w->range[r].end;
		assert_true(inside);
		assert_int_equal(s->dst % s->align, 0);
		assert_true(s->dst >= s->min);
		dst = bits((unsigned int)(s->dst - w->base), (unsigned int)s->memsz);
		assert_int_equal(dst & used, 0);
		used |= dst;
	}
}

static void check_preferences(const struct world *w)
{
	unsigned int stay = model_stay(w);
	uint64_t sources = 0, copied = 0;

	if (!model_can(w, stay, false))
		return;
	for (unsigned int i = 0; i < w->plan.nr; i++) {
		const struct plan_segment *s = &w->plan.seg[i];

		if (stay & 1U << i)
			assert_int_equal(s->dst, s->src);
		else
			copied |= bits((unsigned int)(s->dst - w->base), (unsigned int)s->memsz);
		sources |= bits((unsigned int)(s->src - w->base), (unsigned int)s->size);
	}
	if (model_can(w, stay, true))
		assert_int_equal(copied & sources, 0);
}

/* Return: whether a plan was found. */
static bool compare(struct world *w)
{
	struct fault f = { 0 };
	bool can = model_can(w, 0, false);
	int ret = plan_place(&w->plan, &w->scratch, &f);

	assert_int_equal(ret, can ? 0 : -1);
	if (!can) {
		assert_string_equal(f.name, "scratch-too-small");
		return false;
	}
	check_rules(w);
	check_preferences(w);
	do_it(w);
	return true;
}

static void test_random_layouts(void **state)
{
	unsigned int made = 0, found = 0;

	(void)state;
	while (made < LAYOUTS) {
		unsigned int nr = 1 + below(3);
		struct world w = { .base = below(2) ? 0 : 8ULL * below(1000),
				   .size = 12 + below(24) };

		make_scratch(&w, 2 + below(w.size));
		if (!make_segments(&w, nr))
			continue;
		made++;
		found += compare(&w);
	}
	printf("# %u layouts, %u of them could be placed\n", made, found);
	assert_in_range(found, LAYOUTS / 10, LAYOUTS * 9 / 10);
}

static void test_four_segments(void **state)
{
	unsigned int made = 0, found = 0;

	(void)state;
	while (made < LAYOUTS / 15) {
		struct world w = { .base = 64, .size = 10 + below(8) };

		make_scratch(&w, w.size);
		if (!make_segments(&w, 4))
			continue;
		made++;
		found += compare(&w);
	}
	assert_in_range(found, made / 20, made * 19 / 20);
}

/* Full to the last byte: the sources fill scratch and only one order works. */
static void test_tight(void **state)
{
	struct range r[] = { { 0x1000, 0x3000 } };
	struct ranges scratch = { r, 1, 1 };
	struct plan p = {
		.seg = {
			{ "kernel", 0x2000, 0x1000, 0x1000, 0x1000, 0, false, 0 },
			{ "initrd", 0x3000, 0x1000, 0x1000, 0x1000, 0x2000, false, 0 },
		},
		.nr = 2,
	};
	struct fault f;

	(void)state;
	assert_int_equal(plan_place(&p, &scratch, &f), 0);
	assert_int_equal(p.seg[0].dst, 0x1000);
	assert_int_equal(p.seg[1].dst, 0x2000);
	assert_int_equal(p.order[0], 0);
	assert_int_equal(p.order[1], 1);

	/* The other way round needs a third place, and there is none. */
	p.seg[0].src = 0x2000;
	p.seg[1].src = 0x1000;
	assert_int_equal(plan_place(&p, &scratch, &f), -1);
}

/* Numbers at the ends of the address space must not wrap into a plan. */
static void test_overflow(void **state)
{
	struct range r[] = { { 0, 0x1000 }, { UINT64_MAX - 0xfff, UINT64_MAX } };
	struct ranges scratch = { r, 2, 2 };
	static const struct plan_segment seg[] = {
		{ "huge", 0, 1, UINT64_MAX, 1, 0, true, 0 },
		{ "aligned", 0, 1, 0x1000, 1ULL << 63, 1, true, 0 },
		{ "minimum", 0, 1, 0x1000, 0x1000, UINT64_MAX - 1, true, 0 },
		{ "both", UINT64_MAX - 1, 0x1000, 0x2000, 1, 0, true, 0 },
	};
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(seg); i++) {
		struct plan p = { .seg = { seg[i] }, .nr = 1 };

		assert_int_equal(plan_place(&p, &scratch, &f), -1);
		assert_string_equal(f.name, "scratch-too-small");
		assert_non_null(strstr(f.text, seg[i].name));
	}
}

static void test_message(void **state)
{
	struct range r[] = { { MIB(16), MIB(32) }, { MIB(64), MIB(112) + 1 } };
	struct ranges scratch = { r, 2, 2 };
	struct plan p = {
		.seg = {
			{ "kernel", 0, 1, MIB(13) - 5, MIB(2), 0, false, 0 },
			{ "boot_params", 0, 1, 5000, 16, 0, false, 0 },
			{ "initrd", 0, 1, MIB(48) + 2, 4096, 0, false, 0 },
		},
		.nr = 3,
	};
	struct fault f;

	(void)state;
	assert_int_equal(plan_place(&p, &scratch, &f), -1);
	assert_string_equal(
		f.text, "scratch has 64 MiB, its largest range 48 MiB; needed are kernel 13 MiB, "
			"boot_params 5 KiB, initrd 49 MiB (no range holds initrd)");
}

/* As many ranges as there can be, each almost large enough: the search must stay short. */
static void test_many_ranges(void **state)
{
	static struct range r[1026];
	struct ranges scratch = { r, ARRAY_SIZE(r), ARRAY_SIZE(r) };
	struct plan p = { .nr = 4 };
	struct timespec from, to;
	struct fault f;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(r); i++)
		r[i] = (struct range){ MIB(8) * (i + 1), MIB(8) * (i + 1) + MIB(4) };
	for (unsigned int i = 0; i < 4; i++)
		p.seg[i] = (struct plan_segment){
			"part", MIB(8) + MIB(i), MIB(1), MIB(1) + 4096 * i, 4096, 0, false, 0
		};
	p.seg[3].memsz = MIB(4) + 1;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	assert_int_equal(plan_place(&p, &scratch, &f), -1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	/* Some 10 ms under sanitizers; a search over all pairs of ranges would take minutes. */
	assert_in_range(to.tv_sec - from.tv_sec, 0, 5);

	p.seg[3].memsz = MIB(4);
	assert_int_equal(plan_place(&p, &scratch, &f), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_random_layouts, seed),
		cmocka_unit_test_setup(test_four_segments, seed),
		cmocka_unit_test(test_tight),
		cmocka_unit_test(test_overflow),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_many_ranges),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
