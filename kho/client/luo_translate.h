/* SPDX-License-Identifier: MIT */
/*
 * Writing the published LUO state anew: for another version, for other versions of its file
 * handlers, or without a session.
 *
 * The new state is built aside in pages of its own and becomes the published one by one switch of
 * the blob; then the pages of the old one leave the map. Files, their folios and the lists of these
 * stay as they are, and so does the page of FLBs. What came in is never written.
 *
 * Faults, besides those of kho/out/preserve.h and of file handlers:
 * - client-unnamed: a version, or a file handler, that the next kernel neither knows nor knows
 *   another version of;
 * - luo-too-many-sessions, luo-too-many-files: more than the version has room for;
 * - luo-extra: the root holds more than its version has, which would be lost;
 * - not-found: no session of that name;
 * - what luo_check() finds, by the name of the finding.
 */
#ifndef BATON_KHO_CLIENT_LUO_TRANSLATE_H
#define BATON_KHO_CLIENT_LUO_TRANSLATE_H

#include "kho/client/luo.h"
#include "kho/client/speaks.h"
#include "kho/out/outgoing.h"

/**
 * struct luo_report - what was done
 * @from, @to: versions of LUO; NULL in @to if there was nothing to do, in both if there is no LUO
 * @sessions, @files, @flbs: how many there are now
 * @translated: files whose handler has another version now
 * @bytes:    what the files hold together, as far as their handlers have rows
 * @dropped_files: of the session that was left out
 * @dropped_unknown: of these, files of handlers without a row: their memory stays in the map
 * @dropped_bytes: what has left the map with that session
 */
struct luo_report {
	const char *from, *to;
	uint64_t sessions, files, flbs, translated, bytes;
	uint64_t dropped_files, dropped_unknown, dropped_bytes;
};

/**
 * luo_translate() - make the published LUO state one that the next kernel reads
 * @next:   the names that it knows
 * @report: filled in
 *
 * What it knows already stays in its version; with nothing to translate nothing is done.
 * Return: 0; or -1 with a fault, and the published handover is as before.
 */
int luo_translate(struct kho_out *out, const struct speaks *next, struct luo_report *report,
		  struct fault *f);

/**
 * luo_drop_session() - leave a session out, with its files and their memory
 * @name:   all of its name
 * @report: filled in
 *
 * FLBs stay as they are: nothing tells whose files they live for.
 * Return: 0; or -1 with a fault, and the published handover is as before.
 */
int luo_drop_session(struct kho_out *out, const char *name, struct luo_report *report,
		     struct fault *f);

#endif
