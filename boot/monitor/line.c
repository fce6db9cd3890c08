// SPDX-License-Identifier: MIT
#include "boot/monitor/line.h"

#include <string.h>

#define CTRL(c) ((c) - '@')
#define ESC     0x1b
#define RUBOUT  0x7f
#define CONTEXT 20 /* characters shown to the left of a cursor that was out of sight */

enum escape { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI, ESCAPE_SS3 };

static void put(struct line *l, const char *s)
{
	l->put(l->arg, s, strlen(s));
}

static void bell(struct line *l)
{
	put(l, "\a");
}

static size_t room(const struct line *l)
{
	return LINE_WIDTH - strlen(l->prompt);
}

/*
 * Draw prompt and line anew, then go back to the cursor by drawing what lies before it once more.
 */
static void show(struct line *l)
{
	size_t n;

	if (l->pos <= l->first)
		l->first = l->pos > CONTEXT ? l->pos - CONTEXT : 0;
	if (l->pos > l->first + room(l))
		l->first = l->pos - room(l);
	n = l->len - l->first < room(l) ? l->len - l->first : room(l);
	put(l, "\r");
	put(l, l->prompt);
	l->put(l->arg, l->text + l->first, n);
	put(l, "\033[K");
	if (l->first + n == l->pos)
		return;
	put(l, "\r");
	put(l, l->prompt);
	l->put(l->arg, l->text + l->first, l->pos - l->first);
}

static void reset(struct line *l)
{
	l->len = l->pos = l->first = 0;
	l->text[0] = '\0';
	l->back = 0;
}

void line_start(struct line *l)
{
	reset(l);
	show(l);
}

static void move(struct line *l, size_t pos)
{
	l->pos = pos;
	show(l);
}

/* Delete [@from, @to); the cursor then stands at @from. */
static void cut(struct line *l, size_t from, size_t to)
{
	memmove(l->text + from, l->text + to, l->len - to + 1);
	l->len -= to - from;
	move(l, from);
}

static void insert(struct line *l, const char *s, size_t n)
{
	if (n > LINE_SIZE - 1 - l->len) {
		bell(l);
		return;
	}
	memmove(l->text + l->pos + n, l->text + l->pos, l->len - l->pos + 1);
	memcpy(l->text + l->pos, s, n);
	l->len += n;
	l->pos += n;
	/* at the end of a line that fits, the character is its own echo */
	if (l->pos == l->len && l->pos - l->first <= room(l))
		l->put(l->arg, s, n);
	else
		show(l);
}

static size_t word_before(const struct line *l)
{
	size_t at = l->pos;

	while (at && l->text[at - 1] == ' ')
		at--;
	while (at && l->text[at - 1] != ' ')
		at--;
	return at;
}

/* ---- history ---- */

static char *stored(struct line *l, unsigned int back)
{
	return l->history[(l->stored - back) % LINE_HISTORY];
}

/* Keep the line, unless it is empty or the same as the last. */
static void store(struct line *l)
{
	if (l->len && (!l->stored || strcmp(stored(l, 1), l->text) != 0))
		memcpy(l->history[l->stored++ % LINE_HISTORY], l->text, l->len + 1);
}

static void recall(struct line *l, unsigned int back)
{
	unsigned int most = l->stored < LINE_HISTORY ? l->stored : LINE_HISTORY;

	if (back > most) {
		bell(l);
		return;
	}
	if (!l->back)
		memcpy(l->saved, l->text, l->len + 1);
	l->back = back;
	memcpy(l->text, back ? stored(l, back) : l->saved, LINE_SIZE);
	l->len = l->pos = strlen(l->text);
	l->first = 0;
	show(l);
}

/* ---- completion ---- */

static bool fits(const struct line *l, const char *name)
{
	return strncmp(name, l->text, l->pos) == 0;
}

static void list(struct line *l)
{
	const char *name;

	put(l, "\n");
	for (unsigned int i = 0; (name = l->name(i)); i++) {
		if (fits(l, name)) {
			put(l, name);
			put(l, "   ");
		}
	}
	put(l, "\n");
	show(l);
}

