// SPDX-License-Identifier: MIT
/* Command lines, and the values that are read from them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot/words/options.h"
#include "lib/num.h"

static const struct {
	const char *comment, *line, *forward;
} forwards[] = {
	{ "nothing", "", "" },
	{ "nothing of baton's", "a b=c", "a b=c" },
	{ "only baton's", "baton.abi=kho-v4", "" },
	{ "first", "baton.abi=kho-v4 a b", "a b" },
	{ "in the middle", "a baton.abi=kho-v4 b", "a b" },
	{ "last", "a b baton.abi=kho-v4", "a b" },
	{ "last, with space behind", "a b baton.abi=kho-v4  ", "a b" },
	{ "two in a row", "a baton.abi=kho-v4 baton.onerror=halt b", "a b" },
	{ "all", "baton.abi=kho-v4 baton.onerror=halt", "" },
	{ "spaces are kept", "  a   b\tc  ", "  a   b\tc  " },
	{ "spaces around it", "a  baton.abi=x   b", "a  b" },
	{ "behind --", "a -- baton.abi=x b", "a -- baton.abi=x b" },
	{ "before and behind --", "baton.abi=x -- baton.abi=y", "-- baton.abi=y" },
	{ "-- inside a word is nothing special", "a--b baton.abi=x --c baton.abi=y", "a--b --c" },
	{ "quoted -- is a word", "\"--\" baton.abi=x", "\"--\"" },
	{ "a name that ends like one", "xbaton.abi=x", "xbaton.abi=x" },
	{ "a name that begins almost like one", "baton=x batonx.y=1", "baton=x batonx.y=1" },
	{ "capitals are somebody else's", "Baton.abi=x", "Baton.abi=x" },
	{ "inside quotes", "a=\"b baton.abi=x c\" d", "a=\"b baton.abi=x c\" d" },
	{ "its value in quotes", "a baton.test=\"x y\" b", "a b" },
	{ "all of it in quotes", "a \"baton.test=x y\" b", "a b" },
	{ "a quote that is not closed", "a baton.test=\"x y b", "a" },
	{ "a newline separates", "a\nbaton.abi=x\nb", "a\nb" },
};

static void test_forward(void **state)
{
	struct options *o = malloc(sizeof(*o));
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(forwards); i++) {
		if (options_parse(o, forwards[i].line, &f))
			fail_msg("%s: %s: %s", forwards[i].comment, f.name, f.text);
		if (strcmp(o->forward, forwards[i].forward) != 0)
			fail_msg("%s: '%s'", forwards[i].comment, o->forward);
	}
	free(o);
}

/* What options_parse() finds in a line; what a row does not name is as without any option. */
static const struct {
	const char *comment, *line;
	const char *abi, *test;
	enum on_error on_error;
	int console;
	unsigned int baud, hops, hops_total;
	bool monitor, no_screen;
	const char *script;
} values[] = {
	{ "defaults", "quiet", .console = 0, .on_error = ON_ERROR_HALT },
	{ "a version", "baton.abi=kho-v3", .abi = "kho-v3" },
	{ "a composite version", "baton.abi=kho-v4;radix-v1", .abi = "kho-v4;radix-v1" },
	{ "a quoted version", "baton.abi=\"kho-v4;radix-v1\"", .abi = "kho-v4;radix-v1" },
	{ "later words win", "baton.abi=kho-v3 baton.abi=kho-v4", .abi = "kho-v4" },
	{ "halt", "baton.onerror=reboot baton.onerror=halt", .on_error = ON_ERROR_HALT },
	{ "reboot", "baton.onerror=reboot", .on_error = ON_ERROR_REBOOT },
	{ "poweroff", "baton.onerror=poweroff", .on_error = ON_ERROR_POWEROFF },
	{ "a port", "baton.console=ttyS3", .console = 3, .no_screen = true },
	{ "a port and a speed", "baton.console=ttyS1,9600", .console = 1, .baud = 9600,
	  .no_screen = true },
	{ "the highest speed", "baton.console=ttyS0,115200", .baud = 115200, .no_screen = true },
	{ "as Linux writes it", "baton.console=ttyS0,115200n8", .baud = 115200, .no_screen = true },
	{ "no console", "baton.console=none", .console = -1, .no_screen = true },
	{ "the screen only", "baton.console=screen", .console = -1 },
	{ "consoles add up", "baton.console=ttyS2,9600 baton.console=screen", .console = 2,
	  .baud = 9600 },
	{ "in any order", "baton.console=screen a baton.console=ttyS2", .console = 2 },
	{ "none takes away what was before",
	  "baton.console=ttyS1 baton.console=screen baton.console=none", .console = -1,
	  .no_screen = true },
	{ "and nothing of what comes after", "baton.console=none baton.console=screen",
	  .console = -1 },
	{ "none after none", "baton.console=none baton.console=none", .console = -1,
	  .no_screen = true },
	{ "a later port forgets the speed", "baton.console=ttyS0,9600 baton.console=ttyS1",
	  .console = 1, .no_screen = true },
	{ "a test", "baton.test=write-preserved", .test = "write-preserved" },
	{ "a test of 31 characters", "baton.test=0123456789012345678901234567890",
	  .test = "0123456789012345678901234567890" },
	{ "hops", "baton.hops=7", .hops = 7, .hops_total = 7 },
	{ "hops of a total", "baton.hops=7/12", .hops = 7, .hops_total = 12 },
	{ "no hops left", "baton.hops=0/1000000", .hops_total = 1000000 },
	{ "a monitor", "baton.monitor", .monitor = true },
	{ "a script", "baton.script=\"in fdt; out blobs\" quiet", .script = "in fdt; out blobs" },
	{ "behind --", "-- baton.onerror=reboot baton.abi=x baton.hops=1", .abi = "" },
};

