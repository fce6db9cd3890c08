// SPDX-License-Identifier: MIT
#include "kho/client/luo_translate.h"

#include <string.h>

#include "kho/client/let_go.h"
#include "kho/client/luo_build.h"
#include "kho/out/living.h"

#define HANDLER_WORDS (HANDLER_NAME / sizeof(uint64_t))

/**
 * struct translation - one call
 * @out:     where LUO is published
 * @next:    what the next kernel knows; NULL: no version changes
 * @without: name of the session that is left out, or NULL
 * @old, @new: the state that is published and the one that is built
 * @handler: the handler that was looked up last, as in a file
 * @row:     its row, or NULL
 * @from, @to: what becomes of its files; both NULL if they stay as they are
 * @report, @f: what is told of all this
 */
struct translation {
	struct kho_out *out;
	const struct speaks *next;
	const char *without;
	struct luo_report *report;
	struct fault *f;
	struct luo_state old, new;
	union {
		char name[HANDLER_NAME];
		uint64_t word[HANDLER_WORDS];
	} handler;
	const struct file_handler *from, *to, *row;
};

static struct reader plain_reader(const struct translation *t)
{
	return (struct reader){ .window = t->out->pages->window, .budget = UINT64_MAX };
}

static bool is_left_out(const struct translation *t, const struct luo_session *session)
{
	return t->without && !strncmp(session->name, t->without, sizeof(session->name));
}

/* ---- what is to become of what ---- */

static int choose_version(struct translation *t)
{
	const struct luo_version *v;
	unsigned int i;

	t->new.version = t->old.version;
	if (!t->next || speaks_name(t->next, t->old.version->name))
		return 0;
	for (i = 0; (v = luo_version_at(i)); i++) {
		if (!speaks_name(t->next, v->name))
			continue;
		t->new.version = v;
		return 0;
	}
	return fault_set(
		t->f, finding_name(FINDING_CLIENT_UNNAMED),
		"the state of LUO is %s; the next kernel knows no LUO that it could be made",
		t->old.version->name);
}

/* The row of the same family that the next kernel knows, or NULL. */
static const struct file_handler *other_version(const struct translation *t,
						const struct file_handler *h)
{
	const struct file_handler *other;
	unsigned int i;

	for (i = 0; (other = file_handler_at(i)); i++)
		if (!strcmp(other->family, h->family) && speaks_name(t->next, other->name))
			return other;
	return NULL;
}

static int look_up_handler(struct translation *t)
{
	const struct file_handler *h;

	if (!is_name(t->handler.name, sizeof(t->handler.name)))
		return fault_set(t->f, finding_name(FINDING_LUO_HANDLER),
				 "a file handler without a name, or without an end of it");
	h = file_handler_by_name(t->handler.name);
	t->row = h;
	t->from = t->to = NULL;
	if (!t->next || speaks_name(t->next, t->handler.name))
		return 0;
	t->to = h ? other_version(t, h) : NULL;
	t->from = t->to ? h : NULL;
	if (t->to)
		return 0;
	return fault_set(t->f, finding_name(FINDING_CLIENT_UNNAMED),
			 "file handler '%.47s', which the next kernel does not know",
			 t->handler.name);
}

/* Most files have the handler of the file before. */
static int choose_handler(struct translation *t, const struct luo_file *file)
{
	const uint64_t *word = (const uint64_t *)(const void *)file;
	unsigned int i;

	for (i = 0; i < HANDLER_WORDS; i++)
		if (word[i] != t->handler.word[i])
			break;
	if (i == HANDLER_WORDS)
		return 0;
	memcpy(t->handler.name, file->handler, sizeof(t->handler.name));
	return look_up_handler(t);
}

/* ---- first time through: everything that can be wrong ---- */

/* A container that is to leave the map must be in it. */
static bool is_in_map(struct piece *p, void *arg)
{
	struct translation *t = arg;

	if (handover_has_key(&t->out->h, p->addr, p->order))
		return true;
	fault_set(t->f, finding_name(FINDING_CLIENT_KEY),
		  "%s at 0x%lx has no key of order %u in the outgoing map", p->what, p->addr,
		  p->order);
	return false;
}

static int measure_file(struct translation *t, const struct luo_file *file)
{
	const struct window *w = t->out->pages->window;

	if (choose_handler(t, file))
		return -1;
	if (t->row)
		t->report->bytes += t->row->bytes(t->row, w, file->data);
	if (!t->to)
		return 0;
	t->report->translated++;
	return t->from->can(t->from, t->to, w, file->data, t->f);
}

