// SPDX-License-Identifier: MIT
/*
 * Text on framebuffers of every depth, compared pixel by pixel with what arch/font.txt says, which the test reads
 * by itself. A framebuffer here is a block of memory of its own, so that a byte beyond it is found by the
 * sanitizer; the bytes between the lines must keep what they held. Run from the top of the tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/screen.h"

#define FONT      "arch/font.txt"
#define WIDE      5
#define HIGH      9
#define GUARD     0xa5
#define MAX_CODE  0x3000
#define MAX_LINES 4000

/* ---- the font, read once more ---- */

static char glyphs[MAX_CODE][HIGH][WIDE + 1]; /* '#' and '.'; all NUL where there is none */

static int read_font(void **state)
{
	static char line[1024];
	unsigned int codes[64], nr = 0, y = HIGH;
	FILE *f = fopen(FONT, "r");

	(void)state;
	while (f && fgets(line, sizeof(line), f)) {
		const char *p = line;
		int used;

		if (line[0] == 'U') {
			for (nr = 0; sscanf(p, " U%4x%n", &codes[nr], &used) == 1; nr++)
				p += used;
			y = 0;
		} else if (y < HIGH) {
			for (unsigned int i = 0; i < nr; i++, p += used)
				if (sscanf(p, " %5[.#]%n", glyphs[codes[i]][y], &used) != 1)
					return -1;
			y++;
		}
	}
	return f ? fclose(f) : -1;
}

/* Every printable character has a picture, and no two have the same. */
static void test_font(void **state)
{
	static const unsigned int more[] = { 0xb5, 0xd7, 0x2013, 0x2026, 0x2190, 0x2192 };

	(void)state;
	for (unsigned int c = ' '; c < 0x7f; c++)
		assert_int_equal(strlen(glyphs[c][0]), WIDE);
	for (unsigned int i = 0; i < ARRAY_SIZE(more); i++)
		assert_int_equal(strlen(glyphs[more[i]][0]), WIDE);
	for (unsigned int a = 0; a < MAX_CODE; a++)
		for (unsigned int b = 0; b < a && glyphs[a][0][0]; b++)
			if (memcmp(glyphs[a], glyphs[b], sizeof(glyphs[a])) == 0)
				fail_msg("U+%04X looks like U+%04X", a, b);
}

/* ---- framebuffers ---- */

static const struct ranges no_ram;

/**
 * struct shape - a screen, and what is expected of it
 * @spare: bytes behind each line
 * @white: of a pixel, lowest byte first as in memory
 */
static const struct shape {
	const char *comment;
	unsigned int width, height, depth, spare;
	uint8_t red[2], green[2], blue[2]; /* size and position */
	uint32_t white;
	unsigned int scale, columns, rows;
} shapes[] = {
	{ "the smallest", 320, 200, 32, 0, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0xffffff, 1, 53, 20 },
	{ "VGA", 640, 480, 32, 0, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0xffffff, 1, 106, 48 },
	{ "SVGA, 24 bits", 800, 600, 24, 0, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0xffffff, 1, 133, 60 },
	{ "24 bits and a gap",
	  800,
	  600,
	  24,
	  100,
	  { 8, 0 },
	  { 8, 8 },
	  { 8, 16 },
	  0xffffff,
	  1,
	  133,
	  60 },
	{ "XGA", 1024, 768, 32, 0, { 8, 0 }, { 8, 8 }, { 8, 16 }, 0xffffff, 2, 85, 38 },
	{ "XGA, 16 bits", 1024, 768, 16, 0, { 5, 11 }, { 6, 5 }, { 5, 0 }, 0xffff, 2, 85, 38 },
	{ "XGA, 15 bits, a gap", 1024, 768, 15, 6, { 5, 10 }, { 5, 5 }, { 5, 0 }, 0x7fff, 2, 85, 38 },
	{ "an odd width", 1366, 768, 32, 40, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0xffffff, 2, 113, 38 },
	{ "odd everything, 24 bits",
	  641,
	  487,
	  24,
	  1,
	  { 8, 16 },
	  { 8, 8 },
	  { 8, 0 },
	  0xffffff,
	  1,
	  106,
	  48 },
	{ "full HD", 1920, 1080, 32, 0, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0xffffff, 3, 106, 36 },
	{ "10 bits a colour",
	  1920,
	  1080,
	  32,
	  0,
	  { 10, 20 },
	  { 10, 10 },
	  { 10, 0 },
	  0x3fffffff,
	  3,
	  106,
	  36 },
	{ "4K", 3840, 2160, 32, 0, { 8, 16 }, { 8, 8 }, { 8, 0 }, 0xffffff, 6, 106, 36 },
	{ "more columns than are kept",
	  2000,
	  300,
	  16,
	  0,
	  { 5, 11 },
	  { 6, 5 },
	  { 5, 0 },
	  0xffff,
	  1,
	  160,
	  30 },
	{ "more rows than are kept",
	  320,
	  1500,
	  16,
	  0,
	  { 5, 11 },
	  { 6, 5 },
	  { 5, 0 },
	  0xffff,
	  1,
	  53,
	  100 },
	{ "larger than the largest letters",
	  5400,
	  1800,
	  16,
	  0,
	  { 5, 11 },
	  { 6, 5 },
	  { 5, 0 },
	  0xffff,
	  8,
	  112,
	  22 },
};

