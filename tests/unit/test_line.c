// SPDX-License-Identifier: MIT
/*
 * boot/monitor/line and parse. What the editor sends is drawn on a terminal of the test's own, and
 * its screen is compared with what should be seen: first in tables, then after random keys against
 * a naive editor.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/monitor/line.h"
#include "boot/monitor/parse.h"

#define COLUMNS 80
#define PROMPT  "baton> "

/* ---- a terminal: the row of the cursor is kept, the others only counted ---- */

static char row[COLUMNS + 1], above[4096];
static size_t column;
static unsigned int rows, bells, clears, wraps;
static int sequence; /* 0: none, 1: ESC, 2: ESC [ */
static char final;

static void blank(void)
{
	memset(row, ' ', COLUMNS);
	row[COLUMNS] = '\0';
	column = 0;
}

static void draw(char c)
{
	if (sequence == 1) {
		assert_int_equal(c, '[');
		sequence = 2;
	} else if (sequence == 2 && c >= '0' && c <= '9') {
		final = c;
	} else if (sequence == 2) {
		sequence = 0;
		if (c == 'K')
			memset(row + column, ' ', COLUMNS - column);
		else if (c == 'J' && final == '2')
			clears++, memset(row, ' ', COLUMNS);
		else if (c == 'H')
			column = 0;
		else
			fail_msg("ESC [ … %c", c);
	} else if (c == '\033') {
		sequence = 1;
	} else if (c == '\r') {
		column = 0;
	} else if (c == '\n') {
		snprintf(above, sizeof(above), "%s", row);
		blank();
		rows++;
	} else if (c == '\a') {
		bells++;
	} else if (c == '\b') {
		column -= column > 0;
	} else {
		assert_true(c >= ' ' && c <= '~');
		if (column == COLUMNS - 1)
			wraps++;
		else
			row[column++] = c;
	}
}

static void send(void *arg, const char *bytes, size_t n)
{
	assert_ptr_equal(arg, &row);
	while (n--)
		draw(*bytes++);
}

