// SPDX-License-Identifier: MIT
/* Archives made by the system's cpio, then cut and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kexec/cpio.h"

#define HEADER 110

/** struct archive - one made by cpio; @size bytes at @data */
struct archive {
	uint8_t *data;
	size_t size;
};

static const struct {
	const char *name, *content;
} files[] = {
	{ "a", "" },
	{ "bc", "1" },
	{ "def", "22" },
	{ "sub/a-longer-name-than-the-others", "333" },
	{ "sub/file", "4444\n" },
};

/* Pack @files with `cpio -o -H FORMAT`. */
static struct archive pack(const char *format)
{
	char dir[] = "/tmp/baton-cpio-XXXXXX", command[512];
	struct archive a = { .data = malloc(65536) };
	FILE *p;

	assert_non_null(mkdtemp(dir));
	snprintf(command, sizeof(command), "mkdir %s/sub", dir);
	assert_int_equal(system(command), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char path[128];
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, files[i].name);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(files[i].content, f);
		fclose(f);
	}
	snprintf(
		command, sizeof(command),
		"cd %s && find a bc def sub -type f | LC_ALL=C sort | cpio -o -H %s --quiet; rm -r %s",
		dir, format, dir);
	p = popen(command, "r");
	assert_non_null(p);
	a.size = fread(a.data, 1, 65536, p);
	assert_int_equal(pclose(p), 0);
	assert_in_range(a.size, 512, 65535);
	a.data = realloc(a.data, a.size);
	return a;
}

static bool file_is(const struct cpio_entry *e, size_t i)
{
	return strcmp(e->name, files[i].name) == 0 && e->size == strlen(files[i].content) &&
	       memcmp(e->data, files[i].content, e->size) == 0;
}

static void check_golden(const char *format)
{
	struct archive a = pack(format);
	struct cpio_entry e;
	struct fault f;
	uint64_t pos = 0;

	assert_true(cpio_is(a.data, a.size));
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		assert_int_equal(cpio_next(a.data, a.size, &pos, &e, &f), 1);
		assert_true(file_is(&e, i));
	}
	assert_int_equal(cpio_next(a.data, a.size, &pos, &e, &f), 0);
	free(a.data);
}

static void test_newc(void **state)
{
	(void)state;
	check_golden("newc");
}

static void test_crc(void **state)
{
	(void)state;
	check_golden("crc");
}

/* Other formats of cpio are refused. */
static void test_odc(void **state)
{
	struct archive a = pack("odc");

	(void)state;
	assert_false(cpio_is(a.data, a.size));
	free(a.data);
}

/* Walk to the end. Return: 0 at the trailer, -1 for cpio-corrupt. */
static int walk(const uint8_t *data, size_t size)
{
	struct cpio_entry e;
	struct fault f = { .name = "none" };
	uint64_t pos = 0;
	int ret;

	while ((ret = cpio_next(data, size, &pos, &e, &f)) > 0) {
		assert_true((const uint8_t *)e.data >= data);
		assert_true(e.size <= size && (const uint8_t *)e.data + e.size <= data + size);
		assert_true(strlen(e.name) < size);
	}
	if (ret < 0)
		assert_string_equal(f.name, "cpio-corrupt");
	return ret;
}

static void test_every_truncation(void **state)
{
	struct archive a = pack("newc");
	size_t end = 0;

	(void)state;
	/* cpio fills the last block with zeros: the archive ends with its trailer. */
	for (size_t i = 0; i + 11 <= a.size; i++) {
		if (memcmp(a.data + i, "TRAILER!!!", 11) == 0)
			end = i + 11;
	}
	assert_true(end > 0);
	for (size_t size = 0; size <= end; size++) {
		uint8_t *cut = malloc(size ? size : 1);

		memcpy(cut, a.data, size);
		assert_int_equal(walk(cut, size), size < end ? -1 : 0);
		free(cut);
	}
	free(a.data);
}

/* Whatever a byte is changed to, nothing outside the archive is read. */
static void test_every_byte(void **state)
{
	static const uint8_t values[] = { 0, '0', '9', 'f', 'F', 'g', '/', ':', '@', '`', 0xff };
	struct archive a = pack("newc");

	(void)state;
	for (size_t i = 0; i < a.size; i++) {
		uint8_t was = a.data[i];

		for (size_t v = 0; v < sizeof(values); v++) {
			a.data[i] = values[v];
			walk(a.data, a.size);
		}
		a.data[i] = was;
	}
	assert_int_equal(walk(a.data, a.size), 0);
	free(a.data);
}