struct world {
	const struct shape *shape;
	struct screen *screen;
	unsigned int pixel, stride;
	uint8_t *memory;
};

static struct screen_info info_of(const struct shape *s)
{
	return (struct screen_info){
		.orig_video_isVGA = VIDEO_TYPE_EFI,
		.lfb_width = (__u16)s->width,
		.lfb_height = (__u16)s->height,
		.lfb_depth = (__u16)s->depth,
		.lfb_base = 0xc0000000,
		.lfb_linelength = (__u16)(s->width * ((s->depth + 7) / 8) + s->spare),
		.red_size = s->red[0],
		.red_pos = s->red[1],
		.green_size = s->green[0],
		.green_pos = s->green[1],
		.blue_size = s->blue[0],
		.blue_pos = s->blue[1],
	};
}

static void open_world(struct world *w, const struct shape *s)
{
	const struct screen_info si = info_of(s);
	struct framebuffer fb;
	struct fault f;

	w->shape = s;
	w->pixel = (s->depth + 7) / 8;
	w->stride = si.lfb_linelength;
	if (framebuffer_read(&fb, &si, &no_ram, &f))
		fail_msg("%s: %s: %s", s->comment, f.name, f.text);
	assert_int_equal(fb.end - fb.base, (uint64_t)w->stride * s->height);
	w->memory = malloc(fb.end - fb.base);
	memset(w->memory, GUARD, fb.end - fb.base);
	w->screen = malloc(sizeof(*w->screen));
	screen_open(w->screen, &fb, w->memory);
	for (size_t i = 0; i < fb.end - fb.base; i++)
		if (w->memory[i] != GUARD)
			fail_msg("%s: written to before there is a text", s->comment);
}

static void close_world(struct world *w)
{
	free(w->memory);
	free(w->screen);
}

static void put(struct world *w, const char *text)
{
	screen_put(w->screen, text, strlen(text));
}

static uint32_t pixel_at(const struct world *w, unsigned int x, unsigned int y)
{
	const uint8_t *p = w->memory + (size_t)y * w->stride + (size_t)x * w->pixel;
	uint32_t value = 0;

	for (unsigned int i = 0; i < w->pixel; i++)
		value |= (uint32_t)p[i] << 8 * i;
	return value;
}

/* The first code point of @text, which is moved past it. */
static unsigned int next_code(const char **text)
{
	const uint8_t *p = (const uint8_t *)*text;
	unsigned int n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : 3;

	*text += n;
	return n == 1 ? p[0] :
	       n == 2 ? (p[0] & 0x1fU) << 6 | (p[1] & 0x3fU) :
			(p[0] & 0xfU) << 12 | (p[1] & 0x3fU) << 6 | (p[2] & 0x3fU);
}

