/* SPDX-License-Identifier: MIT */
/*
 * The gdb remote protocol, as far as QEMU's stub and this proof need it. Every failure ends the
 * program.
 */
#ifndef PROOF_GDB_H
#define PROOF_GDB_H

#include <stdbool.h>
#include <stdint.h>

#define GDB_RDI    5
#define GDB_RSP    7
#define GDB_RIP    16
#define GDB_EFLAGS 17

/**
 * gdb_connect() - connect to the stub at the unix socket @path; the machine stops. Return: the
 * connection.
 */
int gdb_connect(const char *path);

/**
 * gdb_step() - one instruction, or one round of a rep instruction: the code between two points at
 * which an interrupt could come.
 */
void gdb_step(int gdb);

/** gdb_continue() - let the machine run; gdb_wait() or gdb_stop() must follow. */
void gdb_continue(int gdb);

/** gdb_wait() - wait until the machine stops by itself, at most @ms. Return: false if the time is up. */
bool gdb_wait(int gdb, int ms);

/** gdb_stop() - stop a running machine wherever it is. */
void gdb_stop(int gdb);

uint64_t gdb_get(int gdb, unsigned int reg);
void gdb_set(int gdb, unsigned int reg, uint64_t value);

/** gdb_break() - set (or clear) a hardware breakpoint. */
void gdb_break(int gdb, uint64_t addr, bool on);

/**
 * gdb_monitor() - give QEMU's monitor a command; any answer is an error, and ends the program.
 */
void gdb_monitor(int gdb, const char *command);

/** gdb_monitor_says() - true if the monitor's answer to @command holds @text. */
bool gdb_monitor_says(int gdb, const char *command, const char *text);

#endif
