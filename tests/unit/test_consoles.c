// SPDX-License-Identifier: MIT
/* The serial consoles of a command line; expectations by hand from Linux's kernel-parameters.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/words/consoles.h"
#include "lib/num.h"

static const struct {
	const char *line;
	struct consoles c;
} rows[] = {
	{ "", { 0 } },
	{ "console=tty0 quiet", { 0 } },
	{ "console=ttyS1,115200n8", { 1 << 1, { 0, 115200 } } },
	{ "console=ttyS2", { 1 << 2, { 0 } } },
	{ "console=ttyS3,9600", { 1 << 3, { 0, 0, 0, 9600 } } },
	{ "console=ttyS0,115200 console=tty0 console=ttyS1,57600n8", { 3, { 115200, 57600 } } },
	{ "console=ttyS4", { 0 } },
	{ "console=ttyS", { 0 } },
	{ "console=ttyS1x", { 0 } },
	{ "console=ttyUSB0 console=ttyAMA0,115200 console=hvc0", { 0 } },
	{ "console=ttyS1,115200e7", { 1 << 1, { 0 } } },
	{ "console=ttyS1,230400", { 1 << 1, { 0 } } },
	{ "console=ttyS1,115200n8r", { 1 << 1, { 0 } } },
	{ "console=ttyS1,9600 console=ttyS1,19200", { 1 << 1, { 0, 19200 } } },
	{ "console=ttyS1,9600 console=ttyS1", { 1 << 1, { 0, 9600 } } },
	{ "console=\"ttyS1,9600\"", { 1 << 1, { 0, 9600 } } },
	{ "xconsole=ttyS1 -- console=ttyS1", { 0 } },
	{ "console=uart8250,io,0x2f8,115200n8", { 1 << 1, { 0, 115200 } } },
	{ "console=uart,io,0x3e8", { 1 << 2, { 0 } } },
	{ "console=uart8250,io,0x3f9", { 0 } },
	{ "console=uart8250,mmio,0x2f8,115200", { 0 } },
	{ "console=uart8250,mmio32,0xfe001000", { 0 } },
	{ "earlycon=uart8250,io,0x2e8,38400", { 1 << 3, { 0, 0, 0, 38400 } } },
	{ "earlycon", { 0 } },
	{ "earlycon=efifb", { 0 } },
	{ "earlyprintk=serial,ttyS1,115200", { 1 << 1, { 0, 115200 } } },
	{ "earlyprintk=serial", { 1, { 0 } } },
	{ "earlyprintk=serial,1,9600", { 1 << 1, { 0, 9600 } } },
	{ "earlyprintk=serial,0x2f8,115200,keep", { 1 << 1, { 0, 115200 } } },
	{ "earlyprintk=serial,0x1234", { 0 } },
	{ "earlyprintk=ttyS0", { 1, { 0 } } },
	{ "earlyprintk=ttyS1,57600,keep", { 1 << 1, { 0, 57600 } } },
	{ "earlyprintk=ttyS0,keep", { 1, { 0 } } },
	{ "earlyprintk=serial,ttyS2,9600", { 1, { 9600 } } },
	{ "earlyprintk=vga earlyprintk=efi,keep earlyprintk=pciserial,0:1f.0", { 0 } },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct consoles c = consoles_read(rows[i].line);

		if (memcmp(&c, &rows[i].c, sizeof(c)) != 0)
			fail_msg("%s: 0x%x, %u %u %u %u", rows[i].line, c.named, c.baud[0],
				 c.baud[1], c.baud[2], c.baud[3]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("consoles", tests, NULL, NULL);
}
