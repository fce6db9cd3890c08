// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>

#include "kho/view/clients.h"

#define LINE 200

/* Where text goes. */
struct text {
	void (*emit)(void *arg, const char *text);
	void *arg;
};

static void say(const struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(const struct text *t, const char *fmt, ...)
{
	char line[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	t->emit(t->arg, line);
}

const char *view_name(char buf[VIEW_NAME], const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < VIEW_NAME - 1 && i < size && name[i]; i++)
		buf[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
	buf[i] = '\0';
	return buf;
}

static void print_blob(void *arg, const struct kho_blob *blob, const char *version)
{
	char name[VIEW_NAME];

	say(arg, "%s: %s, 0x%lx, %lu bytes\n", view_name(name, blob->name, VIEW_NAME),
	    version ? version : "nothing that baton knows", blob->addr, blob->size);
}

static void print_number(void *arg, uint64_t number)
{
	say(arg, "  live update %lu\n", number);
}

static void print_session(void *arg, const struct luo_session *session)
{
	char name[VIEW_NAME];

	say(arg, "  session '%s': %lu files\n",
	    view_name(name, session->name, sizeof(session->name)), session->count);
}

static void print_file(void *arg, const struct luo_file *file, uint64_t bytes)
{
	char name[VIEW_NAME];

	say(arg, "    token %-6lu %-12s %lu bytes, data 0x%lx\n", file->token,
	    view_name(name, file->handler, sizeof(file->handler)), bytes, file->data);
}

static void print_flb(void *arg, const struct luo_flb *flb)
{
	char name[VIEW_NAME];

	say(arg, "  FLB '%s': data 0x%lx, for %lu files\n",
	    view_name(name, flb->name, sizeof(flb->name)), flb->data, flb->count);
}

static void print_region(void *arg, const char *name, paddr_t start, uint64_t size)
{
	char buf[VIEW_NAME];

	say(arg, "  region '%s': 0x%lx – 0x%lx, %lu KiB\n", view_name(buf, name, VIEW_NAME), start,
	    start + size, size >> 10);
}

static void print_metadata(void *arg, const struct kho_metadata *metadata)
{
	char release[VIEW_NAME];

	say(arg, "  from %s, after %u kexecs\n",
	    view_name(release, metadata->previous_release, sizeof(metadata->previous_release)),
	    metadata->kexec_count);
}

static void print_unread(void *arg, const char *what)
{
	say(arg, "  %s: the rest cannot be read\n", what);
}

void clients_print(const struct handover *h, void (*emit)(void *arg, const char *text), void *arg)
{
	struct text text = { emit, arg };
	const struct client_view to = { &text,         print_blob,     print_number,
					print_session, print_file,     print_flb,
					print_region,  print_metadata, print_unread };

	clients_tell(h, &to);
}
