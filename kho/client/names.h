/* SPDX-License-Identifier: MIT */
/*
 * What versions of clients, file handlers and FLBs are in a handover, and whether the next kernel
 * knows them (speaks.h).
 */
#ifndef BATON_KHO_CLIENT_NAMES_H
#define BATON_KHO_CLIENT_NAMES_H

#include "kho/client/speaks.h"
#include "kho/finding.h"
#include "kho/handover.h"

/** enum name_kind - what a name is of */
enum name_kind { NAME_CLIENT, NAME_HANDLER, NAME_FLB };

/**
 * names_of() - tell every name in a handover without findings
 * @fn: called for each, with the blob's name; the same name may come again. What has no version of
 *      its own is called by the name of its blob.
 */
void names_of(const struct handover *h,
	      void (*fn)(enum name_kind kind, const char *blob, const char *name, void *arg),
	      void *arg);

/**
 * names_check() - finding client-unnamed for each name that the next kernel does not know, and that
 * cannot be translated into one that it knows
 * @next: what it knows
 *
 * What is nothing to lose is no finding: a LUO state without sessions and FLBs, and kexec-metadata,
 * which is made anew.
 */
void names_check(const struct handover *h, const struct speaks *next, struct findings *f);

#endif
