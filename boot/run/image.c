// SPDX-License-Identifier: MIT
#include "boot/run/image.h"

#include "arch/image.h"
#include "kexec/slot.h"

paddr_t bundle_end(void)
{
	uint64_t end = payload_slot.payload + payload_slot.size;

	return (paddr_t)image_start +
	       max_u64((uint64_t)(image_end - image_start), align_up(end, PAGE_SIZE));
}

bool map_bundle(struct paging *pt)
{
	return paging_map(pt, (paddr_t)image_start, (paddr_t)rodata_start, MAP_READ | MAP_EXEC) &&
	       paging_map(pt, (paddr_t)rodata_start, (paddr_t)data_start, MAP_READ) &&
	       paging_map(pt, (paddr_t)data_start, (paddr_t)image_end, MAP_READ | MAP_WRITE) &&
	       paging_map(pt, (paddr_t)stack_guard, (paddr_t)stack_guard + PAGE_SIZE, MAP_NONE) &&
	       paging_map(pt, (paddr_t)image_end, bundle_end(), MAP_READ);
}