static bool same(const char *got, const char *want)
{
	return strcmp(got, want ? want : "") == 0;
}

static void test_values(void **state)
{
	struct options *o = malloc(sizeof(*o));
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		if (options_parse(o, values[i].line, &f))
			fail_msg("%s: %s: %s", values[i].comment, f.name, f.text);
		if (!same(o->asked.abi, values[i].abi) || !same(o->test, values[i].test) ||
		    o->on_error != values[i].on_error || o->console != values[i].console ||
		    o->baud != values[i].baud || o->hops != values[i].hops ||
		    o->hops_total != values[i].hops_total || o->monitor != values[i].monitor ||
		    o->screen == values[i].no_screen || !same(o->script, values[i].script))
			fail_msg(
				"%s: abi '%s', onerror %d, console %d, baud %u, test '%s', hops %u/%u, script '%s'",
				values[i].comment, o->asked.abi, (int)o->on_error, o->console,
				o->baud, o->test, o->hops, o->hops_total, o->script);
	}
	free(o);
}

/* baton.abi=, with the names that the next kernel knows. */
static const struct {
	const char *comment, *line;
	const char *abi; /* NULL: option-value */
	enum speaks_what what;
	const char *names; /* each followed by a space */
} asked[] = {
	{ "nothing", "quiet", "", SPEAKS_UNKNOWN, "" },
	{ "a version alone", "baton.abi=kho-v4", "kho-v4", SPEAKS_UNKNOWN, "" },
	{ "with one name", "baton.abi=kho-v4,luo-v5", "kho-v4", SPEAKS_LISTED, "luo-v5 " },
	{ "with three", "baton.abi=kho-v4,luo-v5,memfd-v2,kexec-metadata", "kho-v4", SPEAKS_LISTED,
	  "luo-v5 memfd-v2 kexec-metadata " },
	{ "quoted", "baton.abi=\"kho-v4;radix-v1,luo-v5\"", "kho-v4;radix-v1", SPEAKS_LISTED,
	  "luo-v5 " },
	{ "a name twice", "baton.abi=kho-v4,luo-v5,luo-v5", "kho-v4", SPEAKS_LISTED, "luo-v5 " },
	{ "the later word wins whole", "baton.abi=kho-v4,luo-v5 baton.abi=kho-v3", "kho-v3",
	  SPEAKS_UNKNOWN, "" },
	{ "with its own names", "baton.abi=kho-v4,luo-v5 baton.abi=kho-v3,luo-v1", "kho-v3",
	  SPEAKS_LISTED, "luo-v1 " },
	{ "no version", "baton.abi=,luo-v5", NULL, 0, "" },
	{ "a comma behind the version", "baton.abi=kho-v4,", NULL, 0, "" },
	{ "a comma at the end", "baton.abi=kho-v4,luo-v5,", NULL, 0, "" },
	{ "two commas", "baton.abi=kho-v4,,luo-v5", NULL, 0, "" },
	{ "a space", "baton.abi=\"kho-v4, luo-v5\"", NULL, 0, "" },
	{ "a name of 47 characters", "baton.abi=x,12345678901234567890123456789012345678901234567",
	  "x", SPEAKS_LISTED, "12345678901234567890123456789012345678901234567 " },
	{ "one of 48", "baton.abi=x,123456789012345678901234567890123456789012345678", NULL, 0,
	  "" },
};

