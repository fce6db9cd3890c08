// SPDX-License-Identifier: MIT
/* What is to be started, from what baton was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kexec/cpio.h"
#include "kexec/payload.h"
#include "lib/num.h"

/** struct blob - @size bytes at @data, on the heap */
struct blob {
	char *data;
	size_t size;
};

static void append(struct blob *b, const void *data, size_t size)
{
	b->data = realloc(b->data, b->size + size);
	memcpy(b->data + b->size, data, size);
	b->size += size;
}

static void pad(struct blob *b)
{
	while (b->size % 4)
		append(b, "", 1);
}

static void add(struct blob *b, const char *name, const void *data, size_t size)
{
	const struct cpio_head h = { .mode = CPIO_REGULAR,
				     .size = (uint32_t)size,
				     .name_size = (uint32_t)strlen(name) + 1 };
	char header[CPIO_HEADER];

	cpio_put_header(header, &h);
	append(b, header, sizeof(header));
	append(b, name, strlen(name) + 1);
	pad(b);
	append(b, data, size);
	pad(b);
}

static void add_text(struct blob *b, const char *name, const char *text)
{
	add(b, name, text, strlen(text));
}

static void end(struct blob *b)
{
	add(b, "TRAILER!!!", "", 0);
}

static struct blob bare_kernel(void)
{
	struct blob b = { 0 };
	char image[0x400] = "";

	memcpy(image + 0x202, "HdrS", 4);
	append(&b, image, sizeof(image));
	return b;
}

static bool holds(const void *data, uint64_t size, const char *text)
{
	return size == strlen(text) && memcmp(data, text, size) == 0;
}

static void test_full_bundle(void **state)
{
	struct payload *p = malloc(sizeof(*p));
	struct blob b = { 0 };
	struct fault f;

	(void)state;
	add_text(&b, "baton/initrd", "the initrd");
	add_text(&b, "baton/kernel", "the kernel");
	add_text(&b, "baton/cmdline", "a=1 b\n");
	add_text(&b, "baton/abi", "kho-v4\nname luo-v5\nend\n");
	add_text(&b, "somebody/else", "s");
	end(&b);
	assert_int_equal(payload_find(p, b.data, b.size, "given", 5, &f), 0);
	assert_true(holds(p->kernel, p->kernel_size, "the kernel"));
	assert_true(holds(p->initrd, p->initrd_size, "the initrd"));
	assert_true(p->has_cmdline);
	assert_string_equal(p->cmdline, "a=1 b");
	assert_string_equal(p->manifest.abi, "kho-v4");
	assert_int_equal(p->manifest.speaks.what, SPEAKS_LISTED);
	assert_true(speaks_name(&p->manifest.speaks, "luo-v5"));
	free(b.data);
	free(p);
}

static void test_bundle_forwards(void **state)
{
	struct payload *p = malloc(sizeof(*p));
	struct blob b = { 0 };
	struct fault f;

	(void)state;
	add_text(&b, "baton/kernel", "k");
	end(&b);
	/* An initrd that would be a payload by itself is none beside a bundle. */
	assert_int_equal(payload_find(p, b.data, b.size, b.data, b.size, &f), 0);
	assert_true(holds(p->kernel, p->kernel_size, "k"));
	assert_ptr_equal(p->initrd, b.data);
	assert_int_equal(p->initrd_size, b.size);
	assert_false(p->has_cmdline);
	assert_string_equal(p->cmdline, "");
	assert_string_equal(p->manifest.abi, "");
	assert_int_equal(p->manifest.speaks.what, SPEAKS_UNKNOWN);
	free(b.data);
	free(p);
}

/* A bundle that brings an empty initrd or command line means just that. */
static void test_empty_is_something(void **state)
{
	struct payload *p = malloc(sizeof(*p));
	struct blob b = { 0 };
	struct fault f;

	(void)state;
	add_text(&b, "baton/kernel", "k");
	add_text(&b, "baton/initrd", "");
	add_text(&b, "baton/cmdline", "");
	end(&b);
	assert_int_equal(payload_find(p, b.data, b.size, "given", 5, &f), 0);
	assert_null(p->initrd);
	assert_int_equal(p->initrd_size, 0);
	assert_true(p->has_cmdline);
	assert_string_equal(p->cmdline, "");
	free(b.data);
	free(p);
}

