// SPDX-License-Identifier: MIT
#include "kho/client/luo.h"

#include <string.h>

#include "kho/client/luo_v1.h"
#include "kho/client/luo_v5.h"

static const struct luo_version *const table[] = { &luo_v1, &luo_v5 };

const struct luo_version *luo_version_at(unsigned int i)
{
	return i < ARRAY_SIZE(table) ? table[i] : NULL;
}

static const struct luo_version *tell(const void *root, uint64_t size)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i]->is(root, size))
			return table[i];
	return NULL;
}

const char *luo_version(const void *bytes, uint64_t size)
{
	const struct luo_version *version = tell(bytes, size);

	return version ? version->name : NULL;
}

bool luo_open(struct luo_state *s, paddr_t addr, uint64_t size, struct reader *r)
{
	const void *root = read_block(r, "the root of LUO", addr, 0);

	*s = (struct luo_state){ .root = addr };
	if (!root)
		return false;
	s->version = tell(root, min_u64(size, PAGE_SIZE));
	if (!s->version)
		return read_fail(r, FINDING_LUO_VERSION, "the root of LUO", addr, NO_VALUE);
	return s->version->read(s, root, r);
}

static bool too_many(struct luo_cursor *c, paddr_t at, uint64_t count)
{
	bool sessions = c->array->entry == sizeof(struct luo_session);
	enum finding_code code = sessions ? FINDING_LUO_SESSIONS : FINDING_LUO_FILES;

	if (c->array->header == LUO_CHAINED)
		code = FINDING_LUO_BLOCK_COUNT;
	return read_fail(c->r, code, c->array->what, at, count);
}

/* Go on with the next container. Return: false with a problem. */
static bool enter(struct luo_cursor *c)
{
	const struct luo_array *array = c->array;
	paddr_t at = c->next;
	const uint64_t *header;

	if (c->entered++ == array->containers)
		return read_fail(c->r, FINDING_LUO_BLOCKS, array->what, at, c->entered);
	header = read_block(c->r, array->what, at, array->order);
	if (!header)
		return false;
	c->next = 0;
	c->left = c->count;
	if (array->header == LUO_CHAINED)
		c->next = *header++;
	if (array->header != LUO_PLAIN)
		c->left = *header++;
	c->at = (const char *)header;
	if (c->left <= array->per && (c->left || array->header != LUO_CHAINED))
		return true;
	return too_many(c, at, c->left);
}

static const void *next_entry(struct luo_cursor *c)
{
	const char *entry;

	while (!c->left) {
		if (!c->next || c->failed)
			return NULL;
		if (!enter(c)) {
			c->failed = true;
			c->left = 0;
			return NULL;
		}
	}
	entry = c->at;
	c->at += c->array->entry;
	c->left--;
	c->seen++;
	return entry;
}

void luo_sessions(struct luo_cursor *c, const struct luo_state *s, struct reader *r)
{
	*c = (struct luo_cursor){ .r = r, .array = &s->version->sessions, .next = s->sessions };
}

const struct luo_session *luo_next_session(struct luo_cursor *c)
{
	return next_entry(c);
}

void luo_files(struct luo_cursor *c, const struct luo_state *s, const struct luo_session *session,
	       struct reader *r)
{
	*c = (struct luo_cursor){
		.r = r, .array = &s->version->files, .next = session->files, .count = session->count
	};
}

const struct luo_file *luo_first_file(struct luo_cursor *c)
{
	const struct luo_file *file = next_entry(c);

	if (!file && !c->failed && c->seen != c->count) {
		c->failed = true;
		read_fail(c->r, FINDING_LUO_FILE_COUNT, "a session whose files were counted",
			  c->next, c->seen);
	}
	return file;
}

const struct luo_flb_page *luo_flbs(const struct luo_state *s, struct reader *r, bool *failed)
{
	const struct luo_flb_page *page;

	*failed = false;
	if (!s->flbs)
		return NULL;
	*failed = true;
	page = read_block(r, "the page of FLBs", s->flbs, 0);
	if (!page)
		return NULL;
	if (page->pages != 1) {
		read_fail(r, FINDING_LUO_FLB_PAGES, "the page of FLBs", s->flbs, page->pages);
		return NULL;
	}
	if (page->count > LUO_FLBS) {
		read_fail(r, FINDING_LUO_FLB_COUNT, "the page of FLBs", s->flbs, page->count);
		return NULL;
	}
	*failed = false;
	return page;
}

bool luo_is_empty(const struct handover *h, const struct kho_blob *blob)
{
	struct reader r = { .window = h->map.window, .budget = UINT64_MAX };
	const struct luo_flb_page *page;
	struct luo_cursor sessions;
	struct luo_state s;
	bool failed;

	if (strcmp(blob->name, LUO) || !luo_open(&s, blob->addr, blob->size, &r))
		return false;
	luo_sessions(&sessions, &s, &r);
	if (luo_next_session(&sessions) || sessions.failed)
		return false;
	page = luo_flbs(&s, &r, &failed);
	return !failed && (!page || !page->count);
}
