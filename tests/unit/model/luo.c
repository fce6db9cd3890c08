// SPDX-License-Identifier: MIT
#include "luo.h"

uint8_t *lm_at(struct model *m, uint64_t addr)
{
	return model_at(m, addr);
}

uint64_t lm_get(struct model *m, uint64_t addr)
{
	uint64_t v;

	memcpy(&v, lm_at(m, addr), 8);
	return v;
}

void lm_put(struct model *m, uint64_t addr, uint64_t v)
{
	memcpy(lm_at(m, addr), &v, 8);
}

uint64_t lm_block(struct lm_place *p, unsigned int order, int owner)
{
	uint64_t size = 4096UL << order, at = (p->next + size - 1) / size * size;

	p->next = at + size + (p->nr % 3 ? 0 : 4096);
	model_preserve(p->m, at, order);
	assert_true(p->nr < LM_KEYS);
	p->key[p->nr++] = (struct lm_key){ at, order, owner };
	return at;
}

void lm_unkey(struct lm_place *p, uint64_t addr, unsigned int order)
{
	uint64_t key = model_encode(addr, order);

	lm_at(p->m, model_path(p->m, key, 0))[(key & 0x7fff) / 8] &= (uint8_t) ~(1 << (key & 7));
}

/* ---- saying what a state holds ---- */

void lm_session(struct lm *l, const char *name)
{
	struct lm_session *s = &l->session[l->nr_session++];

	assert_true(l->nr_session <= LM_SESSIONS);
	snprintf(s->name, sizeof(s->name), "%s", name);
	s->first = l->nr_file;
	s->nr = 0;
}

void lm_file(struct lm *l, const char *handler, uint64_t token, uint64_t data)
{
	struct lm_file *f = &l->file[l->nr_file++];

	assert_true(l->nr_file <= LM_FILES);
	snprintf(f->handler, sizeof(f->handler), "%s", handler);
	f->token = token;
	f->data = data;
	l->session[l->nr_session - 1].nr++;
}

void lm_flb(struct lm *l, const char *name, uint64_t data, uint64_t count)
{
	struct lm_flb *f = &l->flb[l->nr_flb++];

	snprintf(f->name, sizeof(f->name), "%s", name);
	f->data = data;
	f->count = count;
}

/* ---- a list of pages, and what is kept in one ---- */

void lm_list(struct lm_place *p, uint64_t bytes, unsigned int order, int owner, struct lm_list *l)
{
	uint64_t blocks = (bytes + (4096UL << order) - 1) / (4096UL << order), i, at;
	unsigned int used = 511;

	memset(l, 0, sizeof(*l));
	l->order = (uint16_t)order;
	l->pages = (uint32_t)(blocks << order);
	for (i = 0; i <= blocks; i++) {
		/* as Linux does: a new chunk as soon as one is full, even if it stays empty */
		if (used == 511) {
			at = lm_block(p, 0, owner);
			if (l->chunk)
				lm_put(p->m, l->chunk, at);
			else
				l->first = at;
			l->chunk = at;
			used = 0;
		}
		if (i == blocks)
			break;
		at = lm_block(p, order, owner);
		if (i < 4)
			l->block[i] = at;
		lm_put(p->m, l->chunk + 8 + 8 * used++, at);
	}
}

uint64_t lm_list_at(struct model *m, const struct lm_list *l, uint64_t offset)
{
	uint64_t block = offset / (4096UL << l->order), chunk = l->first;

	for (; block >= 511; block -= 511)
		chunk = lm_get(m, chunk);
	return lm_get(m, chunk + 8 + 8 * block) + offset % (4096UL << l->order);
}

static void lm_put_list(struct model *m, uint64_t at, const struct lm_list *l)
{
	lm_put(m, at, l->first);
	lm_put(m, at + 8, (uint64_t)l->order << 48 | l->pages);
}

