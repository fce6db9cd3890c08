/* SPDX-License-Identifier: MIT */
/*
 * The memory of a machine, read out of a file: mapped, and never copied as a whole. A page that is
 * written is a copy of its own; the file stays as it is.
 */
#ifndef BATON_TOOLS_MEMORY_H
#define BATON_TOOLS_MEMORY_H

#include "lib/fault.h"
#include "mm/ranges.h"
#include "mm/window.h"

/**
 * struct memory - what is known of a machine's memory
 * @window: the way to it
 * @ram:    what of it is there
 * @kind:   of the file: "ELF dump", "raw memory"
 * @file, @size: the file as it is mapped
 * @panes:  of @window
 */
struct memory {
	struct window window;
	struct ranges ram;
	const char *kind;
	uint8_t *file;
	uint64_t size;
	struct pane *panes;
};

/**
 * memory_open() - map a file
 * @path: an ELF dump, as QEMU's dump-guest-memory and /proc/vmcore make it; or raw memory, which
 *        begins at address 0, or with PATH@ADDRESS there
 *
 * Return: 0, and memory_close() undoes it; or -1 with fault file-read, dump-format, dump-kdump,
 * dump-empty, dump-truncated, dump-overlap or out-of-memory, and there is nothing to close.
 */
int memory_open(struct memory *m, const char *path, struct fault *f);

/** memory_close() - let go of all of it. */
void memory_close(struct memory *m);

#endif
