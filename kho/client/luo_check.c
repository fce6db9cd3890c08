// SPDX-License-Identifier: MIT
#include "kho/client/luo_check.h"

/* Return: false with a problem. */
static bool check_file(const struct luo_session *session, const struct luo_file *file,
		       struct reader *r)
{
	const struct file_handler *h;

	if (!is_name(file->handler, sizeof(file->handler)))
		return read_fail(r, FINDING_LUO_HANDLER,
				 "a file by its token, among the files from the first",
				 session->files, file->token);
	h = file_handler_by_name(file->handler);
	return !h || h->read(h, r, file->data);
}

static void check_session(struct claims *c, const struct luo_state *s,
			  const struct luo_session *session, struct reader *r)
{
	const struct luo_file *file;
	struct luo_cursor files;

	luo_files(&files, s, session, r);
	while ((file = luo_next_file(&files)))
		if (!check_file(session, file, r))
			problem_add(&r->problem, c->f);
	if (files.failed)
		problem_add(&r->problem, c->f);
}

static void check_flbs(struct claims *c, const struct luo_state *s, struct reader *r)
{
	const struct luo_flb_page *page;
	bool failed;
	uint64_t i;

	page = luo_flbs(s, r, &failed);
	for (i = 0; page && i < page->count; i++) {
		if (is_name(page->flb[i].name, sizeof(page->flb[i].name)))
			continue;
		failed = true;
		read_fail(r, FINDING_LUO_FLB_NAME, "an FLB by its number, in the page", s->flbs, i);
		break;
	}
	if (failed)
		problem_add(&r->problem, c->f);
}

void luo_check(struct claims *c, const struct kho_blob *blob)
{
	struct reader r = claims_reader(c);
	const struct luo_session *session;
	struct luo_cursor sessions;
	struct luo_state s;

	if (!luo_open(&s, blob->addr, blob->size, &r)) {
		problem_add(&r.problem, c->f);
		return;
	}
	luo_sessions(&sessions, &s, &r);
	while ((session = luo_next_session(&sessions))) {
		if (!is_name(session->name, sizeof(session->name))) {
			read_fail(&r, FINDING_LUO_SESSION_NAME,
				  "a session by its number, from the first block", s.sessions,
				  sessions.seen);
			problem_add(&r.problem, c->f);
		}
		check_session(c, &s, session, &r);
	}
	if (sessions.failed)
		problem_add(&r.problem, c->f);
	check_flbs(c, &s, &r);
}
