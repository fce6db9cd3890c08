// SPDX-License-Identifier: MIT
/*
 * Sources: the UAPI group's specification of unified kernel images; Microsoft's PE Format specification.
 *
 * No table here: the EFI door runs before pointers in constants are relocated.
 */
#include "kexec/uki.h"

#include <string.h>

#define POINTER_AT 0x3c /* of the PE headers' place */
#define MACHINE    0x8664
#define NAME       8 /* characters of a section's name, padded with NULs */

struct pe_file {
	char magic[4];
	uint16_t machine, sections;
	uint32_t time, symbols, nr_symbols;
	uint16_t optional_size, flags;
};

struct pe_section {
	char name[NAME];
	uint32_t memory_size, address, file_size, file_offset;
	uint32_t relocations, lines, nr_both, flags;
};

_Static_assert(sizeof(struct pe_file) == 24, "PE signature and COFF header");
_Static_assert(sizeof(struct pe_section) == 40, "PE section header");

/** struct table - the section headers: @nr at offset @at of the @size bytes at @data */
struct table {
	const uint8_t *data;
	uint64_t size, at;
	unsigned int nr;
};

static bool find_table(struct table *t, const void *data, uint64_t size)
{
	struct pe_file pe;
	uint32_t at;

	*t = (struct table){ .data = data, .size = size };
	if (size < POINTER_AT + sizeof(at) || memcmp(data, "MZ", 2) != 0)
		return false;
	memcpy(&at, t->data + POINTER_AT, sizeof(at));
	if (at > size || size - at < sizeof(pe))
		return false;
	memcpy(&pe, t->data + at, sizeof(pe));
	t->at = at + sizeof(pe) + pe.optional_size;
	t->nr = pe.sections;
	return memcmp(pe.magic, "PE\0", 4) == 0 && pe.machine == MACHINE && t->at <= size &&
	       (size - t->at) / sizeof(struct pe_section) >= t->nr;
}

static struct pe_section section(const struct table *t, unsigned int i)
{
	struct pe_section s;

	memcpy(&s, t->data + t->at + i * sizeof(s), sizeof(s));
	return s;
}

static bool is_named(const struct pe_section *s, const char *name)
{
	return strncmp(s->name, name, NAME) == 0;
}

bool uki_is(const void *data, uint64_t size)
{
	struct table t;

	if (!find_table(&t, data, size))
		return false;
	for (unsigned int i = 0; i < t.nr; i++) {
		const struct pe_section s = section(&t, i);

		if (is_named(&s, ".linux"))
			return true;
	}
	return false;
}

/*
 * In the file a section is padded, up to the file alignment. Where it says that it takes more in memory than it has in
 * the file, the rest would be zeros, which none of the parts needs.
 */
static int take_bytes(struct bytes *b, const struct table *t, const struct pe_section *s,
		      struct fault *f)
{
	uint64_t size = s->memory_size && s->memory_size < s->file_size ? s->memory_size :
									  s->file_size;

	if (b->data)
		return fault_set(f, "uki-section-twice",
				 "two sections %.8s in a profile; expected one", s->name);
	if (s->file_offset > t->size || size > t->size - s->file_offset)
		return fault_set(f, "uki-corrupt",
				 "section %.8s, 0x%x bytes at 0x%x of a file of 0x%llx", s->name,
				 s->file_size, s->file_offset, (unsigned long long)t->size);
	*b = (struct bytes){ t->data + s->file_offset, size };
	return 0;
}

static struct bytes *part_of(struct uki *u, const struct pe_section *s)
{
	if (is_named(s, ".linux"))
		return &u->kernel;
	if (is_named(s, ".initrd"))
		return &u->initrd;
	if (is_named(s, ".ucode"))
		return &u->ucode;
	return is_named(s, ".cmdline") ? &u->cmdline : NULL;
}

/* The sections from @at on, up to the next profile, which @at is then moved to. */
static int read_profile(struct uki *u, const struct table *t, unsigned int *at, struct fault *f)
{
	for (; *at < t->nr; ++*at) {
		const struct pe_section s = section(t, *at);
		struct bytes *part = part_of(u, &s);

		if (is_named(&s, ".profile"))
			return 0;
		if (part && take_bytes(part, t, &s, f))
			return -1;
	}
	return 0;
}

static void override(struct bytes *base, const struct bytes *b)
{
	if (b->data)
		*base = *b;
}

int uki_read(struct uki *u, const void *data, uint64_t size, struct fault *f)
{
	struct uki profile = { 0 };
	struct table t;
	unsigned int at = 0;

	memset(u, 0, sizeof(*u));
	if (!find_table(&t, data, size))
		return fault_set(f, "uki-corrupt", "no PE headers for x86-64");
	if (read_profile(u, &t, &at, f))
		return -1;
	at++;
	if (read_profile(&profile, &t, &at, f))
		return -1;
	override(&u->kernel, &profile.kernel);
	override(&u->initrd, &profile.initrd);
	override(&u->ucode, &profile.ucode);
	override(&u->cmdline, &profile.cmdline);
	if (u->kernel.size)
		return 0;
	return fault_set(f, "uki-corrupt", "no section .linux with a kernel");
}
