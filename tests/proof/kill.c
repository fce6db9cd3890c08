// SPDX-License-Identifier: MIT
/*
 * Kills: a machine whose workload waits is let go, stopped at a random instant, and made to jump to
 * the hand-off in the state that it is in. What it must hand over is read from its memory at that
 * instant. Then it runs on, and what baton and Linux find is compared with that.
 *
 *   kill save MEMORY CONSOLE ELF SOCKET STATE
 *       when the workload waits, save the machine in the file STATE
 *   kill one MEMORY CONSOLE ELF SOCKET SEED NUMBER US
 *       kill a machine that was started from such a file; US: how long the workload takes, as
 *       "kill time" has it
 *   kill time MEMORY CONSOLE ELF SOCKET
 *       let the workload run to its end, and print how long it took, in µs
 *
 * KILL_END in the environment is the line that the last kernel ends with, if it is not relay-init's.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "boot/trial/workload.h"
#include "console.h"
#include "elf.h"
#include "gdb.h"
#include "say.h"
#include "verify.h"

#define START_MS 60000
#define END_MS   60000
#define POLL_US  5000

/* Where published pages are taken, linked, unlinked and given back. */
static const char *const places[] = { "kho_add_key",       "kho_remove_key", "radix_add_keys",
				      "radix_remove_keys", "palloc_pages",   "palloc_free",
				      "kho_out_fdt",       "fdt_finish",     "pageset_add",
				      "pageset_remove",    "fused_grant" };

/* The same for LUO: where its state is read, written anew, published and let go. */
static const char *const luo_places[] = { "luo_open",    "luo_next_session", "luo_append",
					  "let_go_page", "let_go_block",     "kho_blob_replace" };

struct machine {
	const char *console;
	uint8_t *mem;
	uint64_t size, base;
	struct workload *w;
	int gdb;
};

static uint64_t rng;

static uint64_t below(uint64_t n)
{
	rng = rng * 6364136223846793005UL + 1442695040888963407UL;
	return (rng >> 33) % n;
}

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static uint64_t address_of(const struct machine *m, const char *symbol)
{
	return m->base + elf_symbol(symbol);
}

static void open_machine(struct machine *m, char **arg, uint64_t workload)
{
	m->console = arg[1];
	elf_load(arg[2]);
	m->gdb = gdb_connect(arg[3]);
	/* a machine that is started from a file has to read it first */
	while (gdb_monitor_says(m->gdb, "info status", "inmigrate"))
		usleep(POLL_US);
	m->mem = memory_map(arg[0], &m->size);
	m->base = workload - elf_symbol("workload");
	m->w = (struct workload *)(void *)(m->mem + workload);
}

/*
 * The machine as it was saved knows where its workload is; the console is empty. The caller hands
 * it on.
 */
static uint64_t workload_address(void)
{
	const char *s = getenv("WORKLOAD");

	if (!s)
		die("WORKLOAD is not set to what kill save has printed");
	return strtoull(s, NULL, 16);
}

static int save(char **arg)
{
	struct machine m;
	uint64_t addr = 0;
	char command[512];

	for (int ms = 0; !(addr = console_workload(arg[1])); ms += POLL_US / 1000) {
		if (ms > START_MS)
			die("the workload does not come up");
		usleep(POLL_US);
	}
	open_machine(&m, arg, addr);
	snprintf(command, sizeof(command), "migrate -d \"exec:cat >%s\"", arg[4]);
	gdb_monitor(m.gdb, command);
	for (int ms = 0; !gdb_monitor_says(m.gdb, "info migrate", "completed");
	     ms += POLL_US / 1000) {
		if (ms > START_MS)
			die("the machine cannot be saved");
		usleep(POLL_US);
	}
	printf("0x%lx\n", addr);
	return 0;
}

static void go(struct machine *m)
{
	__atomic_store_n(&m->w->go, 1, __ATOMIC_RELEASE);
	gdb_continue(m->gdb);
}

static int measure(char **arg)
{
	struct machine m;
	uint64_t start;

	open_machine(&m, arg, workload_address());
	go(&m);
	start = now_us();
	while (!__atomic_load_n(&m.w->done, __ATOMIC_ACQUIRE) || m.w->done != m.w->ops)
		if (now_us() - start > END_MS * 1000UL)
			die("the workload does not end");
	printf("%lu\n", now_us() - start);
	return 0;
}

static const char *draw_place(bool luo)
{
	if (luo)
		return luo_places[below(sizeof(luo_places) / sizeof(luo_places[0]))];
	return places[below(sizeof(places) / sizeof(places[0]))];
}

/* What has come to the end of the workload jumps by itself, or has done so: then the machine may be gone. */
static bool is_over(const struct machine *m)
{
	return m->w->done == m->w->ops || console_find(m->console, 0, "workload done");
}

/*
 * A random instant: by time, which falls where most instructions are. Every second time the machine
 * then runs on to one of the places that change what is published. Then some instructions are stepped,
 * because time stops a machine only between two translated blocks.
 * Return: false if the workload was over before.
 */
