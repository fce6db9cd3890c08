// SPDX-License-Identifier: MIT
/* The TPM's event log, from a firmware made of a few functions, written here event by event. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
#include "boot/door/efi/tpm.c"
/* clang-format on */

#define SHA1   4
#define SHA256 0xb
#define SHA384 0xc
#define CANARY 0xa5

/** struct bytes - a log, or the final events: what has been written, and where the last event begins */
struct bytes {
	uint8_t data[4096];
	size_t size, last;
};

/** struct firmware - what it has, and how it behaves */
static struct {
	bool protocol, only_1_2, none, no_pool, no_table, empty;
	struct bytes log;
	struct {
		uint64_t version, events;
		struct bytes b;
	} final;
	bool has_final;
	uint8_t *pool;
	size_t pool_size;
	uint8_t *installed;
	bool freed;
	char text[256];
} fw;

static void put(struct bytes *b, uint64_t value, unsigned int bytes)
{
	while (bytes--) {
		b->data[b->size++] = (uint8_t)value;
		value >>= 8;
	}
}

static void put_text(struct bytes *b, const char *text, size_t n)
{
	memcpy(b->data + b->size, text, n);
	b->size += n;
}

/* Format 1.2; the head of format 2 is one of type 3 with zeros for a digest. */
static void event_1_2(struct bytes *b, uint32_t type, uint8_t digest, const char *data, size_t n)
{
	b->last = b->size;
	put(b, 0, 4);
	put(b, type, 4);
	for (int i = 0; i < 20; i++)
		put(b, digest, 1);
	put(b, n, 4);
	put_text(b, data, n);
}

static void head(struct bytes *b)
{
	struct bytes id = { .size = 0 };

	put_text(&id, "Spec ID Event03", 16);
	put(&id, 0, 4);        /* platform class */
	put(&id, 0x000200, 3); /* version */
	put(&id, 2, 1);        /* size of an UINTN */
	put(&id, 2, 4);
	put(&id, SHA1, 2);
	put(&id, 20, 2);
	put(&id, SHA256, 2);
	put(&id, 32, 2);
	put(&id, 0, 1); /* vendor information */
	event_1_2(b, 3, 0, (const char *)id.data, id.size);
}

static void event_2(struct bytes *b, uint16_t second, size_t n)
{
	b->last = b->size;
	put(b, 7, 4);
	put(b, 0x80000001, 4);
	put(b, 2, 4);
	put(b, SHA1, 2);
	for (int i = 0; i < 20; i++)
		put(b, 0x11, 1);
	put(b, second, 2);
	for (int i = 0; i < 32; i++)
		put(b, 0x22, 1);
	put(b, n, 4);
	while (n--)
		put(b, 0x33, 1);
}

