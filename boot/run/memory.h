/* SPDX-License-Identifier: MIT */
/*
 * Law 1 by page tables, and where baton's own memory comes from.
 *
 * Page tables and page map are carved out of scratch before anything has been taken in: what lies in
 * scratch by then is baton's image and its inputs, and nothing else is known to be free. Without a
 * handover there is no scratch, and the RAM that the firmware does not keep serves in its place.
 */
#ifndef BATON_BOOT_RUN_MEMORY_H
#define BATON_BOOT_RUN_MEMORY_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/record.h"

/**
 * protect_warm() - page tables in which scratch is all the RAM that can be written, then the page map
 * @ground:  zeroed; filled in
 * @given:   what baton was given
 * @scratch: that of the handover
 * @record:  gets what is wrong
 *
 * Return: 0; or -1 with fault memory-in-pieces, scratch-too-small, page-tables, srat-too-long.
 */
int protect_warm(struct ground *ground, const struct given *given, const struct ranges *scratch,
		 struct record *record);

/**
 * protect_cold() - the same without a handover: nothing can be written but what baton takes
 * @ground: zeroed; filled in
 * @given:  what baton was given
 * @record: gets what is wrong
 *
 * Return: as protect_warm().
 */
int protect_cold(struct ground *ground, const struct given *given, struct record *record);

/** make_executable() - turn @page, which is from the allocator, from writable into executable. */
bool make_executable(struct paging *pt, paddr_t page);

#endif
