// SPDX-License-Identifier: MIT
#include "tests/guest/memory.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/guest/guest.h"

#define WINDOW (4UL << 20) /* of memory, mapped at once */

static int open_memory(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/mem", O_RDWR);
	if (fd < 0)
		fail("/dev/mem: %s", strerror(errno));
	return fd;
}

void *map_memory(uint64_t addr, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, open_memory(), (off_t)addr);

	if (p == MAP_FAILED)
		fail("cannot map 0x%" PRIx64 "+0x%zx: %s", addr, size, strerror(errno));
	return p;
}

void peek(uint64_t addr, void *buf, size_t size)
{
	if (pread(open_memory(), buf, size, (off_t)addr) != (ssize_t)size)
		fail("cannot read 0x%" PRIx64 ": %s", addr, strerror(errno));
}

void poke(uint64_t addr, const void *buf, size_t size)
{
	if (pwrite(open_memory(), buf, size, (off_t)addr) != (ssize_t)size)
		fail("cannot write 0x%" PRIx64 ": %s", addr, strerror(errno));
}

uint64_t peek64(uint64_t addr)
{
	uint64_t value;

	peek(addr, &value, sizeof(value));
	return value;
}

void poke64(uint64_t addr, uint64_t value)
{
	poke(addr, &value, sizeof(value));
}

/* Look in [base, end) for pages that begin like @want. Return: how many; the last in @at. */
static unsigned int find_in(uint64_t base, uint64_t end, const char *want, size_t size,
			    uint64_t *at)
{
	unsigned int found = 0;

	for (uint64_t a = base; a < end; a += WINDOW) {
		size_t len = end - a < WINDOW ? end - a : WINDOW;
		char *p = map_memory(a, len);

		for (size_t o = 0; o < len; o += PAGE) {
			/* the first word by itself: it is a machine word, and rarely equal */
			if (*(const uint64_t *)(p + o) == *(const uint64_t *)want &&
			    !memcmp(p + o, want, size)) {
				*at = a + o;
				found++;
			}
		}
		munmap(p, len);
	}
	return found;
}

uint64_t find_page(const char *want, size_t size)
{
	unsigned int found = 0;
	uint64_t base, end, at = 0;
	char line[256];
	FILE *f = fopen("/proc/iomem", "r");

	if (!f)
		fail("/proc/iomem: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : System RAM", &base, &end) == 2 &&
		    !isspace(line[0]) && strstr(line, ": System RAM"))
			found += find_in((base + PAGE - 1) & -PAGE, (end + 1) & -PAGE, want, size,
					 &at);
	fclose(f);
	if (found != 1)
		fail("%u pages of RAM look like the one looked for", found);
	return at;
}