/* The colour that the pixel must have when @codes stand in its row. */
static uint32_t pixel_of(const struct world *w, const unsigned int *codes, unsigned int x,
			 unsigned int y)
{
	unsigned int cx = x / w->shape->scale, cy = y / w->shape->scale;
	unsigned int column = cx / (WIDE + 1);

	if (column >= w->shape->columns || cx % (WIDE + 1) == WIDE || cy % (HIGH + 1) == HIGH)
		return 0;
	return glyphs[codes[column]][cy % (HIGH + 1)][cx % (WIDE + 1)] == '#' ? w->shape->white : 0;
}

/* The screen shows these lines and nothing else; nothing has been written where nothing is shown. */
static void expect(const struct world *w, const char *const *lines, unsigned int nr)
{
	unsigned int codes[200], high = (HIGH + 1) * w->shape->scale;

	for (unsigned int y = 0; y < w->shape->height; y++) {
		const char *text = y / high < nr && y / high < w->shape->rows ? lines[y / high] :
										"";

		for (unsigned int i = 0; i < ARRAY_SIZE(codes); i++)
			codes[i] = *text ? next_code(&text) : ' ';
		for (unsigned int x = 0; x < w->shape->width; x++)
			if (pixel_at(w, x, y) != pixel_of(w, codes, x, y))
				fail_msg("%s: pixel %u, %u is 0x%x in row %u", w->shape->comment, x,
					 y, pixel_at(w, x, y), y / high);
		for (unsigned int i = w->shape->width * w->pixel; i < w->stride; i++)
			if (w->memory[(size_t)y * w->stride + i] != GUARD)
				fail_msg("%s: byte %u behind line %u", w->shape->comment, i, y);
	}
}

#define EXPECT(w, ...)                                  \
	expect(w, (const char *const[]){ __VA_ARGS__ }, \
	       sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* ---- what is shown ---- */

/* In each shape: every corner of the text, lines that just fit and that wrap, and the screen filled twice. */
static void test_shapes(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(shapes); i++) {
		unsigned int columns = shapes[i].columns, rows = shapes[i].rows;
		char full[200] = "", wrapped[202] = "";
		const char *lines[200];
		struct world w;

		for (unsigned int c = 0; c < columns; c++)
			full[c] = wrapped[c] = (char)('!' + c % 90);
		memcpy(wrapped + columns, "#\n", 2);
		open_world(&w, &shapes[i]);
		put(&w, "Zwölf 10 µs –\n");
		put(&w, full);
		EXPECT(&w, "Zw?lf 10 µs –", full);
		put(&w, "\n");
		put(&w, wrapped);
		put(&w, "x");
		EXPECT(&w, "Zw?lf 10 µs –", full, full, "#", "x");
		for (unsigned int row = 5; row < rows; row++)
			put(&w, "\n@");
		for (unsigned int row = 0; row < rows; row++)
			lines[row] = row > 4 ? "@" : row == 4 ? "x" : row == 3 ? "#" : full;
		lines[0] = "Zw?lf 10 µs –";
		expect(&w, lines, rows);
		put(&w, "\n");
		expect(&w, lines, rows);
		put(&w, "^");
		lines[rows] = "^";
		for (unsigned int row = rows + 1; row < ARRAY_SIZE(lines); row++)
			lines[row] = "";
		expect(&w, lines + rows / 4, rows);
		close_world(&w);
	}
}

