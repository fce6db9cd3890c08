// SPDX-License-Identifier: MIT
#include "arch/screen.h"

#include <string.h>

#include "arch/font.h"

#define CELL_WIDTH  (FONT_WIDTH + 1)
#define CELL_HEIGHT (FONT_HEIGHT + 1)
#define COLUMNS     100 /* about as many as the lines of baton need */
#define MIN_LINES   20
#define MAX_SCALE   8
#define MAX_PIXEL   4
#define TAB         8
#define ESC         0x1b

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI };

/* Whole words, wherever a line of pixels begins. */
typedef uint64_t __attribute__((aligned(1), may_alias)) word64;
typedef uint32_t __attribute__((aligned(1), may_alias)) word32;

/* ---- pixels ---- */

/*
 * In words, because a store to a framebuffer costs the same whatever its size. A rest of @n that is no whole word
 * lies in the column to the right of a glyph, which stays as it was cleared.
 */
static void store(uint8_t *to, const uint8_t *from, size_t n)
{
	for (; n >= 8; n -= 8, to += 8, from += 8)
		*(volatile word64 *)to = *(const word64 *)from;
	if (n >= 4)
		*(volatile word32 *)to = *(const word32 *)from;
}

/* One row of a glyph, and an empty column, as a line of pixels, each of them @s->scale times. Return: bytes. */
static size_t make_line(const struct screen *s, unsigned int bits, uint8_t *line)
{
	size_t n = 0;

	for (unsigned int x = 0; x < CELL_WIDTH; x++) {
		uint32_t value = bits << 1 >> (CELL_WIDTH - 1 - x) & 1 ? s->fb.white : 0;

		/* a pixel may be less than a word: the next one overwrites the excess */
		for (unsigned int i = 0; i < s->scale; i++, n += s->fb.pixel)
			*(word32 *)(line + n) = value;
	}
	return n;
}

static void draw_cell(const struct screen *s, unsigned int row, unsigned int column)
{
	const struct glyph *g = &font[s->text[row][column]];
	uint8_t line[CELL_WIDTH * MAX_SCALE * MAX_PIXEL + sizeof(word32)];
	uint8_t *at = s->pixels + (size_t)row * CELL_HEIGHT * s->scale * s->fb.stride +
		      (size_t)column * CELL_WIDTH * s->scale * s->fb.pixel;

	for (unsigned int y = 0; y < FONT_HEIGHT; y++) {
		size_t n = make_line(s, g->row[y], line);

		for (unsigned int i = 0; i < s->scale; i++, at += s->fb.stride)
			store(at, line, n);
	}
}

static void clear_pixels(const struct screen *s)
{
	for (unsigned int y = 0; y < s->fb.height; y++)
		memset(s->pixels + (size_t)y * s->fb.stride, 0, (size_t)s->fb.width * s->fb.pixel);
}

/* Bring the screen up to what it should show. */
static void draw(struct screen *s)
{
	if (!s->drawn)
		clear_pixels(s);
	s->drawn = true;
	for (unsigned int row = s->from; row < s->to; row++) {
		for (unsigned int column = 0; column < s->columns; column++) {
			if (s->text[row][column] == s->shown[row][column])
				continue;
			draw_cell(s, row, column);
			s->shown[row][column] = s->text[row][column];
		}
	}
	s->from = s->rows;
	s->to = 0;
}

/* ---- text ---- */

static void touch(struct screen *s, unsigned int from, unsigned int to)
{
	s->from = from < s->from ? from : s->from;
	s->to = to > s->to ? to : s->to;
}

static void scroll(struct screen *s)
{
	unsigned int n = s->rows / 4;

	memmove(s->text[0], s->text[n], (s->rows - n) * sizeof(s->text[0]));
	memset(s->text[s->rows - n], 0, n * sizeof(s->text[0]));
	s->row -= n;
	touch(s, 0, s->rows);
}

/* A line wraps, and the screen scrolls, only when there is a character to show. */
static void put_glyph(struct screen *s, uint8_t glyph)
{
	if (s->column == s->columns) {
		s->column = 0;
		s->row++;
	}
	if (s->row >= s->rows)
		scroll(s);
	s->text[s->row][s->column++] = glyph;
	touch(s, s->row, s->row + 1);
}

