// SPDX-License-Identifier: MIT
#include "kho/view/clients.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kho/client/client.h"
#include "kho/client/luo.h"
#include "kho/client/memblock.h"
#include "kho/client/memblock_check.h"
#include "kho/client/metadata.h"

#define LINE   160
#define NAME   LUO_SESSION_NAME /* the longest of all */
#define PIECES (1UL << 32)      /* more than any machine has pages of */

/**
 * struct view - one printing
 * @h: the handover
 * @emit, @arg: where text goes
 */
struct view {
	const struct handover *h;
	void (*emit)(void *arg, const char *text);
	void *arg;
};

static void say(struct view *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct view *v, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	v->emit(v->arg, line);
}

/* Names come from another kernel, and go to a terminal: what is no printable ASCII is shown as '?'. */
static const char *clean(char buf[NAME], const char *name)
{
	size_t i;

	for (i = 0; i < NAME - 1 && name[i]; i++)
		buf[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
	buf[i] = '\0';
	return buf;
}

/* Anything may be looked at: window_ro() says whether it is there. */
static bool look_only(struct piece *p, void *arg)
{
	struct view *v = arg;
	paddr_t base;

	return p->order != PIECE_ANY || handover_find_key(v->h, p->addr, &base, &p->order);
}

static struct reader reader_of(struct view *v)
{
	return (struct reader){ v->h->map.window, look_only, v, PIECES, { .code = FINDING_COUNT } };
}

static void print_file(struct view *v, const struct luo_file *file)
{
	const struct file_handler *h = NULL;
	char name[NAME];

	if (is_name(file->handler, sizeof(file->handler)))
		h = file_handler_by_name(file->handler);
	say(v, "    token %-6lu %-12s ", file->token, h ? h->name : clean(name, file->handler));
	if (h && h->bytes)
		say(v, "%lu bytes, described at 0x%lx\n", h->bytes(h, v->h->map.window, file->data),
		    file->data);
	else
		say(v, "data 0x%lx\n", file->data);
}

static void print_session(struct view *v, const struct luo_state *s,
			  const struct luo_session *session, struct reader *r)
{
	const struct luo_file *file;
	struct luo_cursor files;
	char name[NAME];

	say(v, "  session '%s': %lu files\n", clean(name, session->name), session->count);
	luo_files(&files, s, session, r);
	while ((file = luo_next_file(&files)))
		print_file(v, file);
	if (files.failed)
		say(v, "    the rest cannot be read\n");
}

static void print_flbs(struct view *v, const struct luo_state *s, struct reader *r)
{
	bool failed;
	const struct luo_flb_page *page = luo_flbs(s, r, &failed);
	char name[NAME];
	uint64_t i;

	for (i = 0; page && i < page->count; i++)
		say(v, "  FLB '%s': data 0x%lx, for %lu files\n", clean(name, page->flb[i].name),
		    page->flb[i].data, page->flb[i].count);
	if (failed)
		say(v, "  the FLBs cannot be read\n");
}

static void print_luo(struct view *v, const struct kho_blob *blob)
{
	struct reader r = reader_of(v);
	const struct luo_session *session;
	struct luo_cursor sessions;
	struct luo_state s;

	if (!luo_open(&s, blob->addr, blob->size, &r)) {
		say(v, "  it cannot be read\n");
		return;
	}
	say(v, "  live update %lu\n", s.number);
	luo_sessions(&sessions, &s, &r);
	while ((session = luo_next_session(&sessions)))
		print_session(v, &s, session, &r);
	if (sessions.failed)
		say(v, "  the rest of the sessions cannot be read\n");
	print_flbs(v, &s, &r);
}

static void print_region(const char *name, paddr_t start, uint64_t size, void *arg)
{
	char buf[NAME];

	say(arg, "  region '%s': 0x%lx – 0x%lx, %lu KiB\n", clean(buf, name), start, start + size,
	    size >> 10);
}

static void print_memblock(struct view *v, const struct kho_blob *blob)
{
	if (memblock_regions(v->h->map.window, blob, print_region, v))
		say(v, "  the rest cannot be read\n");
}

static void print_metadata(struct view *v, const struct kho_blob *blob)
{
	const struct kho_metadata *m = handover_look(v->h, blob->addr, sizeof(*m));

	char release[NAME];

	if (m)
		say(v, "  from %s, after %u kexecs\n", clean(release, m->previous_release),
		    m->kexec_count);
}

static const struct {
	const char *name;
	void (*print)(struct view *v, const struct kho_blob *blob);
} PRINTERS[] = {
	{ LUO, print_luo },
	{ MEMBLOCK, print_memblock },
	{ METADATA, print_metadata },
};

static void print_blob(struct view *v, const struct kho_blob *blob)
{
	const struct client *client = client_by_name(blob->name);
	const void *bytes = blob->bad ? NULL : handover_look(v->h, blob->addr, blob->size);
	const char *version = client && bytes ? client->version(bytes, blob->size) : NULL;
	char name[NAME];
	unsigned int i;

	say(v, "%s: %s, 0x%lx, %lu bytes\n", clean(name, blob->name),
	    version ? version :
	    client  ? "of no version that baton knows" :
		      "of nobody that baton knows",
	    blob->addr, blob->size);
	for (i = 0; version && i < ARRAY_SIZE(PRINTERS); i++)
		if (!strcmp(PRINTERS[i].name, blob->name))
			PRINTERS[i].print(v, blob);
}

void clients_print(const struct handover *h, void (*emit)(void *arg, const char *text), void *arg)
{
	struct view v = { h, emit, arg };
	int node = BLOB_FIRST;
	struct kho_blob blob;

	while (handover_next_blob(h, &node, &blob))
		print_blob(&v, &blob);
}
