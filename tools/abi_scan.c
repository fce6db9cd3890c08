// SPDX-License-Identifier: MIT
#include "tools/abi_scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/slot.h"
#include "kho/abi.h"
#include "kho/client/known.h"
#include "tools/image.h"
#include "tools/unpack.h"

#define OVERRIDE    "baton.abi= on the command line overrides this"
#define KHO_VERSION "kho-v" /* how the versions of KHO itself begin: they are no clients */

_Static_assert(ABI_SCAN_MAX <= SPEAKS_MAX, "what is recorded can be read");

/* The KHO version into @scan, or why there is none. */
static void find_version(struct abi_scan *scan, const struct buffer *kernel)
{
	char known[128], *abi = scan->manifest.abi;
	const struct kho_abi *row, *found = NULL;

	for (unsigned int i = 0; (row = kho_abi_at(i)); i++) {
		if (!image_holds(kernel, row->compatible))
			continue;
		if (found) {
			snprintf(scan->note, sizeof(scan->note),
				 "the kernel names both %s and %s; " OVERRIDE, found->compatible,
				 row->compatible);
			return;
		}
		found = row;
	}
	snprintf(abi, sizeof(scan->manifest.abi), "%s",
		 found ? found->compatible : MANIFEST_NO_ABI);
	if (!found)
		snprintf(scan->note, sizeof(scan->note),
			 "the kernel names no KHO version that is known (%s): baton will hand "
			 "nothing to it",
			 kho_abi_list(known, sizeof(known)));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All names in the kernel, sorted, some of them twice, into @names; NULL to count them. */
static size_t collect(const struct buffer *kernel, const char **names)
{
	const char *name;
	size_t n = 0, pos = 0;

	while ((name = image_next_name(kernel, &pos))) {
		if (strlen(name) >= SPEAKS_NAME ||
		    strncmp(name, KHO_VERSION, strlen(KHO_VERSION)) == 0)
			continue;
		if (names)
			names[n] = name;
		n++;
	}
	if (names)
		qsort(names, n, sizeof(*names), compare);
	return n;
}

static int find_names(struct abi_scan *scan, const struct buffer *kernel, struct fault *f)
{
	struct speaks *s = &scan->manifest.speaks;
	const struct known_name *known;
	size_t n = collect(kernel, NULL);
	const char **names = malloc((n + 1) * sizeof(*names));

	if (!names)
		return fault_set(f, "out-of-memory", "no memory for %zu names", n);
	collect(kernel, names);
	s->what = SPEAKS_LISTED;
	for (unsigned int i = 0; (known = known_name_at(i)); i++)
		if (image_holds(kernel, known->name))
			speaks_add(s, known->name, strlen(known->name));
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && strcmp(names[i], names[i - 1]) == 0)
			continue;
		if (s->nr < ABI_SCAN_MAX)
			speaks_add(s, names[i], strlen(names[i]));
		else if (!speaks_name(s, names[i]))
			scan->left_out++;
	}
	free(names);
	return 0;
}

int abi_scan(struct abi_scan *scan, const struct bzimage *bz, const uint8_t *image, struct fault *f)
{
	uint64_t at = bz->hdr.payload_offset, size = bz->hdr.payload_length;
	struct buffer kernel = { 0 };
	struct slot slot;
	int ret;

	memset(scan, 0, sizeof(*scan));
	if (slot_find(bz, image, &slot)) {
		snprintf(scan->note, sizeof(scan->note),
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
		find_version(scan, &kernel);
		if (scan->manifest.abi[0] && strcmp(scan->manifest.abi, MANIFEST_NO_ABI) != 0)
			ret = find_names(scan, &kernel, f);
	} else if (strcmp(f->name, "unpack-unknown") == 0) {
		snprintf(scan->note, sizeof(scan->note),
			 "%s: no KHO version is recorded; " OVERRIDE, f->text);
		ret = 0;
	}
	free(kernel.data);
	return ret;
}
