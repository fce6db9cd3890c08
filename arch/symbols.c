// SPDX-License-Identifier: MIT
#include "arch/symbols.h"

#include <stddef.h>
#include <string.h>

#include "arch/image.h"

/* Made by linker/symbols.awk: where functions begin, by rising offsets, and their names in that order. */
extern const uint32_t symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];

const char *symbol_name(uint64_t addr, uint64_t *offset)
{
	uint64_t base = (uint64_t)image_start;
	uint32_t low = 0, high = symbol_count;
	const char *name = symbol_names;

	if (addr < base || addr >= (uint64_t)rodata_start)
		return NULL;
	while (low < high) {
		uint32_t mid = (low + high) / 2;

		if (symbol_table[mid] <= addr - base)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	*offset = addr - base - symbol_table[low - 1];
	while (--low)
		name += strlen(name) + 1;
	return name;
}
