// SPDX-License-Identifier: MIT
#include "boot/words/efi.h"

#include "boot/words/word.h"

bool words_efi(const char *cmdline, const char *option)
{
	struct word w, options;

	while (word_next(&cmdline, &w))
		if (word_value(w, "efi=", &options))
			while (options.len)
				if (word_is(word_field(&options), option))
					return true;
	return false;
}
