/* SPDX-License-Identifier: MIT */
/*
 * What every init of a test machine needs: to say and to fail, files, and the jump to the next kernel.
 *
 * An init says one fact a line, and every line begins with its own name in capitals and a colon:
 * "RELAY: end". After "failed: …" the machine is reset.
 */
#ifndef BATON_TESTS_GUEST_H
#define BATON_TESTS_GUEST_H

#include <stdbool.h>
#include <stddef.h>

#define KHO_IN  "/sys/kernel/debug/kho/in"
#define KHO_OUT "/sys/kernel/debug/kho/out"

/* What the kernel says on the console while the init runs: see quiet_kernel() */
#define LOG_EMERGENCIES 1
#define LOG_WARNINGS    5

/**
 * name_guest() - the first call of a program that is no init
 * @name: what its lines begin with; outlives the program
 */
void name_guest(const char *name);

/**
 * start_guest() - the first call of every init: /proc and /sys are there afterwards
 * @name: what its lines begin with; outlives the program
 */
void start_guest(const char *name);

/* Mount /dev and /sys/kernel/debug as well. */
void mount_devices(void);

/**
 * quiet_kernel() - let the kernel's own lines not get into the middle of ours
 * @level: only what is more urgent goes to the console
 */
void quiet_kernel(int level);

/* From now on, lines go to QEMU's debug console as well: for machines without a serial port. */
void open_debugcon(void);

/**
 * say() - one line on the console, in one write, out before this returns
 * @fmt: printf format, without the newline
 */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * fail() - the last line of a run that cannot go on
 * @fmt: printf format of what follows "failed: "
 */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/**
 * say_bytes() - a line with bytes in hex
 * @what: the words before them
 * @data: the bytes
 * @size: how many
 */
void say_bytes(const char *what, const void *data, size_t size);

bool file_exists(const char *path);

/**
 * read_file() - a whole file
 * @path: its name
 * @size: is set to its size in bytes, unless NULL
 *
 * Return: malloc'ed, with a NUL behind it; NULL with errno set if it cannot be read.
 */
char *read_file(const char *path, size_t *size);

/**
 * read_line() - the first line of a file
 * @path: its name
 *
 * Return: malloc'ed, without the newline; "" if it cannot be read.
 */
char *read_line(const char *path);

/**
 * find_word() - the value of NAME=VALUE on a command line
 * @cmdline: words with spaces between them
 * @name:    NAME
 *
 * Return: malloc'ed, or NULL if there is no such word.
 */
char *find_word(const char *cmdline, const char *name);

/**
 * try_load_kernel() - have /kernel loaded
 * With /initrd if there is one, and the first line of /cmdline or else our own command line.
 * Return: 0, or an errno.
 */
int try_load_kernel(void);

/* The same, for a run that cannot go on without. */
void load_kernel(void);

/**
 * end_guest() - leave this kernel
 * @how: RB_KEXEC, RB_POWER_OFF or RB_AUTOBOOT
 */
void end_guest(int how) __attribute__((noreturn));

#endif