/*
 * Insert what all matching names have in common, and a space if there is only one. If nothing can be
 * inserted, ring the first time and list the names the second time.
 */
static void complete(struct line *l)
{
	const char *first = NULL, *name;
	size_t common = 0;
	unsigned int nr = 0;

	for (unsigned int i = 0; (name = l->name(i)); i++) {
		size_t same = 0;

		if (!fits(l, name))
			continue;
		while (nr && same < common && name[same] == first[same])
			same++;
		common = nr ? same : strlen(name);
		first = nr++ ? first : name;
	}
	if (common > l->pos)
		insert(l, first + l->pos, common - l->pos);
	else if (nr > 1 && l->last == '\t')
		list(l);
	else if (nr != 1)
		bell(l);
	if (nr == 1 && l->text[l->pos] != ' ')
		insert(l, " ", 1);
}

/* ---- keys ---- */

/* Keys with a control character; those with an escape sequence are translated to one. */
static void control(struct line *l, char c)
{
	switch (c) {
	case CTRL('A'):
		move(l, 0);
		break;
	case CTRL('E'):
		move(l, l->len);
		break;
	case CTRL('B'):
		move(l, l->pos - (l->pos > 0));
		break;
	case CTRL('F'):
		move(l, l->pos + (l->pos < l->len));
		break;
	case CTRL('H'):
	case RUBOUT:
		cut(l, l->pos - (l->pos > 0), l->pos);
		break;
	case CTRL('D'):
		cut(l, l->pos, l->pos + (l->pos < l->len));
		break;
	case CTRL('K'):
		cut(l, l->pos, l->len);
		break;
	case CTRL('U'):
		cut(l, 0, l->pos);
		break;
	case CTRL('W'):
		cut(l, word_before(l), l->pos);
		break;
	case CTRL('P'):
		recall(l, l->back + 1);
		break;
	case CTRL('N'):
		recall(l, l->back ? l->back - 1 : LINE_HISTORY + 1);
		break;
	case CTRL('L'):
		put(l, "\033[H\033[2J");
		show(l);
		break;
	case CTRL('C'):
		put(l, "^C\n");
		line_start(l);
		break;
	case '\t':
		complete(l);
		break;
	}
}

/* ESC [ letter, ESC O letter, ESC [ number ~; all others are swallowed. */
static void escape(struct line *l, char c)
{
	static const char letters[] = "A\x10"
				      "B\x0e"
				      "C\x06"
				      "D\x02"
				      "H\x01"
				      "F\x05";
	static const char numbers[] =
		"\0\x01\0\x04\x05\0\0\x01\x05"; /* 1 Home, 3 Delete, 4 End, 7 Home, 8 End */
	int state = l->escape;

	if (state == ESCAPE_BEGUN && (c == '[' || c == 'O')) {
		l->escape = c == '[' ? ESCAPE_CSI : ESCAPE_SS3;
		l->param = 0;
		return;
	}
	if (state == ESCAPE_CSI && c >= ' ' && c < '@') {
		l->param = c >= '0' && c <= '9' && l->param < 100 ? l->param * 10 + c - '0' : 100;
		return;
	}
	l->escape = ESCAPE_NONE;
	if (state == ESCAPE_BEGUN)
		return;
	if (c == '~' && l->param < (int)sizeof(numbers))
		control(l, numbers[l->param]);
	for (const char *p = letters; *p && c != '~'; p += 2)
		if (*p == c)
			control(l, p[1]);
}

bool line_key(struct line *l, char byte)
{
	bool done = false;

	if (l->escape) {
		escape(l, byte);
	} else if (byte == ESC) {
		l->escape = ESCAPE_BEGUN;
	} else if (byte == '\r' || (byte == '\n' && l->last != '\r')) {
		put(l, "\n");
		store(l);
		done = true;
	} else if (byte >= ' ' && byte < RUBOUT) {
		insert(l, &byte, 1);
	} else {
		control(l, byte);
	}
	l->last = byte;
	return done;
}
