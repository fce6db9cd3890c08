// SPDX-License-Identifier: MIT
/*
 * The boot_params segment, read back by offsets of the boot protocol.
 *
 * What baton was given lies in a memory of 1 MiB from physical address 1 MiB on; the segment is built
 * for a place above 4 GiB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/params.h"

#define BASE   MIB(1)
#define AT     0x123456780ULL
#define CANARY 64

static uint8_t *memory;
static struct boot_info *info;
static struct bzimage kernel;
static struct params params;
static struct pane window;
static struct kho_scratch scratch[KHO_MAX_SCRATCH];
static uint8_t seed[32];

static uint64_t get(const uint8_t *p, unsigned int bytes)
{
	uint64_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

static void fill(uint8_t *p, size_t n, uint8_t first)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(first + i * 7);
}

/* An entry of the incoming chain; its payload is a pattern that begins with @type. */
static void incoming(uint32_t type, uint32_t len)
{
	struct boot_setup *s = &info->setup[info->nr_setup];

	*s = (struct boot_setup){ BASE + KIB(64) * (info->nr_setup + 1u) + 3, type, len };
	fill(memory + (s->addr - BASE) + 16, len, (uint8_t)type);
	info->nr_setup++;
}

static int setup(void **state)
{
	(void)state;
	memory = calloc(1, MIB(1));
	info = calloc(1, sizeof(*info));
	window = (struct pane){ BASE, BASE + MIB(1), memory };
	info->window = (struct window){ &window, 1 };
	info->bp = (const struct boot_params *)memory;
	info->bp_addr = BASE;

	memset(&kernel, 0, sizeof(kernel));
	fill((uint8_t *)&kernel.hdr, sizeof(kernel.hdr), 1);
	kernel.hdr.cmdline_size = 2047;
	fill(seed, sizeof(seed), 99);
	for (unsigned int i = 0; i < KHO_MAX_SCRATCH; i++)
		scratch[i] = (struct kho_scratch){ MIB(16) * (i + 1), MIB(8) };
	params = (struct params){
		.info = info,
		.kernel = &kernel,
		.cmdline = "console=ttyS0 kho=on",
		.fdt = 0x1122334455667000,
		.scratch = scratch,
		.nr_scratch = 3,
		.seed = seed,
		.seed_size = sizeof(seed),
		.initrd = 0x345678000,
		.initrd_size = 0x212345678,
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(memory);
	free(info);
	return 0;
}

/* Build between canaries. Return: the segment, CANARY bytes into a block to free; its size. */
static uint8_t *build(uint64_t *size)
{
	struct fault f;
	uint8_t *block, *buf;

	*size = params_size(&params, &f);
	assert_true(*size >= 4096);
	block = malloc(*size + 2 * CANARY);
	memset(block, 0xa5, *size + 2 * CANARY);
	buf = block + CANARY;
	params_build(&params, buf, AT);
	for (unsigned int i = 0; i < CANARY; i++) {
		assert_int_equal(block[i], 0xa5);
		assert_int_equal(buf[*size + i], 0xa5);
	}
	return buf;
}

static void drop(uint8_t *buf)
{
	free(buf - CANARY);
}

/** struct seen - what a walk of the chain came past */
struct seen {
	unsigned int nr;
	uint32_t type[80], len[80];
	const uint8_t *data[80];
};

/* Walk as a kernel would: every node in the segment, behind the zero page and over no other. */
static void walk(const uint8_t *buf, uint64_t size, struct seen *s)
{
	uint64_t next = get(buf + 0x250, 8), last_end = AT + 4096;

	s->nr = 0;
	while (next) {
		const uint8_t *node = buf + (next - AT);

		assert_true(next >= last_end);
		assert_int_equal(next % 8, 0);
		assert_true(next + 16 <= AT + size);
		s->type[s->nr] = (uint32_t)get(node + 8, 4);
		s->len[s->nr] = (uint32_t)get(node + 12, 4);
		s->data[s->nr] = node + 16;
		last_end = next + 16 + s->len[s->nr];
		assert_true(last_end <= AT + size);
		next = get(node, 8);
		assert_true(++s->nr < 80);
	}
}

static void test_header(void **state)
{
	uint8_t want[sizeof(kernel.hdr)], *buf;
	uint64_t size, cmdline;

	(void)state;
	buf = build(&size);
	assert_int_equal(get(buf + 0x210, 1), 0xd0); /* type_of_loader */
	assert_int_equal(get(buf + 0x211, 1), 0);    /* loadflags */
	assert_int_equal(get(buf + 0x218, 4), 0x45678000);
	assert_int_equal(get(buf + 0xc0, 4), 3);
	assert_int_equal(get(buf + 0x21c, 4), 0x12345678);
	assert_int_equal(get(buf + 0xc4, 4), 2);
	cmdline = get(buf + 0x228, 4) | get(buf + 0xc8, 4) << 32;
	assert_int_equal(cmdline, AT + 4096);
	assert_string_equal((char *)buf + (cmdline - AT), params.cmdline);
	assert_int_equal(get(buf + 0x1ef, 1), 0); /* sentinel */

	/* All other fields are the image's own. */
	memcpy(want, &kernel.hdr, sizeof(want));
	want[0x210 - 0x1f1] = 0xd0;
	want[0x211 - 0x1f1] = 0;
	memcpy(want + (0x218 - 0x1f1), buf + 0x218, 8);
	memcpy(want + (0x228 - 0x1f1), buf + 0x228, 4);
	memcpy(want + (0x250 - 0x1f1), buf + 0x250, 8);
	memset(want + (0x23c - 0x1f1), 0, 12); /* hardware_subarch and its data */
	assert_memory_equal(buf + 0x1f1, want, sizeof(want));
	drop(buf);
}

/* Offset and size of everything that goes on as it came in; nothing else of the zero page may. */
static const struct {
	const char *what;
	size_t at, size;
} machine[] = {
	{ "screen_info", 0x000, 0x40 },
	{ "acpi_rsdp_addr", 0x070, 8 },
	{ "edid_info", 0x140, 0x80 },
	{ "alt_mem_k", 0x1e0, 4 },
	{ "e820_entries", 0x1e8, 1 },
	{ "eddbuf_entries", 0x1e9, 1 },
	{ "edd_mbr_sig_buf_entries", 0x1ea, 1 },
	{ "secure_boot", 0x1ec, 1 },
	{ "hardware_subarch and its data", 0x23c, 12 },
	{ "edd_mbr_sig_buffer", 0x290, 0x40 },
	{ "e820_table", 0x2d0, 0xa00 },
	{ "eddbuf", 0xd00, 0x1ec },
};

static void test_machine(void **state)
{
	uint8_t want[4096] = { 0 }, *buf;
	uint64_t size;

	(void)state;
	fill(memory, 4096, 5);
	memory[0x1e8] = 128;
	memset(memory + 0x1c0, 0, 0x20); /* EFI has its own test */
	buf = build(&size);
	for (size_t i = 0; i < ARRAY_SIZE(machine); i++) {
		memcpy(want + machine[i].at, memory + machine[i].at, machine[i].size);
		if (memcmp(buf + machine[i].at, want + machine[i].at, machine[i].size) != 0)
			fail_msg("%s", machine[i].what);
	}
	/* The header and the two high halves are tested above. */
	memcpy(want + 0xc0, buf + 0xc0, 12);
	memcpy(want + 0x1f1, buf + 0x1f1, sizeof(kernel.hdr));
	assert_memory_equal(buf, want, sizeof(want));
	drop(buf);
}

static void test_seed_and_kho(void **state)
{
	struct seen s;
	uint64_t size, array;
	uint8_t *buf;

	(void)state;
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(s.nr, 2);
	assert_int_equal(s.type[0], 9);
	assert_int_equal(s.len[0], sizeof(seed));
	assert_memory_equal(s.data[0], seed, sizeof(seed));

	assert_int_equal(s.type[1], 10);
	assert_int_equal(s.len[1], 32 + 3 * 16);
	assert_int_equal(get(s.data[1], 8), params.fdt);
	assert_int_equal(get(s.data[1] + 8, 8), 4096);
	assert_int_equal(get(s.data[1] + 24, 8), 3 * 16);
	/* The array lies inside the payload, where KASLR keeps off. */
	array = get(s.data[1] + 16, 8);
	assert_int_equal(array, AT + (uint64_t)(s.data[1] - buf) + 32);
	assert_memory_equal(buf + (array - AT), scratch, 3 * 16);

	assert_int_equal(params_fdt_slot(&params), s.data[1] - buf);
	assert_int_equal(params_fdt_slot(&params) % 8, 0);
	drop(buf);
}

/* A byte of a seed is that of all sources, one bit at a time: what is known of one tells nothing of the others. */
static void test_seed(void **state)
{
	static const struct {
		const char *comment;
		uint32_t len[2]; /* of incoming entries; 0 for none */
		bool cpu;
		uint32_t size;
	} row[] = {
		{ "nobody", { 0, 0 }, false, 0 },
		{ "the processor", { 0, 0 }, true, 32 },
		{ "what came in", { 32, 0 }, false, 32 },
		{ "two came in", { 32, 32 }, false, 32 },
		{ "all", { 32, 32 }, true, 32 },
		{ "a long one, folded", { 70, 0 }, false, 32 },
		{ "a short one", { 31, 0 }, false, 0 },
		{ "a short one and the processor", { 16, 0 }, true, 32 },
		{ "one that is not in RAM", { UINT32_MAX, 0 }, false, 0 },
	};
	uint8_t got[32 + 1], want[32];

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(row); r++) {
		info->nr_setup = 0;
		incoming(2, 64); /* no seed */
		memcpy(want, seed, 32);
		if (!row[r].cpu)
			memset(want, 0, 32);
		for (unsigned int k = 0; k < 2 && row[r].len[k]; k++) {
			uint32_t len = row[r].len[k], at = k * 50;
			uint8_t data[256];

			incoming(9, len > 256 ? 0 : len);
			info->setup[k + 1].len = len;
			fill(data, sizeof(data), (uint8_t)(at + 9));
			memcpy(memory + (info->setup[k + 1].addr - BASE) + 16, data, 256);
			for (uint32_t i = 0; len >= 32 && len < 256 && i < len; i++)
				want[i & 31] ^= data[i];
		}
		got[32] = 0xa5;
		if (params_seed(info, row[r].cpu ? seed : NULL, got) != row[r].size)
			fail_msg("%s", row[r].comment);
		if (row[r].size && memcmp(got, want, 32) != 0)
			fail_msg("%s: other bytes", row[r].comment);
		assert_int_equal(got[32], 0xa5);
	}
}

