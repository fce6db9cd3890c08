// SPDX-License-Identifier: MIT
/* A reading as JSON: docs/inspect.schema.json says what it looks like. */
#include <json-c/json.h>
#include <stdio.h>

#include "kho/view/clients.h"
#include "kho/view/summary.h"
#include "tools/inspect.h"

#define FORMAT_VERSION 1

typedef struct json_object json;

/* Where the parts that are being told go. */
struct parts {
	json *blobs, *blob, *session;
};

/* An address, or a number without a unit, may be too large for a reader's numbers: it is text. */
static void add_hex(json *to, const char *key, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%lx", value);
	json_object_object_add(to, key, json_object_new_string(text));
}

static void add_number(json *to, const char *key, uint64_t value)
{
	json_object_object_add(to, key, json_object_new_uint64(value));
}

/* Foreign bytes must be made printable: JSON is UTF-8. */
static void add_name(json *to, const char *key, const char *name, size_t size)
{
	char text[VIEW_NAME];

	json_object_object_add(to, key, json_object_new_string(view_name(text, name, size)));
}

/* list_of() - the list @key of @to, made when it is first asked for */
static json *list_of(json *to, const char *key)
{
	json *list = json_object_object_get(to, key);

	if (!list) {
		list = json_object_new_array();
		json_object_object_add(to, key, list);
	}
	return list;
}

static json *add_item(json *to, const char *key)
{
	json *item = json_object_new_object();

	json_object_array_add(list_of(to, key), item);
	return item;
}

static void tell_blob(void *arg, const struct kho_blob *blob, const char *version)
{
	struct parts *p = arg;

	p->blob = json_object_new_object();
	json_object_array_add(p->blobs, p->blob);
	add_name(p->blob, "name", blob->name, VIEW_NAME);
	if (version)
		add_name(p->blob, "version", version, VIEW_NAME);
	add_hex(p->blob, "address", blob->addr);
	add_number(p->blob, "bytes", blob->size);
}

static void tell_number(void *arg, uint64_t number)
{
	struct parts *p = arg;

	add_number(p->blob, "live_update", number);
	list_of(p->blob, "sessions");
	list_of(p->blob, "flbs");
}

static void tell_session(void *arg, const struct luo_session *session)
{
	struct parts *p = arg;

	p->session = add_item(p->blob, "sessions");
	add_name(p->session, "name", session->name, sizeof(session->name));
	list_of(p->session, "files");
}

static void tell_file(void *arg, const struct luo_file *file, uint64_t bytes)
{
	const struct parts *p = arg;
	json *item = add_item(p->session, "files");

	add_hex(item, "token", file->token);
	add_name(item, "handler", file->handler, sizeof(file->handler));
	add_number(item, "bytes", bytes);
	add_hex(item, "data", file->data);
}

static void tell_flb(void *arg, const struct luo_flb *flb)
{
	const struct parts *p = arg;
	json *item = add_item(p->blob, "flbs");

	add_name(item, "name", flb->name, sizeof(flb->name));
	add_hex(item, "data", flb->data);
	add_number(item, "files", flb->count);
}

static void tell_region(void *arg, const char *name, paddr_t start, uint64_t size)
{
	const struct parts *p = arg;
	json *item = add_item(p->blob, "regions");

	add_name(item, "name", name, VIEW_NAME);
	add_hex(item, "address", start);
	add_number(item, "bytes", size);
}

static void tell_metadata(void *arg, const struct kho_metadata *metadata)
{
	const struct parts *p = arg;

	add_name(p->blob, "previous_release", metadata->previous_release,
		 sizeof(metadata->previous_release));
	add_number(p->blob, "kexec_count", metadata->kexec_count);
}

static void tell_unread(void *arg, const char *what)
{
	const struct parts *p = arg;

	json_object_array_add(list_of(p->blob, "unread"), json_object_new_string(what));
}

static void add_blobs(json *top, const struct handover *h)
{
	struct parts p = { .blobs = list_of(top, "blobs") };
	const struct client_view view = { .arg = &p,
					  .blob = tell_blob,
					  .number = tell_number,
					  .session = tell_session,
					  .file = tell_file,
					  .flb = tell_flb,
					  .region = tell_region,
					  .metadata = tell_metadata,
					  .unread = tell_unread };

	clients_tell(h, &view);
}

static void add_scratch(json *top, const struct handover *h)
{
	list_of(top, "scratch");
	for (unsigned int i = 0; i < h->nr_scratch; i++) {
		json *item = add_item(top, "scratch");

		add_hex(item, "address", h->scratch[i].addr);
		add_number(item, "bytes", h->scratch[i].size);
	}
}

static void add_map(json *top, const struct kho_in *in)
{
	const struct summary s = summary_of_in(in);
	json *map = json_object_new_object();

	json_object_object_add(top, "map", map);
	add_hex(map, "address", in->h.map.root);
	add_number(map, "leaves", in->leaves);
	add_number(map, "nodes", in->nodes);
	add_number(map, "blocks", s.blocks);
	add_number(map, "pages", s.pages);
	list_of(map, "orders");
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		if (s.by_order[o]) {
			json *item = add_item(map, "orders");

			add_number(item, "order", o);
			add_number(item, "blocks", s.by_order[o]);
		}
}

static void add_findings(json *top, const struct findings *f)
{
	list_of(top, "findings");
	for (uint64_t i = 0; i < min_u64(f->total, FINDINGS_KEPT); i++) {
		json *item = add_item(top, "findings");

		json_object_object_add(item, "name", json_object_new_string(f->list[i].name));
		json_object_object_add(item, "text", json_object_new_string(f->list[i].text));
	}
	add_number(top, "findings_total", f->total);
}

void inspect_json(const struct reading *r)
{
	const struct verify *v = r->verify;
	json *top = json_object_new_object();

	add_number(top, "format", FORMAT_VERSION);
	json_object_object_add(top, "source", json_object_new_string(r->memory.kind));
	add_name(top, "version", r->root.version, sizeof(r->root.version));
	add_hex(top, "fdt", r->root.data.fdt_addr);
	if (r->root.entry)
		add_hex(top, "setup_data", r->root.entry);
	add_scratch(top, &v->in.h);
	add_map(top, &v->in);
	list_of(top, "blobs");
	if (handover_is_read(&v->in.h))
		add_blobs(top, &v->in.h);
	add_findings(top, &v->f);
	puts(json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY |
							 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(top);
}
