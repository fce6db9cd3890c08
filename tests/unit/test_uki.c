// SPDX-License-Identifier: MIT
/* Unified kernel images made by objcopy on systemd's stub, as systemd documents it; then cut and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kexec/payload.h"
#include "kexec/uki.h"

#define STUB          "/usr/lib/systemd/boot/efi/linuxx64.efi.stub"
#define PE_POINTER_AT 0x3c

/** struct file - @size bytes at @data, which end where the allocation does */
struct file {
	uint8_t *data;
	size_t size;
};

/* @sections: words NAME=TEXT; each becomes a section with that text. */
static struct file make(const char *sections)
{
	char command[2048];
	struct file f = { .data = malloc(1 << 20) };
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "d=$(mktemp -d); cd $d && cp " STUB " uki; at=$((0x100000)); for w in %s; do "
		 "printf %%s ${w#*=} >part && objcopy --add-section ${w%%%%=*}=part "
		 "--change-section-vma ${w%%%%=*}=$((at += 0x10000)) uki || exit; done; "
		 "cat uki; rm -r $d",
		 sections);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	f.size = fread(f.data, 1, 1 << 20, pipe);
	assert_int_equal(pclose(pipe), 0);
	f.data = realloc(f.data, f.size);
	return f;
}

static bool holds(const struct bytes *b, const char *text)
{
	return b->size == strlen(text) && (!*text || memcmp(b->data, text, b->size) == 0);
}

static void test_parts(void **state)
{
	struct file f = make(
		".osrel=os .uname=7.3 .cmdline=a=1 .ucode=micro .initrd=the-initrd .linux=kernel");
	struct fault fault;
	struct uki u;

	(void)state;
	assert_true(uki_is(f.data, f.size));
	assert_int_equal(uki_read(&u, f.data, f.size, &fault), 0);
	assert_true(holds(&u.kernel, "kernel"));
	assert_true(holds(&u.initrd, "the-initrd"));
	assert_true(holds(&u.ucode, "micro"));
	assert_true(holds(&u.cmdline, "a=1"));
	free(f.data);
	f = make(".linux=kernel");
	assert_int_equal(uki_read(&u, f.data, f.size, &fault), 0);
	assert_true(holds(&u.kernel, "kernel"));
	assert_null(u.initrd.data);
	assert_null(u.cmdline.data);
	free(f.data);
}

/* What other PE files are: the stub itself, and what is no PE file at all. */
static void test_others(void **state)
{
	struct file stub = make("");
	struct fault fault;
	struct uki u;

	(void)state;
	assert_false(uki_is(stub.data, stub.size));
	assert_int_equal(uki_read(&u, stub.data, stub.size, &fault), -1);
	assert_string_equal(fault.name, "uki-corrupt");
	stub.data[0] = 'L';
	assert_false(uki_is(stub.data, stub.size));
	assert_int_equal(uki_read(&u, stub.data, stub.size, &fault), -1);
	assert_string_equal(fault.name, "uki-corrupt");
	free(stub.data);
}

/* The index of the section header @name; of the @nth one. */
static uint8_t *header_of(const struct file *f, const char *name, unsigned int nth)
{
	uint32_t pe = *(uint32_t *)(void *)(f->data + PE_POINTER_AT);
	uint16_t nr = *(uint16_t *)(void *)(f->data + pe + 6),
		 optional = *(uint16_t *)(void *)(f->data + pe + 20);

	for (unsigned int i = 0; i < nr; i++) {
		uint8_t *h = f->data + pe + 24 + optional + i * 40;

		if (strncmp((char *)h, name, 8) == 0 && nth-- == 0)
			return h;
	}
	return NULL;
}

static void rename_section(const struct file *f, const char *from, const char *to)
{
	uint8_t *h = header_of(f, from, 0);

	assert_non_null(h);
	memset(h, 0, 8);
	memcpy(h, to, strlen(to));
}

/* objcopy gives no name twice, so the second one is renamed. The first profile is the one to take. */
static void test_profiles(void **state)
{
	struct file f = make(".linux=kernel .initrd=base .cmdline=base .profile=ID=main .x1=main "
			     ".x2=ID=rescue .x3=rescue .x4=other");
	struct fault fault;
	struct uki u;

	(void)state;
	rename_section(&f, ".x1", ".cmdline");
	rename_section(&f, ".x2", ".profile");
	rename_section(&f, ".x3", ".cmdline");
	rename_section(&f, ".x4", ".linux");
	assert_int_equal(uki_read(&u, f.data, f.size, &fault), 0);
	assert_true(holds(&u.kernel, "kernel"));
	assert_true(holds(&u.initrd, "base"));
	assert_true(holds(&u.cmdline, "main"));
	free(f.data);
}

