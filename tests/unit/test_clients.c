// SPDX-License-Identifier: MIT
/*
 * What clients hand over, damaged in one place at a time: each damage is refused by its own name, or
 * is one that Linux takes in and that goes on as it is.
 */
#define _GNU_SOURCE
#include "model/luo.h"

#include "kho/client/client.h"
#include "kho/client/names.h"

static struct lm luo;
static struct lm_place place;
static struct lm_list test_list;
static uint64_t memfd, kho_test, memblock;

/* A good handover with every client in it, LUO in version @version: 60 sessions, 126 files in the first. */
static struct model *good(int version)
{
	struct model *m = model_new();
	char name[64];
	unsigned int i;

	memset(&luo, 0, sizeof(luo));
	memset(&place, 0, sizeof(place));
	place.m = m;
	place.next = LM_BASE;
	luo.version = version;
	luo.number = 41;
	memfd = lm_memfd(&place, version == 1 ? 1 : 2, 300, 1, 0, 7, 1, 0);
	for (i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "session %u", i);
		lm_session(&luo, name);
		if (!i)
			lm_file(&luo, version == 1 ? "memfd-v1" : "memfd-v2", 0, memfd);
		for (unsigned int j = 1; j < (i ? i % 3 : 126); j++)
			lm_file(&luo, LM_OTHERS, j, model_random());
	}
	lm_flb(&luo, "some-flb-v1", 0xabc, 3);
	lm_flb(&luo, "another-flb-v1", 0xabcd, 4);
	lm_write(&place, &luo);
	kho_test = lm_kho_test(&place, 700, &test_list);
	memblock = lm_memblock(&place);
	return m;
}

/* Places that a damage is done to. */
enum place {
	ROOT,
	SESSIONS,
	SESSIONS_2, /* the second block */
	FILES,
	FILES_2,
	FLBS,
	MEMFD,
	CHUNK,  /* of its list */
	FOLIOS, /* a block of its list: the entries of folios */
	FOLIO,
	TEST,
	TEST_FOLIOS,
	REGIONS,
	SCRATCH,
	LOW,
	NOWHERE,
};

static uint64_t addr_of(enum place where, struct model *m)
{
	unsigned int list = luo.version == 1 ? 24 : 32;

	switch (where) {
	case ROOT:
		return luo.root;
	case SESSIONS:
		return luo.sessions_at[0];
	case SESSIONS_2:
		return luo.sessions_at[1];
	case FILES:
		return luo.files_at[0];
	case FILES_2:
		return luo.files_at[1];
	case FLBS:
		return luo.flb_page;
	case MEMFD:
		return memfd;
	case CHUNK:
		return lm_get(m, memfd + list);
	case FOLIOS:
		return lm_get(m, addr_of(CHUNK, m) + 8);
	case FOLIO:
		return (lm_get(m, addr_of(FOLIOS, m)) & ((1UL << 52) - 1)) * 4096;
	case TEST:
		return kho_test;
	case TEST_FOLIOS:
		return test_list.block[0];
	case REGIONS:
		return memblock;
	case SCRATCH:
		return M_SCRATCH0;
	case LOW:
		return 0x8000;
	case NOWHERE:
		return 0x7000000000;
	}
	return 0;
}

enum action {
	PUT,    /* @value at @offset */
	ADDR,   /* the address of @to, and @value, at @offset */
	TEXT,   /* @value bytes 'x' at @offset */
	SWAP,   /* the last byte of the string @text, wherever it is, becomes '?' */
	UNKEY,  /* the key of order @value at @to goes */
	REKEY,  /* it becomes one of order @offset */
	EMPTY,  /* a chunk at @where without entries, and @to after it */
	LENGTH, /* the blob @text gets @value bytes */
};

struct damage {
	const char *what;
	int version;
	enum action action;
	enum place where;
	unsigned int offset;
	uint64_t value;
	enum place to;
	const char *text;
	const char *expect; /* finding, or INTACT */
};

#define INTACT NULL