static const char *name(unsigned int i)
{
	static const char *const names[] = { "help", "in",      "in fdt",   "in blobs",
					     "out",  "payload", "poweroff", "preserve" };

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

static struct line l;

static int begin(void **state)
{
	(void)state;
	memset(&l, 0, sizeof(l));
	l.put = send;
	l.arg = &row;
	l.prompt = PROMPT;
	l.name = name;
	rows = bells = clears = wraps = 0;
	sequence = 0;
	blank();
	line_start(&l);
	return 0;
}

static bool type(const char *keys)
{
	bool done = false;

	for (; *keys; keys++)
		done = line_key(&l, *keys);
	return done;
}

/* What is on the row of the cursor, without blanks at its end. */
static const char *seen(void)
{
	static char text[COLUMNS + 1];
	size_t n = COLUMNS;

	memcpy(text, row, sizeof(text));
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

#define LEFT  "\033[D"
#define RIGHT "\033[C"
#define UP    "\033[A"
#define DOWN  "\033[B"
#define HOME  "\033[H"
#define END   "\033[F"
#define DEL   "\033[3~"

static void editing(void **state)
{
	static const struct {
		const char *what, *keys, *text;
		size_t cursor;
	} table[] = {
		{ "plain", "crc 0x10", "crc 0x10", 8 },
		{ "backspace, both codes", "abc\b\x7f", "a", 1 },
		{ "backspace at the start", "\bx" HOME "\b", "x", 0 },
		{ "insert in the middle", "ac" LEFT "b", "abc", 2 },
		{ "left past the start", "a" LEFT LEFT LEFT "b", "ba", 1 },
		{ "right past the end", "a" RIGHT "b", "ab", 2 },
		{ "home and end", "bc" HOME "a" END "d", "abcd", 4 },
		{ "the other home and end", "bc\033[1~a\033[4~d\033[7~x\033[8~y\033OHz\033OF!",
		  "zxabcdy!", 8 },
		{ "^A ^E ^B ^F",
		  "bc\x01"
		  "a\x05"
		  "d\x02\x02\x06x",
		  "abcxd", 4 },
		{ "delete", "abc" HOME DEL, "bc", 0 },
		{ "^D at the end", "abc\x04", "abc", 3 },
		{ "^D", "abc\x01\x04", "bc", 0 },
		{ "^K", "abcd" LEFT LEFT "\x0b", "ab", 2 },
		{ "^U", "abcd" LEFT LEFT "\x15", "cd", 0 },
		{ "^W", "one two  \x17", "one ", 4 },
		{ "^W in a word", "one two" LEFT "\x17", "one o", 4 },
		{ "^W at the start", "one\x01\x17", "one", 0 },
		{ "^L", "abc" LEFT "\x0c", "abc", 2 },
		{ "^C drops it", "abc\x03x", "x", 1 },
		{ "unknown sequences", "a\033[5~b\033[1;5Cc\033xd\033OPe", "abcde", 5 },
		{ "bytes that are no ASCII",
		  "a\xc3\xa4"
		  "b",
		  "ab", 2 },
		{ "control characters without a meaning",
		  "a\x11\x1d"
		  "b",
		  "ab", 2 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char want[COLUMNS + 1];

		begin(state);
		assert_false(type(table[i].keys));
		snprintf(want, sizeof(want), "%s%s", PROMPT, table[i].text);
		if (strcmp(l.text, table[i].text) != 0)
			fail_msg("%s: the line is '%s'", table[i].what, l.text);
		want[strlen(want) - (table[i].text[0] && want[strlen(want) - 1] == ' ')] = '\0';
		if (strcmp(seen(), want) != 0)
			fail_msg("%s: seen is '%s'", table[i].what, seen());
		if (column != strlen(PROMPT) + table[i].cursor)
			fail_msg("%s: the cursor is in column %zu", table[i].what, column);
		assert_int_equal(sequence, 0);
	}
}

static void line_ends(void **state)
{
	(void)state;
	assert_true(type("one\r"));
	assert_string_equal(l.text, "one");
	assert_int_equal(rows, 1);
	line_start(&l);
	assert_false(type("\n")); /* of \r\n */
	assert_int_equal(rows, 1);
	assert_true(type("two\n"));
	assert_string_equal(l.text, "two");
	line_start(&l);
	assert_true(type("\n"));
	assert_string_equal(l.text, "");
}

static void full_line(void **state)
{
	(void)state;
	for (int i = 0; i < LINE_SIZE + 10; i++)
		assert_false(line_key(&l, 'x'));
	assert_int_equal(strlen(l.text), LINE_SIZE - 1);
	assert_int_equal(bells, 11);
	assert_int_equal(wraps, 0);
	assert_true(type("\r"));
}

static void enter(const char *text)
{
	line_start(&l);
	assert_true(type(text));
}

static void history(void **state)
{
	char text[32];

	(void)state;
	enter("one\r");
	enter("two\r");
	enter("two\r"); /* the same again is not kept */
	enter("\r");    /* nor is nothing */
	line_start(&l);
	type("dra" UP);
	assert_string_equal(seen(), PROMPT "two");
	type(UP);
	assert_string_equal(seen(), PROMPT "one");
	type(UP);
	assert_int_equal(bells, 1);
	assert_string_equal(seen(), PROMPT "one");
	type(DOWN DOWN);
	assert_string_equal(seen(), PROMPT "dra");
	type(DOWN);
	assert_int_equal(bells, 2);
	type(UP UP "!\r");
	assert_string_equal(l.text, "one!");
	line_start(&l);
	type("\x10\x10\x10\x0e");
	assert_string_equal(seen(), PROMPT "two");

	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof(text), "line %d\r", i);
		enter(text);
	}
	line_start(&l);
	for (int i = 0; i < LINE_HISTORY + 5; i++)
		type(UP);
	assert_string_equal(l.text, "line 24");
	for (int i = 0; i < LINE_HISTORY; i++)
		type(DOWN);
	assert_string_equal(l.text, "");
}

static void completion(void **state)
{
	(void)state;
	type("h\t");
	assert_string_equal(seen(), PROMPT "help");
	assert_int_equal(column, strlen(PROMPT "help "));
	type("\x15pr\t");
	assert_string_equal(l.text, "preserve ");
	type("\x15"
	     "p\t");
	assert_int_equal(bells, 1);
	assert_string_equal(l.text, "p");
	type("\t");
	assert_string_equal(seen(), PROMPT "p");
	assert_non_null(strstr(above, "payload   poweroff   preserve"));
	type("\x15i\t\t");
	assert_string_equal(l.text, "in");
	assert_non_null(strstr(above, "in   in fdt   in blobs"));
	type(" f\t");
	assert_string_equal(l.text, "in fdt ");
	type("\x15zz\t");
	assert_string_equal(l.text, "zz");
	assert_int_equal(bells, 2);
	type("\x15h help\x01\x06\t"); /* in front of something */
	assert_string_equal(l.text, "help help");
}

/* ---- random keys against a dumb editor ---- */

static uint64_t seed;

static unsigned int below(unsigned int n)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (unsigned int)(seed >> 33) % n;
}

