// SPDX-License-Identifier: MIT
/* The freestanding printf and string functions, beside the C library's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define vsnprintf baton_vsnprintf
#define snprintf  baton_snprintf
#define memcpy    baton_memcpy
#define memmove   baton_memmove
#define memset    baton_memset
#define memcmp    baton_memcmp
#define memchr    baton_memchr
#define strnlen   baton_strnlen
#define strlen    baton_strlen
#define strncmp   baton_strncmp
#define strcmp    baton_strcmp
#define strchr    baton_strchr
#define strrchr   baton_strrchr

int vsnprintf(char *restrict buf, size_t cap, const char *restrict fmt, va_list args);
int snprintf(char *restrict buf, size_t cap, const char *restrict fmt, ...);
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strnlen(const char *s, size_t max);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t n);
int strcmp(const char *a, const char *b);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

#include "lib/printf.c"
#include "lib/string.c"

#undef vsnprintf
#undef snprintf
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strnlen
#undef strlen
#undef strncmp
#undef strcmp
#undef strchr
#undef strrchr

#include "lib/digits.h"

static void compare(const char *fmt, ...)
{
	for (size_t cap = 0; cap < 64; cap += cap < 4 ? 1 : 13) {
		char ours[64], theirs[64];
		va_list a, b;
		int n, m;

		memset(ours, '#', sizeof(ours));
		memset(theirs, '#', sizeof(theirs));
		va_start(a, fmt);
		va_copy(b, a);
		n = baton_vsnprintf(ours, cap, fmt, a);
		m = vsnprintf(theirs, cap, fmt, b);
		va_end(a);
		va_end(b);
		assert_int_equal(n, m);
		if (cap) /* glibc may leave anything behind the NUL */
			assert_string_equal(ours, theirs);
		assert_int_equal(ours[cap], '#');
	}
}

static void test_printf(void **state)
{
	(void)state;
	compare("plain %% text");
	compare("%d %d %d %d", 0, -1, 2147483647, -2147483647 - 1);
	compare("%ld %lu %lx", -9223372036854775807L - 1, 18446744073709551615UL, 0xdeadbeefUL);
	compare("%u|%5u|%-5u|%05u|%x|%08x", 7u, 7u, 7u, 7u, 0xabcu, 0xabcu);
	compare("%05d|%-6d|%6d|%016lx", -42, -42, -42, 0x1234UL);
	compare("%s|%10s|%-10s|%.3s|%-8.2s|%c", "baton", "right", "left", "precision", "ab", 'x');
	compare("%*d|%-*s|%.*s", 6, 42, 8, "width", 2, "cut");
	compare("%zu %llu", (size_t)12345, 1234567890123ULL);
	compare("a longer line that will be cut somewhere: %s %d", "text", 12);
}

static void test_memory(void **state)
{
	uint8_t a[80], b[80];

	(void)state;
	for (size_t n = 0; n <= 40; n++) {
		for (size_t from = 0; from < 20; from++) {
			for (size_t to = 0; to < 20; to++) {
				for (size_t i = 0; i < sizeof(a); i++)
					a[i] = b[i] = (uint8_t)(i * 7 + 1);
				assert_ptr_equal(baton_memmove(a + to, a + from, n), a + to);
				memmove(b + to, b + from, n);
				assert_memory_equal(a, b, sizeof(a));
			}
		}
		baton_memset(a + 3, 0xc3, n);
		memset(b + 3, 0xc3, n);
		assert_memory_equal(a, b, sizeof(a));
		baton_memcpy(a, b + 40, n);
		memcpy(b, b + 40, n);
		assert_memory_equal(a, b, sizeof(a));
	}
	assert_int_equal(baton_memcmp("abc", "abd", 3) < 0, 1);
	assert_int_equal(baton_memcmp("\xff", "\x01", 1) > 0, 1);
	assert_int_equal(baton_memcmp("abc", "abd", 2), 0);
	assert_null(baton_memchr("abc", 'c', 2));
}

static void test_strings(void **state)
{
	static const char *const samples[] = {
		"", "a", "b", "ab", "abc", "abd", "/a/b", "\xc2\xb5"
	};
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		const char *s = samples[i];

		assert_int_equal(baton_strlen(s), strlen(s));
		assert_int_equal(baton_strnlen(s, 2), strnlen(s, 2));
		assert_ptr_equal(baton_strchr(s, 'b'), strchr(s, 'b'));
		assert_ptr_equal(baton_strchr(s, 0), strchr(s, 0));
		assert_ptr_equal(baton_strrchr(s, '/'), strrchr(s, '/'));
		for (size_t j = 0; j < sizeof(samples) / sizeof(*samples); j++) {
			int ours = baton_strcmp(s, samples[j]), theirs = strcmp(s, samples[j]);

			assert_int_equal((ours > 0) - (ours < 0), (theirs > 0) - (theirs < 0));
			ours = baton_strncmp(s, samples[j], 2);
			theirs = strncmp(s, samples[j], 2);
			assert_int_equal((ours > 0) - (ours < 0), (theirs > 0) - (theirs < 0));
		}
	}
}

/* What is read of @text, and how many characters of it. Return: false if that is no number. */
static bool digits(const char *text, unsigned int base, uint64_t *value, size_t *n)
{
	const char *s = text;
	bool is = digits_read(&s, text + strlen(text), base, value);

	*n = (size_t)(s - text);
	return is;
}

static void test_digits(void **state)
{
	uint64_t value;
	size_t n;

	(void)state;
	assert_true(digits("12345x", 10, &value, &n));
	assert_int_equal(value, 12345);
	assert_int_equal(n, 5);
	assert_true(digits("fFg", 16, &value, &n));
	assert_int_equal(value, 0xff);
	assert_int_equal(n, 2);
	assert_true(digits("18446744073709551615", 10, &value, &n));
	assert_int_equal(value, UINT64_MAX);
	assert_false(digits("18446744073709551616", 10, &value, &n));
	assert_int_equal(n, 0);
	assert_false(digits("", 10, &value, &n));
	assert_false(digits("a", 10, &value, &n));
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_digits),
	};

	return cmocka_run_group_tests_name("lib", tests, NULL, NULL);
}
