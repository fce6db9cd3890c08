// SPDX-License-Identifier: MIT
#include "boot/words/hops.h"

#include <stdio.h>
#include <string.h>

#include "boot/words/word.h"

#define WORD "baton.hops="

/* Put @text behind the @at characters of @buf, as far as there is room. Return: the length without a limit. */
static size_t append(char *buf, size_t size, size_t at, const char *text, size_t len)
{
	size_t room = at < size ? size - at : 0;

	snprintf(buf + (room ? at : 0), room, "%.*s", (int)len, text);
	return at + len;
}

int hops_rewrite(char *buf, size_t size, const char *cmdline, unsigned int left, unsigned int total,
		 struct fault *f)
{
	const char *s = cmdline, *copied = cmdline;
	char digits[16], number[40];
	size_t n = 0, len;
	struct word w;

	snprintf(digits, sizeof(digits), "%u", total);
	len = (size_t)snprintf(number, sizeof(number), WORD "%0*u/%s", (int)strlen(digits), left,
			       digits);
	while (word_next(&s, &w)) {
		struct word bare = word_unquote(w);

		if (!word_strip(&bare, WORD))
			continue;
		n = append(buf, size, n, copied, (size_t)(w.text - copied));
		n = append(buf, size, n, number, len);
		copied = s;
	}
	n = append(buf, size, n, copied, strlen(copied));
	if (n >= size)
		return fault_set(f, "cmdline-too-long",
				 "%zu bytes with " WORD "; expected at most %zu", n, size - 1);
	return 0;
}
