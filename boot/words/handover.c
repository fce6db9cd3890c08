// SPDX-License-Identifier: MIT
#include "boot/words/handover.h"

#include "boot/words/word.h"

/* Linux looks at the first character, and where that is an "o" at the second. */
static enum said truth(struct word value)
{
	char first = value.len ? (char)(value.text[0] | 0x20) : '\0';
	char second = value.len > 1 ? (char)(value.text[1] | 0x20) : '\0';

	if (value.len && (value.text[0] == '1' || value.text[0] == '0'))
		return value.text[0] == '1' ? SAID_ON : SAID_OFF;
	if (first == 'y' || first == 't' || (first == 'o' && second == 'n'))
		return SAID_ON;
	if (first == 'n' || first == 'f' || (first == 'o' && second == 'f'))
		return SAID_OFF;
	return SAID_NOTHING;
}

static void note(enum said *said, struct word value)
{
	enum said now = truth(value);

	if (now != SAID_NOTHING)
		*said = now;
}

struct handover_words handover_words(const char *cmdline)
{
	struct handover_words words = { SAID_NOTHING, SAID_NOTHING };
	const char *s = cmdline;
	struct word w, value;

	while (word_next(&s, &w)) {
		if (word_value(w, "kho=", &value))
			note(&words.kho, value);
		else if (word_value(w, "liveupdate=", &value))
			note(&words.liveupdate, value);
	}
	return words;
}