static const struct {
	const char *comment, *text, *lines[4];
} texts[] = {
	{ "nothing", "", { "" } },
	{ "a line", "abc\n", { "abc" } },
	{ "two, and an empty one between", "abc\n\nd", { "abc", "", "d" } },
	{ "what begins anew", "abc\rx", { "xbc" } },
	{ "a tab", "a\tb\tc", { "a       b       c" } },
	{ "a backspace", "abc\b\bX", { "aXc" } },
	{ "no backspace before the line", "\b\bX", { "X" } },
	{ "a bell", "a\ab", { "ab" } },
	{ "the rest of a line", "abcdef\rab\033[K", { "ab" } },
	{ "all of the screen", "abc\ndef\033[H\033[2Jx", { "x" } },
	{ "to the top without clearing", "abc\ndef\033[Hx", { "xbc", "def" } },
	{ "colours are not shown", "a\033[1;31mb\033[0mc", { "abc" } },
	{ "an escape of another kind", "a\033cb", { "ab" } },
	{ "two bytes", "5 µs", { "5 µs" } },
	{ "three bytes", "a – b … → ←", { "a – b … → ←" } },
	{ "times", "2 × 3", { "2 × 3" } },
	{ "two bytes of what the font lacks", "ä", { "?" } },
	{ "three", "€", { "?" } },
	{ "four", "a\360\237\230\200b", { "a?b" } },
	{ "no first byte", "a\200\200b", { "a??b" } },
	{ "no second byte", "a\302b", { "a?b" } },
	{ "no third byte", "a\342\200b", { "a?b" } },
	{ "no third byte, and a new line", "a\342\200\nb", { "a?", "b" } },
	{ "one character after half of one", "\342\302\265", { "?µ" } },
	{ "no byte of UTF-8", "a\377b\370c", { "a?b?c" } },
	{ "longer than need be", "\301\201", { "?" } },
	{ "longer than need be, three bytes", "\340\202\265", { "?" } },
	{ "delete is no character", "a\177b", { "a?b" } },
};

/* In one piece, and byte by byte. */
static void test_texts(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(texts); i++) {
		const char *text = texts[i / 2].text, *const *lines = texts[i / 2].lines;
		struct shape shape = shapes[0];
		unsigned int nr = 0;
		struct world w;

		shape.comment = texts[i / 2].comment;
		open_world(&w, &shape);
		if (i % 2)
			put(&w, text);
		for (const char *p = text; *p && i % 2 == 0; p++)
			screen_put(w.screen, p, 1);
		if (!*text)
			screen_put(w.screen, "", 0);
		while (nr < ARRAY_SIZE(texts[0].lines) && lines[nr])
			nr++;
		expect(&w, lines, nr);
		close_world(&w);
	}
}

/*
 * Pixels are never read: with all of them spoilt a scroll still draws whatever changes in it, and here that is each
 * cell in each row.
 */
static void test_scroll_reads_nothing(void **state)
{
	static char lines[21][54];
	const char *after[20];
	struct world w;

	(void)state;
	open_world(&w, &shapes[0]);
	for (unsigned int row = 0; row < 20; row++) {
		memset(lines[row], (int)('A' + row), 53);
		put(&w, lines[row]);
	}
	memset(w.memory, 0x5a, (size_t)w.stride * 200);
	memset(lines[20], 'z', 53);
	put(&w, lines[20]);
	/* a quarter of the screen goes: 5 of 20 lines */
	for (unsigned int row = 0; row < 16; row++)
		after[row] = lines[row + 5];
	for (unsigned int y = 0; y < 200; y++) {
		unsigned int codes[200];

		if (y % 10 == 9)
			continue; /* between the rows nothing ever changes */

		for (unsigned int i = 0; i < 53; i++)
			codes[i] = y / 10 < 16 ? (uint8_t)after[y / 10][i] : ' ';
		for (unsigned int x = 0; x < 53 * 6; x++)
			assert_int_equal(pixel_at(&w, x, y), pixel_of(&w, codes, x, y));
	}
	close_world(&w);
}

