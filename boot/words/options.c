// SPDX-License-Identifier: MIT
#include "boot/words/options.h"

#include <stdio.h>
#include <string.h>

#include "boot/words/word.h"

#define PREFIX     "baton."
#define PREFIX_LEN 6
#define MAX_BAUD \
	115200 /* the fastest that the clock of a PC's serial port gives; others divide it evenly */
#define MAX_HOPS 1000000
#define NAME_MAX 16 /* characters of a word's name, without the prefix */
#define SHOWN    64 /* characters of a foreign word in a message */

static bool copy_word(char *buf, size_t size, struct word w)
{
	if (w.len == 0 || w.len >= size)
		return false;
	memcpy(buf, w.text, w.len);
	buf[w.len] = '\0';
	return true;
}

/* A decimal number up to @max at the start of @w, which is moved past it. Return: false if there is none. */
static bool read_number(struct word *w, unsigned int max, unsigned int *number)
{
	unsigned int value = 0;
	size_t n = 0;

	while (n < w->len && w->text[n] >= '0' && w->text[n] <= '9' && value <= max)
		value = value * 10 + (unsigned int)(w->text[n++] - '0');
	w->text += n;
	w->len -= n;
	*number = value;
	return n && value <= max;
}

static bool read_hops(struct options *o, struct word w)
{
	unsigned int left, total;

	if (!read_number(&w, MAX_HOPS, &left))
		return false;
	total = left;
	if (w.len && !(word_strip(&w, "/") && read_number(&w, MAX_HOPS, &total)))
		return false;
	if (w.len || left > total)
		return false;
	o->hops = left;
	o->hops_total = total;
	return true;
}

static bool read_baud(unsigned int *baud, struct word w)
{
	unsigned int value;

	if (!read_number(&w, MAX_BAUD, &value))
		return false;
	if (value == 0 || MAX_BAUD % value || !(w.len == 0 || word_is(w, "n8")))
		return false;
	*baud = value;
	return true;
}

/* The first of these words replaces the default, and each adds to those before it, as in Linux. */
static void begin_console(struct options *o)
{
	if (!o->console_given) {
		o->console = -1;
		o->screen = false;
	}
	o->console_given = true;
}

static bool read_console(struct options *o, struct word w)
{
	unsigned int baud = 0;
	int port;

	if (word_is(w, "none") || word_is(w, "screen")) {
		begin_console(o);
		if (word_is(w, "none"))
			o->console = -1;
		o->screen = word_is(w, "screen");
		return true;
	}
	if (!word_strip(&w, "ttyS") || w.len == 0 || w.text[0] < '0' || w.text[0] > '3')
		return false;
	port = w.text[0] - '0';
	w.text++;
	w.len--;
	if (w.len > 0 && !(word_strip(&w, ",") && read_baud(&baud, w)))
		return false;
	begin_console(o);
	o->console = port;
	o->baud = baud;
	return true;
}

static bool read_on_error(struct options *o, struct word w)
{
	static const struct {
		const char *name;
		enum on_error value;
	} all[] = {
		{ "halt", ON_ERROR_HALT },
		{ "reboot", ON_ERROR_REBOOT },
		{ "poweroff", ON_ERROR_POWEROFF },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (word_is(w, all[i].name)) {
			o->on_error = all[i].value;
			return true;
		}
	}
	return false;
}

/* Move what stands before the first comma of @w, or all of it, to @item. Return: was there a comma? */
static bool next_item(struct word *w, struct word *item)
{
	const char *comma = w->len ? memchr(w->text, ',', w->len) : NULL;

	*item = (struct word){ w->text, comma ? (size_t)(comma - w->text) : w->len };
	w->text += item->len + (comma != NULL);
	w->len -= item->len + (comma != NULL);
	return comma != NULL;
}

/* A version alone says nothing of the names; with names behind it, these are all that there are. */
static bool read_abi(struct options *o, struct word w)
{
	struct word item;
	bool more = next_item(&w, &item);

	memset(&o->asked, 0, sizeof(o->asked));
	if (!copy_word(o->asked.abi, sizeof(o->asked.abi), item))
		return false;
	while (more) {
		more = next_item(&w, &item);
		if (!speaks_add(&o->asked.speaks, item.text, item.len))
			return false;
	}
	return true;
}

static bool read_drop(struct options *o, struct word w)
{
	return o->nr_drop < OPTION_DROPS && copy_word(o->drop[o->nr_drop++], OPTION_DROP, w);
}

static bool read_monitor(struct options *o, struct word w)
{
	o->monitor = true;
	return w.len == 0;
}

static bool read_reserve(struct options *o, struct word w)
{
	if (o->nr_reserve == OPTION_RESERVE)
		return false;
	return read_reserve_word(w.text, w.text + w.len, &o->reserve[o->nr_reserve++]);
}

static bool read_scratch(struct options *o, struct word w)
{
	return read_scratch_word(w.text, w.text + w.len, &o->scratch);
}

static bool read_script(struct options *o, struct word w)
{
	return copy_word(o->script, sizeof(o->script), w);
}

static bool read_test(struct options *o, struct word w)
{
	return copy_word(o->test, sizeof(o->test), w);
}

