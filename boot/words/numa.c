// SPDX-License-Identifier: MIT
#include "boot/words/numa.h"

#include "boot/words/word.h"

/* Linux compares the first letters of the first two, and all of the last. */
static bool says_off(struct word w)
{
	return word_strip(&w, "numa=off") || word_strip(&w, "numa=noacpi") ||
	       word_is(w, "acpi=off");
}

bool words_numa_off(const char *cmdline)
{
	struct word w;

	while (word_next(&cmdline, &w))
		if (says_off(w))
			return true;
	return false;
}
