// SPDX-License-Identifier: MIT
#include "boot/monitor/parse.h"

#include <string.h>

#include "lib/digits.h"

#define MAX_ORDER 40

/* The arguments that are numbers: whether they may be 0, and where in struct args they go. */
static const struct number {
	char name[6];
	bool zero;
	uint8_t at;
} numbers[] = {
	{ "ADDR", true, offsetof(struct args, addr) },
	{ "SIZE", false, offsetof(struct args, size) },
	{ "ALIGN", true, offsetof(struct args, align) },
};

static bool at_end(const char *s, char quote)
{
	return !*s || (!quote && *s == ';');
}

int words_split(struct words *w, const char **s, struct fault *f)
{
	bool inside = false;
	char quote = 0;
	size_t n = 0;

	w->nr = w->at = 0;
	for (; !at_end(*s, quote) && n < sizeof(w->text) - 1 && w->nr <= WORDS_MAX; (*s)++) {
		char c = **s;

		if (!quote && (c == ' ' || c == '\t')) {
			inside = false;
			w->text[n++] = '\0';
			continue;
		}
		if (!inside && w->nr++ < WORDS_MAX)
			w->word[w->nr - 1] = w->text + n;
		inside = true;
		if (quote ? c == quote : c == '"' || c == '\'')
			quote ^= c;
		else
			w->text[n++] = c;
	}
	w->text[n] = '\0';
	if (!at_end(*s, quote) || w->nr > WORDS_MAX)
		return fault_set(f, "syntax", "a command of more than %u characters or %u words",
				 WORDS_SIZE - 1, WORDS_MAX);
	if (quote)
		return fault_set(f, "syntax", "a %c that is not closed", quote);
	*s += **s == ';';
	return 0;
}

/* The text behind the digits at the start of @s; "?" if there are none, or too many. */
static const char *read_digits(const char *s, unsigned int base, uint64_t *value)
{
	return digits_read(&s, s + strlen(s), base, value) ? s : "?";
}

bool read_hex(const char *s, uint64_t *value)
{
	return !*read_digits(s, 16, value);
}

static bool is_hex(const char *s)
{
	return s[0] == '0' && s[1] == 'x';
}

/* Bytes in a unit; 0 if @s is none. */
static uint64_t unit(const char *s)
{
	static const struct {
		char name[6];
		uint8_t shift;
	} units[] = {
		{ "bytes", 0 }, { "byte", 0 },          { "KiB", 10 },           { "MiB", 20 },
		{ "GiB", 30 },  { "page", PAGE_SHIFT }, { "pages", PAGE_SHIFT },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(units); i++)
		if (strcmp(s, units[i].name) == 0)
			return 1UL << units[i].shift;
	return 0;
}

/* A number that is called @what; @zero: it may be 0. */
static int take_number(struct words *w, const char *what, bool zero, uint64_t *value,
		       struct fault *f)
{
	const char *word = w->word[w->at++], *rest;
	uint64_t scale = 1;

	if (is_hex(word)) {
		scale = read_hex(word + 2, value);
	} else {
		rest = read_digits(word, 10, value);
		if (!*rest && w->at < w->nr)
			rest = w->word[w->at++];
		scale = unit(rest);
	}
	if (!scale || __builtin_mul_overflow(*value, scale, value))
		return fault_set(f, "bad-number",
				 "%s '%.40s'; expected hex as in 0x1000, or a number with a unit: "
				 "bytes, KiB, MiB, GiB, pages",
				 what, word);
	if (!*value && !zero)
		return fault_set(f, "bad-number", "%s is 0", what);
	return 0;
}

static int take_block(struct words *w, struct args *a, struct fault *f)
{
	uint64_t order;

	a->order = -1;
	if (strcmp(w->word[w->at], "order") == 0 && w->at + 1 < w->nr) {
		const char *word = w->word[w->at + 1];
		bool hex = is_hex(word);

		w->at += 2;
		if (*read_digits(word + 2 * hex, hex ? 16 : 10, &order) || order > MAX_ORDER)
			return fault_set(f, "bad-number", "order '%.40s'; expected 0 to %u", word,
					 MAX_ORDER);
		a->order = (int)order;
		a->size = PAGE_SIZE << order;
		return 0;
	}
	if (take_number(w, "BLOCK", false, &a->size, f))
		return -1;
	if (!is_aligned(a->size, PAGE_SIZE))
		return fault_set(f, "bad-number",
				 "BLOCK of 0x%lx bytes; expected whole pages, or as in order 3",
				 a->size);
	return 0;
}

/* The next word must be one side of "A|B". */
static int take_choice(struct words *w, struct args *a, unsigned int nth, const char *spec,
		       size_t len, struct fault *f)
{
	const char *word = w->word[w->at++], *bar = strchr(spec, '|');
	size_t first = (size_t)(bar - spec), n = strlen(word);

	if (n == len - first - 1 && memcmp(word, bar + 1, n) == 0)
		a->pick |= 1U << nth;
	else if (n != first || memcmp(word, spec, n) != 0)
		return fault_set(f, "usage", "'%.40s' is not %.*s", word, (int)len, spec);
	return 0;
}

/* ADDR, SIZE or ALIGN. Return: its row; NULL if @spec begins with none of them. */
static const struct number *find_number(const char *spec)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strncmp(spec, numbers[i].name, strlen(numbers[i].name)) == 0)
			return &numbers[i];
	return NULL;
}

/* Take the argument that @spec, of @len characters, describes. */
static int take(struct words *w, struct args *a, const char *spec, size_t len,
		unsigned int *choices, struct fault *f)
{
	const struct number *number = find_number(spec);
	const char *bar = strchr(spec, '|');

	if (bar && bar < spec + len)
		return take_choice(w, a, (*choices)++, spec, len, f);
	if (strncmp(spec, "BLOCK", 5) == 0)
		return take_block(w, a, f);
	if (strncmp(spec, "ADDR", 4) == 0 && a->last && strcmp(w->word[w->at], "last") == 0) {
		a->addr = a->last;
		w->at++;
		return 0;
	}
	if (number)
		return take_number(w, number->name, number->zero,
				   (uint64_t *)((char *)a + number->at), f);
	a->word = w->word[w->at++];
	return 0;
}

int args_parse(struct args *a, struct words *w, const char *spec, struct fault *f)
{
	unsigned int choices = 0;
	size_t len;

	*a = (struct args){ .last = a->last };
	for (; *spec; spec += len + (spec[len] == ' '), a->given++) {
		const char *end = strchr(spec, ' ');
		bool optional = *spec == '[';

		len = end ? (size_t)(end - spec) : strlen(spec);
		if (w->at == w->nr && optional)
			break;
		if (w->at == w->nr)
			return fault_set(f, "usage", "%.*s is missing", (int)len, spec);
		if (take(w, a, spec + optional, len - optional, &choices, f))
			return -1;
	}
	if (w->at < w->nr)
		return fault_set(f, "usage", "'%.40s' is too much", w->word[w->at]);
	return 0;
}
