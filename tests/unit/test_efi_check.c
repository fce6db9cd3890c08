// SPDX-License-Identifier: MIT
/* The checks that the EFI door makes of a payload before it leaves the firmware. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/cpu.h"
#define cpu_la57() false /* nothing that a program may ask */
/* clang-format off */
#include "boot/door/efi/check.c"
/* clang-format on */

#define SETUP  1024 /* one sector of setup besides the first */
#define KERNEL (SETUP + 4096)

uint8_t image_start[8192];
struct slot slot_bytes __asm__("payload_slot");

static uint8_t kernel_file[KERNEL];
static struct boot_params bp;
static char said[MESSAGE];

EFI_STATUS efi_fail(struct efi *e, EFI_STATUS status, const CHAR16 *a, const CHAR16 *b)
{
	(void)e;
	assert_null(b);
	for (size_t i = 0; (said[i] = (char)a[i]); i++)
		assert_in_range(a[i], 1, 0x7e);
	return status;
}

static struct setup_header *make_kernel(void)
{
	struct setup_header *hdr = (struct setup_header *)(kernel_file + 0x1f1);

	memset(kernel_file, 0, sizeof(kernel_file));
	memset(&slot_bytes, 0, sizeof(slot_bytes));
	memset(&bp, 0, sizeof(bp));
	said[0] = '\0';
	hdr->setup_sects = 1;
	hdr->boot_flag = 0xaa55;
	kernel_file[0x201] = 0x6a;
	memcpy(&hdr->header, "HdrS", 4);
	hdr->version = 0x20f;
	hdr->loadflags = 1;
	hdr->xloadflags = 3;
	hdr->relocatable_kernel = 1;
	hdr->kernel_alignment = 0x200000;
	hdr->init_size = 0x100000;
	hdr->syssize = 4096 / 16;
	return hdr;
}

static EFI_STATUS check(const void *initrd, size_t size)
{
	struct efi e = { .bp = &bp };

	bp.hdr.ramdisk_image = (uint32_t)(uintptr_t)initrd;
	bp.ext_ramdisk_image = (uint32_t)((uintptr_t)initrd >> 32);
	bp.hdr.ramdisk_size = (uint32_t)size;
	return efi_check(&e);
}

static void test_kernels(void **state)
{
	(void)state;
	make_kernel();
	assert_int_equal(check(kernel_file, KERNEL), EFI_SUCCESS);
	assert_string_equal(said, "");
	assert_int_equal(check(kernel_file, KERNEL - 1), EFI_LOAD_ERROR);
	assert_string_equal(
		said, "kernel-truncated: the kernel image has 5119 bytes, its header says 5120");
	make_kernel()->xloadflags = 2;
	assert_int_equal(check(kernel_file, KERNEL), EFI_LOAD_ERROR);
	assert_non_null(strstr(said, "kernel-not-64bit: "));
	assert_int_equal(check("neither of them", 16), EFI_LOAD_ERROR);
	assert_non_null(strstr(said, "payload-missing: "));
}

/* An archive that says that it is longer than it is; the name in it is not ASCII. */
static void test_archive(void **state)
{
	static const char broken[] = "070701"
				     "00000000000081a4000000000000000000000001000000000000ffff"
				     "0000000000000000000000000000000000000003"
				     "00000000"
				     "\xc3\xa4\0\0\0\0";

	(void)state;
	make_kernel();
	assert_int_equal(check(broken, sizeof(broken)), EFI_LOAD_ERROR);
	assert_non_null(strstr(said, "cpio-corrupt: "));
}

/* The image brings its payload: an initrd is then for the kernel, and not looked at. */
static void test_bundle(void **state)
{
	(void)state;
	make_kernel();
	slot_bytes.payload = 4096;
	slot_bytes.size = 64;
	memset(image_start, 'x', sizeof(image_start));
	assert_int_equal(check(kernel_file, KERNEL), EFI_LOAD_ERROR);
	assert_non_null(strstr(said, "cpio-corrupt: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_archive),
		cmocka_unit_test(test_bundle),
	};

	return cmocka_run_group_tests_name("efi_check", tests, NULL, NULL);
}
