// SPDX-License-Identifier: MIT
#include "kho/client/drop.h"

#include <string.h>

#include "kho/client/kho_test.h"
#include "kho/client/let_go.h"
#include "kho/client/luo_translate.h"
#include "kho/client/memblock.h"
#include "kho/client/memblock_check.h"
#include "kho/out/preserve.h"

#define SESSION LUO ":"

static int drop_session(struct kho_out *out, const char *name, struct dropped *d, struct fault *f)
{
	struct luo_report report;

	if (luo_drop_session(out, name, &report, f))
		return -1;
	d->sessions = 1;
	d->files = report.dropped_files;
	d->unknown = report.dropped_unknown;
	d->bytes = report.dropped_bytes;
	return 0;
}

static void let_go_files(const struct luo_state *s, const struct luo_session *session,
			 struct reader *r, struct dropped *d)
{
	const struct luo_file *file;
	struct luo_cursor files;

	luo_files(&files, s, session, r);
	while ((file = luo_next_file(&files))) {
		const struct file_handler *h = file_handler_by_name(file->handler);

		d->files++;
		if (h)
			h->read(h, r, file->data);
		else
			d->unknown++;
	}
}

static void let_go_luo(const struct kho_blob *blob, struct reader *r, struct dropped *d)
{
	const struct luo_session *session;
	struct luo_cursor sessions;
	struct luo_state s;
	bool failed;

	if (!luo_open(&s, blob->addr, blob->size, r))
		return;
	luo_sessions(&sessions, &s, r);
	while ((session = luo_next_session(&sessions))) {
		d->sessions++;
		let_go_files(&s, session, r, d);
	}
	luo_flbs(&s, r, &failed);
}

static void let_go_region(const char *name, paddr_t start, uint64_t size, void *arg)
{
	(void)name;
	let_go_pages(arg, start, size);
}

/* What the blob led to; nothing does any more. */
static void let_go_blob(const struct kho_blob *blob, struct let_go *l, struct dropped *d)
{
	struct reader r = let_go_reader(l);

	if (!strcmp(blob->name, LUO))
		let_go_luo(blob, &r, d);
	else if (!strcmp(blob->name, KHO_TEST))
		kho_test_read(blob, &r);
	else if (!strcmp(blob->name, MEMBLOCK))
		memblock_regions(l->out->pages->window, blob, let_go_region, l);
	let_go_pages(l, blob->addr, blob->size);
}

int client_drop(struct kho_out *out, const char *what, struct dropped *d, struct fault *f)
{
	struct let_go l = { .out = out };
	struct kho_blob blob;

	*d = (struct dropped){ 0 };
	if (!strncmp(what, SESSION, strlen(SESSION)))
		return drop_session(out, what + strlen(SESSION), d, f);
	if (handover_find_blob(&out->h, what, &blob))
		blob.name = what; /* its own name goes with the FDT that it is in */
	if (kho_blob_remove(out, what, f))
		return -1;
	let_go_blob(&blob, &l, d);
	d->bytes = l.bytes;
	return 0;
}

static bool knows_luo(const struct speaks *next)
{
	const struct luo_version *v;

	for (unsigned int i = 0; (v = luo_version_at(i)); i++)
		if (speaks_name(next, v->name))
			return true;
	return false;
}

int luo_leave_out_empty(struct kho_out *out, const struct speaks *next, struct fault *f)
{
	struct kho_blob blob;
	struct dropped d;

	if (!handover_find_blob(&out->h, LUO, &blob) || !luo_is_empty(&out->h, &blob) ||
	    knows_luo(next))
		return 0;
	return client_drop(out, LUO, &d, f) ? -1 : 1;
}
