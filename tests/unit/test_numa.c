// SPDX-License-Identifier: MIT
/* Command lines that keep Linux from reading the SRAT. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "boot/words/numa.h"

static const struct {
	const char *cmdline;
	bool off;
} rows[] = {
	{ "", false },
	{ "numa=off", true },
	{ "console=ttyS0 numa=off quiet", true },
	{ "x\tnuma=noacpi", true },
	{ "acpi=off", true },
	{ "acpi=offline", false }, /* compared whole */
	{ "numa=offline", true },  /* compared by its first letters */
	{ "numa=of", false },
	{ "numa=fake=4", false },
	{ "xnuma=off", false },
	{ "x=\"a numa=off b\"", false },
	{ "x=\"a b\" numa=off", true },
	{ "-- numa=off", false },
	{ "numa=off --", true },
};

static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (words_numa_off(rows[i].cmdline) != rows[i].off)
			fail_msg("'%s'", rows[i].cmdline);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests_name("numa", tests, NULL, NULL);
}