/* One header, with the two sizes as given, and @n bytes behind it. */
static size_t make(char *buf, const char *magic, const char *file, const char *name,
		   const char *rest, size_t n)
{
	static const char zero[] = "00000000";

	sprintf(buf, "%s%s%s%s%s%s%s%s%s%s%s%s%s%s", magic, zero, zero, zero, zero, zero, zero,
		file, zero, zero, zero, zero, name, zero);
	assert_int_equal(strlen(buf), HEADER);
	memcpy(buf + HEADER, rest, n);
	return HEADER + n;
}

static void test_sizes(void **state)
{
	static const struct {
		const char *comment, *magic, *file, *name;
		size_t rest;
		const char *content;
		int ret;
	} rows[] = {
		{ "a name and data to the last byte", "070701", "00000002", "00000002", 4, "x\0ab",
		  1 },
		{ "the crc magic", "070702", "00000002", "00000002", 4, "x\0ab", 1 },
		{ "another magic", "070703", "00000002", "00000002", 4, "x\0ab", -1 },
		{ "one byte of data too many", "070701", "00000003", "00000002", 4, "x\0ab", -1 },
		{ "4 GiB of data", "070701", "ffffffff", "00000002", 4, "x\0ab", -1 },
		{ "upper-case digits", "070701", "0000000A", "00000002", 12, "x\0abcdefghij", 1 },
		{ "no name", "070701", "00000000", "00000000", 4, "x\0ab", -1 },
		{ "a name of 4 GiB", "070701", "00000000", "ffffffff", 4, "x\0ab", -1 },
		{ "a name without its NUL", "070701", "00000000", "00000002", 4, "xyab", -1 },
		{ "a name longer than the archive", "070701", "00000000", "00000005", 4, "x\0\0\0",
		  -1 },
		{ "a name padded with NULs", "070701", "00000000", "00000004", 6, "x\0\0\0\0\0",
		  1 },
		{ "a space for a digit", "070701", "       2", "00000002", 4, "x\0ab", -1 },
		{ "a sign for a digit", "070701", "00000002", "-0000002", 4, "x\0ab", -1 },
		{ "an x for a digit", "070701", "0x000002", "00000002", 4, "x\0ab", -1 },
		{ "padding that leaves the archive", "070701", "00000000", "00000003", 3, "xy\0",
		  -1 },
	};
	char *buf = malloc(HEADER + 64), *exact;
	struct cpio_entry e;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t size = make(buf, rows[i].magic, rows[i].file, rows[i].name, rows[i].content,
				   rows[i].rest);
		uint64_t pos = 0;
		int ret;

		exact = malloc(size);
		memcpy(exact, buf, size);
		ret = cpio_next(exact, size, &pos, &e, &f);
		if (ret != rows[i].ret)
			fail_msg("%s: %d", rows[i].comment, ret);
		if (ret == 1)
			assert_string_equal(e.name, "x");
		free(exact);
	}
	free(buf);
}

/* With no name at all, the byte before it must not be taken for its end. */
static void test_no_name(void **state)
{
	char *exact = malloc(HEADER + 1);
	struct cpio_entry e;
	struct fault f;
	uint64_t pos = 0;

	(void)state;
	make(exact, "070701", "00000000", "00000000", "", 0);
	exact = realloc(exact, HEADER);
	exact[HEADER - 1] = '\0';
	assert_int_equal(cpio_next(exact, HEADER, &pos, &e, &f), -1);
	free(exact);
}

static void test_is(void **state)
{
	(void)state;
	assert_true(cpio_is("070701", 6));
	assert_true(cpio_is("070702", 6));
	assert_false(cpio_is("070701", 5));
	assert_false(cpio_is("070707", 6));
	assert_false(cpio_is(NULL, 0));
}

static void test_header(void **state)
{
	static const char expected[] = "070701"
				       "89abcdef" /* number */
				       "000081a4" /* mode: a regular file, rw-r--r-- */
				       "00000000"
				       "00000000"
				       "00000001" /* links */
				       "00000000"
				       "00012345" /* bytes of data */
				       "00000000"
				       "00000000"
				       "00000000"
				       "00000000"
				       "0000000c" /* bytes of the name */
				       "00000000";
	const struct cpio_head h = {
		.ino = 0x89abcdef, .mode = CPIO_REGULAR, .size = 0x12345, .name_size = 12
	};
	char header[HEADER + 1];

	(void)state;
	memset(header, '.', sizeof(header));
	cpio_put_header(header, &h);
	assert_memory_equal(header, expected, HEADER);
	assert_int_equal(header[HEADER], '.');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newc),       cmocka_unit_test(test_crc),
		cmocka_unit_test(test_odc),        cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_every_byte), cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_name),    cmocka_unit_test(test_is),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests_name("cpio", tests, NULL, NULL);
}