static int measure_files(struct translation *t, const struct luo_session *session, struct reader *r)
{
	const struct luo_array *array = &t->new.version->files;
	const struct luo_file *file;
	struct luo_cursor files;

	luo_files(&files, &t->old, session, r);
	while ((file = luo_next_file(&files)))
		if (!is_left_out(t, session) && measure_file(t, file))
			return -1;
	if (files.failed)
		return problem_fault(&r->problem, t->f);
	if (!is_left_out(t, session))
		t->report->files += files.seen;
	if (files.seen > array->per * array->containers)
		return fault_set(t->f, "luo-too-many-files",
				 "%lu files in the session '%.63s'; %s has room for %lu",
				 files.seen, session->name, t->new.version->name,
				 array->per * array->containers);
	return 0;
}

static int measure_sessions(struct translation *t, struct reader *r)
{
	const struct luo_array *array = &t->new.version->sessions;
	uint64_t room = array->per * array->containers;
	const struct luo_session *session;
	struct luo_cursor sessions;

	luo_sessions(&sessions, &t->old, r);
	while ((session = luo_next_session(&sessions))) {
		t->report->sessions += !is_left_out(t, session);
		if (measure_files(t, session, r))
			return -1;
	}
	if (sessions.failed)
		return problem_fault(&r->problem, t->f);
	if (t->without && t->report->sessions == sessions.seen)
		return fault_set(t->f, "not-found", "no session '%.63s' in the state of LUO",
				 t->without);
	if (t->report->sessions > room)
		return fault_set(t->f, "luo-too-many-sessions",
				 "%lu sessions in the state of LUO; %s has room for %lu",
				 t->report->sessions, t->new.version->name, room);
	return 0;
}

static int measure(struct translation *t)
{
	struct reader r = plain_reader(t);
	const struct luo_flb_page *page;
	bool failed;

	r.visit = is_in_map;
	r.arg = t;
	if (measure_sessions(t, &r))
		return -1;
	page = luo_flbs(&t->old, &r, &failed);
	if (failed)
		return problem_fault(&r.problem, t->f);
	t->report->flbs = page ? page->count : 0;
	return 0;
}

/* ---- building ---- */

static int build_file(struct translation *t, const struct luo_file *file, struct luo_file *entry)
{
	*entry = *file;
	if (!t->report->translated)
		return 0;
	if (choose_handler(t, file))
		return -1;
	if (!t->to)
		return 0;
	/* the entry has other data than the old one from here on, or as before: see let_go_files() */
	if (t->from->translate(t->from, t->to, t->out, file->data, &entry->data, t->f))
		return -1;
	memset(entry->handler, 0, sizeof(entry->handler));
	memcpy(entry->handler, t->to->name, strlen(t->to->name));
	return 0;
}

static int build_files(struct translation *t, const struct luo_session *session,
		       struct luo_session *entry, struct reader *r)
{
	const struct luo_file *file;
	struct luo_append files;
	struct luo_cursor c;

	memcpy(entry->name, session->name, sizeof(entry->name));
	if (luo_append_begin(&files, t->out, &t->new.version->files, &entry->files, t->f))
		return -1;
	luo_files(&c, &t->old, session, r);
	while ((file = luo_next_file(&c))) {
		struct luo_file *copy = luo_append(&files, t->out, t->f);

		if (!copy)
			return -1;
		entry->count++;
		if (build_file(t, file, copy))
			return -1;
	}
	return 0;
}

static int build_sessions(struct translation *t)
{
	struct reader r = plain_reader(t);
	const struct luo_session *session;
	struct luo_append sessions;
	struct luo_cursor c;

	if (luo_append_begin(&sessions, t->out, &t->new.version->sessions, &t->new.sessions, t->f))
		return -1;
	luo_sessions(&c, &t->old, &r);
	while ((session = luo_next_session(&c))) {
		struct luo_session *entry;

		if (is_left_out(t, session))
			continue;
		entry = luo_append(&sessions, t->out, t->f);
		if (!entry || build_files(t, session, entry, &r))
			return -1;
	}
	return 0;
}

/* The old page of FLBs serves the new state; where there is none one is made if it must be. */
static int build_flbs(struct translation *t)
{
	struct luo_flb_page *page;

	t->new.flbs = t->old.flbs;
	if (t->new.flbs || !t->new.version->flbs)
		return 0;
	page = kho_alloc_preserve(t->out, PAGE_SIZE, &t->new.flbs, t->f);
	if (!page)
		return -1;
	page->pages = 1;
	return 0;
}

static int build_root(struct translation *t, uint64_t *size)
{
	void *root = kho_alloc_preserve(t->out, PAGE_SIZE, &t->new.root, t->f);

	if (!root)
		return -1;
	*size = t->new.version->write(&t->new, root);
	return *size ? 0 : fault_set(t->f, "fdt-full", "no room for the root of LUO");
}

