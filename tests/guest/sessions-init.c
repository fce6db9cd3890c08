// SPDX-License-Identifier: MIT
/*
 * The init of every Linux in a relay of LUO sessions.
 *
 * The first makes the files below and puts them into sessions. Whoever comes later retrieves the sessions and
 * compares every file with what the seed on the command line says; one in the middle, with the file /keep,
 * then puts the very files into new sessions. All but the last have /kernel, and jump.
 *
 * The command line has sessions.seed=NUMBER, and sessions.seals=none where a kernel on the way has memfd-v1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/guest/guest.h"
#include "tests/guest/kept.h"
#include "tests/guest/luo.h"
#include "tests/guest/memory.h"

#define MIB (1UL << 20)

/* One name is as long as a name may be. */
static const char *const sessions[] = {
	"memory",
	"shapes",
	"seals, in a session with a name as long as a name can ever be..",
};

#define SESSIONS (sizeof(sessions) / sizeof(*sessions))

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Of the same token in two sessions, contents alone tell which is which. */
static const struct kept files[] = {
	{ 0, "scattered", .token = 1, .size = 2000 * PAGE, .memory = KEPT_SCATTERED },
	{ 0, "huge", .token = 2, .size = 6 * MIB, .memory = KEPT_HUGE },
	{ 0, "twin", .token = 3, .size = 3 * PAGE },
	{ 1, "twin", .token = 3, .size = 3 * PAGE },
	{ 1, "holes", .token = 0, .size = 700 * PAGE, .step = 7 },
	{ 1, "placed", .token = UINT64_MAX, .size = 5 * PAGE, .position = 2 * PAGE + 345 },
	{ 1, "odd", .token = 7, .size = 3 * PAGE + 777, .position = 3 * PAGE + 777 },
	{ 1, "beyond", .token = 5, .size = PAGE, .position = 5L << 32 },
	{ 1, "empty", .token = 4 },
	{ 2, "twin", .token = 3, .size = 3 * PAGE },
	{ 2, "open", .token = 4, .size = 2 * PAGE, .sealable = true },
	{ 2, "grown", .token = 5, .size = 2 * PAGE, .sealable = true, .seals = F_SEAL_GROW },
	{ 2, "sealed", .token = 6, .size = 9 * PAGE, .sealable = true, .seals = ALL_SEALS },
};

#define FILES (sizeof(files) / sizeof(*files))

static const char *role = "last";
static uint64_t seed;
static bool no_seals;
static int fds[FILES];

/* memfd-v1 has no word for seals. */
static bool is_left_out(const struct kept *k)
{
	return no_seals && k->seals;
}

/*
 * Linux gives every memfd that is not made for sealing F_SEAL_SEAL, and 7.0, whose memfd-v1 is, gives it to
 * every memfd that it restores.
 */
static int seals_of(const struct kept *k)
{
	return k->sealable && !no_seals ? k->seals : F_SEAL_SEAL;
}

static void make_files(void)
{
	for (size_t i = 0; i < FILES; i++) {
		const struct kept *k = &files[i];
		size_t huge = count_huge(), runs;

		if (is_left_out(k))
			continue;
		fds[i] = make_kept(k, seed);
		runs = k->memory == KEPT_SCATTERED ? count_runs(k, fds[i]) : 0;
		if (k->memory == KEPT_SCATTERED && runs < kept_pages(k) / 2)
			fail("%s lies in %zu pieces: it is not scattered", k->name, runs);
		say("%s %s/%s made: %zu of %zu pages data, %zu KiB huge, %zu pieces", role,
		    sessions[k->session], k->name, count_data(fds[i]), kept_pages(k),
		    count_huge() - huge, runs);
	}
}

static void preserve_session(int luo, unsigned int number)
{
	int session = create_session(luo, sessions[number]);

	if (session < 0)
		fail("create '%s': %s", sessions[number], strerror(errno));
	for (size_t i = 0; i < FILES; i++)
		if (files[i].session == number && !is_left_out(&files[i]) &&
		    preserve_file(session, fds[i], files[i].token))
			fail("preserve %s: %s", files[i].name, strerror(errno));
}

/* Sessions stay open: one that is closed is given up. */
static void preserve_all(int luo)
{
	for (unsigned int i = 0; i < SESSIONS; i++)
		preserve_session(luo, i);
	say("%s preserved %zu sessions", role, SESSIONS);
}

static bool retrieve_kept(int session, size_t i)
{
	size_t huge = count_huge();
	char who[128];

	snprintf(who, sizeof(who), "%s %s/%s", role, sessions[files[i].session], files[i].name);
	fds[i] = retrieve_file(session, files[i].token);
	if (fds[i] < 0)
		say("%s missing: %s", who, strerror(errno));
	else if (files[i].memory == KEPT_HUGE)
		say("%s has %zu KiB huge", who, count_huge() - huge);
	return fds[i] >= 0 && same_kept(&files[i], seed, seals_of(&files[i]), fds[i], who);
}

/* retrieve_kept_session() - the number of files in it that are the same, the last first */
static size_t retrieve_kept_session(int luo, unsigned int number)
{
	int session = retrieve_session(luo, sessions[number]);
	size_t same = 0;

	if (session < 0) {
		say("%s %s missing: %s", role, sessions[number], strerror(errno));
		return 0;
	}
	for (size_t i = FILES; i-- > 0;)
		if (files[i].session == number && !is_left_out(&files[i]))
			same += retrieve_kept(session, i);
	if (finish_session(session))
		fail("finish '%s': %s", sessions[number], strerror(errno));
	close(session);
	return same;
}

static void retrieve_all(int luo)
{
	size_t same = 0, all = 0;

	for (size_t i = 0; i < FILES; i++)
		all += !is_left_out(&files[i]);
	for (unsigned int i = SESSIONS; i-- > 0;)
		same += retrieve_kept_session(luo, i);
	say("%s verdict: %zu of %zu files are the same", role, same, all);
	if (file_exists("/kernel") && same != all)
		fail("nothing to hand on");
}

static void read_words(void)
{
	char *words = read_line("/proc/cmdline");
	char *number = find_word(words, "sessions.seed"),
	     *seals = find_word(words, "sessions.seals");

	if (!number)
		fail("no sessions.seed= on the command line");
	seed = strtoull(number, NULL, 0);
	no_seals = seals && !strcmp(seals, "none");
}

int main(void)
{
	struct utsname u;
	int luo;

	start_guest("SESSIONS");
	mount_devices();
	quiet_kernel(LOG_WARNINGS);
	if (file_exists("/kernel"))
		role = file_exists("/keep") ? "middle" : "first";
	uname(&u);
	say("%s %s", role, u.release);
	read_words();
	luo = open_luo();
	if (strcmp(role, "first") != 0)
		retrieve_all(luo);
	else
		make_files();
	if (!file_exists("/kernel"))
		end_guest(RB_POWER_OFF);
	preserve_all(luo);
	load_kernel();
	say("%s jump", role);
	end_guest(RB_KEXEC);
}
