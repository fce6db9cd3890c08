// SPDX-License-Identifier: MIT
/* Files read through a firmware of a few functions, what goes wrong with them, and who vouches. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include "boot/door/efi/files.c"
#include "boot/door/efi/verify.c"
/* clang-format on */

#define MAX_FILES 4

/** struct entry - a file of the volume; @grows: bytes more from the second time on that it is looked at */
struct entry {
	const char *path, *content;
	UINT64 size; /* of @content, if not 0 */
	unsigned int grows, opened;
	bool breaks; /* reading it fails in the middle */
};

/** struct handle - a file that is open */
struct handle {
	EFI_FILE_PROTOCOL file;
	struct entry *entry; /* NULL for the volume's root */
	UINT64 size, at;
};

/** struct firmware - what there is, how it fails, and what was asked of it */
static struct {
	struct entry file[MAX_FILES];
	EFI_STATUS volume, open, seek, load_image;
	bool no_volume, no_path;
	const char *initrd; /* a boot loader's */
	UINTN initrd_grows;
	bool shim;
	EFI_STATUS shim_says;
	bool keeps_image; /* as firmware does with an image that it loads, but would not start */
	unsigned int open_handles, largest_read, said, load_images, unloads, pool, shim_asked;
	UINTN shim_size;
	EFI_STATUS status;
	char text[512];
} fw;

static char cmdline[EFI_CMDLINE];

/* ---- messages ----------------------------------------------------------------------------------------- */

static void add_text(const CHAR16 *text)
{
	size_t n = strlen(fw.text);

	while (text && *text && n < sizeof(fw.text) - 1)
		fw.text[n++] = (char)*text++;
	fw.text[n] = '\0';
}

EFI_STATUS efi_fail(struct efi *e, EFI_STATUS status, const CHAR16 *a, const CHAR16 *b)
{
	(void)e;
	fw.said++;
	fw.text[0] = '\0';
	add_text(a);
	add_text(b);
	return status;
}

/* ---- the volume --------------------------------------------------------------------------------------- */

