// SPDX-License-Identifier: MIT
#include "boot/run/display.h"

#include "arch/console.h"
#include "arch/cpu.h"
#include "boot/run/image.h"

/* For image, payload and framebuffer, each across a border of 2 MiB, with 5 levels. */
#define REFUSAL_PAGES 16

void find_display(struct framebuffer *screen, const struct given *given)
{
	const struct screen_info si = given->info.bp->screen_info;
	struct fault f;

	if (!console_awaits_screen())
		return;
	if (framebuffer_read(screen, &si, &given->info.ram, &f)) {
		console_open_screen(NULL, NULL);
		/* That there is none is told only to those who asked for one. */
		if (framebuffer_given(&si) || given->opt.console_given)
			say("screen", "not used: %s: %s", f.name, f.text);
		return;
	}
	say("screen", "%u × %u pixels, %u bytes each, at 0x%lx", screen->width, screen->height,
	    screen->pixel, screen->base);
}

uint64_t display_tables(const struct framebuffer *screen)
{
	const struct range r = framebuffer_pages(screen);

	return r.end ? paging_range_pages(r.base, r.end) : 0;
}

bool map_display(const struct framebuffer *screen, struct paging *pt)
{
	const struct range r = framebuffer_pages(screen);

	return paging_map(pt, r.base, r.end, MAP_READ | MAP_WRITE | MAP_COMBINE);
}

void open_display(const struct framebuffer *screen)
{
	if (screen->end && console_awaits_screen())
		console_open_screen(screen, (uint8_t *)screen->base);
}

bool display_meets(const struct framebuffer *screen, paddr_t base, paddr_t end)
{
	const struct range r = framebuffer_pages(screen);

	return base < r.end && end > r.base;
}

void show_refusal(struct framebuffer *screen, const struct given *given)
{
	/* The last resort keeps its memory in the image: no other memory may be known to be free. */
	static uint8_t tables[REFUSAL_PAGES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	struct paging pt;

	/* Without a memory map nothing tells whether the framebuffer overlaps RAM, so it is not used. */
	if (!console_awaits_screen() || !given->info.window.nr)
		return;
	if (!screen->end)
		find_display(screen, given);
	paging_init(&pt, (paddr_t)tables, (paddr_t)tables + sizeof(tables), cpu_la57() ? 5 : 4,
		    paging_cpu_gib_pages());
	if (!screen->end || !map_bundle(&pt) || !map_display(screen, &pt))
		return;
	paging_use(&pt);
	open_display(screen);
}