/* One row a damage; the comment says what Linux would do with it. */
static const struct damage damage[] = {
	/* panic: "LUO state is incompatible" */
	{ "v5: another version", 5, PUT, ROOT, 0, 0x36762d6f756c, .expect = "luo-version" },
	/* panic: too small */
	{ "v5: a root of 31 bytes", 5, LENGTH, .value = 31, .text = "LUO",
	  .expect = "luo-version" },
	/* looked at nowhere but in user space */
	{ "v5: any live update number", 5, PUT, ROOT, 8, ~0UL, .expect = INTACT },
	/* nothing to restore */
	{ "v5: no FLBs", 5, PUT, ROOT, 24, 0, .expect = INTACT },
	/* reads through memory that is none: crashes */
	{ "v5: sessions outside RAM", 5, ADDR, ROOT, 16, .to = NOWHERE,
	  .expect = "client-not-ram" },
	{ "v5: sessions in scratch", 5, ADDR, ROOT, 16, .to = SCRATCH,
	  .expect = "client-not-preserved" },
	{ "v5: sessions below 1 MiB", 5, ADDR, ROOT, 16, .to = LOW,
	  .expect = "client-not-preserved" },
	{ "v5: sessions askew", 5, ADDR, ROOT, 16, 8, .to = SESSIONS,
	  .expect = "client-misaligned" },
	{ "v5: FLBs outside RAM", 5, ADDR, ROOT, 24, .to = NOWHERE, .expect = "client-not-ram" },
	/* frees a page that was never preserved: a warning, and the page is lost or used twice */
	{ "v5: the root without a key", 5, UNKEY, .to = ROOT, .expect = "blob-not-preserved" },
	{ "v5: sessions without a key", 5, UNKEY, .to = SESSIONS,
	  .expect = "client-not-preserved" },
	{ "v5: files without a key", 5, UNKEY, .to = FILES_2, .expect = "client-not-preserved" },
	/* panic: "Block set is corrupted", "invalid entry count" */
	{ "v5: a chain of sessions that loops", 5, ADDR, SESSIONS_2, 0, .to = SESSIONS,
	  .expect = "client-twice" },
	{ "v5: a block of sessions after itself", 5, ADDR, SESSIONS, 0, .to = SESSIONS,
	  .expect = "client-twice" },
	{ "v5: 52 sessions in a block", 5, PUT, SESSIONS, 8, 52, .expect = "luo-block-count" },
	{ "v5: an empty block of sessions", 5, PUT, SESSIONS, 8, 0, .expect = "luo-block-count" },
	/* all sessions are lost (EIO) */
	{ "v5: a chain of files that loops", 5, ADDR, FILES_2, 0, .to = FILES,
	  .expect = "client-twice" },
	{ "v5: files that go on in sessions", 5, ADDR, FILES_2, 0, .to = SESSIONS,
	  .expect = "client-twice" },
	{ "v5: a block of files after itself", 5, ADDR, FILES, 0, .to = FILES,
	  .expect = "client-twice" },
	{ "v5: files outside RAM", 5, ADDR, SESSIONS, 16 + 64, .to = NOWHERE,
	  .expect = "client-not-ram" },
	{ "v5: files of two sessions", 5, ADDR, SESSIONS, 16 + 2 * 80 + 64, .to = FILES,
	  .expect = "client-twice" },
	{ "v5: 64 files in a block", 5, PUT, FILES, 8, 64, .expect = "luo-block-count" },
	{ "v5: a chain of files that ends early", 5, PUT, FILES, 0, 0, .expect = "luo-file-count" },
	{ "v5: a session that counts more files", 5, PUT, SESSIONS, 16 + 72, 127,
	  .expect = "luo-file-count" },
	{ "v5: files of a session that has none", 5, PUT, SESSIONS, 16 + 64, 0,
	  .expect = "luo-file-count" },
	/* reads on past its end */
	{ "v5: a session name without end", 5, TEXT, SESSIONS, 16, 64,
	  .expect = "luo-session-name" },
	{ "v5: a session without a name", 5, PUT, SESSIONS, 16, 0, .expect = "luo-session-name" },
	{ "v5: a handler without end", 5, TEXT, FILES, 16, 48, .expect = "luo-handler" },
	{ "v5: a file without a handler", 5, PUT, FILES, 16, 0, .expect = "luo-handler" },
	/* the second of them cannot be asked for; nothing else is lost */
	{ "v5: a token again", 5, PUT, FILES, 16 + 64 + 56, 2, .expect = INTACT },
	/* the data of a handler that has no row */
	{ "v5: any data of another handler", 5, PUT, FILES, 16 + 64 + 48, ~0UL, .expect = INTACT },
	/* the second of them is refused, and with it all sessions: but a check would be quadratic */
	{ "v5: a session name again", 5, PUT, SESSIONS, 16 + 80 + 8, '0', .expect = INTACT },

	{ "FLBs of two pages", 5, PUT, FLBS, 0, 2, .expect = "luo-flb-pages" },
	{ "64 FLBs", 5, PUT, FLBS, 8, 64, .expect = "luo-flb-count" },
	{ "FLBs beyond all numbers", 1, PUT, FLBS, 8, ~0UL, .expect = "luo-flb-count" },
	{ "an FLB name without end", 1, TEXT, FLBS, 16, 48, .expect = "luo-flb-name" },
	{ "an FLB without files", 1, PUT, FLBS, 16 + 56, 0, .expect = INTACT },
	{ "no FLBs in their page", 5, PUT, FLBS, 8, 0, .expect = INTACT },
	{ "any data of an FLB", 5, PUT, FLBS, 16 + 48, ~0UL, .expect = INTACT },
	{ "an FLB without a name", 5, PUT, FLBS, 16, 0, .expect = "luo-flb-name" },
	{ "v5: FLBs askew", 5, ADDR, ROOT, 24, 8, .to = FLBS, .expect = "client-misaligned" },
	{ "v5: FLBs that are sessions", 5, ADDR, ROOT, 24, .to = SESSIONS,
	  .expect = "client-twice" },
	{ "FLBs without a key", 1, UNKEY, .to = FLBS, .expect = "client-not-preserved" },

	/* panic: the FDT is incompatible, or a node or property is missing */
	{ "v1: another version", 1, SWAP, ROOT, .text = "luo-v1", .expect = "luo-version" },
	{ "v1: no FDT", 1, PUT, ROOT, 0, 0, .expect = "luo-version" },
	{ "v1: an FDT longer than its blob", 1, LENGTH, .value = 100, .text = "LUO",
	  .expect = "luo-version" },
	{ "v1: no live update number", 1, SWAP, ROOT, .text = "liveupdate-number",
	  .expect = "luo-number" },
	{ "v1: sessions of another version", 1, SWAP, ROOT, .text = "luo-session-v2",
	  .expect = "luo-version" },
	{ "v1: FLBs of another version", 1, SWAP, ROOT, .text = "luo-flb-v1",
	  .expect = "luo-version" },
	{ "v1: no sessions", 1, SWAP, ROOT, .text = "luo-session", .expect = "luo-root" },
	{ "v1: no FLBs", 1, SWAP, ROOT, .text = "luo-flb", .expect = "luo-root" },
	{ "v1: no address of sessions", 1, SWAP, ROOT, .text = "luo-session-header",
	  .expect = "luo-root" },
	/* reads past the block */
	{ "v1: 820 sessions", 1, PUT, SESSIONS, 0, 820, .expect = "luo-sessions" },
	{ "v1: sessions beyond all numbers", 1, PUT, SESSIONS, 0, ~0UL, .expect = "luo-sessions" },
	{ "v1: 129 files", 1, PUT, SESSIONS, 8 + 72, 129, .expect = "luo-files" },
	/* warns, and the session is empty */
	{ "v1: files counted and not there", 1, PUT, SESSIONS, 8 + 64, 0,
	  .expect = "luo-file-count" },
	{ "v1: files twice", 1, ADDR, SESSIONS, 8 + 4 * 80 + 64, .to = FILES,
	  .expect = "client-twice" },
	{ "v1: files askew", 1, ADDR, SESSIONS, 8 + 64, 64, .to = FILES,
	  .expect = "client-misaligned" },
	/* Linux restores one folio of 64 KiB, or of 8 KiB */
	{ "v1: sessions in a key too small", 1, REKEY, .offset = 3, .value = 4, .to = SESSIONS,
	  .expect = "client-key" },
	{ "v1: files in a key too small", 1, REKEY, .offset = 0, .value = 1, .to = FILES,
	  .expect = "client-key" },

	/* the file cannot be retrieved, or its memory is somebody else's */
	{ "memfd: no data", 5, PUT, FILES, 16 + 48, 0, .expect = "client-not-preserved" },
	{ "memfd: data in a folio", 5, ADDR, FILES, 16 + 48, 4096, .to = FOLIO,
	  .expect = "client-key" },
	{ "memfd: in a key too large", 5, REKEY, .offset = 1, .to = MEMFD, .expect = "client-key" },
	{ "memfd: a size below 0", 5, PUT, MEMFD, 8, 1UL << 63, .expect = "memfd-size" },
	{ "memfd: a position below 0", 5, PUT, MEMFD, 0, ~0UL, .expect = "memfd-position" },
	{ "memfd: a position past the end", 5, PUT, MEMFD, 0, 1UL << 40, .expect = INTACT },
	{ "memfd: a size too small for its folios", 5, PUT, MEMFD, 8, 4096,
	  .expect = "memfd-index" },
	{ "memfd: more folios than listed", 5, PUT, MEMFD, 24, 513, .expect = "memfd-folios" },
	{ "memfd: folios beyond all numbers", 1, PUT, MEMFD, 16, ~0UL, .expect = "memfd-folios" },
	/* entries of page frame 0 are passed over */
	{ "memfd: an entry without a folio", 5, PUT, FOLIOS, 0, 0, .expect = INTACT },
	/* its high byte; what follows is the index of the first folio, 0 as it was */
	{ "memfd: flags of a folio that nobody knows", 5, PUT, FOLIOS, 7, 0xff, .expect = INTACT },
	{ "memfd: no folios, and a list of them", 5, PUT, MEMFD, 24, 0, .expect = INTACT },
	{ "memfd: 2^40 folios", 5, PUT, MEMFD, 24, 1UL << 40, .expect = "memfd-folios" },
	{ "memfd: a folio outside RAM", 5, ADDR, FOLIOS, 0, .to = NOWHERE,
	  .expect = "client-not-ram" },
	{ "memfd: a folio below 1 MiB", 5, ADDR, FOLIOS, 0, .to = LOW,
	  .expect = "client-not-preserved" },
	{ "memfd: a folio in scratch", 5, ADDR, FOLIOS, 0, .to = SCRATCH,
	  .expect = "client-not-preserved" },
	{ "memfd: a folio that is its list", 5, ADDR, FOLIOS, 16, .to = FOLIOS,
	  .expect = "client-twice" },
	{ "memfd: a list of its own page", 5, ADDR, MEMFD, 32, .to = MEMFD,
	  .expect = "client-twice" },
	{ "memfd: data that are its session", 5, ADDR, FILES, 16 + 48, .to = SESSIONS,
	  .expect = "client-twice" },
	{ "memfd: data outside RAM", 5, ADDR, FILES, 16 + 48, .to = NOWHERE,
	  .expect = "client-not-ram" },
	{ "memfd: a folio without a key", 5, UNKEY, .value = 1, .to = FOLIO,
	  .expect = "client-not-preserved" },
	{ "memfd: a folio twice", 5, ADDR, FOLIOS, 16, .to = FOLIO, .expect = "client-twice" },
	{ "memfd: an index again", 5, PUT, FOLIOS, 24, 0, .expect = "memfd-index" },
	{ "memfd: an index in the middle of a folio", 5, PUT, FOLIOS, 24, 3,
	  .expect = "memfd-index" },
	{ "memfd: an index past the end", 5, PUT, FOLIOS, 24, 1UL << 40, .expect = "memfd-index" },
	/* it is refused when it is asked for; the machine goes on */
	{ "memfd: seals that nobody knows", 5, PUT, MEMFD, 16, 0x80000001, .expect = INTACT },

	/* the list is given up, and the file with it */
	{ "list: of another total", 5, PUT, MEMFD, 40, 3, .expect = "vmalloc-total" },
	{ "list: fewer pages than listed", 5, PUT, MEMFD, 40, 1, .expect = "memfd-folios" },
	{ "list: no whole blocks", 5, PUT, MEMFD, 40, 1UL << 48 | 3, .expect = "vmalloc-order" },
	{ "list: an order too large", 5, PUT, MEMFD, 40, 11UL << 48 | 2048,
	  .expect = "vmalloc-order" },
	{ "list: blocks of another order", 5, PUT, MEMFD, 40, 1UL << 48 | 4,
	  .expect = "client-key" },
	{ "list: flags that nobody knows", 5, PUT, MEMFD, 40, 0xf000UL << 32 | 2,
	  .expect = INTACT },
	{ "list: that loops", 5, ADDR, CHUNK, 0, .to = CHUNK, .expect = "client-twice" },
	{ "list: a chunk outside RAM", 5, ADDR, MEMFD, 32, .to = NOWHERE,
	  .expect = "client-not-ram" },
	{ "list: a chunk without a key", 5, UNKEY, .to = CHUNK, .expect = "client-not-preserved" },
	{ "list: that ends early", 5, PUT, CHUNK, 16, 0, .expect = "vmalloc-total" },
	{ "list: none", 5, PUT, MEMFD, 32, 0, .expect = "vmalloc-total" },
	{ "list: a chunk askew", 5, ADDR, MEMFD, 32, 8, .to = CHUNK,
	  .expect = "client-misaligned" },
	{ "list: a block askew", 5, ADDR, CHUNK, 8, 8, .to = FOLIOS,
	  .expect = "client-misaligned" },
	{ "list: a block outside RAM", 5, ADDR, CHUNK, 8, .to = NOWHERE,
	  .expect = "client-not-ram" },
	{ "list: a block without a key", 5, UNKEY, .to = FOLIOS, .expect = "client-not-preserved" },
	{ "list: that goes on in sessions", 5, ADDR, CHUNK, 0, .to = SESSIONS,
	  .expect = "client-twice" },
	{ "list: an empty chunk that is not the last", 5, EMPTY, CHUNK, .to = FOLIO,
	  .expect = "vmalloc-empty" },
	{ "list: a block twice", 5, ADDR, CHUNK, 16, .to = FOLIOS, .expect = "client-twice" },
	{ "list: the chunk itself", 5, ADDR, CHUNK, 16, .to = CHUNK, .expect = "client-twice" },

	/* the test fails, and says so */
	{ "kho_test: of another name", 5, SWAP, TEST, .text = "kho-test-v1", .expect = INTACT },
	{ "kho_test: no list", 5, SWAP, TEST, .text = "folios_info", .expect = "kho-test-format" },
	{ "kho_test: a folio of another order", 5, REKEY, .offset = 0, .value = 2,
	  .to = TEST_FOLIOS, .expect = "client-key" },
	{ "kho_test: more folios than listed", 5, PUT, TEST, 128, 0x0300000000000401,
	  .expect = "kho-test-folios" },
	{ "kho_test: a folio twice", 5, ADDR, TEST_FOLIOS, 8, .to = TEST_FOLIOS,
	  .expect = "client-twice" },
	{ "kho_test: a folio of LUO", 5, ADDR, TEST_FOLIOS, 8, .to = FILES,
	  .expect = "client-twice" },

	/* the region is not found again */
	{ "memblock: of another name", 5, SWAP, REGIONS, .text = "memblock-v1", .expect = INTACT },
	{ "memblock: a region of another kind", 5, SWAP, REGIONS, .text = "reserve-mem-v1",
	  .expect = "memblock-region" },
	{ "memblock: a region without a start", 5, SWAP, REGIONS, .text = "start",
	  .expect = "memblock-region" },
};