static const struct option {
	const char *name;
	bool (*read)(struct options *o, struct word value);
	const char *expected;
} known[] = {
	{ "abi=", read_abi, "a KHO version and names, as in kho-v4,luo-v5,memfd-v2" },
	{ "console=", read_console,
	  "ttyS0 to ttyS3, with a speed that divides 115200, screen, or none" },
	{ "drop=", read_drop, "a blob or LUO:SESSION, of at most 79 characters, at most 16 times" },
	{ "hops=", read_hops, "a number up to 1000000" },
	{ "monitor", read_monitor, "the word alone" },
	{ "onerror=", read_on_error, "halt, reboot or poweroff" },
	{ "reserve=", read_reserve, "SIZE[:ALIGN]:NAME, at most 8 times" },
	{ "scratch=", read_scratch, "LOW,GLOBAL,NODE, as in 64M,0,16M, or N%" },
	{ "script=", read_script, "commands of at most 1023 characters" },
	{ "test=", read_test, "a name of at most 31 characters" },
};

/* How many characters must be changed, added or taken away to make @name of @w: the edit distance. */
static unsigned int distance(struct word w, const char *name)
{
	unsigned int row[NAME_MAX + 1], left, above; /* the last row of the usual table */
	size_t n = strlen(name);

	for (unsigned int j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; i < w.len; i++) {
		left = row[0]++;
		for (size_t j = 1; j <= n; j++) {
			above = row[j];
			row[j] = left + (w.text[i] != name[j - 1]);
			if (above + 1 < row[j])
				row[j] = above + 1;
			if (row[j - 1] + 1 < row[j])
				row[j] = row[j - 1] + 1;
			left = above;
		}
	}
	return row[n];
}

/* What stands before the value of @w is compared, with the "=": "monitor" and "monitor=" are two names. */
static const char *nearest_option(struct word w)
{
	const char *equals = w.len ? memchr(w.text, '=', w.len) : NULL;
	size_t best = 0;

	if (equals)
		w.len = (size_t)(equals - w.text) + 1;
	for (size_t i = 1; i < ARRAY_SIZE(known); i++)
		if (distance(w, known[i].name) < distance(w, known[best].name))
			best = i;
	return known[best].name;
}

static int unknown_option(struct word w, int shown, struct fault *f)
{
	struct word name = w;

	word_strip(&name, PREFIX);
	return fault_set(f, "option-unknown",
			 "%.*s; the nearest word that is known is " PREFIX "%s", shown, w.text,
			 nearest_option(name));
}

/* @w is a whole word that begins with "baton.", without its quotes. Errors name it. */
static int read_option(struct options *o, struct word w, struct fault *f)
{
	int shown = w.len < SHOWN ? (int)w.len : SHOWN;
	struct word value = w;

	word_strip(&value, PREFIX);
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!word_strip(&value, known[i].name))
			continue;
		if (known[i].read(o, word_unquote(value)))
			return 0;
		return fault_set(f, "option-value", "%.*s; expected %s", shown, w.text,
				 known[i].expected);
	}
	return unknown_option(w, shown, f);
}

static bool is_ours(struct word w)
{
	return w.len >= PREFIX_LEN && memcmp(w.text, PREFIX, PREFIX_LEN) == 0;
}

/**
 * struct out - the command line that is forwarded
 * @buf:  room for PAYLOAD_CMDLINE characters
 * @len:  characters in it
 * @full: something was left out
 */
struct out {
	char *buf;
	size_t len;
	bool full;
};

static void forward(struct out *out, const char *text, size_t n)
{
	if (out->full || n > PAYLOAD_CMDLINE - 1 - out->len) {
		out->full = true;
		return;
	}
	memcpy(out->buf + out->len, text, n);
	out->len += n;
	out->buf[out->len] = '\0';
}

int options_parse(struct options *o, const char *cmdline, struct fault *f)
{
	struct out out = { .buf = o->forward };
	const char *s = cmdline;
	int ret = 0;

	memset(o, 0, sizeof(*o));
	o->screen = true;
	forward(&out, s, word_spaces(s));
	s += word_spaces(s);
	while (*s) {
		struct word raw = { s, word_length(s) }, w = word_unquote(raw);
		size_t gap = word_spaces(s + raw.len);
		struct fault later;

		if (word_is(raw, "--")) {
			forward(&out, s, strlen(s));
			break;
		}
		if (is_ours(w)) {
			/* The first error is the one to tell; the words after it still count. */
			if (read_option(o, w, ret ? &later : f))
				ret = -1;
			/* The space after a word goes with it; after the last, that before it. */
			while (s[raw.len + gap] == '\0' && out.len > 0 &&
			       is_space(out.buf[out.len - 1]))
				out.buf[--out.len] = '\0';
		} else {
			forward(&out, s, raw.len + gap);
		}
		s += raw.len + gap;
	}
	if (out.full && !ret)
		ret = fault_set(f, "option-value", "a command line of more than %u characters",
				PAYLOAD_CMDLINE - 1);
	return ret;
}

int options_permit(const struct options *o, bool secure, struct fault *f)
{
	const char *word = o->monitor   ? "monitor" :
			   o->script[0] ? "script=" :
			   o->test[0]   ? "test=" :
					  NULL;

	if (!secure || !word)
		return 0;
	return fault_set(f, "secure-boot",
			 PREFIX
			 "%s reads and writes memory, and Secure Boot is on; expected one of both",
			 word);
}

bool options_want_handover(const struct options *o)
{
	return o->asked.abi[0] || o->scratch.given || o->nr_reserve;
}