static EFI_STATUS EFIAPI get_event_log(struct tcg2 *tcg2, UINT32 format,
				       EFI_PHYSICAL_ADDRESS *first, EFI_PHYSICAL_ADDRESS *last,
				       BOOLEAN *truncated)
{
	assert_non_null(tcg2);
	*truncated = FALSE;
	*first = *last = 0;
	if (fw.none || (fw.only_1_2 && format != 1))
		return fw.none ? EFI_SUCCESS : EFI_INVALID_PARAMETER;
	*first = (UINTN)fw.log.data;
	*last = fw.empty ? 0 : (UINTN)fw.log.data + fw.log.last;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **interface)
{
	static struct tcg2 tcg2 = { .get_event_log = get_event_log };

	(void)registration;
	assert_int_equal(guid->Data1, 0x607f766c);
	*interface = &tcg2;
	return fw.protocol ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **data)
{
	assert_int_equal(type, EfiACPIReclaimMemory);
	if (fw.no_pool)
		return EFI_OUT_OF_RESOURCES;
	fw.pool = malloc(size); /* exactly: the sanitizer sees what is written beyond it */
	fw.pool_size = size;
	memset(fw.pool, CANARY, size);
	*data = fw.pool;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(void *data)
{
	assert_ptr_equal(data, fw.pool);
	fw.freed = true;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI install_table(EFI_GUID *guid, void *table)
{
	assert_int_equal(guid->Data1, 0xb7799cb0);
	if (fw.no_table)
		return EFI_OUT_OF_RESOURCES;
	fw.installed = table;
	return EFI_SUCCESS;
}

void *efi_table(const struct efi *e, const EFI_GUID *guid)
{
	(void)e;
	assert_int_equal(guid->Data1, 0x1e2ed096);
	return fw.has_final ? &fw.final : NULL;
}

void efi_say(struct efi *e, const CHAR16 *a, const CHAR16 *b)
{
	size_t n = 0;

	(void)e;
	for (; *a && n < sizeof(fw.text) - 1; a++)
		fw.text[n++] = (char)*a;
	for (; b && *b && n < sizeof(fw.text) - 1; b++)
		fw.text[n++] = (char)*b;
	fw.text[n] = '\0';
}

static int setup(void **state)
{
	(void)state;
	memset(&fw, 0, sizeof(fw));
	fw.protocol = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(fw.pool);
	return 0;
}

static void keep(void)
{
	static EFI_BOOT_SERVICES bs = { .LocateProtocol = locate_protocol,
					.AllocatePool = allocate_pool,
					.FreePool = free_pool,
					.InstallConfigurationTable = install_table };
	struct efi e = { .bs = &bs };

	efi_keep_tpm_log(&e);
}

static uint32_t u32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The log as Linux reads it: all that the firmware wrote, and no more. */
static void handed_on(unsigned int version, size_t final)
{
	assert_non_null(fw.installed);
	assert_int_equal(u32(fw.installed), fw.log.size);
	assert_int_equal(u32(fw.installed + 4), final);
	assert_int_equal(fw.installed[8], version);
	assert_memory_equal(fw.installed + 9, fw.log.data, fw.log.size);
	assert_true(fw.pool_size >= 12 + fw.log.size);
	assert_string_equal(fw.text, "");
}

static void not_handed_on(const char *why)
{
	assert_null(fw.installed);
	assert_true(!fw.pool || fw.freed);
	assert_non_null(strstr(fw.text, why));
	assert_true(!*why || strncmp(fw.text, "tpm-log: ", 9) == 0);
}

static void test_log(void **state)
{
	(void)state;
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	event_2(&fw.log, SHA256, 0);
	event_2(&fw.log, SHA256, 333);
	keep();
	handed_on(2, 0);
}

/* Events after the first request for the log are in both. */
static void test_final(void **state)
{
	(void)state;
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	fw.has_final = true;
	fw.final.version = 1;
	fw.final.events = 2;
	event_2(&fw.final.b, SHA256, 5);
	event_2(&fw.final.b, SHA256, 50);
	/* struct bytes begins with its data, as the events do behind the two numbers */
	keep();
	handed_on(2, fw.final.b.size);
	assert_int_equal(fw.final.b.size, 2 * (12 + 22 + 34 + 4) + 55);
}

/* Only as many as there are; the rest of the memory holds none. */
static void test_final_ends_early(void **state)
{
	(void)state;
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	fw.has_final = true;
	fw.final.events = 1000;
	event_2(&fw.final.b, SHA256, 5);
	keep();
	handed_on(2, fw.final.b.size);
}

static void test_head_alone(void **state)
{
	(void)state;
	head(&fw.log);
	keep();
	handed_on(2, 0);
}

static void test_old_format(void **state)
{
	(void)state;
	fw.only_1_2 = true;
	head(&fw.log);
	event_1_2(&fw.log, 8, 0x44, "one", 3);
	event_1_2(&fw.log, 8, 0x55, "another", 7);
	fw.has_final = true; /* of format 2: not of this log */
	fw.final.events = 1;
	event_2(&fw.final.b, SHA256, 5);
	keep();
	handed_on(1, 0);
}

static void test_empty(void **state)
{
	(void)state;
	fw.empty = true;
	keep();
	handed_on(2, 0);
}

static void test_nothing_to_give(void **state)
{
	(void)state;
	fw.none = true;
	keep();
	not_handed_on("");
	fw.protocol = false;
	keep();
	not_handed_on("");
	assert_string_equal(fw.text, "");
}

static void test_malformed(void **state)
{
	(void)state;
	head(&fw.log);
	event_2(&fw.log, SHA384, 10); /* a digest that the head does not name */
	keep();
	not_handed_on("last event");

	setup(state);
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	fw.log.data[fw.log.last + 8] = 3; /* more digests than the head names */
	keep();
	not_handed_on("last event");

	setup(state);
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	fw.log.data[32] = 's'; /* another signature */
	keep();
	not_handed_on("last event");

	setup(state);
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	memset(fw.log.data + fw.log.size - 14, 0xff, 4); /* 4 GiB of data */
	keep();
	not_handed_on("last event");
}

static void test_firmware_fails(void **state)
{
	(void)state;
	head(&fw.log);
	event_2(&fw.log, SHA256, 10);
	fw.no_pool = true;
	keep();
	not_handed_on("no memory");

	fw.no_pool = false;
	fw.no_table = true;
	keep();
	not_handed_on("takes no table");
	assert_true(fw.freed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_log),        TEST(test_final),           TEST(test_final_ends_early),
		TEST(test_head_alone), TEST(test_old_format),      TEST(test_empty),
		TEST(test_malformed),  TEST(test_nothing_to_give), TEST(test_firmware_fails),
	};

	return cmocka_run_group_tests_name("efi_tpm", tests, NULL, NULL);
}