/* The first key of a list of kho_test that has order 2, and of memfd and LUO the place itself. */
static uint64_t key_of(const struct damage *d, struct model *m)
{
	return d->to == TEST_FOLIOS ? lm_get(m, test_list.block[0] + 16) & ~4095UL :
				      addr_of(d->to, m);
}

static void swap(struct model *m, uint64_t page, const char *text)
{
	uint8_t *at = memmem(lm_at(m, page), 4096, text, strlen(text) + 1);

	assert_non_null(at);
	at[strlen(text) - 1] = '?';
}

static void harm(struct model *m, const struct damage *d)
{
	uint64_t at = addr_of(d->where, m) + d->offset, key = key_of(d, m);
	unsigned int i;

	switch (d->action) {
	case PUT:
		lm_put(m, at, d->value);
		break;
	case ADDR:
		lm_put(m, at,
		       d->where == FOLIOS ? addr_of(d->to, m) / 4096 :
					    addr_of(d->to, m) + d->value);
		if (d->where == TEST_FOLIOS)
			lm_put(m, at, d->to == FILES ? addr_of(FILES, m) : lm_get(m, at - 8));
		break;
	case TEXT:
		memset(lm_at(m, at), 'x', d->value);
		break;
	case SWAP:
		swap(m, at, d->text);
		break;
	case EMPTY:
		lm_put(m, at, addr_of(d->to, m));
		lm_put(m, at + 8, 0);
		break;
	case UNKEY:
		lm_unkey(&place, key, (unsigned int)d->value);
		break;
	case REKEY:
		lm_unkey(&place, key, (unsigned int)d->value);
		if (d->offset > d->value)
			key &= ~((8192UL << (d->offset - 1)) - 1);
		model_force(m, key, d->offset);
		break;
	case LENGTH:
		for (i = 0; i < m->nr_blob; i++)
			if (!strcmp(m->blob[i].name, d->text))
				m->blob[i].size = d->value;
		break;
	}
}

