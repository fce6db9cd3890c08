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
 * @bytes:  how long the file is; 0 where that cannot be told
 * @can:    can @to express this file? Return: 0; or -1 with a fault.
 * @translate: make new data for @to. Memory of the file itself and what lists it are used as they
 *          are. Return: 0 and @made, the address of one page that is preserved and the caller's;
 *          or -1 with a fault and nothing made.
 */
struct file_handler {
	const char *name, *family;
	const void *layout;
	bool (*read)(const struct file_handler *h, struct reader *r, paddr_t data);
	uint64_t (*bytes)(const struct file_handler *h, const struct window *w, paddr_t data);
	int (*can)(const struct file_handler *h, const struct file_handler *to,
		   const struct window *w, paddr_t data, struct fault *f);
	int (*translate)(const struct file_handler *h, const struct file_handler *to,
			 struct kho_out *out, paddr_t data, paddr_t *made, struct fault *f);
};

/** file_handler_at() - row @i, NULL past the last. */
const struct file_handler *file_handler_at(unsigned int i);

/** file_handler_by_name() - the row of the handler @name, or NULL. */
const struct file_handler *file_handler_by_name(const char *name);

#endif
