/* SPDX-License-Identifier: MIT */
/*
 * What clients hand over, decoded. Whoever shows it, as text or as JSON, is told one thing after the
 * other. Pure; nothing needs to be sound: what cannot be read is told as that.
 */
#ifndef BATON_KHO_VIEW_CLIENTS_H
#define BATON_KHO_VIEW_CLIENTS_H

#include "kho/client/luo.h"
#include "kho/client/metadata.h"
#include "kho/handover.h"

/**
 * struct client_view - who is told; @arg is passed on to all
 * @blob:     a blob begins; what follows is of it. @version is NULL if its client or its version is
 *            not known, and then nothing follows.
 * @number:   of LUO: the live update number
 * @session, @file, @flb: of LUO; files are of the last session. @bytes: how long the file is, 0
 *            where that cannot be told.
 * @region:   of memblock
 * @metadata: of kexec-metadata
 * @unread:   @what, or the rest of it, cannot be read
 */
struct client_view {
	void *arg;
	void (*blob)(void *arg, const struct kho_blob *blob, const char *version);
	void (*number)(void *arg, uint64_t number);
	void (*session)(void *arg, const struct luo_session *session);
	void (*file)(void *arg, const struct luo_file *file, uint64_t bytes);
	void (*flb)(void *arg, const struct luo_flb *flb);
	void (*region)(void *arg, const char *name, paddr_t start, uint64_t size);
	void (*metadata)(void *arg, const struct kho_metadata *metadata);
	void (*unread)(void *arg, const char *what);
};

/** clients_tell() - tell @to of every blob of @h, whose map has been read. */
void clients_tell(const struct handover *h, const struct client_view *to);

/**
 * clients_print() - the same as text: a paragraph for each blob
 * @h:    as above
 * @emit: takes the text, piece by piece, with @arg
 */
void clients_print(const struct handover *h, void (*emit)(void *arg, const char *text), void *arg);

#define VIEW_NAME 80 /* room for any name that is shown */

/**
 * view_name() - copy the foreign @name for a terminal: what is no printable ASCII becomes '?'
 * @buf:  VIEW_NAME bytes
 * @size: bytes of the field that @name is in
 *
 * Return: @buf.
 */
const char *view_name(char buf[VIEW_NAME], const char *name, size_t size);

#endif
