// SPDX-License-Identifier: MIT
#include "boot/run/owner.h"

#include "arch/image.h"
#include "boot/run/display.h"
#include "boot/run/image.h"

static const char *image_part(paddr_t addr)
{
	if (addr < (paddr_t)image_start || addr >= bundle_end())
		return NULL;
	if (addr < (paddr_t)rodata_start)
		return "baton's code";
	if (addr < (paddr_t)data_start)
		return "baton's constants";
	if (addr - (paddr_t)stack_guard < PAGE_SIZE)
		return "the page below baton's stack: the stack is full";
	return addr < (paddr_t)image_end ? "baton's data" : "the payload";
}

static const char *part_of_incoming(const struct kho_in *in, paddr_t addr)
{
	unsigned int order;
	paddr_t base;

	if (align_down(in->data.fdt_addr, PAGE_SIZE) == align_down(addr, PAGE_SIZE))
		return "the incoming FDT";
	if (handover_find_key(&in->h, addr, &base, &order))
		return "preserved";
	return handover_is_map_page(&in->h, addr) ? "a node of the incoming map" : NULL;
}

const char *memory_owner(const struct ground *ground, const struct handovers *kho, paddr_t addr)
{
	const char *part = image_part(addr);

	if (part)
		return part;
	if (display_meets(&ground->screen, addr, addr + 1))
		return "the screen";
	if (!ground->ram || !ranges_meet(ground->ram, addr, addr + 1))
		return "not RAM";
	if (kho->came_in && kho->in.h.abi)
		part = part_of_incoming(&kho->in, addr);
	if (part)
		return part;
	if (ranges_meet(&ground->inputs, addr, addr + 1))
		return "what baton was booted with";
	if (ranges_meet(&kho->scratch, addr, addr + 1))
		return "scratch";
	return addr < LOW_LIMIT ? "RAM below 1 MiB" : "RAM that baton does not own";
}
