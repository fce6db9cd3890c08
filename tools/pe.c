// SPDX-License-Identifier: MIT
/* Source: Microsoft's PE Format specification. */
#include "tools/pe.h"

#include <stddef.h>
#include <string.h>

#define PE_POINTER_AT   0x3c
#define PE_MAGIC        "PE\0"
#define PE32_PLUS       0x20b
#define SETUP_HEADER_AT 0x1f1 /* of the bzImage: the headers must end before it */
#define CERTIFICATES    4     /* index of that data directory */
#define SCN_CONST       0x40000040
#define CHECKSUM_AT     (sizeof(struct pe_file) + offsetof(struct pe_optional, checksum))

struct pe_file {
	char magic[4];
	uint16_t machine, sections;
	uint32_t time, symbols, nr_symbols;
	uint16_t optional_size, flags;
};

struct __attribute__((packed)) pe_optional {
	uint16_t magic;
	uint8_t linker[2];
	uint32_t code, data, bss, entry, code_base;
	uint64_t image_base;
	uint32_t section_align, file_align;
	uint16_t version[6];
	uint32_t zero, image_size, headers_size, checksum;
	uint16_t subsystem, dll_flags;
	uint64_t stack_heap[4];
	uint32_t loader_flags, nr_directories;
	struct {
		uint32_t address, size;
	} directory[6];
};

struct pe_section {
	char name[8];
	uint32_t memory_size, address, file_size, file_offset;
	uint32_t relocations, lines, nr_both, flags;
};

_Static_assert(sizeof(struct pe_file) == 24, "PE signature and COFF header");
_Static_assert(offsetof(struct pe_optional, checksum) == 64, "PE32+ optional header");
_Static_assert(sizeof(struct pe_optional) == 160, "PE32+ optional header with six directories");
_Static_assert(sizeof(struct pe_section) == 40, "PE section header");

/**
 * struct pe - the headers, copied
 * @file, @optional: the headers
 * @at:          where the first of them stands in the file
 * @sections_at: where the section headers do
 */
struct pe {
	struct pe_file file;
	struct pe_optional optional;
	uint32_t at, sections_at;
};

static int read_headers(struct pe *pe, const struct buffer *out, struct fault *f)
{
	memcpy(&pe->at, out->data + PE_POINTER_AT, sizeof(pe->at));
	if (memcmp(out->data, "MZ", 2) != 0 || pe->at > SETUP_HEADER_AT - sizeof(*pe))
		return fault_set(f, "baton-image",
				 "no PE headers in baton's image: it is older than this batonctl");
	memcpy(&pe->file, out->data + pe->at, sizeof(pe->file));
	memcpy(&pe->optional, out->data + pe->at + sizeof(pe->file), sizeof(pe->optional));
	pe->sections_at = pe->at + (uint32_t)sizeof(pe->file) + pe->file.optional_size;
	if (memcmp(pe->file.magic, PE_MAGIC, 4) != 0 || pe->optional.magic != PE32_PLUS ||
	    pe->file.sections == 0 ||
	    pe->sections_at + (pe->file.sections + 1) * sizeof(struct pe_section) > SETUP_HEADER_AT)
		return fault_set(f, "baton-image",
				 "PE headers with %u sections, expected room for one more",
				 pe->file.sections);
	if (pe->optional.directory[CERTIFICATES].size)
		return fault_set(f, "baton-image",
				 "it is signed: bundle an unsigned baton, and sign the bundle");
	return 0;
}

/* The sum of all 16-bit words with end-around carry, and the length of the file. */
static uint32_t checksum(const struct buffer *out)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < out->size; i += 2)
		sum += out->data[i] | out->data[i + 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)(sum + out->size);
}

int pe_add_payload(struct buffer *out, uint64_t image, struct fault *f)
{
	struct pe_section data, payload = { ".payload", 0, 0, 0, 0, 0, 0, 0, SCN_CONST };
	uint32_t size = (uint32_t)(out->size - image), last, sum;
	struct pe pe;

	if (read_headers(&pe, out, f))
		return -1;
	last = pe.sections_at + (pe.file.sections - 1U) * (uint32_t)sizeof(data);
	memcpy(&data, out->data + last, sizeof(data));
	data.file_size = (uint32_t)image - data.file_offset;
	payload.memory_size = size;
	payload.address = data.address + data.memory_size;
	payload.file_size = size;
	payload.file_offset = (uint32_t)image;

	pe.file.sections++;
	pe.optional.data += size + pe.optional.bss;
	pe.optional.bss = 0;
	pe.optional.image_size = (uint32_t)align_up(payload.address + size, PAGE_SIZE);
	pe.optional.checksum = 0;
	memcpy(out->data + pe.at, &pe.file, sizeof(pe.file));
	memcpy(out->data + pe.at + sizeof(pe.file), &pe.optional, sizeof(pe.optional));
	memcpy(out->data + last, &data, sizeof(data));
	memcpy(out->data + last + sizeof(data), &payload, sizeof(payload));
	sum = checksum(out);
	memcpy(out->data + pe.at + CHECKSUM_AT, &sum, sizeof(sum));
	return 0;
}
