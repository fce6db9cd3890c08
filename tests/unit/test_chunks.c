// SPDX-License-Identifier: MIT
/*
 * Building the chunk lists of kho-v1, against a set of keys in an array and a reader that shares no
 * code with the one that is tested.
 *
 * The files that change a map are compiled into this one, with a publish() that looks: what a reader
 * of the root finds is read and compared before and after each store that could show it anything.
 */
#include "model/kho.h"

#include <unistd.h>

/* In the place of kho/map/publish.h. */
#define BATON_KHO_MAP_PUBLISH_H

static void look(void);

static void publish(volatile uint64_t *slot, uint64_t value)
{
	look();
	*slot = value;
	look();
}

#include "kho/map/chunks_build.c"
#include "kho/map/pages.c"
#include "kho/map/radix_build.c"

#define MAX_KEYS 4096

static struct model *m;
static struct pagemap pm;
static void *pm_mem;
static struct palloc pa;
static unsigned int left;
static struct map map;
static struct map_build b;
static uint64_t books; /* pages that are not the map's */

static bool grant(paddr_t base, paddr_t end)
{
	(void)base;
	(void)end;
	if (!left)
		return false;
	left--;
	return true;
}

/* ---- the set that should be there ---- */

struct set {
	struct model_key key[MAX_KEYS];
	unsigned int nr;
};

static struct set now, got;

static int find_key(const struct set *s, const struct model_key *k)
{
	unsigned int i;

	for (i = 0; i < s->nr; i++)
		if (s->key[i].addr == k->addr && s->key[i].order == k->order)
			return (int)i;
	return -1;
}

static void add_to(struct set *s, uint64_t addr, unsigned int order)
{
	assert_true(s->nr < MAX_KEYS);
	s->key[s->nr++] = (struct model_key){ addr, order };
}

/* ---- a reader of lists: by offsets of the ABI ---- */

struct shape {
	uint64_t chunks, leaves;
};

static uint32_t met[M_MID_END / 4096], pass;

static uint64_t word_at(uint64_t addr)
{
	uint64_t value;

	memcpy(&value, model_at(m, addr), 8);
	return value;
}

static unsigned int half_at(uint64_t addr)
{
	uint32_t value;

	memcpy(&value, model_at(m, addr), 4);
	return value;
}

/* A page that is led to: RAM, above 1 MiB, not free, and not met before. */
static void meet_page(uint64_t addr)
{
	assert_int_equal(addr % 4096, 0);
	assert_true(addr >= M_MID_BASE && addr < M_MID_END);
	assert_true(pagemap_any(&pm, addr, addr + 4096));
	assert_int_not_equal(met[addr / 4096], pass);
	met[addr / 4096] = pass;
}

static void read_leaf(struct set *keys, uint64_t bitmap, uint64_t base, unsigned int order)
{
	unsigned int before = keys->nr, i;

	for (i = 0; i < 32768; i++) {
		if (i % 64 == 0 && !word_at(bitmap + i / 8))
			i += 63; /* nothing in 64 bits */
		else if (((const uint8_t *)model_at(m, bitmap))[i / 8] >> i % 8 & 1)
			add_to(keys, base + (((uint64_t)i << order) << 12), order);
	}
	assert_true(keys->nr > before);
}

/* The entries of one chunk, which ascend. */
static void read_chunk(uint64_t at, struct shape *s, struct set *keys)
{
	unsigned int order = half_at(at + 8), count = half_at(at + 12), i;
	uint64_t last = 0;

	for (i = 0; i < count; i++) {
		uint64_t base = word_at(at + 16 + 16 * i), bitmap = word_at(at + 24 + 16 * i);

		assert_int_equal(order < 37 ? base % (0x8000000UL << order) : base, 0);
		assert_true(i == 0 || base > last);
		last = base;
		meet_page(bitmap);
		s->leaves++;
		if (keys)
			read_leaf(keys, bitmap, base, order);
	}
}

/*
 * Read the list at @root into @keys, or its pages alone if that is NULL. What is demanded is more
 * than Linux wants: no page is empty but the root, all ascends, and of two neighbours of one order
 * neither could hold both.
 */
