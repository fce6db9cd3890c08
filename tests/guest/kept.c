// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "tests/guest/kept.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/guest/guest.h"
#include "tests/guest/memory.h"

#define HUGE_SWITCH "/sys/kernel/mm/transparent_hugepage/shmem_enabled"
#define PAGE_WORDS  (PAGE / sizeof(uint64_t))
#define STRIDE      777 /* no divisor of it divides the number of pages */
#define PAGEMAP_PFN ((1UL << 55) - 1)

static uint64_t buffer[PAGE_WORDS]; /* one page, as it must be */

size_t kept_pages(const struct kept *k)
{
	return (k->size + PAGE - 1) / PAGE;
}

/* ---- contents ---- */

/* splitmix64: every bit of @x counts for every bit of what comes out. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static bool is_hole(const struct kept *k, size_t page)
{
	return k->step > 1 && page % k->step != k->step / 2;
}

static size_t bytes_in(const struct kept *k, size_t page)
{
	size_t left = k->size - page * PAGE;

	return left < PAGE ? left : PAGE;
}

/* What that page of the file must be: zeros in a hole, and behind the end of the file. */
static void fill_page(const struct kept *k, uint64_t seed, size_t page, uint64_t *word)
{
	uint64_t x = mix(mix(mix(mix(seed) ^ k->session) ^ k->token) ^ page) | 1;
	size_t bytes = bytes_in(k, page);

	if (is_hole(k, page)) {
		memset(word, 0, PAGE);
		return;
	}
	for (size_t i = 0; i < PAGE_WORDS; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		word[i] = x;
	}
	memset((char *)word + bytes, 0, PAGE - bytes);
}

/* ---- making ---- */

static void write_page(const struct kept *k, int fd, size_t page, const void *data)
{
	size_t bytes = bytes_in(k, page);

	if (pwrite(fd, data, bytes, (off_t)(page * PAGE)) != (ssize_t)bytes)
		fail("write page %zu of %s: %s", page, k->name, strerror(errno));
}

