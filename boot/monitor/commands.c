// SPDX-License-Identifier: MIT
/* The table of commands, and running them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot/monitor/command.h"

#define PRINT_SIZE 208

static COMMAND(boot);
static COMMAND(reboot);
static COMMAND(poweroff);

/*
 * COMMANDS - X(name, arguments, help, function, what it needs); "help" is the first. The texts of
 * all rows are one string: a pointer each would cost 32 bytes, with its relocation.
 */
#define COMMANDS(X)                                                                             \
	X("help", "[COMMAND]", "what there is, or how to use one", NULL, NOTHING)               \
	X("in", "", "the handover that came in", command_show, HANDOVER)                        \
	X("in fdt", "[BLOB]", "its FDT, or a blob that is one, as DTS", command_fdt, HANDOVER)  \
	X("in blobs", "", "its blobs", command_blobs, HANDOVER)                                 \
	X("out", "", "the handover that is published now", command_show, HANDOVER)              \
	X("out fdt", "[BLOB]", "its FDT, or a blob that is one, as DTS", command_fdt, HANDOVER) \
	X("out blobs", "", "its blobs", command_blobs, HANDOVER)                                \
	X("scratch", "", "where kernels may be loaded", command_scratch, HANDOVER)              \
	X("verify", "", "check what is published as if it came in", command_verify, HANDOVER)   \
	X("export", "in|out fdt|blob [NAME]", "raw bytes to the debug console", command_export, \
	  HANDOVER)                                                                             \
	X("alloc", "SIZE", "take memory and preserve it as one block", command_alloc, HANDOVER) \
	X("free", "ADDR", "undo alloc, or any preserved block of own memory", command_free,     \
	  HANDOVER)                                                                             \
	X("preserve", "ADDR BLOCK", "hand own or free memory on; BLOCK is a size, or order N",  \
	  command_preserve, HANDOVER)                                                           \
	X("unpreserve", "ADDR BLOCK", "hand it on no longer", command_unpreserve, HANDOVER)     \
	X("restore", "ADDR", "make a block that came in own memory", command_restore, HANDOVER) \
	X("reserve", "NAME SIZE [ALIGN]", "memory for reserve_mem=SIZE:ALIGN:NAME",             \
	  command_reserve, HANDOVER)                                                            \
	X("blob add", "NAME ADDR SIZE", "hand preserved memory on by name", command_blob_add,   \
	  HANDOVER)                                                                             \
	X("blob remove", "NAME", "take the name away; its memory stays", command_blob_remove,   \
	  HANDOVER)                                                                             \
	X("map", "[ADDR]", "who owns all memory, or one page", command_map, NOTHING)            \
	X("dump", "ADDR SIZE", "show memory", command_dump, NOTHING)                            \
	X("crc", "ADDR SIZE", "CRC-32 of memory, as zlib's", command_crc, NOTHING)              \
	X("write", "ADDR BYTES", "write 0x… in that order, or a text, to own memory",           \
	  command_write, NOTHING)                                                               \
	X("fill", "ADDR SIZE BYTES", "the same again and again", command_fill, NOTHING)         \
	X("payload", "", "what is started next", command_payload, NOTHING)                      \
	X("boot", "", "start it", command_boot, NOTHING)                                        \
	X("reboot", "", "reset the machine: all that came in is lost", command_reboot, NOTHING) \
	X("poweroff", "", "switch the machine off", command_poweroff, NOTHING)

enum need { NOTHING, HANDOVER };

#define X(name, args, help, run, needs) name "\0" args "\0" help "\0"
static const char texts[] = COMMANDS(X);
#undef X

#define X(name, args, help, run, needs) run,
static int (*const functions[])(struct monitor *m) = { COMMANDS(X) };
#undef X

#define X(name, args, help, run, needs) needs,
static const uint8_t need[] = { COMMANDS(X) };
#undef X

static const char *next_text(const char *s)
{
	return s + strlen(s) + 1;
}