/* IMA's list lies elsewhere, and has an entry of its own; the one that came in leads to where it lay before. */
static void test_ima(void **state)
{
	uint64_t size, without;
	struct seen s;
	uint8_t *buf;

	(void)state;
	incoming(8, 16);
	buf = build(&without);
	walk(buf, without, &s);
	assert_int_equal(s.nr, 2);
	drop(buf);
	params.ima = 0x123456000;
	params.ima_size = 0x87654;
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(size, without + 32);
	assert_int_equal(s.nr, 3);
	assert_int_equal(s.type[2], 8);
	assert_int_equal(s.len[2], 16);
	assert_int_equal(get(s.data[2], 8), 0x123456000);
	assert_int_equal(get(s.data[2] + 8, 8), 0x87654);
	assert_int_equal(params_fdt_slot(&params), s.data[1] - buf);
	drop(buf);
}

static void test_cold(void **state)
{
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	params.fdt = 0;
	params.seed_size = 0;
	params.cmdline = "";
	params.initrd = params.initrd_size = 0;
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(s.nr, 0);
	assert_int_equal(params_fdt_slot(&params), 0);
	assert_int_equal(get(buf + 0x218, 8), 0);
	assert_int_equal(buf[4096], 0);
	drop(buf);
}

static void test_all_scratch(void **state)
{
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	params.nr_scratch = KHO_MAX_SCRATCH;
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(s.len[1], 32 + 16 * KHO_MAX_SCRATCH);
	assert_memory_equal(s.data[1] + 32, scratch, sizeof(scratch));
	drop(buf);
}