uint64_t lm_memfd(struct lm_place *p, int version, unsigned int folios, unsigned int order,
		  unsigned int hole, uint64_t pos, uint32_t seals, int owner)
{
	uint64_t at = lm_block(p, 0, owner), step = (1UL << order) + ((uint64_t)hole << order);
	unsigned int list_at = version == 1 ? 24 : 32, i;
	struct lm_list list;

	lm_put(p->m, at, pos);
	lm_put(p->m, at + 8, folios ? (folios - 1) * step * 4096 + (4096UL << order) - 5 : 0);
	lm_put(p->m, at + list_at - 8, folios);
	if (version == 2)
		lm_put(p->m, at + 16, seals);
	if (!folios)
		return at;
	lm_list(p, 16UL * folios, 0, owner, &list);
	lm_put_list(p->m, at + list_at, &list);
	for (i = 0; i < folios; i++) {
		uint64_t entry = lm_list_at(p->m, &list, 16UL * i);

		lm_put(p->m, entry, lm_block(p, order, owner) / 4096 | 3UL << 52);
		lm_put(p->m, entry + 8, i * step);
	}
	return at;
}

/* ---- writing a state ---- */

static void lm_write_entry(struct model *m, uint64_t at, const char *name, unsigned int size,
			   uint64_t a, uint64_t b)
{
	memset(lm_at(m, at), 0, size + 16);
	memcpy(lm_at(m, at), name, strlen(name));
	lm_put(m, at + size, a);
	lm_put(m, at + size + 8, b);
}

/* The files of one session. Return: where they begin. */
static uint64_t lm_write_files(struct lm_place *p, struct lm *l, unsigned int session)
{
	const struct lm_session *s = &l->session[session];
	uint64_t first = 0, block = 0;
	unsigned int i, per = l->version == 1 ? 128 : 63, n = 0;

	for (i = 0; i < s->nr; i++) {
		const struct lm_file *f = &l->file[s->first + i];

		if (i % per == 0) {
			uint64_t at = lm_block(p, l->version == 1 ? 1 : 0, LM_CONTAINER);

			if (block)
				lm_put(p->m, block, at);
			else
				first = at;
			block = at;
			if (!session && n < 8)
				l->files_at[n++] = at;
		}
		lm_write_entry(p->m, block + (l->version == 1 ? 0 : 16) + i % per * 64, f->handler,
			       48, f->data, f->token);
		if (l->version == 5)
			lm_put(p->m, block + 8, i % per + 1);
	}
	return first;
}

static uint64_t lm_write_sessions(struct lm_place *p, struct lm *l)
{
	uint64_t first = 0, block = 0;
	unsigned int i, per = l->version == 1 ? 819 : 51, n = 0;

	if (l->version == 1)
		l->sessions_at[0] = first = block = lm_block(p, 4, LM_CONTAINER);
	for (i = 0; i < l->nr_session; i++) {
		if (l->version == 5 && i % per == 0) {
			uint64_t at = lm_block(p, 0, LM_CONTAINER);

			if (block)
				lm_put(p->m, block, at);
			else
				first = at;
			block = at;
			if (n < 8)
				l->sessions_at[n++] = at;
		}
		lm_put(p->m, block + (l->version == 1 ? 0 : 8), i % per + 1);
		lm_write_entry(p->m, block + (l->version == 1 ? 8 : 16) + i % per * 80,
			       l->session[i].name, 64, lm_write_files(p, l, i), l->session[i].nr);
	}
	return first;
}

static void lm_write_flbs(struct lm_place *p, struct lm *l)
{
	unsigned int i;

	l->flb_page = lm_block(p, 0, LM_CONTAINER);
	lm_put(p->m, l->flb_page, 1);
	lm_put(p->m, l->flb_page + 8, l->nr_flb);
	for (i = 0; i < l->nr_flb; i++)
		lm_write_entry(p->m, l->flb_page + 16 + 64 * i, l->flb[i].name, 48, l->flb[i].data,
			       l->flb[i].count);
}

