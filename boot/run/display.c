// SPDX-License-Identifier: MIT
/*
 * The way to the screen: a framebuffer is no RAM, and the page tables of whoever was before need not map it. So it is
 * opened when baton's own are in use; what is said until then waits in arch/console.c.
 */
#include "arch/console.h"
#include "arch/cpu.h"
#include "boot/run/baton.h"

/* For the image, the payload and a framebuffer, with a border of 2 MiB in each of them, and 5 levels. */
#define REFUSAL_PAGES 16

static struct framebuffer framebuffer; /* zeroed if there is no screen */
static uint8_t refusal_tables[REFUSAL_PAGES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

void display_find(struct baton *b)
{
	const struct screen_info si = b->info.bp->screen_info;
	struct fault f;

	if (!console_awaits_screen())
		return;
	if (framebuffer_read(&framebuffer, &si, &b->info.ram, &f)) {
		console_open_screen(NULL, NULL);
		/* Where there is none, only who asked for it wants to know. */
		if (framebuffer_given(&si) || b->opt.console_given)
			say("screen", "not used: %s: %s", f.name, f.text);
		return;
	}
	say("screen", "%u × %u pixels, %u bytes each, at 0x%lx", framebuffer.width,
	    framebuffer.height, framebuffer.pixel, framebuffer.base);
}

uint64_t display_tables(void)
{
	const struct range r = framebuffer_pages(&framebuffer);

	return r.end ? paging_range_pages(r.base, r.end) : 0;
}

bool display_map(struct paging *pt)
{
	const struct range r = framebuffer_pages(&framebuffer);

	return paging_map(pt, r.base, r.end, MAP_READ | MAP_WRITE | MAP_COMBINE);
}

void display_open(void)
{
	if (framebuffer.end && console_awaits_screen())
		console_open_screen(&framebuffer, (uint8_t *)framebuffer.base);
}

bool display_meets(paddr_t base, paddr_t end)
{
	const struct range r = framebuffer_pages(&framebuffer);

	return base < r.end && end > r.base;
}

void display_refusal(struct baton *b)
{
	struct paging pt;

	/* Where it is not known what is RAM, nobody knows what the screen may not be. */
	if (!console_awaits_screen() || !b->info.window.nr)
		return;
	if (!framebuffer.end)
		display_find(b);
	paging_init(&pt, (paddr_t)refusal_tables, (paddr_t)refusal_tables + sizeof(refusal_tables),
		    cpu_la57() ? 5 : 4, paging_cpu_gib_pages());
	if (!framebuffer.end || !memory_map_image(&pt) || !display_map(&pt))
		return;
	paging_use(&pt);
	display_open();
}
