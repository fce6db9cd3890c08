// SPDX-License-Identifier: MIT
/* What the EFI door takes for a payload, and what Secure Boot lets it take: a table of cases. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

/* clang-format off */
#include "boot/door/efi/payload.c"
/* clang-format on */

#include "kexec/payload.h"

#define DENIED EFI_SECURITY_VIOLATION
#define NUL    '\1' /* stands for one in the strings below */

/** struct given - what there is; NULL for what there is not */
struct given {
	bool secure, bundle;
	const char *kernel, *initrd, *cmdline; /* files beside the image */
	const char *loader, *named;            /* initrd from the boot loader, or by initrd= */
	bool unverified;
	const char *huge;      /* a source that is said to be 4 GiB larger */
	EFI_STATUS unreadable; /* what reading the initrd gives */
};

/* In the image, where batonctl bundle writes it. */
struct slot slot_bytes __asm__("payload_slot");

static const struct given *given;
static struct boot_params bp;
static char cmdline[EFI_CMDLINE];
static void *block;
static unsigned int faults, warnings, joined;
static EFI_LOAD_FILE_PROTOCOL loader;

void efi_say(struct efi *e, const CHAR16 *a, const CHAR16 *b)
{
	(void)e, (void)a, (void)b;
	warnings++;
}

EFI_STATUS efi_fail(struct efi *e, EFI_STATUS status, const CHAR16 *a, const CHAR16 *b)
{
	(void)e, (void)a, (void)b;
	faults++;
	return status;
}

void *efi_alloc(struct efi *e, UINT64 bytes)
{
	(void)e;
	assert_null(block);
	return block = calloc(1, bytes);
}

static bool is(const CHAR16 *path, const char *name)
{
	while (*path && *path == (CHAR16)*name)
		path++, name++;
	return *path == 0 && *name == 0;
}

static const char *content(const struct efi_source *s)
{
	if (s->loader)
		return given->loader;
	if (is(s->name, "\\EFI\\baton\\kernel"))
		return given->kernel;
	if (is(s->name, "\\EFI\\baton\\initrd"))
		return given->initrd;
	return is(s->name, "\\EFI\\baton\\cmdline") ? given->cmdline : given->named;
}

static EFI_STATUS source(struct efi_source *s, const CHAR16 *name, EFI_LOAD_FILE_PROTOCOL *from)
{
	*s = (struct efi_source){ .name = name, .loader = from };
	if (content(s))
		s->size = strlen(content(s));
	if (given->huge && is(name, given->huge))
		s->size += GIB(4);
	return EFI_SUCCESS;
}

EFI_STATUS efi_find(struct efi *e, const CHAR16 *path, struct efi_source *s)
{
	(void)e;
	return source(s, path, NULL);
}

EFI_STATUS efi_find_initrd(struct efi *e, struct efi_source *s)
{
	(void)e;
	return given->loader ? source(s, L"loader", &loader) : source(s, L"named", NULL);
}

void efi_join_shim(struct efi *e)
{
	assert_true(e->secure);
	joined++;
}

EFI_STATUS efi_read(struct efi *e, const struct efi_source *s, void *buf)
{
	(void)e;
	if (given->unreadable && !is(s->name, "\\EFI\\baton\\kernel"))
		return given->unreadable;
	memcpy(buf, content(s), s->size);
	for (UINTN i = 0; i < s->size; i++)
		if (((char *)buf)[i] == NUL)
			((char *)buf)[i] = '\0';
	return EFI_SUCCESS;
}

EFI_STATUS efi_verify(struct efi *e, const CHAR16 *path, void *buf, UINTN size)
{
	assert_true(e->secure);
	assert_true(is(path, "\\EFI\\baton\\kernel"));
	assert_int_equal(size, strlen(given->kernel));
	assert_memory_equal(buf, given->kernel, size);
	return given->unverified ? DENIED : EFI_SUCCESS;
}

static EFI_STATUS run(const struct given *g)
{
	static EFI_LOADED_IMAGE loaded;
	struct efi e = { .loaded = &loaded, .secure = g->secure, .bp = &bp, .cmdline = cmdline };

	given = g;
	memset(&bp, 0, sizeof(bp));
	memset(cmdline, 0, sizeof(cmdline));
	slot_bytes.size = g->bundle ? 100 : 0;
	free(block);
	block = NULL;
	faults = warnings = joined = 0;
	return efi_payload(&e);
}

