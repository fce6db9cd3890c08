// SPDX-License-Identifier: MIT
#include "boot/words/word.h"

#include <string.h>

size_t word_spaces(const char *s)
{
	size_t n = 0;

	while (is_space(s[n]))
		n++;
	return n;
}

size_t word_length(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] && (quoted || !is_space(s[n])); n++) {
		if (s[n] == '"')
			quoted = !quoted;
	}
	return n;
}

struct word word_unquote(struct word w)
{
	if (w.len > 0 && w.text[0] == '"') {
		w.text++;
		w.len--;
		if (w.len > 0 && w.text[w.len - 1] == '"')
			w.len--;
	}
	return w;
}

bool word_is(struct word w, const char *text)
{
	return strlen(text) == w.len && memcmp(w.text, text, w.len) == 0;
}

bool word_strip(struct word *w, const char *prefix)
{
	size_t n = strlen(prefix);

	if (w->len < n || memcmp(w->text, prefix, n) != 0)
		return false;
	w->text += n;
	w->len -= n;
	return true;
}

struct word word_field(struct word *w)
{
	const char *comma = w->len ? memchr(w->text, ',', w->len) : NULL;
	struct word field = { w->text, comma ? (size_t)(comma - w->text) : w->len };

	w->text += field.len + (comma != NULL);
	w->len -= field.len + (comma != NULL);
	return field;
}

bool word_next(const char **s, struct word *w)
{
	*s += word_spaces(*s);
	*w = (struct word){ *s, word_length(*s) };
	if (!w->len || word_is(*w, "--"))
		return false;
	*s += w->len;
	return true;
}

static char fold(char c)
{
	return c == '-' ? '_' : c;
}

bool word_value(struct word w, const char *name, struct word *value)
{
	size_t n = strlen(name);

	w = word_unquote(w);
	if (w.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (fold(w.text[i]) != fold(name[i]))
			return false;
	*value = word_unquote((struct word){ w.text + n, w.len - n });
	return true;
}
