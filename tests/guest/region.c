// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "tests/guest/region.h"

#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "tests/guest/checksum.h"
#include "tests/guest/guest.h"
#include "tests/guest/memory.h"

static uint64_t read_number(const void *fdt, int node, const char *name)
{
	int len;
	const void *p = fdt_getprop(fdt, node, name, &len);
	uint64_t value;

	if (!p || len != sizeof(value))
		fail("a region without %s", name);
	memcpy(&value, p, sizeof(value)); /* KHO's numbers are the machine's own, not big-endian */
	return value;
}

void each_region(const char *folder, void (*fn)(const char *name, uint64_t start, uint64_t size))
{
	char path[128], *fdt;
	int node;

	snprintf(path, sizeof(path), "%s/sub_fdts/memblock", folder);
	fdt = read_file(path, NULL);
	if (!fdt)
		return;
	if (fdt_check_header(fdt))
		fail("the memblock blob is no FDT");
	fdt_for_each_subnode(node, fdt, 0)
		fn(fdt_get_name(fdt, node, NULL), read_number(fdt, node, "start"),
		   read_number(fdt, node, "size"));
	free(fdt);
}

/* xorshift64* from a random seed: not for secrets. */
static void fill_memory(void *data, size_t size)
{
	uint64_t *word = data, x;

	if (getrandom(&x, sizeof(x), GRND_INSECURE) != sizeof(x))
		fail("getrandom: %s", strerror(errno));
	x |= 1;
	for (size_t i = 0; i < size / sizeof(*word); i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		word[i] = x * 0x2545f4914f6cdd1d;
	}
}

void show_region(const char *name, uint64_t start, uint64_t size)
{
	void *p = map_memory(start, size);

	say("memory %s at 0x%" PRIx64 " size 0x%" PRIx64 " sum 0x%016" PRIx64, name, start, size,
	    sum_memory(p, size));
	munmap(p, size);
}

void fill_region(const char *name, uint64_t start, uint64_t size)
{
	void *p = map_memory(start, size);

	fill_memory(p, size);
	munmap(p, size);
	show_region(name, start, size);
}