static const struct {
	const char *comment;
	uint32_t type;
	bool goes_on;
} types[] = {
	{ "SETUP_NONE", 0, false },
	{ "E820_EXT", 1, true },
	{ "DTB", 2, true },
	{ "PCI", 3, true },
	{ "EFI, without a map", 4, false },
	{ "APPLE_PROPERTIES", 5, true },
	{ "JAILHOUSE", 6, true },
	{ "CC_BLOB", 7, true },
	{ "IMA", 8, false },
	{ "RNG_SEED", 9, false },
	{ "KHO", 10, false },
	{ "unknown", 11, false },
	{ "INDIRECT", 0x80000000, false },
	{ "INDIRECT of a DTB", 0x80000002, false },
};

static void test_types(void **state)
{
	unsigned int want = 2; /* behind the seed and KHO */
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		incoming(types[i].type, 33 + i);
	buf = build(&size);
	walk(buf, size, &s);
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++) {
		uint8_t data[64];

		if (params_passes_on(info, types[i].type) != types[i].goes_on)
			fail_msg("%s", types[i].comment);
		if (!types[i].goes_on)
			continue;
		assert_int_equal(s.type[want], types[i].type);
		assert_int_equal(s.len[want], 33 + i);
		fill(data, 33 + i, (uint8_t)types[i].type);
		assert_memory_equal(s.data[want], data, 33 + i);
		want++;
	}
	assert_int_equal(s.nr, want);
	drop(buf);
}