static void lm_fdt_node(uint8_t **p, const char *name, const char *compat, uint32_t prop,
			uint64_t addr)
{
	model_be32(p, 1);
	model_bytes(p, name, strlen(name) + 1);
	model_prop(p, 0, compat, (int)strlen(compat) + 1);
	model_prop(p, prop, &addr, 8);
	model_be32(p, 2);
}

static void lm_write_fdt(struct model *m, struct lm *l, uint64_t sessions)
{
	static const char strings[] =
		"compatible\0liveupdate-number\0luo-session-header\0luo-flb-header";
	uint8_t *page = lm_at(m, l->root), *p = page + 56, *header = page;
	uint32_t words[10] = { 0xd00dfeed, 0, 56, 0, 40, 17, 16, 0, sizeof(strings), 0 };
	unsigned int i;

	model_be32(&p, 1);
	model_bytes(&p, "", 1);
	model_prop(&p, 0, "luo-v1", 7);
	model_prop(&p, 11, &l->number, 8);
	lm_fdt_node(&p, "luo-session", "luo-session-v2", 29, sessions);
	lm_fdt_node(&p, "luo-flb", "luo-flb-v1", 48, l->flb_page);
	model_be32(&p, 2);
	model_be32(&p, 9);
	words[9] = (uint32_t)(p - page) - 56;
	words[3] = (uint32_t)(p - page);
	memcpy(p, strings, sizeof(strings));
	words[1] = (uint32_t)(p - page) + (uint32_t)sizeof(strings);
	for (i = 0; i < 10; i++)
		model_be32(&header, words[i]);
	l->root_size = words[1];
}

void lm_write(struct lm_place *p, struct lm *l)
{
	uint64_t sessions;
	unsigned int i;

	l->root = lm_block(p, 0, LM_CONTAINER);
	sessions = lm_write_sessions(p, l);
	lm_write_flbs(p, l);
	if (l->version == 1) {
		lm_write_fdt(p->m, l, sessions);
	} else {
		memcpy(lm_at(p->m, l->root), "luo-v5\0", 8);
		lm_put(p->m, l->root + 8, l->number);
		lm_put(p->m, l->root + 16, sessions);
		lm_put(p->m, l->root + 24, l->flb_page);
		l->root_size = 32;
	}
	for (i = 0; i < p->m->nr_blob; i++) {
		if (strcmp(p->m->blob[i].name, "ODD") != 0 &&
		    strcmp(p->m->blob[i].name, "LUO") != 0)
			continue;
		strcpy(p->m->blob[i].name, "LUO");
		p->m->blob[i].addr = l->root;
		p->m->blob[i].size = l->root_size;
	}
}

/* ---- reading one ---- */

static void lm_container(struct lm *l, uint64_t addr, unsigned int order)
{
	assert_true(l->containers < LM_CONTAINERS);
	l->container[l->containers++] = (struct model_key){ addr, order };
	l->container_pages += 1U << order;
}

static void lm_read_files(struct model *m, struct lm *l, uint64_t at, uint64_t count)
{
	uint64_t i, in_block = count;

	for (; at && l->version == 5; at = lm_get(m, at)) {
		lm_container(l, at, 0);
		in_block = lm_get(m, at + 8);
		for (i = 0; i < in_block; i++) {
			const char *e = (const char *)lm_at(m, at + 16 + 64 * i);

			lm_file(l, e, lm_get(m, at + 16 + 64 * i + 56),
				lm_get(m, at + 16 + 64 * i + 48));
		}
	}
	if (at)
		lm_container(l, at, 1);
	for (i = 0; at && i < count; i++)
		lm_file(l, (const char *)lm_at(m, at + 64 * i), lm_get(m, at + 64 * i + 56),
			lm_get(m, at + 64 * i + 48));
	assert_int_equal(l->session[l->nr_session - 1].nr, count);
}