/* The payload as every other door would find it. */
static void expect_payload(const char *kernel, const char *initrd)
{
	UINT64 size = bp.hdr.ramdisk_size;
	struct fault f = { 0 };
	struct payload p;

	assert_ptr_equal(block, (void *)((UINTN)bp.ext_ramdisk_image << 32 | bp.hdr.ramdisk_image));
	assert_int_equal(payload_find(&p, NULL, 0, block, size, &f), 0);
	assert_int_equal(p.kernel_size, strlen(kernel));
	assert_memory_equal(p.kernel, kernel, p.kernel_size);
	assert_int_equal(((UINTN)p.kernel - (UINTN)block) % PAGE_SIZE, 0);
	assert_int_equal(p.initrd_size, initrd ? strlen(initrd) : 0);
	if (initrd) {
		assert_memory_equal(p.initrd, initrd, p.initrd_size);
		assert_int_equal(((UINTN)p.initrd - (UINTN)block) % PAGE_SIZE, 0);
	}
}

static void expect_initrd(const char *initrd)
{
	assert_int_equal(bp.hdr.ramdisk_size, initrd ? strlen(initrd) : 0);
	if (initrd)
		assert_memory_equal(block, initrd, strlen(initrd));
}

static void test_archives(void **state)
{
	static char big[3 * PAGE_SIZE + 1];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	for (size_t n = sizeof(big) - 1; n > sizeof(big) - 140; n--) { /* every way to pad */
		const struct given both = { .kernel = big, .initrd = "initrd" };

		big[n] = '\0';
		assert_int_equal(run(&both), EFI_SUCCESS);
		expect_payload(big, "initrd");
	}
	assert_int_equal(run(&(struct given){ .kernel = "k" }), EFI_SUCCESS);
	expect_payload("k", NULL);
	assert_int_equal(run(&(struct given){ .kernel = "k", .loader = "l", .initrd = "i" }),
			 EFI_SUCCESS);
	expect_payload("k", "l"); /* what was named this time goes before what lies there */
	assert_int_equal(run(&(struct given){ .kernel = "k", .named = "n" }), EFI_SUCCESS);
	expect_payload("k", "n");
}

static void test_initrds(void **state)
{
	(void)state;
	assert_int_equal(run(&(struct given){ .loader = "l" }), EFI_SUCCESS);
	expect_initrd("l");
	assert_int_equal(run(&(struct given){ .bundle = true, .kernel = "k", .initrd = "i" }),
			 EFI_SUCCESS);
	expect_initrd(NULL); /* a bundle needs nothing beside it */
	assert_int_equal(run(&(struct given){ .bundle = true, .loader = "l" }), EFI_SUCCESS);
	expect_initrd("l");
}

static void test_refusals(void **state)
{
	static const struct {
		struct given given;
		EFI_STATUS status;
	} row[] = {
		{ { 0 }, EFI_NOT_FOUND },
		{ { .initrd = "i" }, EFI_NOT_FOUND }, /* an initrd without a kernel */
		{ { .loader = "l", .unreadable = EFI_DEVICE_ERROR }, EFI_DEVICE_ERROR },
		{ { .kernel = "k", .initrd = "i", .unreadable = EFI_DEVICE_ERROR },
		  EFI_DEVICE_ERROR },
		/* more than the archive can say; as a whole an initrd may be as large */
		{ { .kernel = "k", .huge = "\\EFI\\baton\\kernel" }, EFI_BAD_BUFFER_SIZE },
		{ { .kernel = "k", .initrd = "i", .huge = "\\EFI\\baton\\initrd" },
		  EFI_BAD_BUFFER_SIZE },
		{ { .kernel = "k", .named = "n", .huge = "named" }, EFI_BAD_BUFFER_SIZE },
		{ { .kernel = "k", .loader = "l", .huge = "loader" }, EFI_BAD_BUFFER_SIZE },
		/* Secure Boot */
		{ { .secure = true, .kernel = "k", .unverified = true }, DENIED },
		{ { .secure = true, .kernel = "k", .initrd = "i" }, DENIED },
		{ { .secure = true, .kernel = "k", .named = "n" }, DENIED },
		{ { .secure = true, .loader = "l" }, DENIED }, /* it might be a payload */
		{ { .secure = true, .named = "n" }, DENIED },
		{ { .secure = true, .bundle = true, .named = "n" }, DENIED },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		assert_int_equal(run(&row[i].given), row[i].status);
		assert_int_equal(bp.hdr.ramdisk_size,
				 row[i].given.loader && row[i].given.unreadable ? 1 : 0);
		assert_int_equal(joined, row[i].given.secure);
	}
}

