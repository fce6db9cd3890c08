// SPDX-License-Identifier: MIT
#include "kho/abi.h"

#include <stdio.h>
#include <string.h>

#include "kho/map/chunks.h"
#include "kho/map/radix.h"

/*
 * max_order is the largest order that the consumer's arithmetic can hold (kernel/liveupdate/kexec_handover.c):
 * - up to 7.1, kho_preserved_memory_reserve() computes the size of a block as the int
 *   1 << (order + 12), which is negative from order 19 on and reserves everything above it;
 * - 7.3 computes it in 64 bits, but kho_restore_page() and kho_restore_pages() still count pages in
 *   the int 1 << order, which is good up to order 30.
 */
#define MAX_ORDER_7_1 18
#define MAX_ORDER_7_3 30

/*
 * Linux 6.18 takes larger blocks in, but kho_restore_page() gives none back above MAX_PAGE_ORDER; from
 * 7.1 on there is no such check. The FDT page is restored as well: it must be the head of its key.
 */
#define MAX_RESTORE_6_18 10

static const struct kho_abi table[] = {
	{
		/* 6.18 to 7.0; 6.16 and 6.17 say the same, but write other leaves: FINDING_LEAF_SMALL */
		.compatible = "kho-v1",
		.released = true,
		.map = &chunks_format,
		.blob_prop = "fdt",
		.scratch_align = MIB(2),
		.max_order = MAX_ORDER_7_1,
		.max_restore = MAX_RESTORE_6_18,
	},
	{
		.compatible = "kho-v2", /* never in a release */
		.map = &radix_format,
		.blob_prop = "preserved-data",
		.scratch_align = MIB(2),
		.max_order = MAX_ORDER_7_1,
		.max_restore = MAX_ORDER_7_1,
	},
	{
		.compatible = "kho-v3", /* 7.1 */
		.released = true,
		.map = &radix_format,
		.blob_prop = "preserved-data",
		.size_prop = "blob-size",
		.scratch_align = MIB(2),
		.max_order = MAX_ORDER_7_1,
		.max_restore = MAX_ORDER_7_1,
	},
	{
		.compatible = "kho-v4", /* 7.2 and 7.3 */
		.released = true,
		.map = &radix_format,
		.blob_prop = "preserved-data",
		.size_prop = "blob-size",
		.scratch_align = MIB(4),
		.max_order = MAX_ORDER_7_3,
		.max_restore = MAX_ORDER_7_3,
	},
	{
		.compatible = "kho-v4;radix-v1;vmalloc-v1", /* not in a release yet */
		.map = &radix_format,
		.blob_prop = "preserved-data",
		.size_prop = "blob-size",
		.scratch_align = MIB(4),
		.max_order = MAX_ORDER_7_3,
		.max_restore = MAX_ORDER_7_3,
	},
};

const struct kho_abi *kho_abi_at(unsigned int i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct kho_abi *kho_abi_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].compatible, name))
			return &table[i];
	return NULL;
}

const struct kho_abi *kho_abi_newest(void)
{
	unsigned int i = ARRAY_SIZE(table) - 1;

	while (!table[i].released)
		i--;
	return &table[i];
}

const char *kho_abi_list(char *buf, size_t size)
{
	size_t used = 0;
	unsigned int i;

	if (size)
		buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(table) && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
					 table[i].compatible);
	return buf;
}
