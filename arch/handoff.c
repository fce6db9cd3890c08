// SPDX-License-Identifier: MIT
#include "arch/handoff.h"

#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/cpu.h"

#define CODE_PAGES 1
#define DATA_PAGES 1
#define GATE_INT   0x8e00
#define NMI        2

extern const uint8_t handoff_code[], handoff_nmi[], handoff_code_end[];

static void set_tables(struct handoff *h, paddr_t nmi)
{
	h->gdt_entry[2] = 0x00af9b000000ffff; /* CS 0x10: 64-bit code */
	h->gdt_entry[3] = 0x00cf93000000ffff; /* 0x18: data */
	h->gdt = (struct handoff_table){ sizeof(h->gdt_entry) - 1, (uint64_t)h->gdt_entry, { 0 } };

	h->idt_entry[2 * NMI] = (nmi & 0xffff) | 0x10UL << 16 | (uint64_t)GATE_INT << 32 |
				(nmi >> 16 & 0xffff) << 48;
	h->idt_entry[2 * NMI + 1] = nmi >> 32;
	h->idt = (struct handoff_table){ sizeof(h->idt_entry) - 1, (uint64_t)h->idt_entry, { 0 } };
}

uint64_t handoff_pages(const struct ranges *ram)
{
	paddr_t top = ram->nr ? ram->r[ram->nr - 1].end : 0;

	return CODE_PAGES + DATA_PAGES + paging_pages(top, ram->nr + 1, paging_cpu_gib_pages());
}

struct handoff *handoff_prepare(paddr_t at, uint64_t pages, const struct ranges *ram)
{
	paddr_t data = at + CODE_PAGES * PAGE_SIZE;
	struct handoff *h = (struct handoff *)data;
	struct paging pt;

	memcpy((void *)at, handoff_code, (size_t)(handoff_code_end - handoff_code));
	memset(h, 0, PAGE_SIZE);
	paging_init(&pt, data + DATA_PAGES * PAGE_SIZE, at + pages * PAGE_SIZE, cpu_la57() ? 5 : 4,
		    paging_cpu_gib_pages());
	if (!paging_map(&pt, 0, LOW_LIMIT, MAP_WRITE | MAP_EXEC))
		return NULL;
	for (unsigned int i = 0; i < ram->nr; i++)
		if (!paging_map(&pt, ram->r[i].base, ram->r[i].end, MAP_WRITE | MAP_EXEC))
			return NULL;
	h->cr3 = (uint64_t)pt.root;
	h->stack = data + PAGE_SIZE;
	h->text = (uint64_t)h->closing;
	h->uart = console_port();
	h->unit_mul = clock_mul();
	set_tables(h, at + (paddr_t)(handoff_nmi - handoff_code));
	return h;
}

_Noreturn void handoff_jump(const struct handoff *h)
{
	paddr_t code = (paddr_t)h - CODE_PAGES * PAGE_SIZE;

	__asm__ volatile("jmp *%0" : : "r"(code), "D"(h) : "memory");
	__builtin_unreachable();
}