static void read_list(uint64_t root, struct shape *s, struct set *keys)
{
	uint64_t at, prev = 0;

	*s = (struct shape){ 0 };
	pass++;
	if (keys)
		keys->nr = 0;
	for (at = root; at; prev = at, at = word_at(at)) {
		unsigned int order = half_at(at + 8), count = half_at(at + 12);

		meet_page(at);
		s->chunks++;
		assert_true(count <= 255);
		assert_int_equal(count == 0, at == root);
		if (prev && prev != root) {
			assert_true(order >= half_at(prev + 8));
			if (order == half_at(prev + 8)) {
				assert_true(count + half_at(prev + 12) > 127);
				assert_true(word_at(at + 16) >
					    word_at(prev + 16 * half_at(prev + 12)));
			}
		}
		read_chunk(at, s, keys);
	}
}

/* ---- what is looked at between stores ---- */

enum watch { LOOK_AWAY, LOOK_AT_PAGES, LOOK_AT_KEYS };

static struct {
	enum watch how;
	struct model_key key; /* the one that comes or goes */
	bool had, has;        /* before and after; later also: what was seen last */
	uint64_t looks;
} watch;

/* Compare the keys that were read with those that should be there, but for the one under way. */
static void compare_keys(void)
{
	static struct set want;
	bool seen = find_key(&got, &watch.key) >= 0;
	int i;

	assert_true(seen == watch.had || seen == watch.has);
	if (seen == watch.has)
		watch.had = watch.has; /* there is no way back */
	want = now;
	i = find_key(&want, &watch.key);
	if (i >= 0)
		want.key[i] = want.key[--want.nr];
	if (seen)
		want.key[want.nr++] = watch.key;
	model_assert_same(got.key, got.nr, want.key, want.nr);
}

static void look(void)
{
	struct shape s;

	if (watch.how == LOOK_AWAY)
		return;
	watch.looks++;
	read_list(map.root, &s, watch.how == LOOK_AT_KEYS ? &got : NULL);
	if (watch.how == LOOK_AT_KEYS)
		compare_keys();
}

/* ---- changing both ---- */

static int enter(uint64_t addr, unsigned int order)
{
	struct model_key k = { addr, order };
	int at = find_key(&now, &k), err;

	watch.key = k;
	watch.had = at >= 0;
	watch.has = true;
	err = map_add_key(&b, addr, order);
	if (!err && at < 0)
		now.key[now.nr++] = k;
	return err;
}

static bool leave(uint64_t addr, unsigned int order)
{
	struct model_key k = { addr, order };
	int at = find_key(&now, &k);
	bool was;

	watch.key = k;
	watch.had = at >= 0;
	watch.has = false;
	was = map_remove_key(&b, addr, order);
	assert_int_equal(was, at >= 0);
	if (at >= 0)
		now.key[at] = now.key[--now.nr];
	return was;
}

/* The index's pages: its nodes, without the leaves. */
static uint64_t count_index(uint64_t node, int level)
{
	uint64_t pages = 1, i;

	for (i = 0; level > 1 && i < 512; i++)
		if (word_at(node + 8 * i))
			pages += count_index(word_at(node + 8 * i), level - 1);
	return pages;
}

static void check(void)
{
	struct shape s;

	read_list(map.root, &s, &got);
	model_assert_same(got.key, got.nr, now.key, now.nr);
	assert_int_equal(map.pages, s.chunks + s.leaves);
	assert_int_equal(pa.taken, map.pages + 1 + count_index(map.index, 5) + books);
}

static int setup(void **state)
{
	(void)state;
	alarm(120); /* a list without end is a failure, not a hang */
	m = model_new();
	pm_mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, pm_mem);
	palloc_init(&pa, &pm, &m->window, grant);
	left = UINT32_MAX;
	now.nr = 0;
	books = 0;
	memset(&watch, 0, sizeof(watch));
	assert_int_equal(map_build_init(&b, &map, &chunks_format, &pa), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	watch.how = LOOK_AWAY;
	map_free(&b);
	assert_int_equal(pa.taken, 0);
	assert_int_equal(map.root, 0);
	free(pm_mem);
	model_free(m);
	return 0;
}

/* ---- tests ---- */

static void nothing_preserved(void **state)
{
	unsigned int order;

	(void)state;
	check();
	assert_int_equal(map.pages, 1);
	assert_false(map_has(&map, M_BLOB, 0));
	assert_false(map_find(&map, M_BLOB, &order));
	assert_false(map_meets(&map, M_BLOB, 3, 30, &order));
	assert_false(leave(M_BLOB, 0));
}

/* Few places, so that leaves fill up and empty again, some alone and some side by side. */
static struct model_key some_key(void)
{
	static const uint64_t place[] = { 0, 0x8000000, 0x7fff000, 1UL << 40, 1UL << 45, 1UL << 51 };
	struct model_key k;