static void lm_read_session(struct model *m, struct lm *l, uint64_t at)
{
	lm_session(l, (const char *)lm_at(m, at));
	lm_read_files(m, l, lm_get(m, at + 64), lm_get(m, at + 72));
}

/* The value of the 8-byte property whose name is @name in an FDT. */
static uint64_t lm_fdt_value(struct model *m, uint64_t root, const char *name)
{
	const uint8_t *fdt = lm_at(m, root);
	uint32_t strings = (uint32_t)fdt[14] << 8 | fdt[15], end = strings, at;
	uint64_t v;

	for (at = 56; at < end; at += 4) {
		const uint8_t *p = fdt + at;

		if (p[3] == 3 && p[7] == 8 && !p[0] && !p[4] &&
		    !strcmp((const char *)fdt + strings + (p[10] << 8 | p[11]), name)) {
			memcpy(&v, p + 12, 8);
			return v;
		}
	}
	fail_msg("no property %s in the root of LUO", name);
	return 0;
}

void lm_read(struct model *m, uint64_t root, struct lm *l)
{
	uint64_t at, i, count;

	memset(l, 0, sizeof(*l));
	l->root = root;
	l->version = memcmp(lm_at(m, root), "luo-v5\0", 8) ? 1 : 5;
	lm_container(l, root, 0);
	l->number = l->version == 5 ? lm_get(m, root + 8) :
				      lm_fdt_value(m, root, "liveupdate-number");
	at = l->version == 5 ? lm_get(m, root + 16) : lm_fdt_value(m, root, "luo-session-header");
	l->flb_page = l->version == 5 ? lm_get(m, root + 24) :
					lm_fdt_value(m, root, "luo-flb-header");
	if (l->version == 1) {
		lm_container(l, at, 4);
		count = lm_get(m, at);
		for (i = 0; i < count; i++)
			lm_read_session(m, l, at + 8 + 80 * i);
	}
	for (; at && l->version == 5; at = lm_get(m, at)) {
		lm_container(l, at, 0);
		count = lm_get(m, at + 8);
		assert_in_range(count, 1, 51);
		for (i = 0; i < count; i++)
			lm_read_session(m, l, at + 16 + 80 * i);
	}
	if (!l->flb_page)
		return;
	assert_int_equal(lm_get(m, l->flb_page), 1);
	count = lm_get(m, l->flb_page + 8);
	for (i = 0; i < count; i++) {
		at = l->flb_page + 16 + 64 * i;
		lm_flb(l, (const char *)lm_at(m, at), lm_get(m, at + 48), lm_get(m, at + 56));
	}
}

void lm_assert_same(const struct lm *a, const struct lm *b, bool translated)
{
	unsigned int i;

	assert_int_equal(a->number, b->number);
	assert_int_equal(a->nr_session, b->nr_session);
	assert_int_equal(a->nr_file, b->nr_file);
	assert_int_equal(a->nr_flb, b->nr_flb);
	for (i = 0; i < a->nr_session; i++) {
		assert_string_equal(a->session[i].name, b->session[i].name);
		assert_int_equal(a->session[i].first, b->session[i].first);
		assert_int_equal(a->session[i].nr, b->session[i].nr);
	}
	for (i = 0; i < a->nr_file; i++) {
		assert_int_equal(a->file[i].token, b->file[i].token);
		if (translated && !strncmp(a->file[i].handler, "memfd", 5))
			continue;
		assert_string_equal(a->file[i].handler, b->file[i].handler);
		assert_int_equal(a->file[i].data, b->file[i].data);
	}
	assert_memory_equal(a->flb, b->flb, a->nr_flb * sizeof(a->flb[0]));
}

/* ---- other clients ---- */

static uint64_t lm_fdt_begin(uint8_t *page, uint8_t **p, const char *compat)
{
	*p = page + 56;
	model_be32(p, 1);
	model_bytes(p, "", 1);
	model_prop(p, 0, compat, (int)strlen(compat) + 1);
	return 0;
}

