// SPDX-License-Identifier: MIT
#include "boot/door/e820.h"

#include <string.h>

#define ENTRY sizeof(struct boot_e820_entry)

uint64_t e820_bytes(uint64_t entries)
{
	return sizeof(struct setup_data) + entries * ENTRY;
}

void e820_begin(struct e820 *map, struct boot_params *bp, void *ext, uint64_t entries)
{
	map->bp = bp;
	map->ext = ext;
	map->room = (uint32_t)entries;
	map->ext->type = SETUP_E820_EXT;
	map->ext->len = 0;
}

/* Entry @i, counted through both tables. It is packed, so it may lie at any address. */
static struct boot_e820_entry *entry(const struct e820 *map, uint32_t i)
{
	if (i < E820_MAX_ENTRIES_ZEROPAGE)
		return &map->bp->e820_table[i];
	return (struct boot_e820_entry *)(map->ext->data + (i - E820_MAX_ENTRIES_ZEROPAGE) * ENTRY);
}

bool e820_add(struct e820 *map, uint64_t addr, uint64_t size, uint32_t type)
{
	uint32_t extra = map->ext->len / ENTRY, nr = map->bp->e820_entries + extra;
	struct boot_e820_entry *e;

	if (size == 0)
		return true;
	if (nr) {
		e = entry(map, nr - 1);
		if (e->type == type && e->addr + e->size == addr) {
			e->size += size;
			return true;
		}
	}
	if (nr >= E820_MAX_ENTRIES_ZEROPAGE) {
		if (extra == map->room)
			return false;
		map->ext->len += ENTRY;
	} else {
		map->bp->e820_entries++;
	}
	e = entry(map, nr);
	e->addr = addr;
	e->size = size;
	e->type = type;
	return true;
}

void e820_end(struct e820 *map, paddr_t ext)
{
	if (!map->ext->len)
		return;
	map->ext->next = map->bp->hdr.setup_data;
	map->bp->hdr.setup_data = ext;
}
