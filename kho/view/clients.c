// SPDX-License-Identifier: MIT
#include "kho/view/clients.h"

#include <string.h>

#include "kho/client/client.h"
#include "kho/client/memblock.h"
#include "kho/client/memblock_check.h"

#define PIECES (1UL << 32) /* more than any machine has pages of */

/**
 * struct telling - one run through the blobs
 * @h: the handover
 * @to: who is told
 */
struct telling {
	const struct handover *h;
	const struct client_view *to;
};

/* Any piece may be looked at; where only a key tells its order, that is asked. */
static bool look_only(struct piece *p, void *arg)
{
	const struct telling *t = arg;
	paddr_t base;

	return p->order != PIECE_ANY || handover_find_key(t->h, p->addr, &base, &p->order);
}

static struct reader reader_of(struct telling *t)
{
	return (struct reader){ .window = t->h->map.window,
				.visit = look_only,
				.arg = t,
				.budget = PIECES,
				.problem = { .code = FINDING_COUNT } };
}

static uint64_t file_bytes(const struct telling *t, const struct luo_file *file)
{
	const void *page = file_page(t->h->map.window, file->data);
	const struct file_handler *h = NULL;

	if (is_name(file->handler, sizeof(file->handler)))
		h = file_handler_by_name(file->handler);
	return h && page ? h->bytes(page) : 0;
}

static void tell_session(const struct telling *t, const struct luo_state *s,
			 const struct luo_session *session, struct reader *r)
{
	const struct luo_file *file;
	struct luo_cursor files;

	t->to->session(t->to->arg, session);
	luo_files(&files, s, session, r);
	while ((file = luo_next_file(&files)))
		t->to->file(t->to->arg, file, file_bytes(t, file));
	if (files.failed)
		t->to->unread(t->to->arg, "the files of the session");
}

static void tell_flbs(const struct telling *t, const struct luo_state *s, struct reader *r)
{
	bool failed;
	const struct luo_flb_page *page = luo_flbs(s, r, &failed);
	uint64_t i;

	for (i = 0; page && i < page->count; i++)
		t->to->flb(t->to->arg, &page->flb[i]);
	if (failed)
		t->to->unread(t->to->arg, "the FLBs");
}

static void tell_luo(struct telling *t, const struct kho_blob *blob)
{
	struct reader r = reader_of(t);
	const struct luo_session *session;
	struct luo_cursor sessions;
	struct luo_state s;

	if (!luo_open(&s, blob->addr, blob->size, &r)) {
		t->to->unread(t->to->arg, "the root of LUO");
		return;
	}
	t->to->number(t->to->arg, s.number);
	luo_sessions(&sessions, &s, &r);
	while ((session = luo_next_session(&sessions)))
		tell_session(t, &s, session, &r);
	if (sessions.failed)
		t->to->unread(t->to->arg, "the sessions");
	tell_flbs(t, &s, &r);
}

static void tell_region(const char *name, paddr_t start, uint64_t size, void *arg)
{
	const struct telling *t = arg;

	t->to->region(t->to->arg, name, start, size);
}

static void tell_memblock(struct telling *t, const struct kho_blob *blob)
{
	if (memblock_regions(t->h->map.window, blob, tell_region, t))
		t->to->unread(t->to->arg, "the regions");
}

static void tell_metadata(struct telling *t, const struct kho_blob *blob)
{
	struct kho_metadata m;

	/* its version has been told, so it is long enough */
	memcpy(&m, handover_look(t->h, blob->addr, sizeof(m)), sizeof(m));
	t->to->metadata(t->to->arg, &m);
}

static const struct {
	const char *name;
	void (*tell)(struct telling *t, const struct kho_blob *blob);
} TELLERS[] = {
	{ LUO, tell_luo },
	{ MEMBLOCK, tell_memblock },
	{ METADATA, tell_metadata },
};

static void tell_blob(struct telling *t, const struct kho_blob *blob)
{
	const char *version = client_version(t->h, blob);
	unsigned int i;

	t->to->blob(t->to->arg, blob, version);
	for (i = 0; version && i < ARRAY_SIZE(TELLERS); i++)
		if (!strcmp(TELLERS[i].name, blob->name))
			TELLERS[i].tell(t, blob);
}

void clients_tell(const struct handover *h, const struct client_view *to)
{
	struct telling t = { h, to };
	int node = BLOB_FIRST;
	struct kho_blob blob;

	while (handover_next_blob(h, &node, &blob))
		tell_blob(&t, &blob);
}
