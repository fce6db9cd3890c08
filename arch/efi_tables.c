// SPDX-License-Identifier: MIT
/* Source: UEFI 2.10, 4.3, 4.6, 23.4; drivers/firmware/efi/mokvar-table.c and include/linux/efi.h of Linux 7.3. */
#include "arch/efi_tables.h"

#include <string.h>

#define MAX_TABLES 256
#define MAX_BYTES  MIB(16) /* of one table */
#define MOK_NAME   256
#define MOK_HEADER (MOK_NAME + 8)

typedef const void *(*look_fn)(paddr_t addr, uint64_t size);

struct systab {
	char signature[8];
	uint8_t skip[96];
	uint64_t nr_tables;
	paddr_t tables;
};

struct table {
	uint8_t guid[16];
	paddr_t addr;
};

_Static_assert(offsetof(struct systab, nr_tables) == 104, "EFI system table");
_Static_assert(sizeof(struct table) == 24, "EFI configuration table");

/* u32 version, entries, bytes of an entry, flags; then the entries */
static uint64_t memory_attributes(paddr_t addr, look_fn look)
{
	const uint32_t *t = look(addr, 16);

	return t ? 16 + (uint64_t)t[1] * t[2] : 0;
}

/* u32 entries, room for entries; u64 version; then entries of 40 bytes */
static uint64_t esrt(paddr_t addr, look_fn look)
{
	const uint32_t *t = look(addr, 16);

	return t ? 16 + (uint64_t)t[0] * 40 : 0;
}

/* entries of a name, a u64 size and so many bytes; the last has no name */
static uint64_t mok(paddr_t addr, look_fn look)
{
	uint64_t bytes = 0, size;

	while (bytes < MAX_BYTES) {
		const char *entry = look(addr + bytes, MOK_HEADER);

		if (!entry)
			return 0;
		bytes += MOK_HEADER;
		if (!entry[0])
			return bytes;
		memcpy(&size, entry + MOK_NAME, sizeof(size));
		if (size > MAX_BYTES)
			return 0;
		bytes += size;
	}
	return 0;
}

/* u32 bytes of the log, another u32, u8 version; then the log */
static uint64_t tpm_log(paddr_t addr, look_fn look)
{
	const uint32_t *t = look(addr, 9);

	return t ? 9 + (uint64_t)t[0] : 0;
}

static const struct {
	uint8_t guid[16];
	uint64_t (*bytes)(paddr_t addr, look_fn look);
} known[] = {
	{ { 0x1d, 0x91, 0xfa, 0xdc, 0xeb, 0x26, 0x9f, 0x46, 0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46,
	    0x12, 0x20 },
	  memory_attributes },
	{ { 0x63, 0xa2, 0x22, 0xb1, 0x61, 0x36, 0x68, 0x4f, 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6,
	    0x21, 0x80 },
	  esrt },
	{ { 0x2b, 0xed, 0x51, 0xc4, 0x94, 0x96, 0xd3, 0x45, 0xba, 0xba, 0xed, 0x9f, 0x89, 0x88,
	    0xa3, 0x89 },
	  mok },
	{ { 0xb0, 0x9c, 0x79, 0xb7, 0xa2, 0xec, 0x43, 0x49, 0x96, 0x67, 0x1f, 0xae, 0x07, 0xb7,
	    0x47, 0xfa },
	  tpm_log },
};

static uint64_t length(const struct table *t, look_fn look)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(t->guid, known[i].guid, sizeof(t->guid)))
			bytes = known[i].bytes(t->addr, look);
	return bytes && bytes <= MAX_BYTES ? bytes : 1;
}

void efi_tables(paddr_t systab, paddr_t tables, look_fn look,
		void (*fn)(paddr_t base, paddr_t end, void *arg), void *arg)
{
	const struct systab *st = systab ? look(systab, sizeof(*st)) : NULL;
	const struct table *t;
	paddr_t end;

	if (!st || memcmp(st->signature, "IBI SYST", 8) != 0 || st->nr_tables > MAX_TABLES)
		return;
	t = look(tables ? tables : st->tables, st->nr_tables * sizeof(*t));
	for (uint64_t i = 0; t && i < st->nr_tables; i++)
		if (t[i].addr && range_end(t[i].addr, length(&t[i], look), &end))
			fn(align_down(t[i].addr, PAGE_SIZE), align_up(end, PAGE_SIZE), arg);
}
