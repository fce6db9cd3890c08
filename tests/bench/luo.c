// SPDX-License-Identifier: MIT
/*
 * One translation of a LUO state, for an instruction counter to look at:
 *
 *   luo NEXT VERSION SESSIONS FILES HANDLER [APART]
 *
 * makes a state of that version with FILES files of HANDLER in each session, calls luo_translate()
 * for a kernel that knows NEXT, and prints what it reports. A memfd has a page of data, APART pages
 * from that of the next one, and no folios: these are not looked at.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kho/client/luo_build.h"
#include "kho/client/luo_translate.h"
#include "kho/client/metadata.h"
#include "kho/in/origin.h"
#include "kho/out/preserve.h"

#define ARENA_BASE  GIB(4)
#define ARENA_BYTES GIB(4)

static struct world {
	struct pane pane;
	struct window window;
	struct range ram_range;
	struct ranges ram;
	struct pagemap map;
	struct palloc pages;
	struct kho_scratch scratch;
	struct kho_in in;
	struct kho_out out;
	struct fault fault;
} w;

static void *need(void *p)
{
	if (!p) {
		fprintf(stderr, "%s: %s\n", w.fault.name, w.fault.text);
		exit(1);
	}
	return p;
}

static void begin(void)
{
	const struct kho_new_blob metadata = metadata_anew("bench");
	const struct kho_abi *abi = kho_abi_by_name("kho-v4");

	w.pane = (struct pane){ ARENA_BASE, ARENA_BASE + ARENA_BYTES,
				need(aligned_alloc(PAGE_SIZE, ARENA_BYTES)) };
	w.window = (struct window){ &w.pane, 1 };
	w.ram_range = (struct range){ ARENA_BASE, ARENA_BASE + ARENA_BYTES };
	w.ram = (struct ranges){ &w.ram_range, 1, 1 };
	pagemap_init(&w.map, &w.ram, need(aligned_alloc(PAGE_SIZE, pagemap_bytes(&w.ram))));
	palloc_init(&w.pages, &w.map, &w.window, NULL);
	w.scratch = (struct kho_scratch){ ARENA_BASE, MIB(2) };
	pagemap_set(&w.map, ARENA_BASE, ARENA_BASE + MIB(2));
	origin_begin(&w.in, &w.window, abi, &w.scratch, 1);
	if (kho_out_build(&w.out, &w.in.h, abi, &w.pages, &metadata, 1, &w.fault))
		need(NULL);
}

static uint64_t apart = 1;

static void add_data(struct luo_file *file)
{
	uint64_t nr;
	paddr_t gap;

	need(kho_alloc_preserve(&w.out, PAGE_SIZE, &file->data, &w.fault));
	if (apart > 1)
		need(palloc_some(&w.pages, apart - 1, &gap, &nr));
}

static const struct luo_version *version_of(const char *name)
{
	const struct luo_version *v;
	unsigned int i;

	for (i = 0; (v = luo_version_at(i)) && strcmp(v->name, name); i++)
		;
	return need((void *)(uintptr_t)v);
}

static void add_files(const struct luo_version *v, struct luo_session *session, unsigned int nr,
		      const char *handler)
{
	struct luo_append files;
	unsigned int i;

	if (luo_append_begin(&files, &w.out, &v->files, &session->files, &w.fault))
		need(NULL);
	for (i = 0; i < nr; i++) {
		struct luo_file *file = need(luo_append(&files, &w.out, &w.fault));

		snprintf(file->handler, sizeof(file->handler), "%s", handler);
		file->token = i;
		if (file_handler_by_name(handler))
			add_data(file);
		session->count++;
	}
}

static void make_state(const struct luo_version *v, unsigned int sessions, unsigned int files,
		       const char *handler)
{
	struct luo_state s = { .version = v };
	struct luo_flb_page *flbs = need(kho_alloc_preserve(&w.out, PAGE_SIZE, &s.flbs, &w.fault));
	void *root = need(kho_alloc_preserve(&w.out, PAGE_SIZE, &s.root, &w.fault));
	struct luo_append a;
	unsigned int i;

	flbs->pages = 1;
	if (luo_append_begin(&a, &w.out, &v->sessions, &s.sessions, &w.fault))
		need(NULL);
	for (i = 0; i < sessions; i++) {
		struct luo_session *session = need(luo_append(&a, &w.out, &w.fault));

		snprintf(session->name, sizeof(session->name), "session %u", i);
		add_files(v, session, files, handler);
	}
	if (kho_blob_add(&w.out, LUO, s.root, v->write(&s, root), &w.fault))
		need(NULL);
}

int main(int argc, char **argv)
{
	static struct speaks next;
	struct luo_report report;
	char *name;

	if (argc < 6)
		return 2;
	if (argc > 6)
		apart = strtoull(argv[6], NULL, 0);
	begin();
	make_state(version_of(argv[2]), (unsigned int)atoi(argv[3]), (unsigned int)atoi(argv[4]),
		   argv[5]);
	/* as if it had come in: its pages are not baton's to give back */
	pageset_remove(&w.out.owned, ARENA_BASE, ARENA_BASE + ARENA_BYTES);
	for (name = strtok(argv[1], ","); name; name = strtok(NULL, ","))
		speaks_add(&next, name, strlen(name));
	if (luo_translate(&w.out, &next, &report, &w.fault))
		printf("refused: %s: %s\n", w.fault.name, w.fault.text);
	else
		printf("%s to %s: %lu sessions, %lu files, %lu translated\n", report.from,
		       report.to ? report.to : "itself", report.sessions, report.files,
		       report.translated);
	return 0;
}
