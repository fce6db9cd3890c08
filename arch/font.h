/* SPDX-License-Identifier: MIT */
/* The glyphs of arch/font.txt, as arch/font.awk translates them. */
#ifndef BATON_ARCH_FONT_H
#define BATON_ARCH_FONT_H

#include <stdint.h>

#define FONT_WIDTH  5
#define FONT_HEIGHT 9
#define FONT_FIRST  0x20 /* the first glyphs are those of FONT_FIRST to FONT_LAST, in order */
#define FONT_LAST   0x7e

/**
 * struct glyph
 * @code: its code point
 * @row:  from the top; bit FONT_WIDTH - 1 is the leftmost pixel
 */
struct glyph {
	uint16_t code;
	uint8_t row[FONT_HEIGHT];
};

extern const struct glyph font[];
extern const unsigned int font_glyphs;

#endif
