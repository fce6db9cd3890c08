// SPDX-License-Identifier: MIT
/*
 * baton.test=measure:BLOCKS: what calls cost with BLOCKS blocks preserved. In QEMU with -icount shift=0
 * a tick of the time-stamp counter is an instruction.
 */
#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "boot/trial/trial.h"
#include "kho/out/preserve.h"
#include "lib/digits.h"

/* Pages that are taken besides those of the blocks: they are what is measured. */
#define SPARE      16
#define LEAF_BYTES (KHO_LEAF_BITS * PAGE_SIZE)

enum call { PRESERVE, UNPRESERVE, BLOB_ADD, BLOB_REMOVE, CALLS };

static int call(struct baton *b, enum call what, paddr_t addr)
{
	struct kho_out *out = &b->kho.out;

	switch (what) {
	case PRESERVE:
		return kho_preserve(out, addr, 0, &b->record.fault);
	case UNPRESERVE:
		return kho_unpreserve(out, addr, 0, &b->record.fault);
	case BLOB_ADD:
		return kho_blob_add(out, "measure", addr, PAGE_SIZE, &b->record.fault);
	default:
		return kho_blob_remove(out, "measure", &b->record.fault);
	}
}

static int timed(struct baton *b, enum call what, paddr_t addr, uint64_t *ticks)
{
	uint64_t start = clock_ticks();
	int err = call(b, what, addr);

	ticks[what] = clock_ticks() - start;
	return err;
}

/* A whole leaf of single pages at once, from @at on: a million calls would take minutes. */
static int fill_leaf(struct baton *b, paddr_t at)
{
	struct kho_leaf leaf = { .base = at };
	void *bits = palloc_pages(&b->ground.pages, 1, &leaf.addr);
	int err = -1;

	if (bits) {
		leaf.bits = memset(bits, 0xff, PAGE_SIZE);
		err = map_add_leaf(&b->kho.out.build, &leaf);
	}
	return err ? fault_set(&b->record.fault, "out-of-memory", "no page for the map") : 0;
}

/*
 * Preserve single pages in a run of free RAM; some more pages of it are left for measuring.
 */
static int fill(struct baton *b, uint64_t blocks, paddr_t *beyond)
{
	uint64_t need = blocks + SPARE + KHO_LEAF_BITS;
	paddr_t at;

	if (!pagemap_find(&b->ground.map, MIB(32), need, &at))
		return fault_set(&b->record.fault, "test-no-room",
				 "%lu KiB of free RAM in a row needed", need * (PAGE_SIZE >> 10));
	at = align_up(at, LEAF_BYTES);
	pagemap_set(&b->ground.map, at, at + (blocks + SPARE) * PAGE_SIZE);
	/* the first call prepares the handover for changes */
	if (kho_preserve(&b->kho.out, at, 0, &b->record.fault) ||
	    kho_unpreserve(&b->kho.out, at, 0, &b->record.fault))
		return -1;
	for (; blocks >= KHO_LEAF_BITS; blocks -= KHO_LEAF_BITS, at += LEAF_BYTES)
		if (fill_leaf(b, at))
			return -1;
	for (; blocks; blocks--, at += PAGE_SIZE)
		if (kho_preserve(&b->kho.out, at, 0, &b->record.fault))
			return -1;
	*beyond = at;
	return 0;
}

int run_measure(struct baton *b)
{
	const char *word = b->given.opt.test + sizeof("measure:") - 1;
	uint64_t blocks, ticks[CALLS];
	paddr_t at = 0;

	digits_read(&word, word + strlen(word), 10, &blocks);
	if (fill(b, blocks, &at))
		return -1;
	/* once to warm up: a page is measured whose leaf is there already */
	for (int i = 0; i < 2; i++)
		if (call(b, PRESERVE, at + PAGE_SIZE * 2) || timed(b, PRESERVE, at, ticks) ||
		    timed(b, BLOB_ADD, at, ticks) || timed(b, BLOB_REMOVE, at, ticks) ||
		    timed(b, UNPRESERVE, at, ticks) || call(b, UNPRESERVE, at + PAGE_SIZE * 2))
			return -1;
	say("measure",
	    "%lu blocks: preserve %lu, unpreserve %lu, blob add %lu, blob remove %lu ticks", blocks,
	    ticks[PRESERVE], ticks[UNPRESERVE], ticks[BLOB_ADD], ticks[BLOB_REMOVE]);
	return 0;
}
