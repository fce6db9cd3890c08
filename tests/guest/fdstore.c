// SPDX-License-Identifier: MIT
/*
 * A service whose state is in memory files that it gives to the service manager to keep: systemd's FD store.
 *
 * At its first start it makes the files, fills them with a pattern that follows from a random seed, hands
 * them over, writes the seed to its folder on the disk, and reports that it is ready. At a later start, when
 * the seed is there, it looks for the files that the service manager gives back, compares all of them with
 * what the seed says, says the verdict and switches the machine off.
 *
 * Source: sd_notify(3), sd_listen_fds(3) and the section on file descriptor stores in systemd.service(5).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/guest/checksum.h"
#include "tests/guest/guest.h"

#define SEED_FILE "/var/lib/fdstore/seed"
#define FIRST_FD  3 /* of those that a service manager gives, by convention */

#define MIB (1UL << 20)

/**
 * struct kept - a memory file, as it is to be
 * @name:  what the service manager knows it by
 * @size:  bytes, a multiple of 8 or not
 * @hole:  from here on for @hole_size bytes nothing was ever written: zeros
 * @seals: that it has
 */
struct kept {
	const char *name;
	size_t size;
	size_t hole, hole_size;
	int seals;
};

static const struct kept files[] = {
	{ .name = "large", .size = 8 * MIB },
	{ .name = "holed", .size = 3 * MIB + 777, .hole = MIB, .hole_size = MIB },
	{ .name = "sealed",
	  .size = MIB,
	  .seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE },
};

#define FILES (sizeof(files) / sizeof(*files))

/* What the bytes of a file must be: a generator that is seeded with the seed and the file's number. */
static char *make_contents(const struct kept *k, uint64_t seed)
{
	uint64_t x = seed ^ ((uint64_t)(k - files) + 1) * 0x9e3779b97f4a7c15;
	uint64_t *word = calloc(k->size / sizeof(*word) + 1, sizeof(*word));

	if (!word)
		fail("no memory for %zu bytes", k->size);
	for (size_t i = 0; i * sizeof(*word) < k->size; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		word[i] = x;
	}
	memset((char *)word + k->hole, 0, k->hole_size);
	return (char *)word;
}

static void write_at(int fd, const char *data, size_t from, size_t to)
{
	ssize_t n;

	for (; from < to; from += (size_t)n) {
		n = pwrite(fd, data + from, to - from, (off_t)from);
		if (n <= 0)
			fail("write: %s", strerror(errno));
	}
}

/* A new memory file with these contents; where the hole is, nothing is written. */
static int make_file(const struct kept *k, const char *contents)
{
	int fd = memfd_create(k->name, MFD_CLOEXEC | (k->seals ? MFD_ALLOW_SEALING : 0));

	if (fd < 0 || ftruncate(fd, (off_t)k->size))
		fail("memfd %s: %s", k->name, strerror(errno));
	write_at(fd, contents, 0, k->hole);
	write_at(fd, contents, k->hole + k->hole_size, k->size);
	if (k->seals && fcntl(fd, F_ADD_SEALS, k->seals))
		fail("seal %s: %s", k->name, strerror(errno));
	return fd;
}

/* notify() - tell the service manager something, and give it @fd with it unless that is -1 */
static void notify(const char *text, int fd)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .head = { .cmsg_len = CMSG_LEN(sizeof(int)),
				.cmsg_level = SOL_SOCKET,
				.cmsg_type = SCM_RIGHTS } };
	struct iovec piece = { .iov_base = (void *)text, .iov_len = strlen(text) };
	struct msghdr message = { .msg_name = &to, .msg_iov = &piece, .msg_iovlen = 1 };
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (!path || strlen(path) >= sizeof(to.sun_path))
		fail("no usable NOTIFY_SOCKET");
	strcpy(to.sun_path, path);
	message.msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0';
	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
		message.msg_control = &control;
		message.msg_controllen = sizeof(control.room);
	}
	if (s < 0 || sendmsg(s, &message, MSG_NOSIGNAL) < 0)
		fail("notify: %s", strerror(errno));
	close(s);
}