static void new_line(struct screen *s)
{
	s->column = 0;
	if (s->row == s->rows)
		scroll(s);
	s->row++;
}

static void put_code(struct screen *s, uint32_t code)
{
	if (code >= FONT_FIRST && code <= FONT_LAST) {
		put_glyph(s, (uint8_t)(code - FONT_FIRST));
		return;
	}
	for (unsigned int i = FONT_LAST - FONT_FIRST + 1; i < font_glyphs; i++) {
		if (font[i].code == code) {
			put_glyph(s, (uint8_t)i);
			return;
		}
	}
	put_glyph(s, '?' - FONT_FIRST);
}

/* From the cursor to the end of its line; with @all the whole screen. */
static void erase(struct screen *s, bool all)
{
	if (all) {
		memset(s->text, 0, sizeof(s->text));
		touch(s, 0, s->rows);
	} else if (s->row < s->rows) {
		memset(s->text[s->row] + s->column, 0, s->columns - s->column);
		touch(s, s->row, s->row + 1);
	}
}

/* ESC [ numbers letter; an unknown one has no effect. */
static void put_escape(struct screen *s, char c)
{
	if (s->escape == ESCAPE_BEGUN) {
		s->escape = c == '[' ? ESCAPE_CSI : ESCAPE_NONE;
		return;
	}
	if (c >= ' ' && c < '@')
		return;
	s->escape = ESCAPE_NONE;
	if (c == 'H')
		s->row = s->column = 0;
	else if (c == 'J' || c == 'K')
		erase(s, c == 'J');
}

static void put_control(struct screen *s, char c)
{
	if (c == '\n')
		new_line(s);
	else if (c == '\r')
		s->column = 0;
	else if (c == '\b' && s->column)
		s->column--;
	else if (c == ESC)
		s->escape = ESCAPE_BEGUN;
	else if (c == '\t')
		do
			put_glyph(s, 0);
		while (s->column % TAB && s->column < s->columns);
}

/* The first byte of a UTF-8 sequence of several. Return: false if no sequence begins with it. */
static bool begin_sequence(struct screen *s, uint8_t byte)
{
	static const uint32_t least[] = { 0x80, 0x800, 0x10000 };

	s->more = byte >= 0xf8 ? 0 : byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc0 ? 1 : 0;
	if (!s->more)
		return false;
	s->code = byte & (0x3fU >> s->more);
	s->least = least[s->more - 1];
	return true;
}

/* A sequence that breaks off shows as one question mark, and the byte that broke it counts anew. */
static void put_byte(struct screen *s, uint8_t byte)
{
	if (s->more && (byte & 0xc0) == 0x80) {
		s->code = s->code << 6 | (byte & 0x3f);
		if (--s->more == 0)
			put_code(s, s->code >= s->least ? s->code : 0);
		return;
	}
	if (s->more)
		put_code(s, 0);
	s->more = 0;
	if (s->escape)
		put_escape(s, (char)byte);
	else if (byte >= 0x80 && !begin_sequence(s, byte))
		put_code(s, 0);
	else if (byte < ' ')
		put_control(s, (char)byte);
	else if (byte < 0x80)
		put_code(s, byte);
}

/* ---- public ---- */

static unsigned int clamp(unsigned int value, unsigned int low, unsigned int high)
{
	return value < low ? low : value > high ? high : value;
}

void screen_open(struct screen *s, const struct framebuffer *fb, uint8_t *pixels)
{
	unsigned int by_width = (fb->width + COLUMNS * CELL_WIDTH / 2) / (COLUMNS * CELL_WIDTH);
	unsigned int by_height = fb->height / (MIN_LINES * CELL_HEIGHT);

	memset(s, 0, sizeof(*s));
	s->fb = *fb;
	s->pixels = pixels;
	s->scale = clamp(by_width < by_height ? by_width : by_height, 1, MAX_SCALE);
	s->columns = clamp(fb->width / (CELL_WIDTH * s->scale), 1, SCREEN_COLUMNS);
	s->rows = clamp(fb->height / (CELL_HEIGHT * s->scale), 1, SCREEN_ROWS);
	s->from = s->rows;
}

void screen_put(struct screen *s, const char *bytes, size_t n)
{
	while (n--)
		put_byte(s, (uint8_t)*bytes++);
	draw(s);
}
