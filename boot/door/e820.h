/* SPDX-License-Identifier: MIT */
/* Writing a memory map into boot_params, for doors that must make their own. Pure: host-tested. */
#ifndef BATON_BOOT_DOOR_E820_H
#define BATON_BOOT_DOOR_E820_H

#include <asm/bootparam.h>

#include "lib/num.h"

#define E820_RAM        1
#define E820_RESERVED   2
#define E820_ACPI       3
#define E820_NVS        4
#define E820_UNUSABLE   5
#define E820_PERSISTENT 7
#define E820_SOFT       0xefffffff /* RAM kept for a special purpose */

/**
 * struct e820 - a map being written
 * @bp:   the first 128 entries go into its table
 * @ext:  the others go here, as a SETUP_E820_EXT entry
 * @room: entries that fit there
 */
struct e820 {
	struct boot_params *bp;
	struct setup_data *ext;
	uint32_t room;
};

/** e820_bytes() - bytes of struct e820.ext for a map of at most @entries entries. */
uint64_t e820_bytes(uint64_t entries);

/**
 * e820_begin() - begin an empty map
 * @bp:  zeroed
 * @ext: e820_bytes(@entries) bytes
 */
void e820_begin(struct e820 *map, struct boot_params *bp, void *ext, uint64_t entries);

/**
 * e820_add() - append an entry of @size bytes at @addr; one that continues the last becomes part of it
 * @type: E820_RAM and so on
 *
 * Return: false if the map is full.
 */
bool e820_add(struct e820 *map, uint64_t addr, uint64_t size, uint32_t type);

/** e820_end() - chain the entries beyond the first 128, at physical address @ext, in front of setup_data. */
void e820_end(struct e820 *map, paddr_t ext);

#endif