static void store_file(const struct kept *k, uint64_t seed)
{
	char *contents = make_contents(k, seed), *text;
	int fd = make_file(k, contents);

	if (asprintf(&text, "FDSTORE=1\nFDNAME=%s", k->name) < 0)
		fail("no memory");
	notify(text, fd);
	say("stored %s size %zu seals %#x sum %#" PRIx64, k->name, k->size, k->seals,
	    sum_memory(contents, k->size));
	free(text);
	free(contents);
	close(fd);
}

static void write_seed(uint64_t seed)
{
	int fd = open(SEED_FILE, O_WRONLY | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || write(fd, &seed, sizeof(seed)) != sizeof(seed) || fsync(fd))
		fail(SEED_FILE ": %s", strerror(errno));
	close(fd);
}

/* The first start: hand everything over, and be there until the machine goes down. */
static void start_first(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		fail("getrandom: %s", strerror(errno));
	for (size_t i = 0; i < FILES; i++)
		store_file(&files[i], seed);
	write_seed(seed);
	notify("READY=1", -1);
	for (;;)
		pause();
}

/* find_given() - the descriptor that the service manager gives by that name, or -1 */
static int find_given(const char *name)
{
	const char *count = getenv("LISTEN_FDS"), *list = getenv("LISTEN_FDNAMES");
	char *names = strdup(list ? list : ""), *rest = names, *word;
	int fd = FIRST_FD, end = FIRST_FD + (count ? atoi(count) : 0);

	for (; fd < end && (word = strsep(&rest, ":")); fd++)
		if (!strcmp(word, name))
			break;
	if (fd >= end || !word)
		fd = -1;
	free(names);
	return fd;
}

/* same_shape() - true if size and seals are those of @k; else say what they are */
static bool same_shape(const struct kept *k, int fd)
{
	int seals = k->seals ? fcntl(fd, F_GET_SEALS) : 0;
	struct stat st;

	if (fstat(fd, &st) || (size_t)st.st_size != k->size)
		say("differs %s size %jd, expected %zu", k->name, (intmax_t)st.st_size, k->size);
	else if (seals != k->seals)
		say("differs %s seals %#x, expected %#x", k->name, seals, k->seals);
	else
		return true;
	return false;
}

/* same_contents() - true if every byte is as the seed says; the line ends with the sum of what is there */
static bool same_contents(const struct kept *k, int fd, uint64_t seed)
{
	const char *have = mmap(NULL, k->size, PROT_READ, MAP_SHARED, fd, 0);
	char *want = make_contents(k, seed);
	bool same;

	if (have == MAP_FAILED)
		fail("map %s: %s", k->name, strerror(errno));
	same = !memcmp(have, want, k->size);
	say("%s %s size %zu seals %#x sum %#" PRIx64, same ? "found" : "differs", k->name, k->size,
	    k->seals, sum_memory(have, k->size));
	free(want);
	return same;
}

/* compare() - true if the file is as it was; else, or if it is not there, say so */
static bool compare(const struct kept *k, uint64_t seed)
{
	int fd = find_given(k->name);

	if (fd < 0)
		say("missing %s", k->name);
	return fd >= 0 && same_shape(k, fd) && same_contents(k, fd, seed);
}

/* A later start: the verdict. */
static void start_again(uint64_t seed)
{
	const char *count = getenv("LISTEN_FDS");
	size_t same = 0;

	for (size_t i = 0; i < FILES; i++)
		same += compare(&files[i], seed);
	say("verdict: %zu of %zu files as they were; the service manager gave %s", same, FILES,
	    count ? count : "nothing");
	end_guest(RB_POWER_OFF);
}

int main(void)
{
	char *seed;
	size_t size;

	name_guest("FDSTORE");
	seed = read_file(SEED_FILE, &size);
	if (!seed)
		start_first();
	if (size != sizeof(uint64_t))
		fail(SEED_FILE " has %zu bytes", size);
	start_again(*(uint64_t *)seed);
}