/* 200 entries: 128 in the table, 72 in an E820_EXT entry. */
static void test_e820_ext(void **state)
{
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	fill(memory + 0x2d0, 128 * 20, 17);
	memory[0x1e8] = 128;
	incoming(1, 72 * 20);
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(get(buf + 0x1e8, 1), 128);
	assert_memory_equal(buf + 0x2d0, memory + 0x2d0, 128 * 20);
	assert_int_equal(s.nr, 3);
	assert_int_equal(s.type[2], 1);
	assert_int_equal(s.len[2], 72 * 20);
	assert_memory_equal(s.data[2], memory + (info->setup[0].addr - BASE) + 16, 72 * 20);
	drop(buf);
}

static void efi_map(paddr_t at, uint32_t size)
{
	memcpy(memory + 0x1c0, "EL64", 4);
	fill(memory + 0x1c4, 28, 3);
	memcpy(memory + 0x1d0, &at, 4);
	memcpy(memory + 0x1dc, (uint8_t *)&at + 4, 4);
	memcpy(memory + 0x1d4, &size, 4);
}

static void test_efi(void **state)
{
	uint8_t want[32], *buf;
	uint64_t size, map;
	struct seen s;

	(void)state;
	efi_map(BASE + 5000, 48 * 11);
	fill(memory + 5000, 48 * 11, 77);
	incoming(4, 64);
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(s.nr, 4);
	assert_int_equal(s.type[3], 4);
	assert_int_equal(s.len[3], 64);

	/* KASLR keeps off the map, as it is the payload of an entry. */
	assert_int_equal(s.type[2], 0);
	assert_int_equal(s.len[2], 48 * 11);
	map = get(buf + 0x1d0, 4) | get(buf + 0x1dc, 4) << 32;
	assert_int_equal(map, AT + (uint64_t)(s.data[2] - buf));
	assert_int_equal(map % 8, 0);
	assert_memory_equal(buf + (map - AT), memory + 5000, 48 * 11);
	memcpy(want, memory + 0x1c0, 32);
	memcpy(want + 0x10, buf + 0x1d0, 4);
	memcpy(want + 0x1c, buf + 0x1dc, 4);
	assert_memory_equal(buf + 0x1c0, want, 32);
	drop(buf);
}

/* EFI goes on complete or not at all; the RSDP is then all the more needed. */
static void test_efi_not_ram(void **state)
{
	static const uint8_t zeros[32];
	static const struct {
		paddr_t at;
		uint32_t size;
	} bad[] = {
		{ BASE + 5000, 0 },
		{ BASE + MIB(1) - 10, 48 },
		{ 0xfedcba9876543210, 48 },
		{ UINT64_MAX, 0xffffffff },
	};
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	fill(memory + 0x70, 8, 1);
	incoming(4, 64);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		efi_map(bad[i].at, bad[i].size);
		buf = build(&size);
		walk(buf, size, &s);
		assert_int_equal(s.nr, 2);
		assert_memory_equal(buf + 0x1c0, zeros, 32);
		assert_memory_equal(buf + 0x70, memory + 0x70, 8);
		drop(buf);
	}
}