static int build(struct translation *t)
{
	uint64_t size;

	t->new.number = t->old.number;
	if (build_sessions(t) || build_flbs(t) || build_root(t, &size))
		return -1;
	return kho_blob_replace(t->out, LUO, t->new.root, size, t->f);
}

/* ---- letting go: of the new state if it could not be published, else of the old one ---- */

static void let_go_chain(struct let_go *l, const struct luo_array *array, paddr_t at)
{
	while (at) {
		const uint64_t *header = window_ro(l->out->pages->window, at, PAGE_SIZE);
		paddr_t next = array->header == LUO_CHAINED ? header[0] : 0;

		let_go_block(l, at, array->order);
		at = next;
	}
}

/* The files of the session that is left out go with all that they have. */
static void drop_files(struct translation *t, const struct luo_state *gone,
		       const struct luo_session *session, struct let_go *l)
{
	struct reader plain = plain_reader(t), r = let_go_reader(l);
	const struct luo_file *file;
	struct luo_cursor c;

	luo_files(&c, gone, session, &plain);
	while ((file = luo_next_file(&c))) {
		const struct file_handler *h = file_handler_by_name(file->handler);

		t->report->dropped_files++;
		if (h)
			h->read(h, &r, file->data);
		else
			t->report->dropped_unknown++;
	}
	let_go_chain(l, &gone->version->files, session->files);
}

/* Data of files goes where the state that is kept has other data. */
static void let_go_files(struct translation *t, const struct luo_state *gone,
			 const struct luo_session *session, const struct luo_state *kept,
			 const struct luo_session *other, struct let_go *l)
{
	struct reader r = plain_reader(t);
	const struct luo_file *file, *same;
	struct luo_cursor c, k;

	luo_files(&c, gone, session, &r);
	luo_files(&k, kept, other, &r);
	while (t->report->translated && (file = luo_next_file(&c))) {
		same = luo_next_file(&k);
		if (same && same->data != file->data)
			let_go_block(l, file->data, 0);
	}
	let_go_chain(l, &gone->version->files, session->files);
}

static const struct luo_session *next_kept(const struct translation *t, struct luo_cursor *c)
{
	const struct luo_session *session;

	do {
		session = luo_next_session(c);
	} while (session && is_left_out(t, session));
	return session;
}

/* Let go of all that @gone has and @kept has not. */
static void let_go_state(struct translation *t, const struct luo_state *gone,
			 const struct luo_state *kept)
{
	struct let_go l = { .out = t->out }, dropped = { .out = t->out };
	struct reader r = plain_reader(t);
	const struct luo_session *session;
	struct luo_cursor c, k;

	luo_sessions(&c, gone, &r);
	luo_sessions(&k, kept, &r);
	while ((session = luo_next_session(&c))) {
		if (is_left_out(t, session))
			drop_files(t, gone, session, &dropped);
		else
			let_go_files(t, gone, session, kept, next_kept(t, &k), &l);
	}
	t->report->dropped_bytes = dropped.bytes;
	let_go_chain(&l, &gone->version->sessions, gone->sessions);
	if (gone->flbs && gone->flbs != kept->flbs)
		let_go_block(&l, gone->flbs, 0);
	if (gone->root)
		let_go_block(&l, gone->root, 0);
}

static int run(struct translation *t)
{
	struct reader r = plain_reader(t);
	struct kho_blob blob;

	*t->report = (struct luo_report){ 0 };
	/* no handler has this name */
	memset(&t->handler, 0xff, sizeof(t->handler));
	if (!handover_find_blob(&t->out->h, LUO, &blob))
		return t->without ? fault_set(t->f, "not-found", "no state of LUO") : 0;
	r.visit = is_in_map;
	r.arg = t;
	if (!luo_open(&t->old, blob.addr, blob.size, &r))
		return problem_fault(&r.problem, t->f);
	t->report->from = t->old.version->name;
	if (choose_version(t) || measure(t))
		return -1;
	if (t->new.version == t->old.version && !t->report->translated && !t->without)
		return 0;
	if (t->old.extra)
		return fault_set(t->f, "luo-extra",
				 "the root of LUO at 0x%lx holds more than %s has", t->old.root,
				 t->old.version->name);
	if (build(t)) {
		let_go_state(t, &t->new, &t->old);
		return -1;
	}
	let_go_state(t, &t->old, &t->new);
	t->report->to = t->new.version->name;
	return 0;
}

int luo_translate(struct kho_out *out, const struct speaks *next, struct luo_report *report,
		  struct fault *f)
{
	struct translation t = { .out = out, .next = next, .report = report, .f = f };

	return run(&t);
}

int luo_drop_session(struct kho_out *out, const char *name, struct luo_report *report,
		     struct fault *f)
{
	struct translation t = { .out = out, .without = name, .report = report, .f = f };

	return run(&t);
}
