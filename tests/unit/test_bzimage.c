// SPDX-License-Identifier: MIT
/* A small good image; then one thing wrong with it at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/bzimage.h"

#define SETUP 1024 /* one setup sector */
#define CODE  8192
#define SIZE  (SETUP + CODE)

static void put(uint8_t *image, size_t at, unsigned int bytes, uint64_t value)
{
	for (unsigned int i = 0; i < bytes; i++)
		image[at + i] = (uint8_t)(value >> 8 * i);
}

/* Offsets as in Documentation/arch/x86/boot.rst, not as in the header that the code uses. */
static void make_image(uint8_t *image)
{
	memset(image, 0xcc, SIZE);
	memset(image, 0, SETUP);
	put(image, 0x1f1, 1, 1);
	put(image, 0x1f4, 4, CODE / 16);
	put(image, 0x1fe, 2, 0xaa55);
	put(image, 0x200, 2, 0x6aeb);
	memcpy(image + 0x202, "HdrS", 4);
	put(image, 0x206, 2, 0x020f);
	put(image, 0x20e, 2, 0x100);
	put(image, 0x211, 1, 1);
	put(image, 0x230, 4, 0x200000);
	put(image, 0x234, 1, 1);
	put(image, 0x236, 2, 0x23);
	put(image, 0x238, 4, 2047);
	put(image, 0x258, 8, 0x1000000);
	put(image, 0x260, 4, 0x12345);
	put(image, 0x264, 4, 0x77);
	put(image, 0x268, 4, 0x88);
	strcpy((char *)image + 0x300, "7.3.4-test (somebody@somewhere) #1 SMP");
}

static int parse(const uint8_t *image, size_t size, bool la57, struct bzimage *bz, struct fault *f)
{
	/* Exactly as large as it claims to be, so that the sanitizer sees every read beyond it. */
	uint8_t *copy = malloc(size ? size : 1);
	int ret;

	memcpy(copy, image, size);
	f->name = "none";
	ret = bzimage_parse(bz, copy, size, la57, f);
	free(copy);
	return ret;
}

static void test_good(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	make_image(image);
	assert_int_equal(parse(image, SIZE, true, &bz, &f), 0);
	assert_int_equal(bz.code, SETUP);
	assert_int_equal(bz.code_size, CODE);
	assert_int_equal(bz.memory, 0x13000);
	assert_int_equal(bz.align, 0x200000);
	assert_int_equal(bz.min, 0x1000000);
	assert_string_equal(bz.release, "7.3.4-test");
	assert_memory_equal(&bz.hdr, image + 0x1f1, sizeof(bz.hdr));
}

/* One field changed in a good image. */
static const struct {
	const char *comment;
	size_t at;
	unsigned int bytes;
	uint64_t value;
	const char *fault; /* "none" if the image is still good */
} mutations[] = {
	{ "no HdrS", 0x202, 4, 0x53726449, "kernel-not-bzimage" },
	{ "no boot flag", 0x1fe, 2, 0xaa54, "kernel-not-bzimage" },
	{ "a zImage", 0x211, 1, 0, "kernel-not-bzimage" },
	{ "protocol 2.11", 0x206, 2, 0x20b, "kernel-too-old" },
	{ "protocol 2.12", 0x206, 2, 0x20c, "none" },
	{ "protocol 1.255", 0x206, 2, 0x1ff, "kernel-too-old" },
	{ "a 32-bit kernel", 0x236, 2, 0x22, "kernel-not-64bit" },
	{ "below 4 GiB only", 0x236, 2, 0x21, "kernel-not-above-4g" },
	{ "4-level paging only", 0x236, 2, 0x03, "kernel-not-5level" },
	{ "more setup sectors than the file has", 0x1f1, 1, 18, "kernel-truncated" },
	{ "setup sectors up to the end of the file", 0x1f1, 1, 17, "kernel-truncated" },
	{ "0 setup sectors are 4: code beyond the end", 0x1f1, 1, 0, "kernel-truncated" },
	{ "one paragraph more than the file has", 0x1f4, 4, CODE / 16 + 1, "kernel-truncated" },
	{ "2^36 bytes of code, less 16", 0x1f4, 4, 0xffffffff, "kernel-truncated" },
	{ "2^32 bytes of code", 0x1f4, 4, 0x10000000, "kernel-truncated" },
	{ "less code than the file has", 0x1f4, 4, CODE / 16 - 1, "none" },
	{ "alignment 0", 0x230, 4, 0, "kernel-header" },
	{ "alignment of 3 MiB", 0x230, 4, 0x300000, "kernel-header" },
	{ "alignment of 2 KiB", 0x230, 4, 0x800, "kernel-header" },
	{ "alignment of 4 KiB", 0x230, 4, 0x1000, "none" },
	{ "alignment of 2 GiB", 0x230, 4, 0x80000000, "none" },
	{ "init_size 0", 0x260, 4, 0, "kernel-header" },
	{ "init_size that rounds up to the code", 0x260, 4, CODE - 4095, "none" },
	{ "init_size that rounds up to less", 0x260, 4, CODE - 4096, "kernel-header" },
	{ "init_size of all 32 bits", 0x260, 4, 0xffffffff, "none" },
	{ "not relocatable", 0x234, 1, 0, "kernel-header" },
	{ "a header that ends before init_size", 0x201, 1, 0x5e, "kernel-header" },
	{ "a header that ends before HdrS", 0x201, 1, 0, "kernel-not-bzimage" },
	{ "a header longer than any known", 0x201, 1, 0xff, "none" },
};