static void test_initrd_is_archive(void **state)
{
	struct payload *p = malloc(sizeof(*p));
	struct blob b = { 0 };
	struct fault f;

	(void)state;
	add_text(&b, "./baton/kernel", "k");
	add_text(&b, "/baton/initrd", "i");
	end(&b);
	assert_int_equal(payload_find(p, NULL, 0, b.data, b.size, &f), 0);
	assert_true(holds(p->kernel, p->kernel_size, "k"));
	assert_true(holds(p->initrd, p->initrd_size, "i"));
	free(b.data);
	free(p);
}

/* The archive itself is then not the next kernel's initrd. */
static void test_initrd_is_used_up(void **state)
{
	struct payload *p = malloc(sizeof(*p));
	struct blob b = { 0 }, k = bare_kernel();
	struct fault f;

	(void)state;
	add_text(&b, "baton/kernel", "k");
	end(&b);
	assert_int_equal(payload_find(p, NULL, 0, b.data, b.size, &f), 0);
	assert_null(p->initrd);
	assert_int_equal(payload_find(p, NULL, 0, k.data, k.size, &f), 0);
	assert_ptr_equal(p->kernel, k.data);
	assert_int_equal(p->kernel_size, k.size);
	assert_null(p->initrd);
	assert_int_equal(p->initrd_size, 0);
	free(k.data);
	free(b.data);
	free(p);
}

/* One file of an archive besides the kernel, and what comes of it. */
static void test_lines(void **state)
{
	static const struct {
		const char *comment, *name;
		size_t size; /* of x characters, then @tail */
		const char *tail;
		size_t tail_size;
		const char *fault; /* "none" if it is taken */
	} rows[] = {
		{ "the longest command line", "baton/cmdline", PAYLOAD_CMDLINE - 1, "", 0, "none" },
		{ "one and a newline", "baton/cmdline", PAYLOAD_CMDLINE - 1, "\n", 1, "none" },
		{ "one too long", "baton/cmdline", PAYLOAD_CMDLINE, "", 0, "payload-cmdline" },
		{ "only one newline goes", "baton/cmdline", PAYLOAD_CMDLINE - 1, "\n\n", 2,
		  "payload-cmdline" },
		{ "a NUL inside", "baton/cmdline", 3, "\0x", 2, "payload-cmdline" },
		{ "a NUL at the end", "baton/cmdline", 3, "\0", 1, "payload-cmdline" },
		{ "the longest version", "baton/abi", MANIFEST_ABI - 1, "", 0, "none" },
		{ "a version too long", "baton/abi", MANIFEST_ABI, "", 0, "payload-abi" },
		{ "a NUL in a version", "baton/abi", 3, "\0", 1, "payload-abi" },
		{ "a list without its end", "baton/abi", 3, "\nname a\n", 8, "payload-abi" },
	};
	struct payload *p = malloc(sizeof(*p));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault f = { .name = "none" };
		struct blob b = { 0 };
		char text[PAYLOAD_CMDLINE + 8];

		memset(text, 'x', rows[i].size);
		memcpy(text + rows[i].size, rows[i].tail, rows[i].tail_size);
		add(&b, rows[i].name, text, rows[i].size + rows[i].tail_size);
		add_text(&b, "baton/kernel", "k");
		end(&b);
		payload_find(p, b.data, b.size, NULL, 0, &f);
		if (strcmp(f.name, rows[i].fault) != 0)
			fail_msg("%s: %s", rows[i].comment, f.name);
		if (strcmp(f.name, "none") == 0)
			assert_int_equal(strlen(p->cmdline) + strlen(p->manifest.abi),
					 rows[i].size);
		free(b.data);
	}
	free(p);
}

