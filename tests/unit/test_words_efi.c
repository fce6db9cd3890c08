// SPDX-License-Identifier: MIT
/* The word efi= of a command line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "boot/words/efi.h"

static const struct {
	const char *cmdline;
	bool has;
} rows[] = {
	{ "", false },
	{ "efi=", false },
	{ "efi=nosoftreserve", true },
	{ "quiet efi=nosoftreserve root=x", true },
	{ "efi=runtime,nosoftreserve", true },
	{ "efi=nosoftreserve,runtime x", true },
	{ "efi=debug,nosoftreserve,runtime", true },
	{ "efi=debug efi=nosoftreserve", true },
	{ "efi=nosoftreserves", false },
	{ "efi=xnosoftreserve", false },
	{ "efi=debug nosoftreserve", false },
	{ "noefi=nosoftreserve", false },
};

static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (words_efi(rows[i].cmdline, "nosoftreserve") != rows[i].has)
			fail_msg("'%s'", rows[i].cmdline);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("words_efi", tests, NULL, NULL);
}
