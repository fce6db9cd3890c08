/* SPDX-License-Identifier: MIT */
/*
 * What the commands share. Private to boot/monitor/, and pure: a command reaches the machine only
 * through struct machine, so that the same commands run in unit tests.
 */
#ifndef BATON_BOOT_MONITOR_COMMAND_H
#define BATON_BOOT_MONITOR_COMMAND_H

#include "boot/run/baton.h"
#include "boot/monitor/parse.h"

/**
 * struct machine - what commands can do to the machine
 * @print:   text for the console, with newlines
 * @export:  raw bytes for the host. Return: false if nobody is there to take them.
 * @reboot, @power_off: end it; power_off() returns if that has no effect
 */
struct machine {
	void (*print)(const char *text);
	bool (*export)(const void *data, uint64_t size);
	void (*reboot)(void);
	void (*power_off)(const struct acpi *acpi);
};

/**
 * struct monitor
 * @b, @machine: what it works on
 * @hole:    RAM that is not mapped, and cannot be looked at
 * @done:    "boot" was given: the payload is to start
 * @a, @f:   of the command that runs: its arguments, and where it says what is wrong
 * @in, @out: what came in, and what is published
 * @side:    that of the two which the command is about
 */
struct monitor {
	struct baton *b;
	const struct machine *machine;
	struct range hole;
	bool done;
	struct args a;
	struct fault *f;
	const struct handover *in, *out, *side;
};

/**
 * monitor_init() - begin
 * @b:       the run: if a handover goes out, its restore side has begun
 * @machine: the ways out
 */
void monitor_init(struct monitor *m, struct baton *b, const struct machine *machine);

/**
 * monitor_do() - run the commands in @text, up to the first error or "boot"
 * Return: 0; or -1 with a fault.
 */
int monitor_do(struct monitor *m, const char *text, struct fault *f);

/** monitor_name() - the name of the @i-th command, NULL past the last. */
const char *monitor_name(unsigned int i);

/**
 * monitor_help() - the line of help of the @i-th command
 * @args: set to its arguments, as args_parse() takes them
 */
const char *monitor_help(unsigned int i, const char **args);

/** print() - print as @fmt says, see lib/printf.c; cut at 200 characters. */
void print(const struct monitor *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* own.c: what the monitor may look at and write */

/** look() - @size readable bytes. Return: NULL and not-ram unless all of them are RAM. */
const void *look(const struct monitor *m, paddr_t addr, uint64_t size);

/**
 * is_own() - true if the outgoing side has lent all pages of these @size bytes
 * They were allocated, restored, or free until they were preserved.
 */
bool is_own(const struct monitor *m, paddr_t addr, uint64_t size);

/** not_own() - the fault not-owned, which says who owns these @size bytes. Return: -1. */
int not_own(const struct monitor *m, paddr_t addr, uint64_t size);

/* map.c */

/** map_owner() - who owns the page at @addr, in a few words. */
const char *map_owner(const struct monitor *m, paddr_t addr);

/* show.c */

/** find_fdt() - the root FDT of @v. Return: NULL, and no-handover, if there is none. */
const void *find_fdt(const struct monitor *m, const struct handover *v);

/** find_blob() - find the @blob of @v called @name. Return: false, and not-found, if there is none. */
bool find_blob(const struct monitor *m, const struct handover *v, const char *name,
	       struct kho_blob *blob);

/* A command: its arguments are in @m->a. Return: 0; or -1 with @m->f set and nothing changed. */
#define COMMAND(name) int command_##name(struct monitor *m)

COMMAND(show); /* show.c */
COMMAND(fdt);
COMMAND(blobs);
COMMAND(scratch);
COMMAND(payload);
COMMAND(map);      /* map.c */
COMMAND(preserve); /* keep.c */
COMMAND(unpreserve);
COMMAND(restore);
COMMAND(alloc);
COMMAND(free);
COMMAND(blob_add);
COMMAND(blob_remove);
COMMAND(reserve); /* reserve.c */
COMMAND(verify);  /* verify.c */
COMMAND(dump);    /* bytes.c */
COMMAND(crc);
COMMAND(write);
COMMAND(fill);
COMMAND(export);

#endif
