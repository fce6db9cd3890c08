// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* memmem() */
#include "tools/abi_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/payload.h"
#include "tools/unpack.h"

#define OVERRIDE "baton.abi= on the command line overrides this"

/* True if @string stands in @b with a NUL on both sides, which is how C strings lie in an image. */
static bool has_string(const struct buffer *b, const char *string)
{
	char needle[80] = "";
	size_t n = strlen(string);

	if (n + 2 > sizeof(needle))
		return false;
	memcpy(needle + 1, string, n + 1);
	return memmem(b->data, b->size, needle, n + 2) != NULL;
}

/* Return: what is to be recorded, or NULL. */
static const char *scan(const struct buffer *kernel, char *note, size_t note_size)
{
	const struct kho_abi *row, *found = NULL;
	char known[128];

	for (unsigned int i = 0; (row = kho_abi_at(i)); i++) {
		if (!has_string(kernel, row->compatible))
			continue;
		if (found) {
			snprintf(note, note_size, "the kernel names both %s and %s; " OVERRIDE,
				 found->compatible, row->compatible);
			return NULL;
		}
		found = row;
	}
	if (found)
		return found->compatible;
	snprintf(
		note, note_size,
		"the kernel names no KHO version that is known (%s): baton will hand nothing to it",
		kho_abi_list(known, sizeof(known)));
	return MANIFEST_NO_ABI;
}

int abi_scan(const struct bzimage *bz, const uint8_t *image, const char **abi, char *note,
	     size_t note_size, struct fault *f)
{
	uint64_t at = bz->hdr.payload_offset, size = bz->hdr.payload_length;
	struct buffer kernel = { 0 };
	int ret;

	*abi = NULL;
	note[0] = '\0';
	if (bzimage_is_baton(bz)) {
		snprintf(note, note_size,
			 "the next kernel is a baton: the version that comes in is kept");
		return 0;
	}
	if (size == 0 || at + size > bz->code_size)
		return fault_set(f, "kernel-payload",
				 "a payload of 0x%llx bytes at 0x%llx, in a kernel of 0x%llx",
				 (unsigned long long)size, (unsigned long long)at,
				 (unsigned long long)bz->code_size);
	ret = unpack(&kernel, image + bz->code + at, size, f);
	if (ret == 0) {
		*abi = scan(&kernel, note, note_size);
	} else if (strcmp(f->name, "unpack-unknown") == 0) {
		snprintf(note, note_size, "%s: no KHO version is recorded; " OVERRIDE, f->text);
		ret = 0;
	}
	free(kernel.data);
	return ret;
}