static char dumb[LINE_SIZE];
static size_t dumb_pos;

static const char *const keys[] = { LEFT, RIGHT, HOME, END, DEL, "\b", "\x0b", "\x15", "\x17" };

static void dumb_cut(size_t from, size_t to)
{
	memmove(dumb + from, dumb + to, strlen(dumb) - to + 1);
	dumb_pos = from;
}

static void dumb_insert(char c)
{
	if (strlen(dumb) + 1 == LINE_SIZE)
		return;
	memmove(dumb + dumb_pos + 1, dumb + dumb_pos, strlen(dumb) - dumb_pos + 1);
	dumb[dumb_pos++] = c;
}

/* What keys[k] does. */
static void dumb_key(unsigned int k)
{
	size_t at = dumb_pos, len = strlen(dumb);

	if (k == 0)
		dumb_pos -= at > 0;
	else if (k == 1)
		dumb_pos += at < len;
	else if (k == 2)
		dumb_pos = 0;
	else if (k == 3)
		dumb_pos = len;
	else if (k == 4 && at < len)
		dumb_cut(at, at + 1);
	else if (k == 5 && at)
		dumb_cut(at - 1, at);
	else if (k == 6)
		dumb[at] = '\0';
	else if (k == 7)
		dumb_cut(0, at);
	if (k != 8)
		return;
	while (at && dumb[at - 1] == ' ')
		at--;
	while (at && dumb[at - 1] != ' ')
		at--;
	dumb_cut(at, dumb_pos);
}

/* The row shows the prompt and a piece of the line around the cursor, and nothing else. */
static void check_row(void)
{
	size_t before = column - strlen(PROMPT), n = strlen(dumb) - (dumb_pos - before);

	assert_memory_equal(row, PROMPT, strlen(PROMPT));
	assert_true(before <= dumb_pos && (before > 0 || dumb_pos == 0));
	if (n > LINE_WIDTH - strlen(PROMPT))
		n = LINE_WIDTH - strlen(PROMPT);
	assert_memory_equal(row + strlen(PROMPT), dumb + dumb_pos - before, n);
	for (size_t c = strlen(PROMPT) + n; c < COLUMNS; c++)
		assert_int_equal(row[c], ' ');
}

static void random_keys(void **state)
{
	const char *env = getenv("BATON_SEED");
	unsigned int k;

	(void)state;
	seed = env ? strtoull(env, NULL, 0) : 7;
	fprintf(stderr, "# BATON_SEED=0x%lx\n", seed);
	for (int i = 0; i < 200000; i++) {
		k = below(60);
		if (k >= sizeof(keys) / sizeof(keys[0])) {
			char key = (char)(below(4) ? 'a' + (char)below(26) : ' ');

			line_key(&l, key);
			dumb_insert(key);
		} else if ((k != 6 && k != 7) ||
			   below(20) == 0) { /* the two that empty a line are rare */
			type(keys[k]);
			dumb_key(k);
		}
		assert_string_equal(l.text, dumb);
		check_row();
	}
	assert_int_equal(wraps, 0);
}