static void test_asked(void **state)
{
	struct options *o = malloc(sizeof(*o));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(asked); i++) {
		struct fault f = { .name = "none" };
		int ret = options_parse(o, asked[i].line, &f);
		const char *name = NULL;
		char names[128] = "";

		if (!asked[i].abi) {
			if (ret != -1 || strcmp(f.name, "option-value") != 0)
				fail_msg("%s: %d %s", asked[i].comment, ret, f.name);
			continue;
		}
		while ((name = speaks_next(&o->asked.speaks, name)))
			strcat(strcat(names, name), " ");
		if (ret || strcmp(o->asked.abi, asked[i].abi) != 0 ||
		    o->asked.speaks.what != asked[i].what || strcmp(names, asked[i].names) != 0)
			fail_msg("%s: %d, '%s', %d, '%s'", asked[i].comment, ret, o->asked.abi,
				 (int)o->asked.speaks.what, names);
	}
	free(o);
}

static void test_too_many_names(void **state)
{
	struct options *o = malloc(sizeof(*o));
	char line[2048];
	struct fault f;
	size_t n = (size_t)sprintf(line, "baton.abi=kho-v4");

	(void)state;
	for (unsigned int i = 0; i < SPEAKS_MAX; i++)
		n += (size_t)sprintf(line + n, ",name-v%u", i);
	assert_int_equal(options_parse(o, line, &f), 0);
	assert_int_equal(o->asked.speaks.nr, SPEAKS_MAX);
	strcat(line, ",more-v1");
	assert_int_equal(options_parse(o, line, &f), -1);
	assert_string_equal(f.name, "option-value");
	free(o);
}

static void test_drop(void **state)
{
	struct options *o = malloc(sizeof(*o));
	char line[1024];
	struct fault f;
	size_t n = 0;

	(void)state;
	assert_int_equal(options_parse(o, "a", &f), 0);
	assert_int_equal(o->nr_drop, 0);
	assert_int_equal(options_parse(o, "baton.drop=kho_test baton.drop=\"LUO:my vm\" a", &f), 0);
	assert_int_equal(o->nr_drop, 2);
	assert_string_equal(o->drop[0], "kho_test");
	assert_string_equal(o->drop[1], "LUO:my vm");
	assert_string_equal(o->forward, "a");

	for (unsigned int i = 0; i < OPTION_DROPS; i++)
		n += (size_t)sprintf(line + n, "baton.drop=blob%u ", i);
	assert_int_equal(options_parse(o, line, &f), 0);
	assert_int_equal(o->nr_drop, OPTION_DROPS);
	assert_string_equal(o->drop[OPTION_DROPS - 1], "blob15");
	strcat(line, "baton.drop=more");
	assert_int_equal(options_parse(o, line, &f), -1);
	assert_string_equal(f.name, "option-value");
	assert_non_null(strstr(f.text, "baton.drop=more"));

	assert_int_equal(options_parse(o, "baton.drop=", &f), -1);
	assert_string_equal(f.name, "option-value");
	n = (size_t)sprintf(line, "baton.drop=%0*d", OPTION_DROP - 1, 1);
	assert_int_equal(options_parse(o, line, &f), 0);
	assert_int_equal(strlen(o->drop[0]), OPTION_DROP - 1);
	line[n++] = '1';
	line[n] = '\0';
	assert_int_equal(options_parse(o, line, &f), -1);
	assert_string_equal(f.name, "option-value");
	free(o);
}