static void test_twice(void **state)
{
	struct file f = make(".linux=kernel .initrd=one .x=two");
	struct fault fault;
	struct uki u;

	(void)state;
	rename_section(&f, ".x", ".initrd");
	assert_int_equal(uki_read(&u, f.data, f.size, &fault), -1);
	assert_string_equal(fault.name, "uki-section-twice");
	assert_non_null(strstr(fault.text, ".initrd"));
	free(f.data);
}

/* Each field of the header of .linux that says where it lies. */
static void test_bounds(void **state)
{
	static const uint32_t values[] = { 0,          1,          0x1000,    0x7fffffff,
					   0x80000000, 0xfffffe00, 0xffffffff };
	struct file good = make(".cmdline=a .initrd=i .linux=kernel");
	struct fault fault = { 0 };
	struct uki u;

	(void)state;
	for (unsigned int field = 8; field < 24; field += 4) {
		for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
			struct file f = { malloc(good.size), good.size };

			memcpy(f.data, good.data, good.size);
			memcpy(header_of(&f, ".linux", 0) + field, &values[i], 4);
			if (uki_read(&u, f.data, f.size, &fault) == 0) {
				assert_true((const uint8_t *)u.kernel.data >= f.data);
				assert_true((const uint8_t *)u.kernel.data + u.kernel.size <=
					    f.data + f.size);
			} else {
				assert_string_equal(fault.name, "uki-corrupt");
			}
			free(f.data);
		}
	}
	memcpy(header_of(&good, ".linux", 0) + 20, &values[3], 4);
	assert_int_equal(uki_read(&u, good.data, good.size, &fault), -1);
	assert_string_equal(fault.name, "uki-corrupt");
	free(good.data);
}

/* Cut anywhere, nothing behind the end is read: the sanitizer looks. */
static void test_cut(void **state)
{
	struct file f = make(".cmdline=a .linux=kernel");
	struct fault fault;
	struct uki u;

	(void)state;
	for (size_t size = 0; size < f.size; size += size < 0x600 ? 1 : 509) {
		uint8_t *copy = malloc(size ? size : 1);

		memcpy(copy, f.data, size);
		uki_is(copy, size);
		if (uki_read(&u, copy, size, &fault) == 0)
			assert_true((const uint8_t *)u.kernel.data + u.kernel.size <= copy + size);
		free(copy);
	}
	free(f.data);
}

/* As a payload: bare, and as baton/kernel with more beside it, which comes last. */
static void test_payload(void **state)
{
	struct file f = make(".cmdline=a=1 .ucode=micro .initrd=initrd .linux=kernel"),
		    plain = make(".linux=kernel");
	struct payload *p = malloc(sizeof(*p));
	char joined[64] = "";
	struct fault fault;

	(void)state;
	assert_int_equal(payload_find(p, NULL, 0, f.data, f.size, &fault), 0);
	assert_int_equal(p->kernel_size, 6);
	assert_memory_equal(p->kernel, "kernel", 6);
	assert_true(p->has_cmdline);
	assert_string_equal(p->cmdline, "a=1");
	assert_null(p->initrd);
	assert_int_equal(p->initrd_size, 14);
	payload_join(p, joined);
	assert_memory_equal(joined, "micro\0\0\0initrd", 15);
	assert_ptr_equal(p->initrd, joined);

	assert_int_equal(payload_find(p, NULL, 0, plain.data, plain.size, &fault), 0);
	assert_false(p->has_cmdline);
	assert_null(p->initrd);
	assert_int_equal(p->initrd_size, 0);
	free(plain.data);
	free(f.data);
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),    cmocka_unit_test(test_others),
		cmocka_unit_test(test_profiles), cmocka_unit_test(test_twice),
		cmocka_unit_test(test_bounds),   cmocka_unit_test(test_cut),
		cmocka_unit_test(test_payload),
	};

	return cmocka_run_group_tests_name("uki", tests, NULL, NULL);
}