/* ---- words and numbers ---- */

static void words(void **state)
{
	const char *s = "  one 'two words' a\"b c\"d ; ;three";
	struct words w;
	struct fault f;

	(void)state;
	assert_int_equal(words_split(&w, &s, &f), 0);
	assert_int_equal(w.nr, 3);
	assert_string_equal(w.word[0], "one");
	assert_string_equal(w.word[1], "two words");
	assert_string_equal(w.word[2], "ab cd");
	assert_int_equal(words_split(&w, &s, &f), 0);
	assert_int_equal(w.nr, 0);
	assert_int_equal(words_split(&w, &s, &f), 0);
	assert_string_equal(w.word[0], "three");
	assert_int_equal(*s, '\0');
	s = "a ';' b";
	assert_int_equal(words_split(&w, &s, &f), 0);
	assert_string_equal(w.word[1], ";");
	s = "a '' b";
	assert_int_equal(words_split(&w, &s, &f), 0);
	assert_int_equal(w.nr, 3);
	assert_string_equal(w.word[1], "");
	s = "1 2 3 4 5 6 7 8 9 a b c ";
	assert_int_equal(words_split(&w, &s, &f), 0);
	assert_int_equal(w.nr, WORDS_MAX);
}

static void bad_words(void **state)
{
	char text[600];
	const char *s = "a 'b";
	struct words w;
	struct fault f;

	(void)state;
	assert_int_equal(words_split(&w, &s, &f), -1);
	assert_string_equal(f.name, "syntax");
	s = "1 2 3 4 5 6 7 8 9 a b c d";
	assert_int_equal(words_split(&w, &s, &f), -1);
	assert_string_equal(f.name, "syntax");
	memset(text, 'x', sizeof(text));
	text[WORDS_SIZE - 1] = '\0';
	s = text;
	assert_int_equal(words_split(&w, &s, &f), 0);
	text[WORDS_SIZE - 1] = 'x';
	text[WORDS_SIZE] = '\0';
	s = text;
	assert_int_equal(words_split(&w, &s, &f), -1);
}

/* Parse @text by @spec. */
static int parse(const char *spec, const char *text, struct args *a, struct fault *f)
{
	static struct words w; /* arguments point into it */

	f->name = "";
	assert_int_equal(words_split(&w, &text, f), 0);
	return args_parse(a, &w, spec, f);
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
		const char *fault;
	} table[] = {
		{ "0x0", 0, "" },
		{ "0x10", 16, "" },
		{ "0xDeadbeef", 0xdeadbeef, "" },
		{ "0xffffffffffffffff", UINT64_MAX, "" },
		{ "0x10000000000000000", 0, "bad-number" },
		{ "0x", 0, "bad-number" },
		{ "0x12g", 0, "bad-number" },
		{ "0X10", 0, "bad-number" },
		{ "10", 0, "bad-number" },
		{ "0", 0, "bad-number" },
		{ "", 0, "usage" },
		{ "''", 0, "bad-number" },
		{ "ten", 0, "bad-number" },
		{ "-1KiB", 0, "bad-number" },
		{ "1 bytes", 1, "" },
		{ "7bytes", 7, "" },
		{ "1 byte", 1, "" },
		{ "2KiB", 2048, "" },
		{ "2 KiB", 2048, "" },
		{ "3 MiB", 3 << 20, "" },
		{ "1GiB", 1 << 30, "" },
		{ "1page", 4096, "" },
		{ "16 pages", 65536, "" },
		{ "16 Pages", 0, "bad-number" },
		{ "1kB", 0, "bad-number" },
		{ "0x10 KiB", 0, "usage" }, /* hex is bytes: the unit is too much */
		{ "17179869184 GiB", 0, "bad-number" },
		{ "18446744073709551615 bytes", UINT64_MAX, "" },
		{ "18446744073709551616 bytes", 0, "bad-number" },
		{ "last", 0, "bad-number" }, /* there is none */
	};
	struct args a = { 0 };
	struct fault f;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int err = parse("ADDR", table[i].text, &a, &f);

		if (strcmp(f.name, table[i].fault) != 0 || err != (*table[i].fault ? -1 : 0))
			fail_msg("'%s': %s: %s", table[i].text, f.name, f.text);
		if (!err && a.addr != table[i].value)
			fail_msg("'%s': 0x%lx", table[i].text, a.addr);
	}
	a.last = 0x5000;
	assert_int_equal(parse("ADDR", "last", &a, &f), 0);
	assert_int_equal(a.addr, 0x5000);
	assert_int_equal(parse("SIZE", "last", &a, &f), -1);
	assert_int_equal(parse("SIZE", "0x0", &a, &f), -1);
}

