/* SPDX-License-Identifier: MIT */
/* The linear framebuffer that boot_params describe. Pure: host-tested. */
#ifndef BATON_ARCH_FRAMEBUFFER_H
#define BATON_ARCH_FRAMEBUFFER_H

#include <linux/screen_info.h>

#include "lib/fault.h"
#include "lib/num.h"
#include "mm/ranges.h"

/**
 * struct framebuffer
 * @base, @end:     the bytes that may hold pixels: whole lines, from the first to the last
 * @width, @height: in pixels
 * @stride:         bytes from one line to the next
 * @pixel:          bytes of a pixel: 2, 3 or 4
 * @white:          the value of a white pixel; black is 0
 */
struct framebuffer {
	paddr_t base, end;
	unsigned int width, height, stride, pixel;
	uint32_t white;
};

/** framebuffer_given() - true if @si speaks of a linear framebuffer at all, be it usable or not. */
bool framebuffer_given(const struct screen_info *si);

/** framebuffer_pages() - the whole pages that it lies in; empty if @fb is zeroed. */
struct range framebuffer_pages(const struct framebuffer *fb);

/**
 * framebuffer_read() - what @si says of its framebuffer, if all of it makes sense
 * @ram: where it must not lie, not by a byte of its pages: what is there belongs to somebody
 *
 * Length of a line times height is what counts: the unit of lfb_size is 64 KiB for VESA and one byte for
 * EFI, and not every loader fills it in.
 * Return: 0; or -1 with fault screen-none, screen-size, screen-line, screen-depth, screen-colours,
 * screen-address, screen-in-ram; @fb is then zeroed.
 */
int framebuffer_read(struct framebuffer *fb, const struct screen_info *si, const struct ranges *ram,
		     struct fault *f);

#endif
