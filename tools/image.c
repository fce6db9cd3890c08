// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* memmem() */
#include "tools/image.h"

#include <elf.h>
#include <string.h>

#define DISPLACEMENT 4 /* bytes of an address in an instruction */
#define LONGEST_MOV \
	8 /* REX, opcode, ModRM, SIB and a displacement before an immediate of four bytes */

static bool is_printable(uint8_t c)
{
	return c >= ' ' && c <= '~';
}

/* True if a string may begin at @at: what stands before is no text. */
static bool begins(const struct buffer *image, size_t at)
{
	return at == 0 || !is_printable(image->data[at - 1]);
}

static bool get_segment(const struct buffer *image, unsigned int i, Elf64_Phdr *ph)
{
	Elf64_Ehdr eh;

	if (image->size < sizeof(eh))
		return false;
	memcpy(&eh, image->data, sizeof(eh));
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) != 0 || eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_phentsize != sizeof(*ph) || i >= eh.e_phnum || eh.e_phoff > image->size ||
	    (i + 1) * sizeof(*ph) > image->size - eh.e_phoff)
		return false;
	memcpy(ph, image->data + eh.e_phoff + i * sizeof(*ph), sizeof(*ph));
	if (ph->p_type != PT_LOAD || ph->p_offset > image->size ||
	    ph->p_filesz > image->size - ph->p_offset)
		ph->p_filesz = 0;
	return true;
}

/*
 * True if the four bytes at @p, which are the low half of an address, are part of a pointer, or of an
 * instruction that moves or pushes that address. @before bytes can be looked at before @p, @behind behind it.
 */
static bool is_absolute(const uint8_t *p, size_t before, size_t behind)
{
	static const uint8_t high[DISPLACEMENT] = { 0xff, 0xff, 0xff, 0xff };

	if (behind >= 2 * DISPLACEMENT && memcmp(p + DISPLACEMENT, high, sizeof(high)) == 0)
		return true;
	if (before >= 1 && (p[-1] == 0x68 || (p[-1] & 0xf8) == 0xb8))
		return true;
	for (size_t n = 3; n <= LONGEST_MOV && n <= before; n++)
		if ((p[0 - n] & 0xfe) == 0x48 && p[1 - n] == 0xc7)
			return true;
	return false;
}

/* True if the four bytes at @p end a "lea displacement(%rip), register". */
static bool is_relative(const uint8_t *p, size_t before)
{
	return before >= 2 && (p[-1] & 0xc7) == 0x05 && p[-2] == 0x8d;
}

static bool segment_refers(const struct buffer *image, const Elf64_Phdr *ph, uint64_t target)
{
	const uint8_t *start = image->data + ph->p_offset;

	for (uint64_t i = 0; i + DISPLACEMENT <= ph->p_filesz; i++) {
		const uint8_t *p = start + i;
		uint32_t value;

		memcpy(&value, p, sizeof(value));
		if (value == (uint32_t)target && is_absolute(p, i, ph->p_filesz - i))
			return true;
		if (value == (uint32_t)(target - (ph->p_vaddr + i + DISPLACEMENT)) &&
		    is_relative(p, i))
			return true;
	}
	return false;
}

/* True if anything in an ELF image refers to the byte at @at of the file. */
static bool is_referred_to(const struct buffer *image, size_t at)
{
	Elf64_Phdr home, ph;

	for (unsigned int i = 0; get_segment(image, i, &home); i++) {
		if (at < home.p_offset || at - home.p_offset >= home.p_filesz)
			continue;
		for (unsigned int j = 0; get_segment(image, j, &ph); j++)
			if (segment_refers(image, &ph, home.p_vaddr + (at - home.p_offset)))
				return true;
	}
	return false;
}

bool image_holds(const struct buffer *image, const char *string)
{
	size_t n = strlen(string) + 1;
	const uint8_t *end = image->data + image->size, *p = image->data;

	while ((p = memmem(p, (size_t)(end - p), string, n))) {
		size_t at = (size_t)(p - image->data);

		if (begins(image, at) || is_referred_to(image, at))
			return true;
		p++;
	}
	return false;
}

static bool is_lower(uint8_t c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_name(uint8_t c)
{
	return is_lower(c) || is_digit(c) || (c && strchr("-_,;", c));
}

/* Where the name that ends before @end begins; @end if none does. */
static size_t name_start(const struct buffer *image, size_t end)
{
	const uint8_t *d = image->data;
	size_t at = end;

	while (at > 0 && is_digit(d[at - 1]))
		at--;
	if (at == end || at < 3 || d[at - 1] != 'v' || d[at - 2] != '-')
		return end;
	while (at > 0 && is_name(d[at - 1]))
		at--;
	return is_lower(d[at]) && begins(image, at) ? at : end;
}

const char *image_next_name(const struct buffer *image, size_t *pos)
{
	while (*pos < image->size) {
		const uint8_t *nul = memchr(image->data + *pos, '\0', image->size - *pos);
		size_t end, start;

		if (!nul)
			break;
		end = (size_t)(nul - image->data);
		*pos = end + 1;
		start = name_start(image, end);
		if (start < end)
			return (const char *)image->data + start;
	}
	*pos = image->size;
	return NULL;
}