	k.order = (unsigned int)model_below(4) * (1 + (unsigned int)model_below(9));
	k.addr = place[model_below(ARRAY_SIZE(place))] + (model_below(12) << 12 << k.order);
	k.addr &= -(4096UL << k.order);
	return k;
}

static void random_keys(void **state)
{
	unsigned int i;

	(void)state;
	model_seed(0x6368756e);
	watch.how = LOOK_AT_KEYS;
	for (i = 0; i < 6000; i++) {
		struct model_key k = some_key();

		if (!model_below(6))
			left = (unsigned int)model_below(5);
		if (model_below(i / 1000 % 2 ? 4 : 2) == 0) {
			enter(k.addr, k.order);
		} else {
			left = 0; /* what goes never needs memory */
			leave(k.addr, k.order);
		}
		left = UINT32_MAX;
		check();
	}
	while (now.nr)
		leave(now.key[now.nr - 1].addr, now.key[now.nr - 1].order);
	check();
	assert_int_equal(map.pages, 1);
	assert_true(watch.looks > 5000);
}

/* Enough leaves of two orders for several chunks; each leaf holds one block or two. */
static void many_leaves(void **state)
{
	unsigned int i, step;

	(void)state;
	model_seed(0x6c656176);
	watch.how = LOOK_AT_PAGES;
	for (step = 0; step < 12000; step++) {
		unsigned int order = model_below(3) ? 0 : 5;
		uint64_t addr = (model_below(900) * 0x8000000UL + model_below(2) * 4096) << order;

		/* grow, then shrink, over and over */
		if (model_below(100) < (step / 2000 % 2 ? 15 : 75))
			enter(addr, order);
		else
			leave(addr, order);
		if (step % 100 == 0)
			check();
	}
	for (i = 0; i < 900; i++) {
		enter(i * 0x8000000UL, 0);
		assert_true(map_has(&map, i * 0x8000000UL, 0));
	}
	check();
	/* from the front, the back, and wherever it is that the last one stood */
	while (now.nr) {
		i = now.nr % 3 == 0 ? 0 : now.nr % 3 == 1 ? now.nr - 1 : now.nr / 2;
		leave(now.key[i].addr, now.key[i].order);
	}
	check();
	assert_int_equal(map.pages, 1);
}

/* The same number of leaves takes the same pages, whatever came and went before. */
static void bounded(void **state)
{
	struct shape s;
	uint64_t i;

	(void)state;
	for (i = 0; i < 2000; i++)
		enter(i * 0x8000000UL, 0);
	read_list(map.root, &s, NULL);
	assert_int_equal(s.chunks, 1 + 8); /* 2000 / 255, as one after the other fills up */
	for (i = 0; i < 2000; i++)
		if (i % 100)
			leave(i * 0x8000000UL, 0);
	check();
	read_list(map.root, &s, NULL);
	assert_int_equal(s.leaves, 20);
	assert_int_equal(s.chunks, 1 + 1);
}

/* A leaf at each place of a full chunk: first, in the middle, last, and behind it. */
static void full_chunk(void **state)
{
	static const unsigned int place[] = { 0, 1, 126, 127, 128, 254, 255 };
	struct shape s;
	unsigned int i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(place); i++) {
		for (j = 0; j < 255; j++)
			enter((2 * j + 1) * 0x8000000UL, 0);
		watch.how = LOOK_AT_KEYS;
		/* no page for a chunk; then none for the leaf; then none for its node */
		for (left = 0; enter(2 * place[i] * 0x8000000UL, 0); left = ++j - 255) {
			read_list(map.root, &s, NULL);
			assert_int_equal(s.chunks, 1 + 1);
		}
		assert_true(j > 255);
		left = UINT32_MAX;
		check();
		read_list(map.root, &s, NULL);
		assert_int_equal(s.chunks, 1 + 2);
		watch.how = LOOK_AWAY;
		while (now.nr)
			leave(now.key[0].addr, 0);
	}
}

