// SPDX-License-Identifier: MIT
#include "boot/trial/trial.h"

#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/image.h"
#include "arch/traps.h"

#define NMI_WAIT_TICKS 20000000000UL

static int first_block(const struct kho_leaf *leaf, void *arg)
{
	for (unsigned int w = 0; w < KHO_LEAF_WORDS; w++) {
		if (leaf->bits[w]) {
			uint64_t block = w * 64 + (unsigned int)__builtin_ctzl(leaf->bits[w]);

			*(paddr_t *)arg = leaf->base + (block << (PAGE_SHIFT + leaf->order));
			return 1;
		}
	}
	return 0;
}

static void poke(paddr_t addr)
{
	say("test", "writing to 0x%lx", addr);
	*(volatile uint8_t *)addr ^= 0xff;
}

static int write_preserved(struct baton *b)
{
	paddr_t addr = 0;

	handover_for_each_leaf(&b->kho.in.h, first_block, &addr);
	poke(addr);
	return 0;
}

static int write_fdt(struct baton *b)
{
	poke(b->given.info.kho.fdt_addr);
	return 0;
}

static int write_node(struct baton *b)
{
	poke(b->kho.in.h.map.root);
	return 0;
}

static int write_unowned(struct baton *b)
{
	paddr_t addr = 0;

	if (pagemap_find(&b->ground.map, LOW_LIMIT, 1, &addr))
		poke(addr);
	return 0;
}

static int write_text(struct baton *b)
{
	(void)b;
	poke((paddr_t)image_start);
	return 0;
}

static int run_data(struct baton *b)
{
	say("test", "running data at 0x%lx", (paddr_t)b);
	((void (*)(void))(uintptr_t)b)();
	return 0;
}

/* Runs until the stack is full. The depth is there so that the compiler sees an end. */
static int recurse(uint64_t depth)
{
	volatile char frame[1024];

	frame[0] = (char)depth;
	return depth ? recurse(depth - 1) + frame[0] : 0;
}

static int fill_stack(struct baton *b)
{
	(void)b;
	say("test", "filling the stack");
	return recurse(MIB(1));
}

/* Writes 0 past the end of a local array, where the canary lies, which is something else. */
static int smash_stack(struct baton *b)
{
	uint64_t array[4];
	volatile uint64_t *volatile p = array;

	(void)b;
	say("test", "writing past the end of a local array");
	for (unsigned int i = 0; i <= ARRAY_SIZE(array); i++)
		p[i] = 0;
	return 0;
}

static int wait_for_nmi(struct baton *b)
{
	uint64_t start = clock_ticks();

	say("test", "waiting for an NMI");
	while (!nmi_count && clock_ticks() - start < NMI_WAIT_TICKS)
		__asm__ volatile("pause");
	if (!nmi_count)
		return fault_set(&b->record.fault, "test-no-nmi", "no NMI came");
	say("test", "%lu NMI survived", nmi_count);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct baton *b);
} trials[] = {
	{ "write-preserved", write_preserved },
	{ "write-fdt", write_fdt },
	{ "write-node", write_node },
	{ "write-unowned", write_unowned },
	{ "write-text", write_text },
	{ "run-data", run_data },
	{ "fill-stack", fill_stack },
	{ "smash-stack", smash_stack },
	{ "nmi", wait_for_nmi },
	{ "workload:", run_workload },
	{ "proof:", run_workload },
	{ "measure:", run_measure },
};

/* A name that ends in a colon is followed by arguments. */
static bool is_named(const char *test, const char *name)
{
	size_t n = strlen(name);

	return name[n - 1] == ':' ? strncmp(test, name, n) == 0 : strcmp(test, name) == 0;
}

int run_trial(struct baton *b)
{
	if (!b->given.opt.test[0])
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(trials); i++)
		if (is_named(b->given.opt.test, trials[i].name))
			return trials[i].run(b);
	return fault_set(&b->record.fault, "option-value", "baton.test=%s is not a test",
			 b->given.opt.test);
}
