/* SPDX-License-Identifier: MIT */
/* A handover in a file, found and read: what inspect and verify begin with. */
#ifndef BATON_TOOLS_READING_H
#define BATON_TOOLS_READING_H

#include "kho/view/verify.h"
#include "tools/search.h"

/** enum reading_form - how it is to be shown */
enum reading_form { FORM_TEXT, FORM_JSON, FORM_DTS, FORM_KEYS, FORM_PAGES };

/**
 * struct reading_words - what the user says about it
 * @path:    the file
 * @form:    --json, --dts, --keys, --pages
 * @next:    --for: the kernel that it is to be carried to, or NULL
 * @fdt:     where the root FDT is, 0 to search for it
 * @scratch, @scratch_size: the scratch array, 0 where the file tells it
 */
struct reading_words {
	const char *path;
	enum reading_form form;
	const char *next;
	paddr_t fdt, scratch;
	uint64_t scratch_size;
};

/**
 * struct reading - what was read
 * @memory: of the machine
 * @search: all that was found; has nothing if the user has named the place
 * @root:   the one that is read
 * @verify: the handover, and what is wrong with it
 * @map:    memory of @verify
 */
struct reading {
	struct memory memory;
	struct search search;
	struct root root;
	struct verify *verify;
	void *map;
};

/**
 * reading_open() - open, find, read and check
 * @words: which file, and where in it
 *
 * The surest root is read: one that a setup_data entry names, else the first.
 * Return: 0, and reading_close() undoes it; or -1 with a fault of memory_open(), or with no-handover,
 * no-scratch or out-of-memory, and there is nothing to close.
 */
int reading_open(struct reading *r, const struct reading_words *words, struct fault *f);

/** reading_close() - let go of all of it. */
void reading_close(struct reading *r);

/**
 * reading_words() - take options and the path out of a command line
 * @forms:  the command has several; else it has --for
 * @argc, @argv: with the command's name first
 *
 * Return: 0; or EXIT_USAGE, and it has been said why; or -1: --help was given.
 */
int reading_words(struct reading_words *words, bool forms, int argc, char **argv);

/** READING_HELP - the options that reading_words() takes */
#define READING_HELP                                                                        \
	"  DUMP                   an ELF dump of a machine's memory, as QEMU's\n"           \
	"                         dump-guest-memory makes it; or raw memory, with\n"        \
	"                         DUMP@ADDRESS if it does not begin at 0\n"                 \
	"  --fdt ADDRESS          where the root FDT is; it is searched for otherwise\n"    \
	"  --scratch ADDR,BYTES   where the scratch array is, if no setup_data names it:\n" \
	"                         scratch_phys and scratch_len in Linux's kho/out\n"

#endif
