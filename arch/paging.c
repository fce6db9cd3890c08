// SPDX-License-Identifier: MIT
#include "arch/paging.h"

#include <string.h>

#include "arch/cpu.h"

#define PTE_PRESENT (1UL << 0)
#define PTE_WRITE   (1UL << 1)
#define PTE_PWT     (1UL << 3) /* the memory type of entry 1 in the PAT */
#define PTE_LARGE   (1UL << 7)
#define PTE_NX      (1UL << 63)
#define PTE_ADDR    0x000ffffffffff000UL

#define ENTRIES 512

#define PAT_ENTRY1         0xff00UL
#define PAT_ENTRY1_COMBINE 0x0100UL

/* Bytes that one entry of a table at @level spans; level 1 holds 4 KiB pages. */
static uint64_t span(unsigned int level)
{
	return PAGE_SIZE << 9 * (level - 1);
}

static uint64_t leaf_entry(paddr_t addr, unsigned int rights, unsigned int level)
{
	uint64_t e = addr | PTE_PRESENT;

	if (rights == MAP_NONE)
		return 0;
	if (rights & MAP_WRITE)
		e |= PTE_WRITE;
	if (!(rights & MAP_EXEC))
		e |= PTE_NX;
	if (rights & MAP_COMBINE)
		e |= PTE_PWT;
	return level > 1 ? e | PTE_LARGE : e;
}

static uint64_t *new_table(struct paging *pt)
{
	uint64_t *table;

	if (pt->next == pt->end)
		return NULL;
	table = (uint64_t *)pt->next;
	pt->next += PAGE_SIZE;
	memset(table, 0, PAGE_SIZE);
	return table;
}

/* The table below @entry; made, or split out of a large page with the same rights, where there is none. */
static uint64_t *table_below(struct paging *pt, uint64_t *entry, unsigned int level)
{
	uint64_t old = *entry;
	uint64_t *table;

	if (old & PTE_PRESENT && !(old & PTE_LARGE))
		return (uint64_t *)(old & PTE_ADDR);
	table = new_table(pt);
	if (!table)
		return NULL;
	if (old & PTE_PRESENT) {
		uint64_t flags = old & ~PTE_ADDR & ~(level == 2 ? PTE_LARGE : 0);

		for (unsigned int i = 0; i < ENTRIES; i++)
			table[i] = ((old & PTE_ADDR) + i * span(level - 1)) | flags;
	}
	*entry = (uint64_t)table | PTE_PRESENT | PTE_WRITE;
	return table;
}

static bool map_level(struct paging *pt, uint64_t *table, unsigned int level, paddr_t base,
		      paddr_t end, unsigned int rights)
{
	bool large = level == 1 || level == 2 || (level == 3 && pt->gib_pages);

	while (base < end) {
		uint64_t *entry = &table[base / span(level) % ENTRIES];
		paddr_t stop = min_u64(end, align_down(base, span(level)) + span(level));
		bool has_table = level > 1 && *entry & PTE_PRESENT && !(*entry & PTE_LARGE);

		if (large && !has_table && stop - base == span(level)) {
			*entry = leaf_entry(base, rights, level);
		} else {
			uint64_t *below = table_below(pt, entry, level);

			if (!below || !map_level(pt, below, level - 1, base, stop, rights))
				return false;
		}
		base = stop;
	}
	return true;
}

bool paging_cpu_gib_pages(void)
{
	return cpuid(0x80000001, 0).d & 1U << 26;
}

void paging_init(struct paging *pt, paddr_t pool, paddr_t end, unsigned int levels, bool gib_pages)
{
	*pt = (struct paging){ .next = pool, .end = end, .levels = levels, .gib_pages = gib_pages };
	pt->root = new_table(pt);
}

bool paging_map(struct paging *pt, paddr_t base, paddr_t end, unsigned int rights)
{
	return map_level(pt, pt->root, pt->levels, base, end, rights);
}

void paging_use(const struct paging *pt)
{
	uint64_t pat = (rdmsr(MSR_PAT) & ~PAT_ENTRY1) | PAT_ENTRY1_COMBINE;

	/* The same value as in Linux, because the next kernel finds it. No page uses this entry yet. */
	wrmsr(MSR_PAT, pat);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	write_cr3((uint64_t)pt->root);
	write_cr0(read_cr0() | CR0_WP);
}

void paging_flush(void)
{
	write_cr3(read_cr3());
}

uint64_t paging_range_pages(paddr_t base, paddr_t end)
{
	uint64_t pages = 2; /* of 4 KiB entries, one for each end */

	for (unsigned int level = 2; level < 5; level++)
		pages += (end - 1) / span(level + 1) - base / span(level + 1) + 1;
	return pages;
}

uint64_t paging_pages(paddr_t top, uint64_t pieces, bool gib_pages)
{
	uint64_t upper = 2 + top / span(5) + 1 + top / span(4) + 1;
	uint64_t directories = gib_pages ? 0 : top / span(3) + 1;

	/* Each end of a piece can split one large page of each size. */
	return upper + directories + pieces * 2 * (gib_pages ? 2 : 1);
}
