// SPDX-License-Identifier: MIT
#include "kho/client/luo_translate.h"

#include <string.h>

#include "kho/client/let_go.h"
#include "kho/client/luo_build.h"
#include "kho/out/preserve.h"

/* The name of a handler as in a file: Linux compares all of it. */
union handler_name {
	char name[HANDLER_NAME];
	uint64_t word[HANDLER_NAME / sizeof(uint64_t)];
};

_Static_assert(HANDLER_NAME == 6 * sizeof(uint64_t), "see is_same()");

/**
 * struct translation - one call
 * @out:     where LUO is published
 * @next:    what the next kernel knows; NULL: no version changes
 * @without: name of the session that is left out, or NULL
 * @old, @new: the state that is published and the one that is built
 * @handler: the handler that was looked up last, as in a file
 * @row:     its row, or NULL
 * @from, @to: what becomes of its files; both NULL if they stay as they are
 * @renamed: the name of @to, as in a file
 * @fresh:   pages for new data of files, preserved already, with @fresh_mem at the first
 * @wanted:  how many more are needed after these
 * @report, @f: what is told of all this
 */
struct translation {
	struct kho_out *out;
	const struct speaks *next;
	const char *without;
	struct luo_report *report;
	struct fault *f;
	struct luo_state old, new;
	union handler_name handler, renamed;
	const struct file_handler *from, *to, *row;
	struct range fresh;
	char *fresh_mem;
	uint64_t wanted;
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
	if (t->to) {
		memset(t->renamed.name, 0, sizeof(t->renamed.name));
		memcpy(t->renamed.name, t->to->name, strlen(t->to->name));
		return 0;
	}
	return fault_set(t->f, finding_name(FINDING_CLIENT_UNNAMED),
			 "file handler '%.47s', which the next kernel does not know",
			 t->handler.name);
}

static bool is_same(const union handler_name *a, const union handler_name *b)
{
	return !((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) | (a->word[2] ^ b->word[2]) |
		 (a->word[3] ^ b->word[3]) | (a->word[4] ^ b->word[4]) | (a->word[5] ^ b->word[5]));
}

/* Spelled out, as a compiler that builds for size makes a loop of it, or of an assignment. */
static void copy_name(union handler_name *to, const union handler_name *from)
{
	to->word[0] = from->word[0];
	to->word[1] = from->word[1];
	to->word[2] = from->word[2];
	to->word[3] = from->word[3];
	to->word[4] = from->word[4];
	to->word[5] = from->word[5];
}

/* Most files have the handler of the file before. */
static int choose_handler(struct translation *t, const struct luo_file *file)
{
	const union handler_name *name = (const void *)file->handler;

	if (is_same(&t->handler, name))
		return 0;
	t->handler = *name;
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
	const void *page;

	if (choose_handler(t, file))
		return -1;
	if (!t->row)
		return 0;
	page = file_page(t->out->pages->window, file->data);
	if (!page)
		return fault_set(t->f, finding_name(FINDING_CLIENT_NOT_RAM),
				 "the data of a file of %s at 0x%lx", t->row->name, file->data);
	t->report->bytes += t->row->bytes(page);
	if (!t->to)
		return 0;
	t->report->translated++;
	return t->from->can(t->from, t->to, page, file->data, t->f);
}

static int measure_files(struct translation *t, const struct luo_session *session, struct reader *r)
{
	const struct luo_array *array = &t->new.version->files;
	bool left_out = is_left_out(t, session);
	const struct luo_file *file;
	struct luo_cursor files;

	luo_files(&files, &t->old, session, r);
	while ((file = luo_next_file(&files)))
		if (!left_out && measure_file(t, file))
			return -1;
	if (files.failed)
		return problem_fault(&r->problem, t->f);
	if (!left_out)
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

/* Set @data to a page for new data of a file. Return: it, or NULL with a fault. */
static void *take_fresh(struct translation *t, uint64_t *data)
{
	struct range *fresh = &t->fresh;
	uint64_t nr;
	char *page;

	if (fresh->base == fresh->end) {
		t->fresh_mem = kho_alloc_preserve_pages(t->out, t->wanted, &fresh->base, &nr, t->f);
		if (!t->fresh_mem)
			return NULL;
		fresh->end = fresh->base + nr * PAGE_SIZE;
		t->wanted -= nr;
	}
	page = t->fresh_mem;
	*data = fresh->base;
	fresh->base += PAGE_SIZE;
	t->fresh_mem += PAGE_SIZE;
	return page;
}

static int build_file(struct translation *t, const struct luo_file *file, struct luo_file *entry)
{
	const union handler_name *name = (const void *)file->handler;
	void *made;

	entry->data = file->data;
	entry->token = file->token;
	if (t->report->translated && choose_handler(t, file))
		return -1;
	if (t->to) {
		/* other data than in the old entry: by this let_go_data() knows whose it is */
		made = take_fresh(t, &entry->data);
		if (!made)
			return -1;
		t->from->translate(t->from, t->to, file_page(t->out->pages->window, file->data),
				   made);
		name = &t->renamed;
	}
	copy_name((void *)entry->handler, name);
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
	t->wanted = t->report->translated;
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
static void let_go_data(struct translation *t, const struct luo_state *gone,
			const struct luo_session *session, const struct luo_state *kept,
			const struct luo_session *other, struct let_go *l)
{
	struct reader r = plain_reader(t);
	const struct luo_file *file, *same;
	struct luo_cursor c, k;

	luo_files(&c, gone, session, &r);
	luo_files(&k, kept, other, &r);
	while ((file = luo_next_file(&c))) {
		same = luo_next_file(&k);
		if (same && same->data != file->data)
			let_go_page(l, file->data);
	}
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
		const struct luo_session *other;

		if (is_left_out(t, session)) {
			drop_files(t, gone, session, &dropped);
			continue;
		}
		other = next_kept(t, &k);
		if (t->report->translated && other)
			let_go_data(t, gone, session, kept, other, &l);
		let_go_chain(&l, &gone->version->files, session->files);
	}
	let_go_collected(&l);
	t->report->dropped_bytes = dropped.bytes;
	let_go_chain(&l, &gone->version->sessions, gone->sessions);
	if (gone->flbs && gone->flbs != kept->flbs)
		let_go_block(&l, gone->flbs, 0);
	if (gone->root)
		let_go_block(&l, gone->root, 0);
}

/* Pages that no file has got. */
static void let_go_fresh(struct translation *t)
{
	struct let_go l = { .out = t->out };

	for (; t->fresh.base < t->fresh.end; t->fresh.base += PAGE_SIZE)
		let_go_page(&l, t->fresh.base);
	let_go_collected(&l);
}

static int run(struct translation *t)
{
	struct reader r = plain_reader(t);
	struct kho_blob blob;

	*t->report = (struct luo_report){ 0 };
	/* no handler has this name */
	memset(t->handler.name, 0xff, sizeof(t->handler.name));
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
		let_go_fresh(t);
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
