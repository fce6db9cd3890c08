// SPDX-License-Identifier: MIT
/*
 * Reads a picture of baton's screen back to text: screen-read FONT PICTURE SCALE [join]
 *
 *   FONT     arch/font.txt
 *   PICTURE  a PPM file, as QEMU's screendump writes it
 *   SCALE    pixels of the picture to one of a glyph
 *   join     a row that is full to its last column goes on in the next one
 *
 * A cell that is no glyph is shown as U+FFFD. Exits with 1 if there is anything to be seen beyond the cells, and
 * with 2 if the picture is not complete (yet).
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDE       5 /* pixels of a glyph; a cell has one more in each direction */
#define HIGH       9
#define MAX_GLYPHS 256
#define BLOCK      64 /* glyphs in a row of the font file, at most */
#define LOST       0xfffd

struct glyph {
	unsigned int code;
	char row[HIGH][WIDE + 1];
};

struct picture {
	unsigned int width, height;
	uint8_t *rgb;
};

static struct glyph glyphs[MAX_GLYPHS];
static unsigned int nr_glyphs;

static _Noreturn void die(int status, const char *what)
{
	fprintf(stderr, "screen-read: %s\n", what);
	exit(status);
}

static void read_font(const char *path)
{
	unsigned int first = 0, nr = 0, y = HIGH;
	FILE *f = fopen(path, "r");
	char line[1024];
	int used;

	while (f && fgets(line, sizeof(line), f)) {
		const char *p = line;

		if (line[0] == 'U') {
			first += nr;
			for (nr = 0; nr < BLOCK && first + nr < MAX_GLYPHS; nr++, p += used)
				if (sscanf(p, " U%x%n", &glyphs[first + nr].code, &used) != 1)
					break;
			y = 0;
		} else if (y < HIGH) {
			for (unsigned int i = 0; i < nr; i++, p += used)
				if (sscanf(p, " %5[.#]%n", glyphs[first + i].row[y], &used) != 1)
					die(1, "a row of the font is too short");
			y++;
		}
	}
	nr_glyphs = first + nr;
	if (!nr_glyphs)
		die(1, "no font");
}

static struct picture read_picture(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct picture p;
	size_t size;

	if (!f || fscanf(f, "P6 %u %u 255", &p.width, &p.height) != 2 || fgetc(f) == EOF)
		die(2, "no picture");
	size = (size_t)p.width * p.height * 3;
	p.rgb = malloc(size);
	if (!p.rgb || fread(p.rgb, 1, size, f) != size)
		die(2, "not all of the picture");
	fclose(f);
	return p;
}

/* '#' for white, '.' for black, '?' for any other colour. */
static char pixel(const struct picture *p, unsigned int x, unsigned int y)
{
	const uint8_t *rgb = p->rgb + ((size_t)y * p->width + x) * 3;
	unsigned int white = 0, black = 0;

	for (int i = 0; i < 3; i++) {
		white += rgb[i] >= 0xf0;
		black += rgb[i] < 0x10;
	}
	return white == 3 ? '#' : black == 3 ? '.' : '?';
}

static bool is_glyph(const struct picture *p, const struct glyph *g, unsigned int scale,
		     unsigned int left, unsigned int top)
{
	for (unsigned int y = 0; y < (HIGH + 1) * scale; y++) {
		for (unsigned int x = 0; x < (WIDE + 1) * scale; x++) {
			bool inside = y / scale < HIGH && x / scale < WIDE;

			if (pixel(p, left + x, top + y) !=
			    (inside ? g->row[y / scale][x / scale] : '.'))
				return false;
		}
	}
	return true;
}

static unsigned int cell(const struct picture *p, unsigned int scale, unsigned int column,
			 unsigned int row)
{
	for (unsigned int i = 0; i < nr_glyphs; i++)
		if (is_glyph(p, &glyphs[i], scale, column * (WIDE + 1) * scale,
			     row * (HIGH + 1) * scale))
			return glyphs[i].code;
	return LOST;
}

static void put_code(unsigned int code)
{
	if (code < 0x80) {
		putchar((int)code);
	} else if (code < 0x800) {
		putchar((int)(0xc0 | code >> 6));
		putchar((int)(0x80 | (code & 0x3f)));
	} else {
		putchar((int)(0xe0 | code >> 12));
		putchar((int)(0x80 | (code >> 6 & 0x3f)));
		putchar((int)(0x80 | (code & 0x3f)));
	}
}

/* Blanks at the end of a line are not shown. Return: true if the row is full. */
static bool put_row(const struct picture *p, unsigned int scale, unsigned int row)
{
	unsigned int columns = p->width / ((WIDE + 1) * scale), spaces = 0;

	for (unsigned int i = 0; i < columns; i++) {
		unsigned int code = cell(p, scale, i, row);

		if (code == ' ') {
			spaces++;
			continue;
		}
		for (; spaces; spaces--)
			putchar(' ');
		put_code(code);
	}
	return spaces == 0;
}

static void check_margins(const struct picture *p, unsigned int scale)
{
	unsigned int right = p->width / ((WIDE + 1) * scale) * (WIDE + 1) * scale;
	unsigned int bottom = p->height / ((HIGH + 1) * scale) * (HIGH + 1) * scale;

	for (unsigned int y = 0; y < p->height; y++)
		for (unsigned int x = y < bottom ? right : 0; x < p->width; x++)
			if (pixel(p, x, y) != '.')
				die(1, "something beyond the last column or row");
}

int main(int argc, char **argv)
{
	unsigned int scale;
	struct picture p;

	if (argc < 4)
		die(1, "usage: screen-read FONT PICTURE SCALE [join]");
	scale = (unsigned int)atoi(argv[3]);
	read_font(argv[1]);
	p = read_picture(argv[2]);
	if (!scale)
		die(1, "no scale");
	for (unsigned int row = 0; row < p.height / ((HIGH + 1) * scale); row++)
		if (!put_row(&p, scale, row) || argc == 4)
			putchar('\n');
	check_margins(&p, scale);
	return 0;
}