static void arguments(void **state)
{
	struct args a = { 0 };
	struct fault f;

	(void)state;
	assert_int_equal(parse("ADDR BLOCK", "0x8000 order 3", &a, &f), 0);
	assert_int_equal(a.order, 3);
	assert_int_equal(a.size, 0x8000);
	assert_int_equal(parse("ADDR BLOCK", "8 pages order 0x1b", &a, &f), 0);
	assert_int_equal(a.order, 27);
	assert_int_equal(parse("ADDR BLOCK", "0x8000 3 pages", &a, &f), 0);
	assert_int_equal(a.order, -1);
	assert_int_equal(a.size, 0x3000);
	assert_int_equal(parse("ADDR BLOCK", "0x8000 0x1001", &a, &f), -1);
	assert_int_equal(parse("ADDR BLOCK", "0x8000 order 41", &a, &f), -1);
	assert_int_equal(parse("ADDR BLOCK", "0x8000 order x", &a, &f), -1);
	assert_int_equal(parse("ADDR BLOCK", "0x8000 order", &a, &f), -1);
	assert_int_equal(parse("ADDR BLOCK", "0x8000 3", &a, &f), -1);
	assert_int_equal(parse("ADDR BLOCK", "0x8000", &a, &f), -1);
	assert_string_equal(f.text, "BLOCK is missing");

	assert_int_equal(parse("NAME SIZE [ALIGN]", "x 4 KiB", &a, &f), 0);
	assert_int_equal(a.given, 2);
	assert_int_equal(a.align, 0);
	assert_int_equal(parse("NAME SIZE [ALIGN]", "x 4 KiB 2 MiB", &a, &f), 0);
	assert_int_equal(a.align, 2 << 20);
	assert_int_equal(parse("NAME SIZE [ALIGN]", "x 4 KiB 2 MiB y", &a, &f), -1);
	assert_string_equal(f.text, "'y' is too much");
	assert_int_equal(parse("[ADDR]", "", &a, &f), 0);
	assert_int_equal(a.given, 0);

	assert_int_equal(parse("in|out fdt|blob [NAME]", "in fdt", &a, &f), 0);
	assert_int_equal(a.pick, 0);
	assert_int_equal(parse("in|out fdt|blob [NAME]", "out blob ODD", &a, &f), 0);
	assert_int_equal(a.pick, 3);
	assert_string_equal(a.word, "ODD");
	assert_int_equal(parse("in|out fdt|blob [NAME]", "in blob", &a, &f), 0);
	assert_int_equal(a.pick, 2);
	assert_int_equal(parse("in|out fdt|blob [NAME]", "inn blob", &a, &f), -1);
	assert_string_equal(f.text, "'inn' is not in|out");
	assert_int_equal(parse("in|out fdt|blob [NAME]", "in", &a, &f), -1);
	assert_int_equal(parse("", "x", &a, &f), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(editing),
		cmocka_unit_test_setup(line_ends, begin),
		cmocka_unit_test_setup(full_line, begin),
		cmocka_unit_test_setup(history, begin),
		cmocka_unit_test_setup(completion, begin),
		cmocka_unit_test_setup(random_keys, begin),
		cmocka_unit_test(words),
		cmocka_unit_test(bad_words),
		cmocka_unit_test(numbers),
		cmocka_unit_test(arguments),
	};

	return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
