// SPDX-License-Identifier: MIT
#include "boot/words/efi.h"

#include <string.h>

#define PREFIX "efi="

/* Is @option one of the words between commas at @list, up to a blank? */
static bool has_option(const char *list, const char *option)
{
	size_t len = strlen(option);

	for (;; list++) {
		if (!strncmp(list, option, len) && strchr(", \t", list[len]))
			return true;
		while (!strchr(", \t", *list))
			list++;
		if (*list != ',')
			return false;
	}
}

bool words_efi(const char *cmdline, const char *option)
{
	char before = ' ';

	for (; *cmdline; before = *cmdline++)
		if ((before == ' ' || before == '\t') &&
		    !strncmp(cmdline, PREFIX, strlen(PREFIX)) &&
		    has_option(cmdline + strlen(PREFIX), option))
			return true;
	return false;
}