/* Every operation, with each allocation of it failing in turn. */
static void without_memory(void **state)
{
	struct kho_leaf leaf = { .base = 0x40000000000, .order = 2 };
	uint64_t taken = pa.taken, *bits;
	struct map_build other;
	struct map aside;
	unsigned int n;

	(void)state;
	watch.how = LOOK_AT_KEYS;
	for (n = 0; left = n, enter(0x12345000, 0); n++) {
		assert_int_equal(pa.taken, taken);
		left = UINT32_MAX;
		check();
	}
	assert_int_equal(n, 6); /* a chunk, the leaf, and four nodes of the index */

	for (n = 0;; n++) {
		left = UINT32_MAX;
		taken = pa.taken;
		bits = palloc_pages(&pa, 1, &leaf.addr);
		bits[7] = 1;
		leaf.bits = bits;
		left = n;
		watch.key = (struct model_key){ leaf.base + 7 * 64 * 0x4000, 2 };
		watch.had = false;
		watch.has = true;
		if (!map_add_leaf(&b, &leaf))
			break;
		assert_int_equal(pa.taken, taken);
		left = UINT32_MAX;
		check();
	}
	assert_true(n >= 2);
	left = UINT32_MAX;
	add_to(&now, watch.key.addr, 2);
	check();

	taken = pa.taken;
	for (n = 0; left = n, map_build_init(&other, &aside, &chunks_format, &pa); n++) {
		assert_int_equal(pa.taken, taken);
		assert_int_equal(aside.root, 0);
	}
	assert_int_equal(n, 3);
	left = UINT32_MAX;
	map_free(&other);
	assert_int_equal(pa.taken, taken);
}

/* A leaf that the map has gets the keys of the other. */
static void leaf_twice(void **state)
{
	struct kho_leaf leaf = { .base = 0, .order = 0 };
	uint64_t *bits, taken;

	(void)state;
	enter(0x5000, 0);
	taken = pa.taken;
	bits = palloc_pages(&pa, 1, &leaf.addr);
	bits[0] = 1UL << 9;
	bits[511] = 1UL << 63;
	leaf.bits = bits;
	assert_int_equal(map_add_leaf(&b, &leaf), 0);
	add_to(&now, 0x9000, 0);
	add_to(&now, 0x7fff000, 0);
	check();
	assert_int_equal(pa.taken, taken);
}

/* The books of @own have the used pages from 256 MiB on, and nothing else. */
static void check_books(const struct pageset *own)
{
	uint64_t at;

	for (at = MIB(256); at < MIB(512); at += 4096)
		if (at < MIB(257) || at >= MIB(384))
			assert_int_equal(pageset_any(own, at, at + 4096),
					 pagemap_any(&pm, at, at + 4096));
}

/* All that it is made of is in the books of its owner, and only that. */
static void owned(void **state)
{
	struct pageset own;
	unsigned int i, n;

	(void)state;
	model_seed(0x6f776e);
	assert_true(pageset_init(&own, &pa, &own));
	/* its pages begin where the books have no leaf yet, and go on where they need another */
	pagemap_set(&pm, MIB(1), MIB(256));
	pagemap_set(&pm, MIB(257), MIB(384));
	for (i = 0; i < 300; i++)
		enter(i * 0x8000000UL, 0);
	for (n = 0; left = n, map_keep_books(&b, &own); n++)
		assert_null(b.books);
	assert_int_equal(n, 2);
	left = UINT32_MAX;
	books = own.held;
	check_books(&own);
	for (i = 0; i < 3000; i++) {
		uint64_t addr = model_below(600) * 0x8000000UL;

		if (!model_below(6))
			left = (unsigned int)model_below(4);
		if (model_below(2))
			enter(addr, 0);
		else
			leave(addr, 0);
		left = UINT32_MAX;
	}
	check();
	check_books(&own);
	map_free(&b);
	check_books(&own);
	assert_int_equal(pa.taken, own.held);
	pageset_free(&own);
	assert_int_equal(map_build_init(&b, &map, &chunks_format, &pa), 0);
}

/* ---- questions ---- */

static bool overlaps(const struct model_key *k, uint64_t addr, unsigned int order)
{
	return k->addr < addr + (4096UL << order) && addr < k->addr + (4096UL << k->order);
}

static void ask(const struct map *map_asked, uint64_t addr, unsigned int order, unsigned int max)
{
	unsigned int i, found, covers = UINT32_MAX, meets = UINT32_MAX;
	struct model_key exact = { addr, order };

	for (i = 0; i < now.nr; i++) {
		const struct model_key *k = &now.key[i];

		if (overlaps(k, addr, 0) && k->order < covers)
			covers = k->order;
		if (overlaps(k, addr, order) && k->order <= max && k->order < meets)
			meets = k->order;
	}
	assert_int_equal(map_has(map_asked, addr, order), find_key(&now, &exact) >= 0);
	assert_int_equal(map_find(map_asked, addr, &found), covers != UINT32_MAX);
	if (covers != UINT32_MAX)
		assert_int_equal(found, covers);
	assert_int_equal(map_meets(map_asked, addr, order, max, &found), meets != UINT32_MAX);
	if (meets != UINT32_MAX)
		assert_int_equal(found, meets);
}