static void test_secure(void **state)
{
	(void)state;
	assert_int_equal(run(&(struct given){ .secure = true, .kernel = "k" }), EFI_SUCCESS);
	expect_payload("k", NULL);
	assert_int_equal(run(&(struct given){ .secure = true, .kernel = "k", .loader = "l" }),
			 EFI_SUCCESS);
	expect_payload("k", "l");
	assert_int_equal(run(&(struct given){ .secure = true, .bundle = true, .loader = "l" }),
			 EFI_SUCCESS);
	expect_initrd("l");
}

static void test_cmdline(void **state)
{
	static char long_line[EFI_CMDLINE + 1];

	(void)state;
	assert_int_equal(run(&(struct given){ .bundle = true, .cmdline = "a\nb c\r\n" }),
			 EFI_SUCCESS);
	assert_string_equal(cmdline, "a b c");
	assert_int_equal(run(&(struct given){ .bundle = true, .secure = true, .cmdline = "a" }),
			 EFI_SUCCESS);
	assert_string_equal(cmdline, "");
	assert_int_equal(warnings, 1);
	assert_int_equal(run(&(struct given){ .bundle = true, .cmdline = "a\1b\1" }),
			 EFI_INVALID_PARAMETER);
	assert_int_equal(faults, 1);
	assert_int_equal(run(&(struct given){ .bundle = true, .cmdline = "a\n\1" }),
			 EFI_INVALID_PARAMETER);
	assert_int_equal(run(&(struct given){
				 .bundle = true, .cmdline = "a", .unreadable = EFI_DEVICE_ERROR }),
			 EFI_DEVICE_ERROR);
	memset(long_line, 'x', EFI_CMDLINE);
	assert_int_equal(run(&(struct given){ .bundle = true, .cmdline = long_line }),
			 EFI_BAD_BUFFER_SIZE);
	long_line[EFI_CMDLINE - 1] = '\0';
	assert_int_equal(run(&(struct given){ .bundle = true, .cmdline = long_line }), EFI_SUCCESS);
	assert_int_equal(strlen(cmdline), EFI_CMDLINE - 1);
}

static bool options(const void *data, UINT32 size)
{
	EFI_LOADED_IMAGE loaded = { .LoadOptions = (void *)data, .LoadOptionsSize = size };
	struct efi e = { .loaded = &loaded, .cmdline = cmdline };

	memset(cmdline, 0, sizeof(cmdline));
	assert_int_equal(take_options(&e), EFI_SUCCESS);
	return cmdline[0];
}

static void test_options(void **state)
{
	static CHAR16 long_line[EFI_CMDLINE];
	EFI_LOADED_IMAGE loaded = { .LoadOptions = long_line };
	struct efi e = { .loaded = &loaded, .cmdline = cmdline };

	(void)state;
	assert_true(options(L"a b", 8));
	assert_string_equal(cmdline, "a b");
	assert_true(options(L"a b", 6)); /* without its NUL */
	assert_string_equal(cmdline, "a b");
	assert_true(options(L"a b\nc", 12)); /* a line: Linux takes no more either */
	assert_string_equal(cmdline, "a b");
	warnings = 0;
	assert_false(options(NULL, 8));
	assert_false(options(L"", 2));
	assert_false(options(L"a", 0));
	assert_false(options("a", 1));
	assert_int_equal(warnings, 0);
	assert_false(options("\x01\x02\x03\x04", 4)); /* something of the firmware's own */
	assert_string_equal(cmdline, "");
	assert_false(options(L"a\x20ac", 6)); /* no ASCII */
	assert_int_equal(warnings, 2);
	for (size_t i = 0; i < ARRAY_SIZE(long_line); i++)
		long_line[i] = 'x';
	loaded.LoadOptionsSize = sizeof(long_line);
	assert_int_equal(take_options(&e), EFI_BAD_BUFFER_SIZE);
	loaded.LoadOptionsSize -= sizeof(CHAR16);
	assert_int_equal(take_options(&e), EFI_SUCCESS);
	assert_int_equal(strlen(cmdline), EFI_CMDLINE - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_archives), cmocka_unit_test(test_initrds),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_secure),
		cmocka_unit_test(test_cmdline),  cmocka_unit_test(test_options),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(block);
	return failed;
}