static void check(struct model *m, struct model_run *r)
{
	model_protect(m, PROT_READ);
	client_claim(&r->in.h, &r->pm, &r->f);
	model_protect(m, PROT_READ | PROT_WRITE);
}

static void test_damage(void **state)
{
	unsigned int i, bad = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(damage); i++) {
		const struct damage *d = &damage[i];
		struct model *m = good(d->version);
		struct model_run *r;
		const char *found;

		harm(m, d);
		model_write_fdt(m);
		r = model_run(m);
		if (!r->f.total)
			check(m, r);
		found = r->f.total ? r->f.list[0].name : NULL;
		if (!found != !d->expect || (found && strcmp(found, d->expect) != 0)) {
			fprintf(stderr, "# %s: found %s (%s), expected %s\n", d->what,
				found ? found : "nothing", found ? r->f.list[0].text : "",
				d->expect ? d->expect : "nothing");
			bad++;
		}
		if (!d->expect && !found) {
			/* the page map is as it was, page by page */
			model_assert_pagemap(m, &r->pm);
		}
		model_run_free(r);
		model_free(m);
	}
	assert_int_equal(bad, 0);
}

/* Every finding of clients has a row, or a test of its own. */
static void test_all_have_a_row(void **state)
{
	static const char *const elsewhere[] = { "client-unnamed", "luo-blocks", "memfd-order" };
	unsigned int code, i;

	(void)state;
	for (code = FINDING_CLIENT_MISALIGNED; code < FINDING_COUNT; code++) {
		const char *name = finding_name(code);
		bool found = false;

		for (i = 0; i < ARRAY_SIZE(damage); i++)
			found |= damage[i].expect && !strcmp(damage[i].expect, name);
		for (i = 0; i < ARRAY_SIZE(elsewhere); i++)
			found |= !strcmp(elsewhere[i], name);
		if (!found)
			fail_msg("no row for %s", name);
	}
}