static void test_memory(void **state)
{
	struct options *o = malloc(sizeof(*o));
	struct fault f;

	(void)state;
	assert_int_equal(options_parse(o, "a", &f), 0);
	assert_false(o->scratch.given);
	assert_int_equal(o->nr_reserve, 0);
	assert_int_equal(options_parse(o,
				       "baton.reserve=4K:a x baton.scratch=1M,2M,3M "
				       "baton.reserve=\"8K:16K:b\" baton.scratch=150%",
				       &f),
			 0);
	assert_string_equal(o->forward, "x");
	assert_true(o->scratch.given);
	assert_int_equal(o->scratch.percent, 150); /* the last one counts, and only that */
	assert_int_equal(o->scratch.low, 0);
	assert_int_equal(o->nr_reserve, 2);
	assert_string_equal(o->reserve[0].name, "a");
	assert_string_equal(o->reserve[1].name, "b");
	assert_int_equal(o->reserve[1].size, 0x2000);
	assert_int_equal(o->reserve[1].align, 0x4000);
	free(o);
}

static const struct {
	const char *comment, *line, *fault, *word; /* @word must be in the text */
} errors[] = {
	{ "an unknown word", "a baton.colour=red b", "option-unknown", "baton.colour=red" },
	{ "a word of nothing", "baton.", "option-unknown", "baton." },
	{ "no value at all", "baton.abi", "option-unknown", "baton.abi" },
	{ "in quotes", "\"baton.nothing x\"", "option-unknown", "baton.nothing x" },
	{ "an empty version", "baton.abi=", "option-value", "baton.abi=" },
	{ "a version of 64 characters",
	  "baton.abi=0123456789012345678901234567890123456789012345678901234567890123",
	  "option-value", "baton.abi=0123" },
	{ "an unknown ending", "baton.onerror=stop", "option-value", "baton.onerror=stop" },
	{ "half a word", "baton.onerror=hal", "option-value", "baton.onerror=hal" },
	{ "more than a word", "baton.onerror=halted", "option-value", "baton.onerror=halted" },
	{ "no name", "baton.console=", "option-value", "baton.console=" },
	{ "two in a word", "baton.console=ttyS0,screen", "option-value", "ttyS0,screen" },
	{ "a screen with a speed", "baton.console=screen,9600", "option-value", "screen,9600" },
	{ "another console", "baton.console=tty0", "option-value", "baton.console=tty0" },
	{ "a port too many", "baton.console=ttyS4", "option-value", "baton.console=ttyS4" },
	{ "a port of two digits", "baton.console=ttyS00", "option-value", "baton.console=ttyS00" },
	{ "no port", "baton.console=ttyS", "option-value", "baton.console=ttyS" },
	{ "no speed", "baton.console=ttyS0,", "option-value", "baton.console=ttyS0," },
	{ "speed 0", "baton.console=ttyS0,0", "option-value", "baton.console=ttyS0,0" },
	{ "no divisor of the clock", "baton.console=ttyS0,100000", "option-value", "100000" },
	{ "too fast", "baton.console=ttyS0,230400", "option-value", "230400" },
	{ "a number that wraps to 115200", "baton.console=ttyS0,4295082496", "option-value",
	  "4295082496" },
	{ "parity", "baton.console=ttyS0,115200e7", "option-value", "115200e7" },
	{ "a test of 32 characters", "baton.test=01234567890123456789012345678901", "option-value",
	  "baton.test=0123" },
	{ "scratch of one size", "baton.scratch=64M", "option-value", "baton.scratch=64M" },
	{ "memory without a name", "baton.reserve=8M", "option-value", "baton.reserve=8M" },
	{ "a ninth region",
	  "baton.reserve=4K:a baton.reserve=4K:b baton.reserve=4K:c baton.reserve=4K:d "
	  "baton.reserve=4K:e baton.reserve=4K:f baton.reserve=4K:g baton.reserve=4K:h "
	  "baton.reserve=4K:i",
	  "option-value", "baton.reserve=4K:i" },
	{ "no hops", "baton.hops=", "option-value", "baton.hops=" },
	{ "hops of no total", "baton.hops=1/", "option-value", "baton.hops=1/" },
	{ "more hops left than in all", "baton.hops=2/1", "option-value", "baton.hops=2/1" },
	{ "too many hops", "baton.hops=1000001", "option-value", "1000001" },
	{ "something behind the hops", "baton.hops=1/2/3", "option-value", "1/2/3" },
	{ "a monitor with a value", "baton.monitor=1", "option-value", "baton.monitor=1" },
	{ "an empty script", "baton.script=", "option-value", "baton.script=" },
	{ "the first of two is named", "baton.x=1 baton.onerror=2", "option-unknown", "baton.x=1" },
};