/* As of a list that came in; with @mix in no order. */
static struct map as_came_in(bool mix)
{
	struct map in = map;
	uint64_t at;

	in.index = in.spare = 0;
	for (at = word_at(map.root); mix && at; at = word_at(at)) {
		struct chunk_entry *e = (struct chunk_entry *)model_at(m, at + 16), first = e[0];
		unsigned int last = half_at(at + 12) - 1;

		e[0] = e[last];
		e[last] = first;
	}
	in.sorted = false;
	map_learn(&in);
	assert_int_equal(in.sorted, !mix);
	return in;
}

/* By the index, then of a list that is sorted, then of one that is not. */
static void questions(void **state)
{
	unsigned int i, order;
	struct map asked;

	(void)state;
	model_seed(0x61736b);
	for (i = 0; i < 500; i++) {
		order = (unsigned int)model_below(24);
		enter(model_below(1UL << 40) & -(4096UL << order), order);
	}
	enter(0, 37);
	for (i = 0; i < 40000; i++) {
		const struct model_key *k = &now.key[model_below(now.nr)];

		if (i % 10000 == 0) {
			model_protect(m, PROT_READ | PROT_WRITE);
			/* it covers everything: ask without it as well */
			if (i == 10000)
				leave(0, 37);
			asked = i < 20000 ? map : as_came_in(i == 30000);
			model_protect(m, PROT_READ);
		}
		order = model_below(3) ? (unsigned int)model_below(38) : k->order;
		ask(&asked,
		    (k->addr + (model_below(3) - 1) * model_below(4096UL << k->order)) &
			    -(4096UL << order) & ((1UL << 52) - 1),
		    order, (unsigned int)model_below(38));
	}
	model_protect(m, PROT_READ | PROT_WRITE);
	now.nr = 0;
}

/* ---- from one format to the other ---- */

struct copy {
	struct map map;
	struct map_build b;
};

static int copy_leaf(const struct kho_leaf *leaf, void *arg)
{
	struct kho_leaf to = *leaf;
	struct copy *c = arg;
	void *page = palloc_pages(&pa, 1, &to.addr);

	memcpy(page, leaf->bits, 4096);
	to.bits = page;
	return map_add_leaf(&c->b, &to);
}

static void copy_map(struct copy *to, const struct map_format *format, const struct map *from)
{
	assert_int_equal(map_build_init(&to->b, &to->map, format, &pa), 0);
	assert_int_equal(map_for_each_leaf(from, copy_leaf, to), 0);
}

static void identity(void **state)
{
	static struct set set;
	struct copy tree = { 0 }, list = { 0 }, back = { 0 };
	struct shape s;
	unsigned int i;

	(void)state;
	model_seed(0x73616d65);
	now.nr = 0;
	assert_int_equal(map_build_init(&tree.b, &tree.map, &radix_format, &pa), 0);
	for (i = 0; i < 1000; i++) {
		struct model_key k = { .order = (unsigned int)model_below(38) };

		k.addr = model_below(1UL << model_below(53)) & -(4096UL << k.order);
		if (find_key(&now, &k) < 0)
			add_to(&now, k.addr, k.order);
		assert_int_equal(map_add_key(&tree.b, k.addr, k.order), 0);
	}
	copy_map(&list, &chunks_format, &tree.map);
	read_list(list.map.root, &s, &set);
	model_assert_same(set.key, set.nr, now.key, now.nr);
	copy_map(&back, &radix_format, &list.map);
	set.nr = 0;
	model_read(m, back.map.root, 5, 0, set.key, &set.nr);
	model_assert_same(set.key, set.nr, now.key, now.nr);
	now.nr = 0;
	map_free(&tree.b);
	map_free(&list.b);
	map_free(&back.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_preserved, setup, teardown),
		cmocka_unit_test_setup_teardown(random_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(many_leaves, setup, teardown),
		cmocka_unit_test_setup_teardown(bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(full_chunk, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(leaf_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(owned, setup, teardown),
		cmocka_unit_test_setup_teardown(questions, setup, teardown),
		cmocka_unit_test_setup_teardown(identity, setup, teardown),
	};

	return cmocka_run_group_tests_name("chunks", tests, NULL, NULL);
}