const char *monitor_name(unsigned int i)
{
	const char *s = texts;

	if (i >= ARRAY_SIZE(functions))
		return NULL;
	for (i *= 3; i; i--)
		s = next_text(s);
	return s;
}

const char *monitor_help(unsigned int i, const char **args)
{
	*args = next_text(monitor_name(i));
	return next_text(*args);
}

void print(const struct monitor *m, const char *fmt, ...)
{
	char text[PRINT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	m->machine->print(text);
}

/* How many of the next words make up @name: 1 or 2, or 0 if they do not. */
static unsigned int matches(const struct words *w, const char *name)
{
	const char *second = strchr(name, ' ');
	size_t n = second ? (size_t)(second - name) : strlen(name);
	const char *word = w->word[w->at];

	if (strncmp(word, name, n) != 0 || word[n])
		return 0;
	if (!second)
		return 1;
	return w->at + 1 < w->nr && strcmp(w->word[w->at + 1], second + 1) == 0 ? 2 : 0;
}

/*
 * Take the name of a command, the longest that fits. Return: its number, or -1 and unknown-command.
 */
static int find(struct words *w, struct fault *f)
{
	unsigned int longest = 0, n;
	int found = -1;

	for (unsigned int i = 0; i < ARRAY_SIZE(functions); i++) {
		n = matches(w, monitor_name(i));
		if (n > longest) {
			longest = n;
			found = (int)i;
		}
	}
	if (!longest)
		fault_set(f, "unknown-command", "'%.40s'; help lists what there is",
			  w->word[w->at]);
	w->at += longest;
	return found;
}

static int help(struct monitor *m, struct words *w)
{
	const char *args, *text;
	int one = -1;

	if (w->at < w->nr) {
		one = find(w, m->f);
		if (one < 0 || args_parse(&m->a, w, "", m->f))
			return -1;
		text = monitor_help((unsigned int)one, &args);
		print(m, "%s %s\n%s\n", monitor_name((unsigned int)one), args, text);
		return 0;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(functions); i++)
		print(m, "%-12s%s\n", monitor_name(i), monitor_help(i, &args));
	print(m, "Numbers are hex with 0x, or have a unit: bytes, KiB, MiB, GiB, pages.\n"
		 "'last' is the address from alloc, restore or reserve. ';' ends a command.\n");
	return 0;
}

static int run(struct monitor *m, struct words *w)
{
	int i = find(w, m->f);
	const char *name, *args;
	size_t n;

	if (i <= 0)
		return i < 0 ? -1 : help(m, w);
	name = monitor_name((unsigned int)i);
	monitor_help((unsigned int)i, &args);
	if (args_parse(&m->a, w, args, m->f)) {
		n = strlen(m->f->text);
		if (strcmp(m->f->name, "usage") == 0)
			snprintf(m->f->text + n, FAULT_TEXT - n, "; expected %s %s", name, args);
		return -1;
	}
	m->side = strncmp(name, "in", 2) == 0 ? m->in : m->out;
	if (need[i] == HANDOVER && !m->out->fdt)
		return fault_set(m->f, "no-handover", "baton was booted without one");
	return functions[i](m);
}

int monitor_do(struct monitor *m, const char *text, struct fault *f)
{
	struct words w;

	m->f = f;
	while (*text && !m->done)
		if (words_split(&w, &text, f) || (w.nr && run(m, &w)))
			return -1;
	return 0;
}

void monitor_init(struct monitor *m, struct baton *b, const struct machine *machine)
{
	*m = (struct monitor){
		.b = b, .machine = machine, .in = &b->kho.in.h, .out = &b->kho.out.h
	};
}

static COMMAND(boot)
{
	m->done = true;
	return 0;
}

static COMMAND(reboot)
{
	m->machine->reboot();
	return 0;
}

static COMMAND(poweroff)
{
	m->machine->power_off(&m->b->ground.acpi);
	return fault_set(m->f, "no-power-off", "the machine did not say how, or did not obey");
}