static void test_refusals(void **state)
{
	struct payload *p = malloc(sizeof(*p));
	struct blob none = { 0 }, empty = { 0 }, cut = { 0 };
	struct fault f;

	(void)state;
	assert_int_equal(payload_find(p, NULL, 0, NULL, 0, &f), -1);
	assert_string_equal(f.name, "payload-missing");
	assert_int_equal(payload_find(p, NULL, 0, "an initrd", 9, &f), -1);
	assert_string_equal(f.name, "payload-missing");
	assert_int_equal(payload_find(p, NULL, 0, "\0\0\0\0x", 5, &f), -1);
	assert_string_equal(f.name, "payload-missing");
	assert_int_equal(payload_find(p, NULL, 0, "\0\0\0\0", 4, &f), -1);
	assert_string_equal(f.name, "payload-missing");

	add_text(&none, "init", "x");
	end(&none);
	assert_int_equal(payload_find(p, NULL, 0, none.data, none.size, &f), -1);
	assert_string_equal(f.name, "payload-no-kernel");
	assert_non_null(strstr(f.text, "initrd"));
	assert_int_equal(payload_find(p, none.data, none.size, NULL, 0, &f), -1);
	assert_string_equal(f.name, "payload-no-kernel");
	assert_non_null(strstr(f.text, "bundle"));

	add_text(&empty, "baton/kernel", "");
	end(&empty);
	assert_int_equal(payload_find(p, NULL, 0, empty.data, empty.size, &f), -1);
	assert_string_equal(f.name, "payload-no-kernel");

	/* An archive that is cut off is refused, though the kernel in it is whole. */
	add_text(&cut, "baton/kernel", "k");
	assert_int_equal(payload_find(p, cut.data, cut.size, NULL, 0, &f), -1);
	assert_string_equal(f.name, "cpio-corrupt");
	free(none.data);
	free(empty.data);
	free(cut.data);
	free(p);
}

/* struct part - one of several archives: what it holds, or bytes that are none */
struct part {
	const char *name, *text; /* a file, or with @name NULL the bytes of @text as they are */
	size_t pad;              /* NULs behind it, beside those up to a multiple of 4 */
};

static void add_part(struct blob *b, const struct part *part)
{
	if (part->name) {
		add_text(b, part->name, part->text);
		end(b);
	} else {
		append(b, part->text, strlen(part->text));
	}
	for (size_t n = 0; n < part->pad; n++)
		append(b, "", 1);
}

static const struct part ucode = { "kernel/x86/microcode/GenuineIntel.bin", "ucode", 0 },
			 ucode_padded = { "kernel/x86/microcode/GenuineIntel.bin", "ucode", 512 },
			 kernel = { "baton/kernel", "k", 0 },
			 kernel_padded = { "baton/kernel", "k", 508 },
			 initrd = { "./baton/initrd", "the initrd", 0 },
			 extra = { "etc/x", "1", 0 }, zstd = { NULL, "\x28\xb5\x2f\xfd packed", 0 },
			 nuls = { NULL, "", 64 };

/* Archives one behind the other, and of what the next initrd is made: as Linux would read them. */
static void test_several_archives(void **state)
{
	static const struct {
		const char *comment;
		const struct part *in[5], *out[5];
	} rows[] = {
		{ "microcode first", { &ucode, &kernel }, { &ucode } },
		{ "and padding", { &ucode_padded, &kernel_padded }, { &ucode } },
		{ "padding first", { &nuls, &kernel, &extra }, { &extra } },
		{ "behind", { &kernel_padded, &extra }, { &extra } },
		{ "before and behind", { &ucode, &kernel, &extra }, { &ucode, &extra } },
		{ "around an initrd",
		  { &ucode, &initrd, &kernel, &extra },
		  { &ucode, &initrd, &extra } },
		{ "two that follow each other are one piece",
		  { &ucode_padded, &extra, &kernel },
		  { &ucode_padded, &extra } },
		{ "something compressed behind it", { &kernel, &zstd }, { &zstd } },
		{ "and behind another",
		  { &ucode, &kernel, &extra, &zstd },
		  { &ucode, &extra, &zstd } },
		{ "the last initrd counts",
		  { &initrd, &ucode, &initrd, &kernel },
		  { &ucode, &initrd } },
	};
	struct payload *p = malloc(sizeof(*p));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct blob b = { 0 }, want = { 0 };
		struct fault f;
		char *joined;

		for (size_t j = 0; j < 5 && rows[i].in[j]; j++)
			add_part(&b, rows[i].in[j]);
		for (size_t j = 0; j < 5 && rows[i].out[j]; j++) {
			while (want.size % 4)
				append(&want, "", 1);
			if (rows[i].out[j] == &initrd)
				append(&want, initrd.text, strlen(initrd.text));
			else
				add_part(&want, rows[i].out[j]);
		}
		if (payload_find(p, NULL, 0, b.data, b.size, &f))
			fail_msg("%s: %s", rows[i].comment, f.name);
		assert_true(holds(p->kernel, p->kernel_size, "k"));
		assert_int_equal(p->initrd_size, want.size);
		joined = calloc(1, p->initrd_size);
		if (!p->initrd)
			payload_join(p, joined);
		assert_memory_equal(p->initrd, want.data, want.size);
		free(joined);
		free(want.data);
		free(b.data);
	}
	free(p);
}

