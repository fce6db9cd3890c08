// SPDX-License-Identifier: MIT
#include "luo_world.h"

struct lm lw_came, lw_now;
struct lm_place lw_place;
struct reading lw_before, lw_after;
struct luo_report lw_report;

void lw_new(int version)
{
	w_new(false);
	memset(&lw_came, 0, sizeof(lw_came));
	memset(&lw_place, 0, sizeof(lw_place));
	lw_place.m = w.m;
	lw_place.next = LM_BASE;
	lw_came.version = version;
	lw_came.number = 6;
}

void lw_fill(unsigned int nr, unsigned int files, int memfd)
{
	char name[64];
	unsigned int i, j;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "session %u", i);
		lm_session(&lw_came, name);
		for (j = 0; j < (i ? i % 3 : files); j++) {
			if (j % 8 == 1)
				lm_file(&lw_came, memfd == 1 ? "memfd-v1" : "memfd-v2", j,
					lm_memfd(&lw_place, memfd, j % 5, j % 2, j % 3, j,
						 j % 16 == 1, (int)i));
			else
				lm_file(&lw_came, LM_OTHERS, j * 7, model_random());
		}
	}
	lm_flb(&lw_came, "some-flb-v1", 0xabc, 3);
}

void lw_start(void)
{
	lm_write(&lw_place, &lw_came);
	w_start();
	client_claim(&w.in->in.h, &w.in->pm, &w.in->f);
	model_print_findings(&w.in->f);
	assert_int_equal(w.in->f.total, 0);
}

uint64_t lw_blob_at(const struct reading *r, const char *name)
{
	unsigned int i;

	for (i = 0; i < r->nr_blob; i++)
		if (!strcmp(r->blob[i].name, name))
			return r->blob[i].addr;
	return 0;
}

void lw_look(void)
{
	w_read(&lw_after);
	lm_read(w.m, lw_blob_at(&lw_after, "LUO"), &lw_now);
}

bool lw_is_memfd(const struct lm_file *f)
{
	return !strncmp(f->handler, "memfd-v", 7);
}

/* Pages of the published state that baton has made: all that did not come in. */
static unsigned int made_pages(void)
{
	unsigned int pages = lw_now.container_pages, i, j;

	if (lw_now.root == lw_came.root)
		return 0;
	if (lw_now.flb_page && lw_now.flb_page != lw_came.flb_page)
		pages++;
	for (i = 0; i < lw_now.nr_file; i++) {
		for (j = 0; j < lw_came.nr_file && lw_came.file[j].data != lw_now.file[i].data; j++)
			;
		pages += lw_is_memfd(&lw_now.file[i]) && j == lw_came.nr_file;
	}
	return pages;
}

void lw_assert_no_leak(void)
{
	uint64_t books = w.out->books.held + w.out->owned.held + w.restore.done.pages;

	assert_int_equal(w.pa.taken, w.out->h.map.pages + 1 + books + 1 + made_pages());
	assert_int_equal(pagemap_free_pages(&w.in->pm) + w.pa.taken, w.constant);
}

void lw_assert_keys(void)
{
	unsigned int i, found = 0, lost = 0, moved = 0;

	for (i = 0; i < lw_place.nr; i++) {
		struct model_key k = { lw_place.key[i].addr, lw_place.key[i].order };

		if (lw_place.key[i].owner == LM_CONTAINER)
			continue;
		found += w_has_key(&lw_after, &k);
		lost += !w_has_key(&lw_after, &k);
	}
	for (i = 0; i < lw_now.nr_file; i++)
		moved += lw_is_memfd(&lw_now.file[i]) &&
			 lw_now.file[i].data != lw_came.file[i].data;
	assert_int_equal(lost, moved);
	/* the model's blob, FDT, metadata; containers, a page of FLBs; pages of memfds made anew */
	assert_int_equal(lw_after.nr_key,
			 found + moved + 3 + lw_now.containers + (lw_now.flb_page != 0));
}

void lw_assert_memfds(void)
{
	unsigned int i;

	for (i = 0; i < lw_now.nr_file; i++) {
		uint64_t a = lw_came.file[i].data, b = lw_now.file[i].data;
		int from = lw_came.file[i].handler[7] - '0', to = lw_now.file[i].handler[7] - '0';
		unsigned int la = from == 1 ? 16 : 24, lb = to == 1 ? 16 : 24;
		uint64_t seals = from == 2 ? lm_get(w.m, a + 16) : 1;

		if (!lw_is_memfd(&lw_now.file[i]))
			continue;
		/* position, size; number of folios, list */
		assert_memory_equal(lm_at(w.m, a), lm_at(w.m, b), 16);
		assert_memory_equal(lm_at(w.m, a + la), lm_at(w.m, b + lb), 24);
		/* 7.0 says nothing of seals, and gives every memfd F_SEAL_SEAL */
		if (to == 2 && a != b && lm_get(w.m, b + 16) != seals)
			assert_int_equal(lm_get(w.m, b + 16), 1);
	}
}

const struct speaks *lw_speaks(const char *list)
{
	static struct speaks speaks;
	size_t len;

	speaks = (struct speaks){ .what = SPEAKS_LISTED };
	for (; *list; list += len + (list[len] == ',')) {
		len = strcspn(list, ",");
		assert_true(speaks_add(&speaks, list, len));
	}
	return &speaks;
}

void lw_hop(const char *next, int version, int memfd)
{
	unsigned int i;

	if (luo_translate(w.out, lw_speaks(next), &lw_report, &fault))
		fail_msg("to %s: %s: %s", next, fault.name, fault.text);
	lw_look();
	assert_int_equal(lw_now.version, version);
	lm_assert_same(&lw_came, &lw_now, true);
	for (i = 0; i < lw_now.nr_file; i++)
		if (lw_is_memfd(&lw_now.file[i]))
			assert_int_equal(lw_now.file[i].handler[7], '0' + memfd);
	lw_assert_keys();
	lw_assert_memfds();
	lw_assert_no_leak();
}

void lw_assert_unchanged(void)
{
	struct lm *old = malloc(sizeof(*old));

	lm_read(w.m, lw_blob_at(&lw_before, "LUO"), old);
	lw_look();
	assert_true(w_same_keys(&lw_before, &lw_after));
	assert_true(w_same_blobs(&lw_before, &lw_after));
	lm_assert_same(old, &lw_now, false);
	lw_assert_no_leak();
	free(old);
}

void lw_many_sessions(unsigned int nr)
{
	char name[64];
	unsigned int i;

	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "%u", i);
		lm_session(&lw_came, name);
	}
}
