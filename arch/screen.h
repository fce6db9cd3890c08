/* SPDX-License-Identifier: MIT */
/*
 * Text on a framebuffer. Pure: host-tested.
 *
 * What the screen should show and what it shows are kept as characters; pixels are written where the two differ and
 * never read, because reading them is slow where it works at all. A scroll moves a quarter of the screen, so
 * that few lines pay for it.
 */
#ifndef BATON_ARCH_SCREEN_H
#define BATON_ARCH_SCREEN_H

#include "arch/framebuffer.h"

#define SCREEN_COLUMNS 160 /* at most; a larger screen is left empty beyond */
#define SCREEN_ROWS    100

/**
 * struct screen - private to screen.c
 * @fb, @pixels: the framebuffer, and where it is mapped
 * @scale:       pixels on the screen to one of a glyph, in each direction
 * @columns, @rows: characters that fit
 * @column, @row: where the next one goes; may be just beyond the last
 * @from, @to:   rows that were written to since they were drawn
 * @drawn:       false until the first text clears what others left
 * @code, @least, @more: of a UTF-8 sequence: its value so far, the least value allowed, bytes missing
 * @escape, @param: progress in an escape sequence, and the last number in it
 * @text, @shown: index of the glyph in each cell: as it should be, and as it is on the screen
 */
struct screen {
	struct framebuffer fb;
	uint8_t *pixels;
	unsigned int scale, columns, rows;
	unsigned int column, row, from, to;
	bool drawn;
	uint32_t code, least;
	unsigned int more;
	int escape;
	unsigned int param;
	uint8_t text[SCREEN_ROWS][SCREEN_COLUMNS];
	uint8_t shown[SCREEN_ROWS][SCREEN_COLUMNS];
};

/**
 * screen_open() - begin a screen; nothing is drawn before there is something to show
 * @fb:     from framebuffer_read()
 * @pixels: where @fb->base is mapped, writable up to @fb->end
 */
void screen_open(struct screen *s, const struct framebuffer *fb, uint8_t *pixels);

/**
 * screen_put() - show @n bytes of UTF-8
 * @bytes: any bytes
 *
 * Long lines wrap. It knows the control characters newline, carriage return, tab and backspace, and the escape
 * sequences that the monitor's line editor sends: to the top, clear to the end of the line, clear all. What the
 * font lacks shows as a question mark.
 */
void screen_put(struct screen *s, const char *bytes, size_t n);

#endif