static bool same_path(const CHAR16 *path, const char *name)
{
	while (*path && *path == (CHAR16)*name)
		path++, name++;
	return *path == 0 && *name == 0;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_PROTOCOL *file)
{
	fw.open_handles--;
	free(file);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_position(EFI_FILE_PROTOCOL *file, UINT64 at)
{
	struct handle *h = (struct handle *)file;

	h->at = at == ~0UL ? h->size : at;
	return fw.seek;
}

static EFI_STATUS EFIAPI get_position(EFI_FILE_PROTOCOL *file, UINT64 *at)
{
	*at = ((struct handle *)file)->at;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_handle(EFI_FILE_PROTOCOL *file, UINTN *size, void *buf)
{
	struct handle *h = (struct handle *)file;

	if (*size > fw.largest_read)
		fw.largest_read = (unsigned int)*size;
	if (h->entry->breaks && h->at)
		return EFI_DEVICE_ERROR;
	if (h->entry->breaks)
		*size = 1;
	*size = min_u64(*size, h->size - h->at);
	memcpy(buf, h->entry->content + h->at, *size);
	h->at += *size;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_handle(EFI_FILE_PROTOCOL *dir, EFI_FILE_PROTOCOL **new, CHAR16 *path,
				     UINT64 mode, UINT64 attributes);

static struct handle *new_handle(struct entry *entry)
{
	struct handle *h = calloc(1, sizeof(*h));

	h->file.Open = open_handle;
	h->file.Close = close_file;
	h->file.SetPosition = set_position;
	h->file.GetPosition = get_position;
	h->file.Read = read_handle;
	h->entry = entry;
	if (entry) {
		h->size = entry->size ? entry->size : strlen(entry->content);
		if (entry->opened++)
			h->size += entry->grows;
	}
	fw.open_handles++;
	return h;
}

static EFI_STATUS EFIAPI open_handle(EFI_FILE_PROTOCOL *dir, EFI_FILE_PROTOCOL **new, CHAR16 *path,
				     UINT64 mode, UINT64 attributes)
{
	assert_null(((struct handle *)dir)->entry);
	assert_int_equal(mode, EFI_FILE_MODE_READ);
	assert_int_equal(attributes, 0);
	if (fw.open)
		return fw.open;
	for (unsigned int i = 0; i < MAX_FILES; i++)
		if (fw.file[i].path && same_path(path, fw.file[i].path)) {
			*new = &new_handle(&fw.file[i])->file;
			return EFI_SUCCESS;
		}
	return EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI open_volume(EFI_FILE_IO_INTERFACE *fs, EFI_FILE_HANDLE *root)
{
	(void)fs;
	if (fw.volume)
		return fw.volume;
	*root = &new_handle(NULL)->file;
	return EFI_SUCCESS;
}

/* ---- the firmware ------------------------------------------------------------------------------------- */

static EFI_FILE_IO_INTERFACE fs = { .OpenVolume = open_volume };

static EFI_STATUS EFIAPI load_file(EFI_LOAD_FILE_PROTOCOL *self, EFI_DEVICE_PATH *path,
				   BOOLEAN policy, UINTN *size, void *buf)
{
	UINTN have = *size;

	(void)self;
	assert_int_equal(path->Type, END_DEVICE_PATH_TYPE);
	assert_false(policy);
	*size = strlen(fw.initrd);
	if (!buf)
		return EFI_BUFFER_TOO_SMALL;
	*size += fw.initrd_grows;
	if (have < *size)
		return EFI_BUFFER_TOO_SMALL;
	memcpy(buf, fw.initrd, *size);
	return EFI_SUCCESS;
}

static EFI_LOAD_FILE_PROTOCOL loader = { .LoadFile = load_file };

/* PCI root, and its end. */
static const UINT8 device[] = { 2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0, 0x7f, 0xff, 4, 0 };

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **interface)
{
	static const EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
	static const EFI_GUID path = EFI_DEVICE_PATH_PROTOCOL_GUID;

	(void)handle;
	if (memcmp(guid, &file_system, sizeof(file_system)) == 0) {
		*interface = &fs;
		return fw.no_volume ? EFI_UNSUPPORTED : EFI_SUCCESS;
	}
	if (memcmp(guid, &path, sizeof(path)) == 0) {
		*interface = (void *)device;
		return fw.no_path ? EFI_UNSUPPORTED : EFI_SUCCESS;
	}
	*interface = &loader;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_device_path(EFI_GUID *guid, EFI_DEVICE_PATH **path,
					    EFI_HANDLE *handle)
{
	/* Documentation/admin-guide/efi-stub.rst of Linux, and UEFI 13.2. */
	static const UINT8 initrd[] = { 4,    3,    20,   0,    0x27, 0xe4, 0x68, 0x55,
					0xfc, 0x68, 0x3d, 0x4f, 0xac, 0x74, 0xca, 0x55,
					0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0 };
	static const UINT8 load_file2[] = { 0xc1, 0xc0, 0x06, 0x40, 0xb3, 0xfc, 0x3e, 0x40,
					    0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d };

	assert_memory_equal(guid, load_file2, sizeof(load_file2));
	assert_memory_equal(*path, initrd, sizeof(initrd));
	*handle = &fw;
	return fw.initrd ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS __attribute__((sysv_abi)) shim_verify(void *buffer, UINT32 size)
{
	assert_non_null(buffer);
	fw.shim_asked++;
	fw.shim_size = size;
	return size ? fw.shim_says : EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **interface)
{
	static const UINT8 shim_lock[] = { 0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43,
					   0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23 };
	static void *protocol[3]; /* as shim lays it out: it verifies by the first */

	assert_null(registration);
	assert_memory_equal(guid, shim_lock, sizeof(shim_lock));
	protocol[0] = (void *)shim_verify;
	*interface = protocol;
	return fw.shim ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **buf)
{
	(void)type;
	fw.pool++;
	*buf = malloc(size);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(void *buf)
{
	fw.pool--;
	free(buf);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent, EFI_DEVICE_PATH *path,
				    void *buf, UINTN size, EFI_HANDLE *image)
{
	/* The device, then "\k" with its end, then the end of it all. */
	static const UINT8 file[] = { 4, 4, 10, 0, '\\', 0, 'k', 0, 0, 0, 0x7f, 0xff, 4, 0 };

	assert_false(policy);
	assert_ptr_equal(parent, &fs);
	assert_memory_equal(path, device, sizeof(device) - 4);
	assert_memory_equal((UINT8 *)path + sizeof(device) - 4, file, sizeof(file));
	assert_memory_equal(buf, "kernel", size);
	fw.load_images++;
	if (fw.keeps_image || !fw.load_image)
		*image = &fw;
	return fw.load_image;
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE image)
{
	assert_ptr_equal(image, &fw);
	fw.unloads++;
	return EFI_SUCCESS;
}

static EFI_BOOT_SERVICES bs = {
	.HandleProtocol = handle_protocol,
	.LocateDevicePath = locate_device_path,
	.LocateProtocol = locate_protocol,
	.AllocatePool = allocate_pool,
	.FreePool = free_pool,
	.LoadImage = load_image,
	.UnloadImage = unload_image,
};
static EFI_LOADED_IMAGE loaded = { .ImageBase = &bs };
static struct efi efi = { .image = &fs, .bs = &bs, .loaded = &loaded, .cmdline = cmdline };

static int clear(void **state)
{
	(void)state;
	memset(&fw, 0, sizeof(fw));
	memset(cmdline, 0, sizeof(cmdline));
	return 0;
}

/* Whatever happens, nothing stays open or allocated. */
static int all_closed(void **state)
{
	(void)state;
	assert_int_equal(fw.open_handles, 0);
	assert_int_equal(fw.pool, 0);
	return 0;
}

/* ---- files -------------------------------------------------------------------------------------------- */

static void test_file(void **state)
{
	static char big[3 * 1024 * 1024 + 7], buf[sizeof(big)];
	struct efi_source s;

	(void)state;
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i * 7 + i / 1000);
	fw.file[0] = (struct entry){ .path = "\\f", .content = big, .size = sizeof(big) };
	assert_int_equal(efi_find(&efi, L"\\f", &s), EFI_SUCCESS);
	assert_int_equal(s.size, sizeof(big));
	assert_int_equal(efi_read(&efi, &s, buf), EFI_SUCCESS);
	assert_memory_equal(buf, big, sizeof(big));
	assert_int_equal(fw.largest_read, 1024 * 1024);
}

static void test_no_file(void **state)
{
	struct efi_source s;

	(void)state;
	assert_int_equal(efi_find(&efi, L"\\f", &s), EFI_SUCCESS);
	assert_int_equal(s.size, 0);
	fw.file[0] = (struct entry){ .path = "\\f", .content = "" };
	assert_int_equal(efi_find(&efi, L"\\f", &s), EFI_SUCCESS);
	assert_int_equal(s.size, 0);
	fw.no_volume = true; /* the image came over the network */
	assert_int_equal(efi_find(&efi, L"\\f", &s), EFI_SUCCESS);
	assert_int_equal(s.size, 0);
	assert_int_equal(fw.said, 0);
}

static void expect_unreadable(EFI_STATUS expected)
{
	struct efi_source s;

	fw.said = 0;
	assert_int_equal(efi_find(&efi, L"\\f", &s), expected);
	assert_int_equal(fw.said, 1);
	assert_string_equal(fw.text, "file-unreadable: \\f");
}

static void test_unreadable(void **state)
{
	(void)state;
	fw.file[0] = (struct entry){ .path = "\\f", .content = "x" };
	fw.volume = EFI_NO_MEDIA;
	expect_unreadable(EFI_NO_MEDIA);
	fw.volume = EFI_NOT_FOUND; /* not the file */
	expect_unreadable(EFI_DEVICE_ERROR);
	fw.volume = 0;
	fw.open = EFI_ACCESS_DENIED;
	expect_unreadable(EFI_ACCESS_DENIED);
	fw.open = 0;
	fw.seek = EFI_UNSUPPORTED; /* a folder */
	expect_unreadable(EFI_UNSUPPORTED);
	fw.seek = 0;
	fw.file[0].size = ~0UL - 1;
	expect_unreadable(EFI_VOLUME_CORRUPTED);
}

static void test_read_fails(void **state)
{
	struct efi_source s;
	char buf[16];

	(void)state;
	fw.file[0] = (struct entry){ .path = "\\f", .content = "content", .breaks = true };
	assert_int_equal(efi_find(&efi, L"\\f", &s), EFI_SUCCESS);
	assert_int_equal(efi_read(&efi, &s, buf), EFI_DEVICE_ERROR);
	assert_string_equal(fw.text, "file-unreadable: \\f");
	fw.file[0].breaks = false;
	s.size++; /* the file has become shorter */
	assert_int_equal(efi_read(&efi, &s, buf), EFI_END_OF_FILE);
	fw.file[0].path = "\\other";
	assert_int_equal(efi_read(&efi, &s, buf), EFI_NOT_FOUND);
	assert_int_equal(fw.said, 3);
}

/* ---- initrds ------------------------------------------------------------------------------------------ */

static void test_loader(void **state)
{
	struct efi_source s;
	char buf[16] = "";

	(void)state;
	fw.initrd = "initrd";
	strcpy(cmdline, "initrd=/a"); /* which Linux does not look at either, then */
	assert_int_equal(efi_find_initrd(&efi, &s), EFI_SUCCESS);
	assert_int_equal(s.size, 6);
	assert_int_equal(efi_read(&efi, &s, buf), EFI_SUCCESS);
	assert_string_equal(buf, "initrd");
	fw.initrd_grows = 1;
	assert_int_equal(efi_read(&efi, &s, buf), EFI_BUFFER_TOO_SMALL);
	fw.initrd_grows = (UINTN)-1;
	assert_int_equal(efi_read(&efi, &s, buf), EFI_LOAD_ERROR);
}

/* drivers/firmware/efi/libstub/file.c of Linux puts the files behind each other as they are. */
static void test_named(void **state)
{
	static const struct {
		const char *line, *expect;
	} row[] = {
		{ "", "" },
		{ "a b", "" },
		{ "initrd=/a", "AAA" },
		{ "initrd=\\a", "AAA" },
		{ "x initrd=/d/b y", "BB" },
		{ "initrd=/a initrd=/d/b", "AAABB" },
		{ "initrd=/d/b x  initrd=/a initrd=\\d/b", "BBAAABB" },
		{ "noinitrd=/a xinitrd=/a", "" },
		{ "noinitrd initrd=/a", "AAA" },
	};

	(void)state;
	fw.file[0] = (struct entry){ .path = "\\a", .content = "AAA" };
	fw.file[1] = (struct entry){ .path = "\\d\\b", .content = "BB" };
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		struct efi_source s;
		char buf[16] = "";

		strcpy(cmdline, row[i].line);
		assert_int_equal(efi_find_initrd(&efi, &s), EFI_SUCCESS);
		assert_int_equal(s.size, strlen(row[i].expect));
		assert_null(s.loader);
		if (s.size)
			assert_int_equal(efi_read(&efi, &s, buf), EFI_SUCCESS);
		assert_string_equal(buf, row[i].expect);
	}
	assert_int_equal(fw.said, 0);
}

static void expect_named(const char *line, EFI_STATUS expected, const char *text)
{
	struct efi_source s;

	strcpy(cmdline, line);
	assert_int_equal(efi_find_initrd(&efi, &s), expected);
	assert_string_equal(fw.text, text);
}

static void test_named_missing(void **state)
{
	static char line[EFI_CMDLINE];
	struct efi_source s;

	(void)state;
	fw.file[0] = (struct entry){ .path = "\\a", .content = "AAA" };
	fw.file[1] = (struct entry){ .path = "\\e", .content = "" };
	expect_named("initrd=/a initrd=/b", EFI_NOT_FOUND,
		     "file-unreadable: missing or empty: \\b");
	expect_named("initrd=/e", EFI_NOT_FOUND, "file-unreadable: missing or empty: \\e");
	expect_named("initrd=", EFI_NOT_FOUND, "file-unreadable: missing or empty: ");
	/* The longest path that a line can hold is not cut. */
	memset(line, 'x', EFI_CMDLINE - 1);
	memcpy(line, "initrd=/", 8);
	strcpy(cmdline, line);
	assert_int_equal(efi_find_initrd(&efi, &s), EFI_NOT_FOUND);
	line[7] = '\\';
	fw.file[1].path = line + 7;
	fw.file[1].content = "long";
	assert_int_equal(efi_find_initrd(&efi, &s), EFI_SUCCESS);
	assert_int_equal(s.size, 4);
}

/* Between measuring and reading: the buffer is never overrun, and no byte of it is left out. */
static void test_named_changes(void **state)
{
	static const struct {
		unsigned int first, second;
	} row[] = { { 1, 0 }, { 0, 1 }, { (unsigned int)-1, 0 }, { 0, (unsigned int)-1 } };
	struct efi_source s;
	char buf[5];

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		fw.file[0] = (struct entry){ .path = "\\a", .content = "AAAA", .size = 3 };
		fw.file[1] = (struct entry){ .path = "\\b", .content = "BBB", .size = 2 };
		strcpy(cmdline, "initrd=/a initrd=/b");
		assert_int_equal(efi_find_initrd(&efi, &s), EFI_SUCCESS);
		assert_int_equal(s.size, sizeof(buf));
		fw.file[0].size += (UINT64)(int)row[i].first;
		fw.file[1].size += (UINT64)(int)row[i].second;
		assert_int_equal(efi_read(&efi, &s, buf), EFI_VOLUME_CORRUPTED);
	}
}

/* ---- who vouches -------------------------------------------------------------------------------------- */

#define NO  EFI_SECURITY_VIOLATION
#define YES EFI_SUCCESS

static void test_verify(void **state)
{
	static const struct {
		bool shim;
		EFI_STATUS shim_says, load_image, expect;
		bool keeps_image;
		unsigned int load_images, unloads;
		const char *text;
	} row[] = {
		{ false, 0, YES, YES, false, 1, 1, "" },
		{ false, 0, NO, NO, true, 1, 1, "secure-boot: the firmware does not verify \\k" },
		{ false, 0, EFI_ACCESS_DENIED, EFI_ACCESS_DENIED, false, 1, 0,
		  "secure-boot: the firmware does not verify \\k" },
		{ true, YES, NO, YES, false, 0, 0, "" },
		{ true, NO, YES, YES, false, 1, 1, "" },
		{ true, NO, EFI_ACCESS_DENIED, EFI_ACCESS_DENIED, false, 1, 0,
		  "secure-boot: neither shim nor the firmware verifies \\k" },
		{ true, EFI_INVALID_PARAMETER, NO, NO, true, 1, 1,
		  "secure-boot: neither shim nor the firmware verifies \\k" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(row); i++) {
		clear(state);
		fw.shim = row[i].shim;
		fw.shim_says = row[i].shim_says;
		fw.load_image = row[i].load_image;
		fw.keeps_image = row[i].keeps_image;
		assert_int_equal(efi_verify(&efi, L"\\k", "kernel", 6), row[i].expect);
		assert_int_equal(fw.shim_asked, row[i].shim);
		assert_int_equal(fw.shim_size, row[i].shim ? 6 : 0);
		assert_int_equal(fw.load_images, row[i].load_images);
		assert_int_equal(fw.unloads, row[i].unloads);
		assert_int_equal(fw.said, row[i].text[0] != '\0');
		assert_string_equal(fw.text, row[i].text);
		all_closed(state);
	}
}

/* The firmware cannot be told of a device without a path. */
static void test_verify_no_path(void **state)
{
	(void)state;
	fw.no_path = true;
	assert_true(EFI_ERROR(efi_verify(&efi, L"\\k", "kernel", 6)));
	assert_int_equal(fw.load_images, 0);
	assert_int_equal(fw.said, 1);
	fw.shim = true;
	assert_int_equal(efi_verify(&efi, L"\\k", "kernel", 6), EFI_SUCCESS);
}

/* Shim's size has 32 bits: of more it would verify the beginning only. */
static void test_verify_size(void **state)
{
	(void)state;
	fw.shim = true;
	fw.no_path = true;
	assert_true(EFI_ERROR(efi_verify(&efi, L"\\k", "kernel", GIB(4) + 6)));
	assert_true(EFI_ERROR(efi_verify(&efi, L"\\k", "kernel", GIB(2))));
	assert_int_equal(fw.shim_asked, 0);
}

static void test_join(void **state)
{
	(void)state;
	efi_join_shim(&efi);
	assert_int_equal(fw.shim_asked, 0);
	fw.shim = true;
	efi_join_shim(&efi);
	assert_int_equal(fw.shim_asked, 1);
	assert_int_equal(fw.said, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, clear, all_closed)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file),          TEST(test_no_file),        TEST(test_unreadable),
		TEST(test_read_fails),    TEST(test_loader),         TEST(test_named),
		TEST(test_named_missing), TEST(test_named_changes),  TEST(test_verify),
		TEST(test_verify_size),   TEST(test_verify_no_path), TEST(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
