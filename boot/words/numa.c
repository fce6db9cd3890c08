// SPDX-License-Identifier: MIT
#include "boot/words/numa.h"

#include <string.h>

/* Linux compares the first letters of the first two, and all of the last. */
static bool says_off(const char *word, size_t len)
{
	return !strncmp(word, "numa=off", strlen("numa=off")) ||
	       !strncmp(word, "numa=noacpi", strlen("numa=noacpi")) ||
	       (len == strlen("acpi=off") && !strncmp(word, "acpi=off", len));
}

static size_t word_length(const char *word)
{
	bool quoted = false;
	size_t len = 0;

	for (; word[len] && (quoted || (word[len] != ' ' && word[len] != '\t')); len++)
		if (word[len] == '"')
			quoted = !quoted;
	return len;
}

bool words_numa_off(const char *cmdline)
{
	while (*cmdline) {
		size_t len = word_length(cmdline);

		if (len == 2 && !strncmp(cmdline, "--", len))
			return false;
		if (says_off(cmdline, len))
			return true;
		cmdline += len ? len : 1;
	}
	return false;
}