static bool run_to_instant(struct machine *m, uint64_t us, bool near, bool luo)
{
	uint64_t place, until = now_us() + below(us);

	go(m);
	while (now_us() < until)
		;
	if (is_over(m))
		return false;
	gdb_stop(m->gdb);
	if (near && m->w->done != m->w->ops) {
		place = address_of(m, draw_place(luo));
		gdb_break(m->gdb, place, true);
		gdb_continue(m->gdb);
		if (!gdb_wait(m->gdb, 1000)) {
			if (is_over(m))
				return false;
			gdb_stop(m->gdb);
		}
		gdb_break(m->gdb, place, false);
	}
	for (uint64_t n = below(near ? 400 : 40); n && m->w->done != m->w->ops; n--)
		gdb_step(m->gdb);
	return m->w->op && !is_over(m);
}

static const char *state_of(const struct machine *m)
{
	if (m->w->op == m->w->done)
		return " done";
	return m->w->now.kind == WORKLOAD_LUO ? " translates LUO" : "";
}

/* jump_to_next(baton), as if it were called here and now. */
static void jump(struct machine *m)
{
	gdb_set(m->gdb, GDB_RDI, m->w->baton);
	gdb_set(m->gdb, GDB_RSP, m->w->stack - 8);
	gdb_set(m->gdb, GDB_EFLAGS, 2);
	gdb_set(m->gdb, GDB_RIP, address_of(m, "jump_to_next"));
	gdb_continue(m->gdb);
}

/* Wait for the last line of the last kernel, or for one after which it cannot come. */
static const char *wait_end(const struct machine *m)
{
	const char *end = getenv("KILL_END");
	static const char *const bad[] = { "refused ",      "exception ",   "Kernel panic",
					   "RELAY: failed", "BUG: ",        "WARNING: ",
					   "Oops",          "INIT: Failed", "returned failure" };

	for (int ms = 0; ms < END_MS; ms += POLL_US / 1000) {
		if (console_find(m->console, 0, end ? end : "RELAY: end"))
			return NULL;
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			if (console_find(m->console, 0, bad[i]))
				return bad[i];
		usleep(POLL_US);
	}
	return "nothing";
}

/* A Linux that knows no kexec-metadata is given none, and baton says so. */
static bool had_handover(const struct machine *m)
{
	if (console_find(m->console, 0, "kexec-metadata: the next kernel does not know it"))
		return console_find(m->console, 0, "RELAY: handover without kexec-metadata");
	return console_find(m->console, 0, "RELAY: handover from baton-");
}

/* What the next baton and Linux say must be what was read from memory. */
static const char *compare(const struct machine *m, const struct handover *h)
{
	static char why[WHY];
	const char *line = console_find(m->console, 0, " preserved ");
	const char *in = line ? strstr(line, " pages in ") : NULL;
	uint64_t pages = 0, blocks = 0, found = 0;

	for (size_t i = 0; i < h->nr_keys; i++)
		pages += 1UL << key_order(h->key[i]);
	if (!in || sscanf(strchr(line, ':') ? strchr(line, ':') : "", ": %lu pages in %lu", &found,
			  &blocks) != 2)
		return "the next baton does not say what it found";
	if (found != pages || blocks != h->nr_keys) {
		snprintf(why, sizeof(why),
			 "%lu pages in %zu blocks were published, the next baton found %lu in %lu",
			 pages, h->nr_keys, found, blocks);
		return why;
	}
	if (!console_find(m->console, 0, "KHO restore succeeded"))
		return "Linux did not restore what its selftest had preserved";
	if (!getenv("KILL_END") && !had_handover(m))
		return "Linux had no handover from baton";
	return NULL;
}

static int kill_one(char **arg)
{
	uint64_t number = strtoull(arg[5], NULL, 10), us = strtoull(arg[6], NULL, 10);
	struct handover h = { 0 };
	struct facts facts = { 0 };
	struct verifier v;
	struct machine m;
	const char *why, *name;
	uint64_t offset, rip;

	open_machine(&m, arg, workload_address());
	rng = strtoull(arg[4], NULL, 10) * 1000003 + number;
	below(2);
	facts.mem = m.mem;
	facts.size = m.size;
	why = facts_read(&facts, m.w->params);
	if (why)
		die("%s", why);
	verifier_init(&v, &facts, m.w->root, m.w->used);
	if (!verify(&v, &h))
		die("the handover before the workload: %s", v.why);
	if (!run_to_instant(&m, us, number & 1, h.luo.version)) {
		printf("late\n");
		return 3;
	}
	rip = gdb_get(m.gdb, GDB_RIP) - m.base;
	name = elf_function(rip, &offset);
	printf("in %s+0x%lx, operation %lu%s: ", name, offset, m.w->op, state_of(&m));
	if (!verify(&v, &h)) {
		printf("%s\n", v.why);
		return 1;
	}
	jump(&m);
	why = wait_end(&m);
	if (why) {
		printf("%zu keys; the next kernel said '%s'\n", h.nr_keys, why);
		return 1;
	}
	why = compare(&m, &h);
	printf("%zu keys, %u blobs%s%s\n", h.nr_keys, h.nr_blobs, why ? "; " : "", why ? why : "");
	return why != NULL;
}

int main(int argc, char **argv)
{
	if (argc == 7 && strcmp(argv[1], "save") == 0)
		return save(argv + 2);
	if (argc == 6 && strcmp(argv[1], "time") == 0)
		return measure(argv + 2);
	if (argc == 9 && strcmp(argv[1], "one") == 0)
		return kill_one(argv + 2);
	fprintf(stderr, "kill save|time|one …: see kill.c\n");
	return 2;
}
