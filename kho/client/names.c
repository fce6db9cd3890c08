// SPDX-License-Identifier: MIT
#include "kho/client/names.h"

#include <libfdt.h>
#include <string.h>

#include "kho/client/client.h"
#include "kho/client/luo.h"
#include "kho/client/metadata.h"

#define SEEN 16

typedef void name_fn(enum name_kind kind, const char *blob, const char *name, void *arg);

static struct reader plain_reader(const struct handover *h)
{
	return (struct reader){ .window = h->map.window, .budget = UINT64_MAX };
}

/* The names in a LUO state. Return: false if it is not one. */
static bool luo_names(const struct handover *h, const struct kho_blob *blob, name_fn *fn, void *arg)
{
	struct reader r = plain_reader(h);
	const struct luo_session *session;
	const struct luo_flb_page *page;
	struct luo_cursor sessions, files;
	const struct luo_file *file;
	struct luo_state s;
	bool failed;
	uint64_t i;

	if (!luo_open(&s, blob->addr, blob->size, &r))
		return false;
	fn(NAME_CLIENT, blob->name, s.version->name, arg);
	luo_sessions(&sessions, &s, &r);
	while ((session = luo_next_session(&sessions))) {
		luo_files(&files, &s, session, &r);
		while ((file = luo_next_file(&files)))
			fn(NAME_HANDLER, blob->name, file->handler, arg);
	}
	page = luo_flbs(&s, &r, &failed);
	for (i = 0; page && i < page->count; i++)
		fn(NAME_FLB, blob->name, page->flb[i].name, arg);
	return true;
}

/*
 * The bytes of a blob where an FDT can be read: Linux reads none at an address that is no multiple of 8, but
 * the version of such a blob is known all the same.
 */
static const void *aligned(const struct handover *h, const struct kho_blob *blob)
{
	static uint8_t copy[PAGE_SIZE] __attribute__((aligned(8)));
	const void *bytes = handover_look(h, blob->addr, blob->size);

	if (!bytes || is_aligned(blob->addr, sizeof(uint64_t)))
		return bytes;
	return blob->size > sizeof(copy) ? NULL : memcpy(copy, bytes, blob->size);
}

/* What its client's row tells, else what the FDT of a blob calls itself, else its name. */
static const char *blob_version(const struct handover *h, const struct kho_blob *blob)
{
	const struct client *client = client_by_name(blob->name);
	const void *bytes = aligned(h, blob);
	const char *name = NULL;
	int len;

	if (client && bytes)
		name = client->version(bytes, blob->size);
	if (!name && bytes && !fdt_check_full(bytes, min_u64(blob->size, CLIENT_FDT_MAX))) {
		name = fdt_getprop(bytes, 0, "compatible", &len);
		name = name && len > 0 && !name[len - 1] ? name : NULL;
	}
	return name ? name : blob->name;
}

static void blob_names(const struct handover *h, const struct kho_blob *blob, name_fn *fn,
		       void *arg)
{
	if (strcmp(blob->name, LUO) != 0 || !luo_names(h, blob, fn, arg))
		fn(NAME_CLIENT, blob->name, blob_version(h, blob), arg);
}

void names_of(const struct handover *h, name_fn *fn, void *arg)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;

	while (handover_next_blob(h, &node, &blob))
		if (!blob.bad)
			blob_names(h, &blob, fn, arg);
}

/**
 * struct checking - one comparison
 * @next, @f: the arguments of names_check()
 * @last: what was good last: most files have the handler of the file before
 * @seen: names that have been found unknown, so that each is said once, and @nr of them; when
 *        it is full, what comes then may be said again
 */
struct checking {
	const struct speaks *next;
	struct findings *f;
	const char *last;
	const char *seen[SEEN];
	unsigned int nr;
};

static bool translatable(const struct checking *c, enum name_kind kind, const char *blob,
			 const char *name)
{
	const struct file_handler *h = kind == NAME_HANDLER ? file_handler_by_name(name) : NULL;
	const struct file_handler *other;
	const struct luo_version *luo;
	unsigned int i;

	for (i = 0; h && (other = file_handler_at(i)); i++)
		if (!strcmp(other->family, h->family) && speaks_name(c->next, other->name))
			return true;
	for (i = 0; kind == NAME_CLIENT && !strcmp(blob, LUO) && (luo = luo_version_at(i)); i++)
		if (speaks_name(c->next, luo->name))
			return true;
	return false;
}

static void check_name(enum name_kind kind, const char *blob, const char *name, void *arg)
{
	static const char *const of[] = { "client", "file handler", "FLB" };
	struct checking *c = arg;
	unsigned int i;

	if (c->last && !strcmp(c->last, name))
		return;
	if (speaks_name(c->next, name) || translatable(c, kind, blob, name)) {
		c->last = name;
		return;
	}
	for (i = 0; i < c->nr; i++)
		if (!strcmp(c->seen[i], name))
			return;
	if (c->nr < SEEN)
		c->seen[c->nr++] = name;
	finding_add(c->f, FINDING_CLIENT_UNNAMED, "%s '%.48s' in the blob '%.32s'", of[kind], name,
		    blob);
}

void names_check(const struct handover *h, const struct speaks *next, struct findings *f)
{
	struct checking c = { .next = next, .f = f };
	int node = BLOB_FIRST;
	struct kho_blob blob;

	while (handover_next_blob(h, &node, &blob))
		if (!blob.bad && strcmp(blob.name, METADATA) != 0 && !luo_is_empty(h, &blob))
			blob_names(h, &blob, check_name, &c);
}