/* A thousand random pieces of text, against a model that keeps every line there ever was. */
static void test_random(void **state)
{
	static const char *const pieces[] = { "a", "Bc", "µ", "–", " ", "\n", "->", "0x1234", "…" };
	static char model[MAX_LINES][400];
	const char *env = getenv("BATON_SEED");
	unsigned int seed = env ? (unsigned int)strtoul(env, NULL, 0) : 20261124;
	unsigned int line = 0, top = 0, columns = 0;
	const char *lines[100];
	struct world w;

	(void)state;
	print_message("# seed %u\n", seed);
	srand(seed);
	memset(model, 0, sizeof(model));
	open_world(&w, &shapes[0]);
	for (unsigned int i = 0; i < 4000; i++) {
		const char *piece = pieces[(unsigned int)rand() % ARRAY_SIZE(pieces)], *p = piece;

		put(&w, piece);
		while (*p) {
			const char *from = p;
			bool newline = next_code(&p) == '\n';

			if (!newline && columns == 53) {
				line++;
				columns = 0;
			}
			if (line >= top + 20)
				top += 5;
			if (!newline)
				strncat(model[line], from, (size_t)(p - from));
			columns = newline ? 0 : columns + 1;
			line += newline;
		}
		if (i % 50)
			continue;
		for (unsigned int row = 0; row < 20; row++)
			lines[row] = model[top + row];
		expect(&w, lines, 20);
	}
	assert_true(top > 100);
	close_world(&w);
}

/* ---- what is refused ---- */

#define FIELD(name) offsetof(struct screen_info, name), sizeof(((struct screen_info *)0)->name)

/* One field changed in the description of a good screen, of 1024 × 768 pixels of 32 bits, at 0xc0000000. */
static const struct {
	const char *comment;
	size_t at, size;
	uint32_t value;
	const char *fault; /* NULL if that is no harm */
} changes[] = {
	{ "no screen", FIELD(orig_video_isVGA), 0, "screen-none" },
	{ "text", FIELD(orig_video_isVGA), VIDEO_TYPE_VGAC, "screen-none" },
	{ "VESA", FIELD(orig_video_isVGA), VIDEO_TYPE_VLFB, NULL },
	{ "no width", FIELD(lfb_width), 0, "screen-size" },
	{ "too narrow", FIELD(lfb_width), 319, "screen-size" },
	{ "narrow", FIELD(lfb_width), 320, NULL },
	{ "no height", FIELD(lfb_height), 0, "screen-size" },
	{ "too low", FIELD(lfb_height), 199, "screen-size" },
	{ "low", FIELD(lfb_height), 200, NULL },
	{ "wider than its lines", FIELD(lfb_width), 1025, "screen-line" },
	{ "no line", FIELD(lfb_linelength), 0, "screen-line" },
	{ "a line that is a byte short", FIELD(lfb_linelength), 4095, "screen-line" },
	{ "longer lines", FIELD(lfb_linelength), 65535, NULL },
	{ "no depth", FIELD(lfb_depth), 0, "screen-depth" },
	{ "a palette", FIELD(lfb_depth), 8, "screen-depth" },
	{ "an odd depth", FIELD(lfb_depth), 17, "screen-depth" },
	{ "too deep", FIELD(lfb_depth), 64, "screen-depth" },
	{ "less deep than the colours", FIELD(lfb_depth), 16, "screen-colours" },
	{ "24 bits do as well", FIELD(lfb_depth), 24, NULL },
	{ "no red", FIELD(red_size), 0, "screen-colours" },
	{ "red into green", FIELD(red_size), 17, "screen-colours" },
	{ "red out of the pixel", FIELD(red_pos), 25, "screen-colours" },
	{ "red far out of the pixel", FIELD(red_pos), 255, "screen-colours" },
	{ "red at the top", FIELD(red_pos), 24, NULL },
	{ "red of 255 bits", FIELD(red_size), 255, "screen-colours" },
	{ "no green", FIELD(green_size), 0, "screen-colours" },
	{ "green is red", FIELD(green_pos), 16, "screen-colours" },
	{ "no blue", FIELD(blue_size), 0, "screen-colours" },
	{ "blue reaches green", FIELD(blue_pos), 1, "screen-colours" },
	{ "no address", FIELD(lfb_base), 0, "screen-address" },
	{ "in the first MiB", FIELD(lfb_base), 0xfffff, "screen-address" },
	{ "at 1 MiB", FIELD(lfb_base), 0x100000, NULL },
	{ "across 4 GiB", FIELD(lfb_base), 0xffffffff, NULL },
	{ "a size of nothing", FIELD(lfb_size), 0, NULL },
	{ "a size of too much", FIELD(lfb_size), 0xffffffff, NULL },
	{ "an upper half that does not count", FIELD(ext_lfb_base), 0xffffffff, NULL },
};

