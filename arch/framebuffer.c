// SPDX-License-Identifier: MIT
/* Sources: include/uapi/linux/screen_info.h of Linux, and for the fields drivers/video/screen_info_generic.c. */
#include "arch/framebuffer.h"

#include <string.h>

#define MIN_WIDTH  320
#define MIN_HEIGHT 200

_Static_assert(sizeof(struct screen_info) == 64, "screen_info is a part of boot_params");

bool framebuffer_given(const struct screen_info *si)
{
	return si->orig_video_isVGA == VIDEO_TYPE_VLFB || si->orig_video_isVGA == VIDEO_TYPE_EFI;
}

/* Bytes of a pixel; 0 for a depth that has no colours of its own, or none that is known. */
static unsigned int pixel_bytes(unsigned int depth)
{
	return depth == 15 || depth == 16 || depth == 24 || depth == 32 ? (depth + 7) / 8 : 0;
}

/* Add the bits of one colour to @white. Return: false if there are none, or one is beyond @depth or taken. */
static bool add_colour(uint32_t *white, unsigned int depth, unsigned int size, unsigned int pos)
{
	uint32_t mask;

	if (size == 0 || size > depth || pos > depth - size)
		return false;
	mask = (uint32_t)(((1UL << size) - 1) << pos);
	if (*white & mask)
		return false;
	*white |= mask;
	return true;
}

static int read_shape(struct framebuffer *fb, const struct screen_info *si, struct fault *f)
{
	unsigned int depth = si->lfb_depth;

	fb->width = si->lfb_width;
	fb->height = si->lfb_height;
	fb->stride = si->lfb_linelength;
	fb->pixel = pixel_bytes(depth);
	if (fb->width < MIN_WIDTH || fb->height < MIN_HEIGHT)
		return fault_set(f, "screen-size", "%u × %u pixels; expected at least %u × %u",
				 fb->width, fb->height, MIN_WIDTH, MIN_HEIGHT);
	if (!fb->pixel)
		return fault_set(f, "screen-depth", "%u bits a pixel; expected 15, 16, 24 or 32",
				 depth);
	if (fb->stride < fb->width * fb->pixel)
		return fault_set(f, "screen-line",
				 "%u bytes a line; expected at least %u for %u pixels", fb->stride,
				 fb->width * fb->pixel, fb->width);
	if (!add_colour(&fb->white, depth, si->red_size, si->red_pos) ||
	    !add_colour(&fb->white, depth, si->green_size, si->green_pos) ||
	    !add_colour(&fb->white, depth, si->blue_size, si->blue_pos))
		return fault_set(
			f, "screen-colours",
			"red %u+%u, green %u+%u, blue %u+%u; expected bits of their own among %u",
			si->red_pos, si->red_size, si->green_pos, si->green_size, si->blue_pos,
			si->blue_size, depth);
	return 0;
}

static int read_place(struct framebuffer *fb, const struct screen_info *si,
		      const struct ranges *ram, struct fault *f)
{
	uint64_t size = (uint64_t)fb->stride * fb->height;

	fb->base = si->lfb_base;
	if (si->capabilities & VIDEO_CAPABILITY_64BIT_BASE)
		fb->base |= (paddr_t)si->ext_lfb_base << 32;
	if (fb->base < LOW_LIMIT || !range_end(fb->base, size, &fb->end) || fb->end > PHYS_LIMIT)
		return fault_set(f, "screen-address",
				 "%lu bytes at 0x%lx; expected them above 1 MiB and below 4 PiB",
				 size, fb->base);
	if (ranges_meet(ram, framebuffer_pages(fb).base, framebuffer_pages(fb).end))
		return fault_set(f, "screen-in-ram", "%lu bytes at 0x%lx; expected no RAM there",
				 size, fb->base);
	return 0;
}

struct range framebuffer_pages(const struct framebuffer *fb)
{
	return (struct range){ align_down(fb->base, PAGE_SIZE), align_up(fb->end, PAGE_SIZE) };
}

int framebuffer_read(struct framebuffer *fb, const struct screen_info *si, const struct ranges *ram,
		     struct fault *f)
{
	struct framebuffer found = { 0 };

	memset(fb, 0, sizeof(*fb));
	if (!framebuffer_given(si))
		return fault_set(f, "screen-none",
				 "video type 0x%x; expected a linear framebuffer: 0x%x or 0x%x",
				 si->orig_video_isVGA, VIDEO_TYPE_VLFB, VIDEO_TYPE_EFI);
	if (read_shape(&found, si, f) || read_place(&found, si, ram, f))
		return -1;
	*fb = found;
	return 0;
}