/* Every word, mistyped, and a word that is like none. The nearest one is the one meant. */
static const struct {
	const char *line, *meant;
} mistyped[] = {
	{ "baton.abl=kho-v4", "baton.abi=" },
	{ "baton.ab=kho-v4", "baton.abi=" },
	{ "baton.abi", "baton.abi=" },
	{ "baton.consol=ttyS1", "baton.console=" },
	{ "baton.consoles=ttyS1", "baton.console=" },
	{ "baton.cosnole=ttyS1", "baton.console=" },
	{ "baton.drops=LUO", "baton.drop=" },
	{ "baton.dorp=LUO", "baton.drop=" },
	{ "baton.hop=3", "baton.hops=" },
	{ "baton.hopps=3", "baton.hops=" },
	{ "baton.moniter", "baton.monitor" },
	{ "baton.Monitor", "baton.monitor" },
	{ "baton.on_error=halt", "baton.onerror=" },
	{ "baton.onerr=halt", "baton.onerror=" },
	{ "baton.reserv=8M:a", "baton.reserve=" },
	{ "baton.reserved=8M:a", "baton.reserve=" },
	{ "baton.scrach=64M,0,0", "baton.scratch=" },
	{ "baton.scratches=64M,0,0", "baton.scratch=" },
	{ "baton.scripts=in", "baton.script=" },
	{ "\"baton.skript=in fdt\"", "baton.script=" },
	{ "baton.tests=nmi", "baton.test=" },
	{ "baton.tset=nmi", "baton.test=" },
	{ "baton.reserve_mem=8M:a", "baton.reserve=" },
};

static void test_mistyped(void **state)
{
	struct options *o = malloc(sizeof(*o));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mistyped); i++) {
		struct fault f = { .name = "none" };
		char *at, end[40];

		assert_int_equal(options_parse(o, mistyped[i].line, &f), -1);
		assert_string_equal(f.name, "option-unknown");
		snprintf(end, sizeof(end), " is %s", mistyped[i].meant);
		at = strstr(f.text, end);
		if (!at || at[strlen(end)])
			fail_msg("%s: %s", mistyped[i].line, f.text);
	}
	free(o);
}

static void test_errors(void **state)
{
	struct options *o = malloc(sizeof(*o));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		struct fault f = { .name = "none" };
		int ret = options_parse(o, errors[i].line, &f);

		if (ret != -1 || strcmp(f.name, errors[i].fault) || !strstr(f.text, errors[i].word))
			fail_msg("%s: %d %s: %s", errors[i].comment, ret, f.name, f.text);
	}
	free(o);
}

/* Every word of which one counts, given twice: it is as if only the second stood there. */
static const struct {
	const char *first, *second;
} twice[] = {
	{ "baton.abi=kho-v1,luo-v1", "baton.abi=kho-v4,luo-v5" },
	{ "baton.console=ttyS1,9600", "baton.console=ttyS2" },
	{ "baton.hops=9/9", "baton.hops=2" },
	{ "baton.monitor", "baton.monitor" },
	{ "baton.onerror=reboot", "baton.onerror=poweroff" },
	{ "baton.scratch=50%", "baton.scratch=1M,2M,3M" },
	{ "baton.scratch=1M,2M,3M", "baton.scratch=50%" },
	{ "baton.script=\"long commands\"", "baton.script=x" },
	{ "baton.test=a-long-name", "baton.test=b" },
};

