/* SPDX-License-Identifier: MIT */
/* The machine from outside: its memory and its console, both files. */
#ifndef PROOF_CONSOLE_H
#define PROOF_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** memory_map() - the machine's RAM from the file behind it. Return: its first byte, @size set. */
uint8_t *memory_map(const char *path, uint64_t *size);

/** console_size() - how much the console has said so far, in bytes. */
size_t console_size(const char *path);

/**
 * console_find() - look for @text in what was said from byte @from on
 * Return: a copy of the rest of the line behind it, valid until the next call; NULL if it is not there.
 */
const char *console_find(const char *path, size_t from, const char *text);

/** console_workload() - where the struct workload is, once the workload waits; 0 before. */
uint64_t console_workload(const char *path);

#endif