static uint64_t lm_fdt_end(uint8_t *page, uint8_t *p, const char *strings, size_t len)
{
	uint32_t words[10] = { 0xd00dfeed, 0, 56, 0, 40, 17, 16, 0, (uint32_t)len, 0 };
	uint8_t *header = page;
	unsigned int i;

	model_be32(&p, 2);
	model_be32(&p, 9);
	words[9] = (uint32_t)(p - page) - 56;
	words[3] = (uint32_t)(p - page);
	memcpy(p, strings, len);
	words[1] = words[3] + (uint32_t)len;
	for (i = 0; i < 10; i++)
		model_be32(&header, words[i]);
	return words[1];
}

uint64_t lm_kho_test(struct lm_place *p, unsigned int nr, struct lm_list *list)
{
	static const char strings[] = "compatible\0magic\0nr_folios\0folios_info\0csum";
	uint32_t magic = 0x4b484f21, sum = 7;
	uint64_t at = lm_block(p, 0, LM_KHO_TEST), folio[2], size;
	uint8_t *page = lm_at(p->m, at), *q;
	unsigned int i;

	lm_list(p, 8UL * nr, 0, LM_KHO_TEST, list);
	for (i = 0; i < nr; i++)
		lm_put(p->m, lm_list_at(p->m, list, 8UL * i),
		       lm_block(p, i % 4, LM_KHO_TEST) | i % 4);
	folio[0] = list->first;
	folio[1] = (uint64_t)list->order << 48 | list->pages;
	lm_fdt_begin(page, &q, "kho-test-v1");
	model_prop(&q, 11, &magic, 4);
	model_be32(&q, 1);
	model_bytes(&q, "data", 5);
	model_prop(&q, 17, &nr, 4);
	model_prop(&q, 27, folio, 16);
	model_prop(&q, 39, &sum, 4);
	model_be32(&q, 2);
	size = lm_fdt_end(page, q, strings, sizeof(strings));
	model_blob(p->m, "kho_test", at, size);
	return at;
}

/* The FDT of memblock with @nr regions. */
static uint64_t lm_regions(struct lm_place *p, unsigned int nr, const uint64_t *start,
			   const uint64_t *size)
{
	static const char strings[] = "compatible\0start\0size";
	uint64_t at = lm_block(p, 0, LM_MEMBLOCK);
	uint8_t *page = lm_at(p->m, at), *q;
	unsigned int i;

	lm_fdt_begin(page, &q, "memblock-v1");
	for (i = 0; i < nr; i++) {
		model_be32(&q, 1);
		model_bytes(&q, i ? "beta" : "alpha", i ? 5 : 6);
		model_prop(&q, 0, "reserve-mem-v1", 15);
		model_prop(&q, 11, &start[i], 8);
		model_prop(&q, 17, &size[i], 8);
		model_be32(&q, 2);
	}
	model_blob(p->m, "memblock", at, lm_fdt_end(page, q, strings, sizeof(strings)));
	return at;
}

uint64_t lm_memblock(struct lm_place *p)
{
	uint64_t base, size[2] = { 4096, 6 * 4096 }, start[2];

	start[0] = lm_block(p, 0, LM_MEMBLOCK);
	base = (p->next + 0xffff) & ~0xffffUL;
	p->next = base;
	start[1] = base;
	model_preserve(p->m, base, 2);
	model_preserve(p->m, base + 4 * 4096, 1);
	p->key[p->nr++] = (struct lm_key){ base, 2, LM_MEMBLOCK };
	p->key[p->nr++] = (struct lm_key){ base + 4 * 4096, 1, LM_MEMBLOCK };
	p->next = base + 6 * 4096;
	return lm_regions(p, 2, start, size);
}

void lm_region(struct lm_place *p, uint64_t start, uint64_t size)
{
	lm_regions(p, 1, &start, &size);
}