/* An entry that is not in RAM (any more) is neither counted nor read. */
static void test_entry_not_ram(void **state)
{
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	incoming(2, 64);
	info->setup[0].len = (uint32_t)MIB(1);
	incoming(3, 64);
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(s.nr, 3);
	assert_int_equal(s.type[2], 3);
	drop(buf);
}

static void test_cmdline_length(void **state)
{
	char *line = malloc(4096);
	struct fault f;
	uint64_t size;

	(void)state;
	memset(line, 'x', 4096);
	params.cmdline = line;
	line[2047] = '\0';
	drop(build(&size));
	line[2047] = 'x';
	line[2048] = '\0';
	assert_int_equal(params_size(&params, &f), 0);
	assert_string_equal(f.name, "cmdline-too-long");
	assert_non_null(strstr(f.text, "2048"));
	kernel.hdr.cmdline_size = 0;
	params.cmdline = "";
	drop(build(&size));
	params.cmdline = "x";
	assert_int_equal(params_size(&params, &f), 0);
	free(line);
}

/* An EFI memory map without SETUP_EFI is what firmware gives; it is then the next kernel's first. */
static void test_efi_from_firmware(void **state)
{
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	efi_map(BASE + 5000, 48);
	params.fdt = 0;
	params.seed_size = 0;
	buf = build(&size);
	walk(buf, size, &s);
	assert_int_equal(s.nr, 1);
	assert_int_equal(s.type[0], 0);
	assert_memory_equal(buf + 0x1c0, "EL64", 4);
	drop(buf);
}

/* All lengths of the command line: size and content must agree whatever the padding is. */
static void test_all_paddings(void **state)
{
	char line[64] = "";
	struct seen s;
	uint64_t size;
	uint8_t *buf;

	(void)state;
	efi_map(BASE + 5000, 49);
	incoming(2, 0);
	incoming(3, 1);
	params.cmdline = line;
	for (unsigned int i = 0; i < 40; i++) {
		params.seed_size = i % 33;
		info->setup[1].len = i;
		buf = build(&size);
		walk(buf, size, &s);
		assert_int_equal(s.nr, params.seed_size ? 5 : 4);
		assert_int_equal(params_fdt_slot(&params), s.data[s.nr - 4] - buf);
		drop(buf);
		strcat(line, "x");
	}
}

static void test_scratch(void **state)
{
	static const struct kho_scratch in[] = {
		{ MIB(16), MIB(8) },              /* aligned */
		{ MIB(34), MIB(8) },              /* both ends */
		{ MIB(50), MIB(4) },              /* vanishes */
		{ MIB(60), 0 },                   /* empty */
		{ UINT64_MAX - MIB(1), KIB(64) }, /* the aligned start would wrap */
		{ UINT64_MAX - MIB(1), MIB(2) },  /* wraps itself */
		{ MIB(64), MIB(4) },              /* exactly one unit */
		{ MIB(8) + 4096, MIB(8) - 4096 }, /* out of order, and touching the first */
	};
	static const struct kho_scratch want[] = {
		{ MIB(16), MIB(8) },
		{ MIB(36), MIB(4) },
		{ MIB(64), MIB(4) },
		{ MIB(12), MIB(4) },
	};
	struct kho_scratch out[ARRAY_SIZE(in)];
	struct range r[ARRAY_SIZE(in)];
	struct ranges set = { r, 0, ARRAY_SIZE(in) };

	(void)state;
	assert_int_equal(params_scratch(in, ARRAY_SIZE(in), MIB(4), out, &set), ARRAY_SIZE(want));
	assert_memory_equal(out, want, sizeof(want));
	assert_int_equal(set.nr, 3);
	assert_int_equal(ranges_bytes(&set), MIB(20));
	assert_true(ranges_hold(&set, MIB(12), MIB(24)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_header),       TEST(test_machine),       TEST(test_seed_and_kho),
		TEST(test_cold),         TEST(test_all_scratch),   TEST(test_types),
		TEST(test_e820_ext),     TEST(test_efi),           TEST(test_efi_from_firmware),
		TEST(test_efi_not_ram),  TEST(test_entry_not_ram), TEST(test_cmdline_length),
		TEST(test_all_paddings), TEST(test_scratch),       TEST(test_seed),
		TEST(test_ima),
	};

	return cmocka_run_group_tests_name("params", tests, NULL, NULL);
}