/* Where the kernel has no such switch, it has no such folios. */
static void switch_huge(const char *value)
{
	int fd = open(HUGE_SWITCH, O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		fail(HUGE_SWITCH ": %s", strerror(errno));
	close(fd);
}

/*
 * The kernel takes pages one after the other. So the pages of a scattered file are written in another order
 * than they have in the file, and after each of them one of a file that goes away.
 */
static void write_pages(const struct kept *k, uint64_t seed, int fd)
{
	size_t pages = kept_pages(k), page;
	bool scatter = k->memory == KEPT_SCATTERED;
	int other = scatter ? memfd_create("between", 0) : -1;

	for (size_t i = 0; i < pages; i++) {
		page = scatter ? i * STRIDE % pages : i;
		if (is_hole(k, page))
			continue;
		fill_page(k, seed, page, buffer);
		write_page(k, fd, page, buffer);
		if (scatter && pwrite(other, buffer, PAGE, (off_t)(i * PAGE)) != PAGE)
			fail("write between: %s", strerror(errno));
	}
	if (scatter)
		close(other);
}

int make_kept(const struct kept *k, uint64_t seed)
{
	int fd = memfd_create(k->name, MFD_CLOEXEC | (k->sealable ? MFD_ALLOW_SEALING : 0));

	if (fd < 0 || ftruncate(fd, (off_t)k->size))
		fail("memfd %s: %s", k->name, strerror(errno));
	switch_huge(k->memory == KEPT_HUGE ? "always" : "never");
	write_pages(k, seed, fd);
	switch_huge("never");
	if (k->seals && fcntl(fd, F_ADD_SEALS, k->seals))
		fail("seal %s: %s", k->name, strerror(errno));
	if (lseek(fd, k->position, SEEK_SET) != k->position)
		fail("seek in %s: %s", k->name, strerror(errno));
	return fd;
}

/* ---- comparing ---- */

/* differs() - say what is @have and should be @want. Return: false */
static bool differs(const char *who, const char *what, intmax_t have, intmax_t want)
{
	say("%s differs: %s %#jx, expected %#jx", who, what, have, want);
	return false;
}

static bool same_shape(const struct kept *k, int seals, int fd, const char *who)
{
	off_t position = lseek(fd, 0, SEEK_CUR);
	int have = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (fstat(fd, &st))
		fail("stat %s: %s", k->name, strerror(errno));
	if ((size_t)st.st_size != k->size)
		return differs(who, "size", st.st_size, (intmax_t)k->size);
	if (position != k->position)
		return differs(who, "position", position, k->position);
	return have == seals || differs(who, "seals", have, seals);
}

static bool same_pages(const struct kept *k, uint64_t seed, int fd, const char *who)
{
	size_t pages = kept_pages(k), wrong = 0, first = 0;
	const char *have;

	if (!pages)
		return true;
	have = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (have == MAP_FAILED)
		fail("map %s: %s", k->name, strerror(errno));
	for (size_t page = 0; page < pages; page++) {
		fill_page(k, seed, page, buffer);
		if (memcmp(have + page * PAGE, buffer, PAGE) && !wrong++)
			first = page;
	}
	munmap((void *)have, pages * PAGE);
	if (wrong)
		say("%s differs: %zu of %zu pages, the first is page %zu", who, wrong, pages,
		    first);
	return !wrong;
}

/* holds() - a call gave @result: true if it was refused as that seal demands, or went well without it */
static bool holds(int seals, int seal, int result, const char *what, const char *who)
{
	int error = result < 0 ? errno : 0;

	return error == (seals & seal ? EPERM : 0) ||
	       differs(who, what, error, seals & seal ? EPERM : 0);
}

/* What is written is what is there, and a file that has grown shrinks again. */
static bool seals_hold(const struct kept *k, int seals, int fd, const char *who)
{
	off_t size = (off_t)k->size;
	char byte;

	if (size && pread(fd, &byte, 1, size - 1) != 1)
		fail("read %s: %s", k->name, strerror(errno));
	if (size && !holds(seals, F_SEAL_WRITE, (int)pwrite(fd, &byte, 1, size - 1),
			   "the error of a write", who))
		return false;
	if (!holds(seals, F_SEAL_SEAL, fcntl(fd, F_ADD_SEALS, 0), "the error of a seal", who))
		return false;
	if (!holds(seals, F_SEAL_GROW, ftruncate(fd, size + 1), "the error of growing", who))
		return false;
	if (seals & F_SEAL_GROW && !(seals & F_SEAL_SHRINK))
		return true;
	return holds(seals, F_SEAL_SHRINK, ftruncate(fd, seals & F_SEAL_SHRINK ? 0 : size),
		     "the error of shrinking", who);
}

bool same_kept(const struct kept *k, uint64_t seed, int seals, int fd, const char *who)
{
	if (!same_shape(k, seals, fd, who) || !same_pages(k, seed, fd, who) ||
	    !seals_hold(k, seals, fd, who))
		return false;
	say("%s same: %zu bytes, %zu pages, %zu of them data, position %jd, seals %#x", who,
	    k->size, kept_pages(k), count_data(fd), (intmax_t)k->position, seals);
	return true;
}

/* ---- what the kernel says of the memory ---- */

size_t count_data(int fd)
{
	off_t before = lseek(fd, 0, SEEK_CUR), at = 0, hole;
	size_t bytes = 0;

	while ((at = lseek(fd, at, SEEK_DATA)) >= 0) {
		hole = lseek(fd, at, SEEK_HOLE);
		if (hole < 0)
			fail("no end of the data at %jd: %s", (intmax_t)at, strerror(errno));
		bytes += (size_t)(hole - at);
		at = hole;
	}
	if (lseek(fd, before, SEEK_SET) != before)
		fail("seek: %s", strerror(errno));
	return (bytes + PAGE - 1) / PAGE;
}

size_t count_huge(void)
{
	char *all = read_file("/proc/meminfo", NULL);
	const char *line = all ? strstr(all, "ShmemHugePages:") : NULL;
	size_t kib = line ? strtoul(line + strlen("ShmemHugePages:"), NULL, 10) : 0;

	free(all);
	return kib;
}

static uint64_t frame_of(int map, const volatile char *p)
{
	uint64_t entry = 0;

	(void)*p; /* so that it is mapped */
	if (pread(map, &entry, sizeof(entry), (off_t)((uintptr_t)p / PAGE * sizeof(entry))) !=
	    sizeof(entry))
		fail("pagemap: %s", strerror(errno));
	return entry & PAGEMAP_PFN;
}

size_t count_runs(const struct kept *k, int fd)
{
	size_t pages = kept_pages(k), runs = 0;
	int map = open("/proc/self/pagemap", O_RDONLY);
	uint64_t frame, last = 0;
	char *p;

	if (map < 0)
		return 0;
	p = mmap(NULL, pages * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fail("map %s: %s", k->name, strerror(errno));
	for (size_t page = 0; page < pages; page++, last = frame) {
		frame = frame_of(map, p + page * PAGE);
		runs += !page || frame != last + 1;
	}
	munmap(p, pages * PAGE);
	close(map);
	return runs;
}
