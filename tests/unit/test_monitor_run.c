// SPDX-License-Identifier: MIT
/* The monitor on the machine: when it runs, when it refuses, and how it handles errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* clang-format off */
#include "boot/monitor/monitor.c"
#include "boot/run/owner.h"
/* clang-format on */

uint8_t stack_guard[1];

static uint16_t port;
static const char *typed;
static char said[4096];

void say(const char *topic, const char *fmt, ...)
{
	(void)topic, (void)fmt;
}

void console_put(const char *text, size_t n)
{
	size_t have = strlen(said);

	snprintf(said + have, sizeof(said) - have, "%.*s", (int)n, text);
}

char console_get(void)
{
	assert_true(typed && *typed);
	return *typed++;
}

uint16_t console_port(void)
{
	return port;
}

bool debugcon_write(const void *data, uint64_t size)
{
	(void)data, (void)size;
	return false;
}

int begin_restore(struct handovers *kho, struct fault *f)
{
	(void)kho, (void)f;
	return 0;
}

_Noreturn void power_reboot(void)
{
	abort();
}

void power_off(const struct acpi *acpi)
{
	(void)acpi;
	fail();
}

const char *memory_owner(const struct ground *ground, const struct handovers *kho, paddr_t addr)
{
	(void)ground, (void)kho, (void)addr;
	return "";
}

/* Afterwards all input has been read, or none of it if there was no prompt. */
static int run(struct baton *b, bool prompt, const char *script, const char *types)
{
	memset(b, 0, sizeof(*b));
	b->given.opt.monitor = prompt;
	snprintf(b->given.opt.script, sizeof(b->given.opt.script), "%s", script);
	said[0] = '\0';
	typed = types;
	return run_monitor(b);
}

static void test_run(void **state)
{
	struct baton *b = malloc(sizeof(*b));

	(void)state;
	port = 0x3f8;
	assert_int_equal(run(b, false, "", ""), 0);
	assert_string_equal(said, "");
	assert_int_equal(run(b, true, "", "boot\r"), 0);
	assert_string_equal(typed, "");
	assert_int_equal(run(b, false, "help; boot", ""), 0);
	assert_non_null(strstr(said, "help"));
	assert_int_equal(run(b, true, "boot", ""), 0); /* no prompt any more */

	/* with a hop to go, it is the baton after the last one that stops */
	assert_int_equal(run(b, false, "help; boot", ""), 0);
	said[0] = '\0';
	b->given.opt.hops = 1;
	assert_int_equal(run_monitor(b), 0);
	assert_string_equal(said, "");
	free(b);
}

/* Without a prompt an error ends the run; at the prompt it is shown. */
static void test_errors(void **state)
{
	struct baton *b = malloc(sizeof(*b));

	(void)state;
	port = 0x3f8;
	assert_int_equal(run(b, false, "nonsense", ""), -1);
	assert_string_equal(b->record.fault.name, "script-failed");
	assert_int_equal(run(b, true, "nonsense", "nonsense\rboot\r"), 0);
	assert_non_null(strstr(said, "error: "));
	assert_string_equal(typed, "");
	free(b);
}

static void test_no_console(void **state)
{
	struct baton *b = malloc(sizeof(*b));

	(void)state;
	port = 0;
	assert_int_equal(run(b, true, "", ""), -1);
	assert_string_equal(b->record.fault.name, "no-console");
	assert_int_equal(run(b, true, "boot", ""), -1); /* the script does not run either */
	assert_string_equal(b->record.fault.name, "no-console");
	assert_int_equal(run(b, false, "boot", ""), 0); /* a script needs none */
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_no_console),
	};

	return cmocka_run_group_tests_name("monitor_run", tests, NULL, NULL);
}
