/* SPDX-License-Identifier: MIT */
/*
 * Law 1, held by page tables, and the memory that baton uses for itself.
 *
 * Page tables and page map are carved out of scratch before the handover has been read, because
 * nothing else is known to be free. At that time scratch holds only baton's image and its inputs.
 * Without a handover there is no scratch, and RAM that the firmware does not keep takes its place.
 */
#ifndef BATON_BOOT_RUN_MEMORY_H
#define BATON_BOOT_RUN_MEMORY_H

#include "boot/run/given.h"
#include "boot/run/ground.h"
#include "boot/run/record.h"

/**
 * protect_warm() - make page tables in which only scratch is writable RAM, then the page map
 * @ground:  zeroed; filled in
 * @given:   what baton was given
 * @scratch: that of the handover
 * @record:  gets what is wrong
 *
 * Return: 0; or -1 with fault memory-in-pieces, scratch-too-small, page-tables.
 */
int protect_warm(struct ground *ground, const struct given *given, const struct ranges *scratch,
		 struct record *record);

/**
 * protect_cold() - the same without a handover: only what baton takes is writable
 * @ground: zeroed; filled in
 * @given:  what baton was given
 * @record: gets what is wrong
 *
 * Return: as protect_warm().
 */
int protect_cold(struct ground *ground, const struct given *given, struct record *record);

/**
 * keep_firmware() - give out nothing of what the firmware keeps
 * @ground: its page map
 * @given:  what baton was given, with what EFI says
 *
 * To be called once the handover is in the page map: there is nothing wrong with a block that lies there.
 */
void keep_firmware(struct ground *ground, const struct given *given);

/** make_executable() - make @page, which comes from the allocator, executable and no longer writable. */
bool make_executable(struct paging *pt, paddr_t page);

#endif