static void test_several_refused(void **state)
{
	static const struct part garbage = { NULL, "what is this?", 0 };
	static const struct {
		const char *comment, *fault, *says;
		const struct part *in[18];
	} rows[] = {
		{ "compressed", "payload-compressed", "zstd", { &zstd } },
		{ "compressed, behind microcode", "payload-compressed", "zstd", { &ucode, &zstd } },
		{ "garbage", "cpio-corrupt", "offset", { &kernel, &garbage } },
		{ "no kernel in any", "payload-no-kernel", "initrd", { &ucode, &extra } },
		{ "too many pieces",
		  "payload-pieces",
		  "8",
		  { &kernel, &extra, &kernel, &extra, &kernel, &extra, &kernel, &extra, &kernel,
		    &extra, &kernel, &extra, &kernel, &extra, &kernel, &extra, &kernel, &extra } },
	};
	struct payload *p = malloc(sizeof(*p));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct blob b = { 0 };
		struct fault f = { .name = "none" };

		for (size_t j = 0; j < 18 && rows[i].in[j]; j++)
			add_part(&b, rows[i].in[j]);
		payload_find(p, NULL, 0, b.data, b.size, &f);
		if (strcmp(f.name, rows[i].fault) != 0 || !strstr(f.text, rows[i].says))
			fail_msg("%s: %s: %s", rows[i].comment, f.name, f.text);
		free(b.data);
	}
	free(p);
}

/* Magic numbers as the programs write them. */
static void test_compressions(void **state)
{
	static const struct {
		const char *name, *command;
	} rows[] = {
		{ "gzip", "gzip -c" },           { "zstd", "zstd -q -c" },
		{ "xz", "xz -c --check=crc32" }, { "lzma", "xz -c --format=lzma" },
		{ "bzip2", "bzip2 -c" },         { "lz4", "lz4 -q -c" },
		{ "lz4", "lz4 -q -l -c" },
	};
	struct payload *p = malloc(sizeof(*p));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char command[80], data[4096];
		struct fault f = { 0 };
		FILE *pipe;
		size_t n;

		snprintf(command, sizeof(command), "echo baton/kernel | %s", rows[i].command);
		pipe = popen(command, "r");
		n = fread(data, 1, sizeof(data), pipe);
		assert_int_equal(pclose(pipe), 0);
		assert_int_equal(payload_find(p, NULL, 0, data, n, &f), -1);
		assert_string_equal(f.name, "payload-compressed");
		assert_non_null(strstr(f.text, rows[i].name));
	}
	free(p);
}

/* Names of one file, as cpio packs them: the data stand with the last of them. */
static void test_hard_links(void **state)
{
	static const char *const order[] = { "baton/kernel boot/x", "boot/x baton/kernel" };
	static const char make[] =
		"d=$(mktemp -d) && cd $d && mkdir baton boot && printf k >boot/x && "
		"ln boot/x baton/kernel && printf i >baton/initrd && "
		"printf '%%s\\n' %s baton/initrd | cpio -o -H newc --quiet; rm -r $d";
	struct payload *p = malloc(sizeof(*p));

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		char command[512], data[8192];
		struct fault f;
		FILE *pipe;
		size_t n;

		snprintf(command, sizeof(command), make, order[i]);
		pipe = popen(command, "r");
		n = fread(data, 1, sizeof(data), pipe);
		assert_int_equal(pclose(pipe), 0);
		assert_int_equal(payload_find(p, NULL, 0, data, n, &f), 0);
		assert_true(holds(p->kernel, p->kernel_size, "k"));
		assert_true(holds(p->initrd, p->initrd_size, "i"));
	}
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_bundle),        cmocka_unit_test(test_bundle_forwards),
		cmocka_unit_test(test_empty_is_something), cmocka_unit_test(test_initrd_is_archive),
		cmocka_unit_test(test_initrd_is_used_up),  cmocka_unit_test(test_lines),
		cmocka_unit_test(test_refusals),           cmocka_unit_test(test_several_archives),
		cmocka_unit_test(test_several_refused),    cmocka_unit_test(test_compressions),
		cmocka_unit_test(test_hard_links),
	};

	return cmocka_run_group_tests_name("payload", tests, NULL, NULL);
}