static void test_last_wins(void **state)
{
	struct options *one = malloc(sizeof(*one)), *two = malloc(sizeof(*two));
	char line[128];
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(twice); i++) {
		assert_int_equal(options_parse(one, twice[i].second, &f), 0);
		snprintf(line, sizeof(line), "%s %s", twice[i].first, twice[i].second);
		assert_int_equal(options_parse(two, line, &f), 0);
		/* behind the end of a text may stand what the first word has left */
		memset(two->script + strlen(two->script), 0,
		       sizeof(two->script) - strlen(two->script));
		memset(two->test + strlen(two->test), 0, sizeof(two->test) - strlen(two->test));
		print_message("%s\n", line);
		assert_memory_equal(one, two, sizeof(*one));
	}
	free(one);
	free(two);
}

/* An error must not keep baton from knowing where to print it and how to end. */
static void test_error_keeps_the_rest(void **state)
{
	struct options *o = malloc(sizeof(*o));
	struct fault f;

	(void)state;
	assert_int_equal(
		options_parse(o, "baton.onerror=reboot baton.x=1 a baton.console=ttyS1,9600", &f),
		-1);
	assert_string_equal(f.name, "option-unknown");
	assert_int_equal(o->on_error, ON_ERROR_REBOOT);
	assert_int_equal(o->console, 1);
	assert_int_equal(o->baud, 9600);
	assert_string_equal(o->forward, "a");

	assert_int_equal(options_parse(o, "baton.console=scren", &f), -1);
	assert_non_null(strstr(
		f.text, "ttyS0 to ttyS3, with a speed that divides 115200, screen, or none"));
	assert_int_equal(o->console, 0);
	assert_true(o->screen);

	assert_int_equal(options_parse(o, "baton.onerror=reboot baton.onerror=no", &f), -1);
	assert_int_equal(o->on_error, ON_ERROR_REBOOT);
	free(o);
}

/* The words that Secure Boot forbids; without it all are allowed. */
static const struct {
	const char *line, *refused;
} secure_rows[] = {
	{ "", NULL },
	{ "quiet baton.onerror=reboot baton.console=ttyS1 baton.abi=kho-v4 baton.hops=2", NULL },
	{ "-- baton.monitor", NULL },
	{ "xbaton.monitor", NULL },
	{ "baton.monitor", "baton.monitor" },
	{ "a baton.script=\"in fdt\" b", "baton.script=" },
	{ "baton.test=nmi", "baton.test=" },
	{ "baton.test=nmi baton.monitor", "baton.monitor" },
};

static void test_secure_boot(void **state)
{
	struct options *o = malloc(sizeof(*o));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(secure_rows); i++) {
		struct fault f = { .name = "none" };

		assert_int_equal(options_parse(o, secure_rows[i].line, &f), 0);
		assert_int_equal(options_permit(o, false, &f), 0);
		assert_string_equal(f.name, "none");
		if (!secure_rows[i].refused) {
			assert_int_equal(options_permit(o, true, &f), 0);
			continue;
		}
		assert_int_equal(options_permit(o, true, &f), -1);
		assert_string_equal(f.name, "secure-boot");
		if (strncmp(f.text, secure_rows[i].refused, strlen(secure_rows[i].refused)) != 0)
			fail_msg("%s: %s", secure_rows[i].line, f.text);
	}
	free(o);
}

static void test_longest(void **state)
{
	struct options *o = malloc(sizeof(*o));
	char *line = malloc(PAYLOAD_CMDLINE + 1);
	struct fault f;

	(void)state;
	memset(line, 'x', PAYLOAD_CMDLINE + 1);
	line[PAYLOAD_CMDLINE - 1] = '\0';
	assert_int_equal(options_parse(o, line, &f), 0);
	assert_string_equal(o->forward, line);
	line[PAYLOAD_CMDLINE - 1] = 'x';
	line[PAYLOAD_CMDLINE] = '\0';
	assert_int_equal(options_parse(o, line, &f), -1);
	assert_string_equal(f.name, "option-value");
	free(line);
	free(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forward),  cmocka_unit_test(test_values),
		cmocka_unit_test(test_asked),    cmocka_unit_test(test_too_many_names),
		cmocka_unit_test(test_drop),     cmocka_unit_test(test_memory),
		cmocka_unit_test(test_errors),   cmocka_unit_test(test_error_keeps_the_rest),
		cmocka_unit_test(test_longest),  cmocka_unit_test(test_secure_boot),
		cmocka_unit_test(test_mistyped), cmocka_unit_test(test_last_wins),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