static void test_each_field(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(mutations); i++) {
		make_image(image);
		put(image, mutations[i].at, mutations[i].bytes, mutations[i].value);
		parse(image, SIZE, true, &bz, &f);
		if (strcmp(f.name, mutations[i].fault) != 0)
			fail_msg("%s: %s, expected %s", mutations[i].comment, f.name,
				 mutations[i].fault);
	}
}

static void test_code_larger_than_memory(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	/* Bytes behind the code that the header counts are loaded too, so they must fit as well. */
	make_image(image);
	put(image, 0x1f4, 4, 1);
	put(image, 0x260, 4, CODE - PAGE_SIZE + 1);
	assert_int_equal(parse(image, SIZE, false, &bz, &f), 0);
	put(image, 0x260, 4, CODE - PAGE_SIZE);
	assert_int_equal(parse(image, SIZE, false, &bz, &f), -1);
	assert_string_equal(f.name, "kernel-header");
}

static void test_no_code(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	make_image(image);
	put(image, 0x1f4, 4, 0);
	assert_int_equal(parse(image, SETUP, false, &bz, &f), -1);
	assert_string_equal(f.name, "kernel-truncated");
}

static void test_paging_levels(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	make_image(image);
	put(image, 0x236, 2, 0x03);
	assert_int_equal(parse(image, SIZE, false, &bz, &f), 0);
}

static void test_every_truncation(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	make_image(image);
	for (size_t size = 0; size < SIZE; size++) {
		assert_int_equal(parse(image, size, false, &bz, &f), -1);
		assert_string_equal(f.name, size < 1024 ? "kernel-too-short" : "kernel-truncated");
	}
}

static void test_header_length(void **state)
{
	static const uint8_t zeros[sizeof(struct setup_header)];
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	/* The header ends behind init_size: what follows in the file is code, not header. */
	make_image(image);
	put(image, 0x201, 1, 0x264 - 0x202);
	assert_int_equal(parse(image, SIZE, false, &bz, &f), 0);
	assert_memory_equal(&bz.hdr, image + 0x1f1, 0x264 - 0x1f1);
	assert_memory_equal((uint8_t *)&bz.hdr + 0x264 - 0x1f1, zeros,
			    sizeof(bz.hdr) - (0x264 - 0x1f1));
}

static void test_lowest_address(void **state)
{
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	make_image(image);
	put(image, 0x258, 8, 0);
	assert_int_equal(parse(image, SIZE, false, &bz, &f), 0);
	assert_int_equal(bz.min, 0x100000);
	put(image, 0x258, 8, 0x123456789000);
	assert_int_equal(parse(image, SIZE, false, &bz, &f), 0);
	assert_int_equal(bz.min, 0x123456789000);
}

static void test_release(void **state)
{
	static const struct {
		const char *comment;
		uint16_t at; /* kernel_version */
		const char *text;
		const char *release;
	} rows[] = {
		{ "none", 0, "7.3.4", "" },
		{ "one word", 0x100, "baton-0.1", "baton-0.1" },
		{ "empty", 0x100, "", "" },
		{ "a control character", 0x100, "7.3\033[2J", "" },
		{ "a byte that is no ASCII", 0x100, "7.3\200", "" },
		{ "64 characters", 0x100,
		  "0123456789012345678901234567890123456789012345678901234567890123",
		  "0123456789012345678901234567890123456789012345678901234567890123" },
		{ "65 characters", 0x100,
		  "01234567890123456789012345678901234567890123456789012345678901234", "" },
		{ "ends with the setup part", 0x200 - 4, "7.3", "7.3" },
		{ "has no end in the setup part", 0x200 - 3, "7.3", "" },
		{ "outside the setup part", 0x200, "7.3", "" },
		{ "outside the file", 0xffff, "7.3", "" },
	};
	uint8_t image[SIZE];
	struct bzimage bz;
	struct fault f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make_image(image);
		put(image, 0x20e, 2, rows[i].at);
		if (rows[i].at && rows[i].at + 0x200u < SIZE - 100)
			strcpy((char *)image + 0x200 + rows[i].at, rows[i].text);
		assert_int_equal(parse(image, SIZE, false, &bz, &f), 0);
		if (strcmp(bz.release, rows[i].release) != 0)
			fail_msg("%s: '%s'", rows[i].comment, bz.release);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_each_field),
		cmocka_unit_test(test_code_larger_than_memory),
		cmocka_unit_test(test_no_code),
		cmocka_unit_test(test_paging_levels),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_header_length),
		cmocka_unit_test(test_lowest_address),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests_name("bzimage", tests, NULL, NULL);
}