static void test_refusals(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++) {
		struct screen_info si = info_of(&shapes[4]);
		struct fault f = { .name = "nothing" };
		struct framebuffer fb;
		int ret;

		memcpy((uint8_t *)&si + changes[i].at, &changes[i].value, changes[i].size);
		ret = framebuffer_read(&fb, &si, &no_ram, &f);
		if (changes[i].fault ? ret != -1 || strcmp(f.name, changes[i].fault) != 0 : ret)
			fail_msg("%s: %d, %s: %s", changes[i].comment, ret, f.name, f.text);
	}
}

/* An address of 64 bits counts if the capabilities say so; the end must be addressable. */
static void test_high(void **state)
{
	struct screen_info si = info_of(&shapes[4]);
	struct framebuffer fb;
	struct fault f;

	(void)state;
	si.ext_lfb_base = 0x380;
	assert_int_equal(framebuffer_read(&fb, &si, &no_ram, &f), 0);
	assert_int_equal(fb.base, 0xc0000000);
	si.capabilities = VIDEO_CAPABILITY_64BIT_BASE;
	assert_int_equal(framebuffer_read(&fb, &si, &no_ram, &f), 0);
	assert_int_equal(fb.base, 0x380c0000000);
	assert_int_equal(fb.end, 0x380c0000000 + 4096 * 768);
	si.ext_lfb_base = 0xfffff;
	si.lfb_base = 0xffffffff - 4096 * 768 + 1;
	assert_int_equal(framebuffer_read(&fb, &si, &no_ram, &f), 0);
	si.lfb_base++;
	assert_int_equal(framebuffer_read(&fb, &si, &no_ram, &f), -1);
	assert_string_equal(f.name, "screen-address");
	si.ext_lfb_base = 0xffffffff;
	assert_int_equal(framebuffer_read(&fb, &si, &no_ram, &f), -1);
	assert_string_equal(f.name, "screen-address");
}

/* RAM beside it is no harm; a byte of RAM in it is, and in the pages that it begins and ends in. */
static void test_ram(void **state)
{
	static const struct {
		const char *comment;
		struct range ram;
		bool refused;
	} rows[] = {
		{ "below", { 0xbffff000, 0xc0000000 }, false },
		{ "a byte of the page before", { 0xbffff000, 0xbfffffff }, false },
		{ "the page it begins in", { 0xbffff000, 0xc0000001 }, true },
		{ "the page it ends in", { 0xc0300fff, 0xc0400000 }, true },
		{ "its first page", { 0xbffff000, 0xc0001000 }, true },
		{ "in the middle", { 0xc0100000, 0xc0101000 }, true },
		{ "its last page", { 0xc0300000, 0xc0301000 }, true },
		{ "around it", { 0x100000, 0x100000000 }, true },
		{ "above", { 0xc0301000, 0xc0400000 }, false },
	};
	struct screen_info si = info_of(&shapes[4]);

	(void)state;
	si.lfb_base = 0xc0000123; /* 0x300000 bytes from here */
	for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
		struct range table[1] = { rows[i].ram };
		const struct ranges ram = { table, 1, 1 };
		struct fault f = { .name = "nothing" };
		struct framebuffer fb;
		int ret = framebuffer_read(&fb, &si, &ram, &f);

		if (rows[i].refused ? ret != -1 || strcmp(f.name, "screen-in-ram") != 0 || fb.end :
				      ret != 0)
			fail_msg("%s: %d, %s: %s", rows[i].comment, ret, f.name, f.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_font),   cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_texts),  cmocka_unit_test(test_scroll_reads_nothing),
		cmocka_unit_test(test_random), cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_high),   cmocka_unit_test(test_ram),
	};

	return cmocka_run_group_tests_name("screen", tests, read_font, NULL);
}
