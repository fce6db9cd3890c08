/* SPDX-License-Identifier: MIT */
/* Where in a machine's memory a handover begins, when nobody says so. */
#ifndef BATON_TOOLS_SEARCH_H
#define BATON_TOOLS_SEARCH_H

#include "kho/abi.h"
#include "tools/memory.h"

#define SEARCH_KEPT 8

/**
 * struct root - a root FDT of KHO in memory
 * @data:  where it is, and the scratch array; that is 0 where nothing names it
 * @entry: address of a setup_data entry that names both, 0 for none. It is what a kernel was started
 *         with, or will be; without one the FDT is what a running kernel publishes, or what is left
 *         of a kernel before.
 * @version: its compatible string
 */
struct root {
	struct kho_data data;
	paddr_t entry;
	char version[48];
};

/**
 * struct search - what was found
 * @root: in the order of their addresses, those with an entry first
 * @nr:   entries in @root; @more were found than there is room for
 */
struct search {
	struct root root[SEARCH_KEPT];
	unsigned int nr;
	bool more;
};

/**
 * search_memory() - look in @m, at every page for a root FDT, and at every word for an entry
 * An entry counts if it has the type and the length of KHO's and leads to a root FDT.
 */
void search_memory(struct search *s, const struct memory *m);

/** search_at() - the root FDT at @fdt in @m, as if it had been found there. Return: false if there is none. */
bool search_at(struct root *r, const struct memory *m, paddr_t fdt);

#endif
