/* SPDX-License-Identifier: MIT */
/*
 * File handlers: versions of the files inside LUO, one row each (design law 9).
 *
 * Each file of a LUO session names its handler and has 64 bits that only this handler understands.
 * A handler that has no row here is carried on unread.
 */
#ifndef BATON_KHO_CLIENT_HANDLER_H
#define BATON_KHO_CLIENT_HANDLER_H

#include "kho/client/piece.h"
#include "kho/out/outgoing.h"

#define HANDLER_NAME 48 /* LIVEUPDATE_HNDL_COMPAT_LENGTH of Linux, with its NUL */

/**
 * struct file_handler - one row
 * @name:   what LUO calls it: "memfd-v2"
 * @family: handlers of one family are versions of each other
 * @layout: of this version, for the family's own use
 * @read:   show every piece of a file to the reader's visitor, and check what is in them.
 *          Return: false with a problem.
 * @bytes:  how long the file is
 * @can:    can @to express this file? Return: 0; or -1 with a fault.
 * @translate: describe the file to @to in the page @made, of which nothing else is read. Memory of
 *          the file itself and what lists it are used as they are.
 *
 * The data of a file is the address of a page that describes it, with a key of its own; the last
 * three are shown this page.
 */
struct file_handler {
	const char *name, *family;
	const void *layout;
	bool (*read)(const struct file_handler *h, struct reader *r, paddr_t data);
	uint64_t (*bytes)(const void *page);
	int (*can)(const struct file_handler *h, const struct file_handler *to, const void *page,
		   paddr_t data, struct fault *f);
	void (*translate)(const struct file_handler *h, const struct file_handler *to,
			  const void *page, void *made);
};

/** file_handler_at() - row @i, NULL past the last. */
const struct file_handler *file_handler_at(unsigned int i);

/** file_page() - the page that describes a file, by the file's @data; NULL if there can be none there. */
static inline const void *file_page(const struct window *window, paddr_t data)
{
	return is_aligned(data, PAGE_SIZE) ? window_ro(window, data, PAGE_SIZE) : NULL;
}

/** file_handler_by_name() - the row of the handler @name, or NULL. */
const struct file_handler *file_handler_by_name(const char *name);

#endif
