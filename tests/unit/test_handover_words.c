// SPDX-License-Identifier: MIT
/* kho= and liveupdate=, with expectations worked out by hand from the description of kstrtobool(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "boot/words/handover.h"
#include "lib/num.h"

static const struct {
	const char *line;
	enum said kho, liveupdate;
} rows[] = {
	{ "", SAID_NOTHING, SAID_NOTHING },
	{ "kho=on", SAID_ON, SAID_NOTHING },
	{ "a kho=off b", SAID_OFF, SAID_NOTHING },
	{ "kho=1 liveupdate=0", SAID_ON, SAID_OFF },
	{ "kho=0 liveupdate=1", SAID_OFF, SAID_ON },
	{ "kho=y liveupdate=Y", SAID_ON, SAID_ON },
	{ "kho=n liveupdate=No", SAID_OFF, SAID_OFF },
	{ "kho=true liveupdate=FALSE", SAID_ON, SAID_OFF },
	{ "kho=ON liveupdate=Off", SAID_ON, SAID_OFF },
	{ "kho=\"on\" \"liveupdate=on\"", SAID_ON, SAID_ON },
	{ "kho=on kho=off", SAID_OFF, SAID_NOTHING },
	{ "kho=off kho=on", SAID_ON, SAID_NOTHING },
	{ "kho=on kho=2", SAID_ON, SAID_NOTHING },
	{ "kho=on kho kho= kho=o", SAID_ON, SAID_NOTHING },
	{ "kho=enabled kho_scratch=on xkho=on", SAID_NOTHING, SAID_NOTHING },
	{ "-- kho=on liveupdate=on", SAID_NOTHING, SAID_NOTHING },
	{ "a=\"kho=on liveupdate=on\"", SAID_NOTHING, SAID_NOTHING },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct handover_words w = handover_words(rows[i].line);

		if (w.kho != rows[i].kho || w.liveupdate != rows[i].liveupdate)
			fail_msg("%s: %d %d", rows[i].line, w.kho, w.liveupdate);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("handover_words", tests, NULL, NULL);
}
