// SPDX-License-Identifier: MIT
/*
 * baton.hops=: baton starts itself again, so many times, before the payload.
 *
 * The next baton is made from this one's image as it lies in memory. That is good enough because nothing writable
 * in it depends on a first value (the linker script sees to that), and relocating it again gives the same result.
 */
#include <stdio.h>
#include <string.h>

#include "arch/clock.h"
#include "arch/console.h"
#include "arch/image.h"
#include "boot/run/baton.h"

#define WORD "baton.hops="

/* The command line with one hop less in it; the width stays, so that a thousand hops need no more room than one. */
static int rewrite_cmdline(struct baton *b)
{
	const char *word = b->info.cmdline, *rest;
	char total[16];
	int n;

	while (strncmp(word, WORD, strlen(WORD)) != 0)
		word++;
	rest = word;
	while (*rest && *rest != ' ')
		rest++;
	snprintf(total, sizeof(total), "%u", b->opt.hops_total);
	n = snprintf(b->payload.cmdline, sizeof(b->payload.cmdline), "%.*s" WORD "%0*u/%s%s",
		     (int)(word - b->info.cmdline), b->info.cmdline, (int)strlen(total),
		     b->opt.hops - 1, total, rest);
	if (n >= (int)sizeof(b->payload.cmdline))
		return fault_set(&b->fault, "cmdline-too-long",
				 "%d bytes with " WORD "; expected at most %zu", n,
				 sizeof(b->payload.cmdline) - 1);
	b->payload.has_cmdline = true;
	return 0;
}

int hop_choose(struct baton *b)
{
	uint64_t size = memory_image_end() - (paddr_t)image_start;

	b->payload.kernel = image_start;
	b->payload.kernel_size = size;
	b->payload.initrd = b->info.initrd_size ? window_ro(&b->info.window, b->info.initrd,
							    b->info.initrd_size) :
						  NULL;
	b->payload.initrd_size = b->payload.initrd ? b->info.initrd_size : 0;
	b->kernel = (struct bzimage){
		.hdr = b->info.bp->hdr,
		.code_size = size,
		.memory = size,
		.align = PAGE_SIZE,
		.min = LOW_LIMIT,
		.release = RELEASE,
	};
	b->abi = b->info.has_kho ? b->in.h.abi : kho_abi_newest();
	return rewrite_cmdline(b);
}

void hop_report(const struct baton *b)
{
	uint64_t blocks = 0;

	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		blocks += b->in.blocks[o];
	console_mute(false);
	say("hop", "%u of %u: %lu blocks, %lu map pages, %u blobs, %lu pages taken, %lu ticks",
	    b->opt.hops_total - b->opt.hops + 1, b->opt.hops_total, blocks, b->out.h.map.pages,
	    b->out.blobs, b->pages.taken, clock_ticks());
	console_mute(true);
}