/* Folios of order 10 are Linux's largest; one of order 11 cannot be freed by it. */
static void test_folio_order(void **state)
{
	unsigned int order;

	(void)state;
	for (order = 9; order <= 11; order++) {
		struct model *m = model_new();
		struct model_run *r;

		memset(&luo, 0, sizeof(luo));
		memset(&place, 0, sizeof(place));
		place.m = m;
		place.next = LM_BASE;
		luo.version = 5;
		lm_session(&luo, "large");
		lm_file(&luo, "memfd-v2", 1, lm_memfd(&place, 2, 3, order, 1, 0, 0, 0));
		lm_write(&place, &luo);
		model_write_fdt(m);
		r = model_run(m);
		check(m, r);
		assert_int_equal(r->f.total, order > 10);
		if (order > 10)
			assert_string_equal(r->f.list[0].name, "memfd-order");
		model_run_free(r);
		model_free(m);
	}
}

/* A chain of @nr blocks with a session each. Return: findings. */
static uint64_t check_chain(unsigned int nr, const char **name)
{
	struct model *m = model_new();
	struct model_run *r;
	uint64_t at, next = 0, total;
	unsigned int i;

	memset(&luo, 0, sizeof(luo));
	memset(&place, 0, sizeof(place));
	place.m = m;
	place.next = LM_BASE;
	luo.version = 5;
	lm_write(&place, &luo);
	for (i = 0; i < nr; i++) {
		at = lm_block(&place, 0, LM_CONTAINER);
		lm_put(m, at, next);
		lm_put(m, at + 8, 1);
		lm_put(m, at + 16, 'a');
		next = at;
	}
	lm_put(m, luo.root + 16, next);
	model_write_fdt(m);
	r = model_run(m);
	check(m, r);
	total = r->f.total;
	*name = total ? r->f.list[0].name : NULL;
	model_run_free(r);
	model_free(m);
	return total;
}

