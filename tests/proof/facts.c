// SPDX-License-Identifier: MIT
/* RAM and scratch, out of the boot_params that baton was given; offsets from Documentation/arch/x86/zero-page.rst. */
#include <string.h>

#include "verify.h"

#define E820_ENTRIES 0x1e8
#define E820_TABLE   0x2d0
#define E820_RAM     1
#define SETUP_DATA   0x250
#define SETUP_KHO    10
#define CHAIN	     64

static uint64_t get(const struct facts *f, uint64_t addr, unsigned int size)
{
	uint64_t v = 0;

	if (addr <= f->size - size)
		memcpy(&v, f->mem + addr, size);
	return v;
}

/* RAM in whole pages; ranges that touch become one, as a block may lie across them. */
static void read_ram(struct facts *f, uint64_t bp)
{
	unsigned int nr = (unsigned int)get(f, bp + E820_ENTRIES, 1);

	for (unsigned int i = 0; i < nr && f->nr_ram < MAX_RAM; i++) {
		uint64_t entry = bp + E820_TABLE + i * 20, base = get(f, entry, 8), size = get(f, entry + 8, 8);
		struct extent e = { (base + PAGE - 1) & -PAGE, (base + size) & -PAGE };

		if (get(f, entry + 16, 4) != E820_RAM || e.base >= e.end)
			continue;
		if (e.end > f->size)
			e.end = f->size;
		if (f->nr_ram && f->ram[f->nr_ram - 1].end == e.base)
			f->ram[f->nr_ram - 1].end = e.end;
		else
			f->ram[f->nr_ram++] = e;
	}
}

static void read_scratch(struct facts *f, uint64_t addr, uint64_t size)
{
	for (uint64_t i = 0; i < size / 16 && f->nr_scratch < MAX_SCRATCH; i++) {
		uint64_t base = get(f, addr + i * 16, 8), len = get(f, addr + i * 16 + 8, 8);

		if (len)
			f->scratch[f->nr_scratch++] = (struct extent){ base, base + len };
	}
}

const char *facts_read(struct facts *f, uint64_t boot_params)
{
	uint64_t data = get(f, boot_params + SETUP_DATA, 8);

	f->nr_ram = f->nr_scratch = 0;
	read_ram(f, boot_params);
	for (int i = 0; data && i < CHAIN; i++) {
		if (get(f, data + 8, 4) == SETUP_KHO) {
			f->kho = data + 16;
			read_scratch(f, get(f, data + 32, 8), get(f, data + 40, 8));
		}
		data = get(f, data, 8);
	}
	if (!f->nr_ram)
		return "the boot_params have no RAM";
	return f->nr_scratch && f->kho ? NULL : "the boot_params have no KHO entry with scratch";
}
