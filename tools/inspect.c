// SPDX-License-Identifier: MIT
/* batonctl inspect: what is in the handover of a dump, for people. */
#include <stdio.h>

#include "kho/view/clients.h"
#include "kho/view/dts.h"
#include "kho/view/summary.h"
#include "tools/command.h"
#include "tools/inspect.h"
#include "tools/reading.h"

static const char help[] =
	"Usage: batonctl inspect [--json | --dts | --keys | --pages] [OPTION]... DUMP\n"
	"\n"
	"inspect   show the handover in a dump\n"
	"  --json                 as JSON, by docs/inspect.schema.json\n"
	"  --dts                  the root FDT as DTS\n"
	"  --keys                 a line a key: its address and its order\n"
	"  --pages                a line a preserved page: its address\n" READING_HELP;

static void print_others(const struct reading *r)
{
	for (unsigned int i = 0; i < r->search.nr; i++)
		if (r->search.root[i].data.fdt_addr != r->root.data.fdt_addr)
			printf("also at     0x%lx: %s%s; --fdt shows it\n",
			       r->search.root[i].data.fdt_addr, r->search.root[i].version,
			       r->search.root[i].entry ? ", named by setup_data" : "");
	if (r->search.more)
		puts("            and more");
}

static void print_place(const struct reading *r)
{
	const struct memory *m = &r->memory;

	printf("source      %s, %lu MiB in %u pieces\n", m->kind, ranges_bytes(&m->ram) >> 20,
	       m->ram.nr);
	if (r->root.entry)
		printf("found       by the setup_data entry at 0x%lx\n", r->root.entry);
	else
		printf("found       by its FDT alone: perhaps it is no longer the valid one\n");
	print_others(r);
}

static void print_scratch(const struct handover *h)
{
	for (unsigned int i = 0; i < h->nr_scratch; i++)
		printf("%-12s0x%012lx – 0x%012lx %8lu KiB\n", i ? "" : "scratch",
		       h->scratch[i].addr, h->scratch[i].addr + h->scratch[i].size,
		       h->scratch[i].size >> 10);
}

static void print_keys(const struct kho_in *in)
{
	struct summary s = summary_of_in(in);

	printf("preserved   %lu pages in %lu blocks, %lu KiB\n", s.pages, s.blocks,
	       s.pages * (PAGE_SIZE >> 10));
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		if (s.by_order[o])
			printf("  order %-2u  %8lu blocks of %8lu KiB, %3lu %%\n", o, s.by_order[o],
			       PAGE_SIZE << o >> 10, (s.by_order[o] << o) * 100 / s.pages);
}

static void emit(void *arg, const char *text)
{
	fputs(text, arg);
}

static void show(const struct reading *r)
{
	const struct verify *v = r->verify;
	const struct handover *h = &v->in.h;

	print_place(r);
	printf("version     %s\n", r->root.version);
	printf("FDT         0x%lx, %u blobs\n", r->root.data.fdt_addr, handover_count_blobs(h));
	printf("map         0x%lx, %lu leaves, %lu other pages\n", h->map.root, v->in.leaves,
	       v->in.nodes);
	print_scratch(h);
	print_keys(&v->in);
	if (handover_is_read(h))
		clients_print(h, emit, stdout);
	if (v->f.total)
		printf("not sound   %lu findings: batonctl verify lists them\n", v->f.total);
}

static int show_dts(const struct reading *r, struct fault *f)
{
	const void *fdt = window_ro(&r->memory.window, r->root.data.fdt_addr, KHO_FDT_SIZE);

	return dts_print(fdt, KHO_FDT_SIZE, emit, stdout, f);
}

/* A map with findings is not walked: what it leads to may have no end. */
static int show_list(const struct reading *r, void (*list)(const struct reading *r),
		     struct fault *f)
{
	if (r->verify->f.total)
		return fault_set(f, "not-sound", "%lu findings: batonctl verify lists them",
				 r->verify->f.total);
	list(r);
	return 0;
}

static int show_as(const struct reading *r, enum reading_form form, struct fault *f)
{
	switch (form) {
	case FORM_TEXT:
		show(r);
		break;
	case FORM_JSON:
		inspect_json(r);
		break;
	case FORM_DTS:
		return show_dts(r, f);
	case FORM_KEYS:
		return show_list(r, inspect_keys, f);
	case FORM_PAGES:
		return show_list(r, inspect_pages, f);
	}
	return 0;
}

static int run(int argc, char **argv)
{
	struct reading_words words;
	struct reading r;
	struct fault f;
	int ret = reading_words(&words, true, argc, argv);

	if (ret < 0)
		fputs(help, stdout);
	if (ret)
		return ret < 0 ? 0 : ret;
	if (reading_open(&r, &words, &f))
		return command_failed(&f);
	ret = show_as(&r, words.form, &f) ? command_failed(&f) : 0;
	reading_close(&r);
	return ret;
}

const struct command inspect_command = { "inspect", help, run };