/* Linux reads chains of 10,000 blocks. */
static void test_chains(void **state)
{
	const char *name;

	(void)state;
	assert_int_equal(check_chain(10000, &name), 0);
	assert_int_equal(check_chain(10001, &name), 1);
	assert_string_equal(name, "luo-blocks");
}

/* Good handovers: no finding, and the page map as it was. */
static void test_good(void **state)
{
	static const int version[] = { 1, 5 };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(version); i++) {
		struct model *m = good(version[i]);
		struct model_run *r;

		model_write_fdt(m);
		r = model_run(m);
		check(m, r);
		model_print_findings(&r->f);
		assert_int_equal(r->f.total, 0);
		model_assert_pagemap(m, &r->pm);
		model_run_free(r);
		model_free(m);
	}
}

static void note_memblock(enum name_kind kind, const char *blob, const char *name, void *arg)
{
	(void)kind;
	if (!strcmp(blob, "memblock"))
		*(const char **)arg = name;
}

/* Linux reads no FDT at such an address, and only that client is lost: it is named, and goes on. */
static void test_unaligned(void **state)
{
	struct model *m = good(5);
	struct model_run *r;
	const char *name = "";
	unsigned int i = 0;

	(void)state;
	while (strcmp(m->blob[i].name, "memblock") != 0)
		i++;
	memmove(lm_at(m, memblock + 4), lm_at(m, memblock), 2048);
	m->blob[i].addr += 4;
	m->blob[i].size = 2048;
	model_write_fdt(m);
	r = model_run(m);
	check(m, r);
	model_print_findings(&r->f);
	assert_int_equal(r->f.total, 0);
	model_assert_pagemap(m, &r->pm);
	names_of(&r->in.h, note_memblock, &name);
	assert_string_equal(name, "memblock-v1");
	model_run_free(r);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),           cmocka_unit_test(test_damage),
		cmocka_unit_test(test_all_have_a_row), cmocka_unit_test(test_folio_order),
		cmocka_unit_test(test_chains),         cmocka_unit_test(test_unaligned),
	};

	model_seed(20);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
