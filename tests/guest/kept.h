/* SPDX-License-Identifier: MIT */
/*
 * Memory files that are to be the same in the next kernel: made from a description and a seed, and later
 * compared with what the same description and the same seed say.
 */
#ifndef BATON_TESTS_KEPT_H
#define BATON_TESTS_KEPT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** enum kept_memory - what pages a file is to have */
enum kept_memory {
	KEPT_PLAIN,     /* whatever the kernel takes for single pages */
	KEPT_SCATTERED, /* no two of them side by side */
	KEPT_HUGE,      /* folios of 2 MiB */
};

/**
 * struct kept - a memory file, as it is to be
 * @session:  the number of the session that it is in
 * @name:     what we call it; it is no part of what is preserved
 * @token:    what LUO knows it by, in its session
 * @size:     bytes
 * @position: of the file descriptor, in bytes
 * @step:     of so many pages one is written, the others are holes; 0 and 1: no holes
 * @memory:   what pages it is to have
 * @sealable: made with MFD_ALLOW_SEALING: without it a file has the seal F_SEAL_SEAL
 * @seals:    that are put on it
 */
struct kept {
	unsigned int session;
	const char *name;
	uint64_t token;
	size_t size;
	off_t position;
	size_t step;
	enum kept_memory memory;
	bool sealable;
	int seals;
};

/**
 * make_kept() - make the file, with its contents
 * @k:    the description
 * @seed: what the contents depend on, besides session, token and the place in the file
 *
 * Return: the file descriptor. What can't be made ends the run.
 */
int make_kept(const struct kept *k, uint64_t seed);

/**
 * same_kept() - compare size, position, seals and every page, and try whether the seals hold
 * @k:     the description
 * @seed:  what the contents depend on
 * @seals: the seals that the file is to have, all of them
 * @fd:    the file; it is as before afterwards
 * @who:   the line that names what differs, or says that nothing does, begins with this
 *
 * Return: true if nothing differs.
 */
bool same_kept(const struct kept *k, uint64_t seed, int seals, int fd, const char *who);

/** kept_pages() - the number of pages that the file has. */
size_t kept_pages(const struct kept *k);

/**
 * count_data() - pages of the file that are no holes, as lseek() tells
 * @fd: the file; its position stays
 */
size_t count_data(int fd);

/** count_huge() - KiB in 2 MiB folios that all memory files together have. */
size_t count_huge(void);

/**
 * count_runs() - how many pieces of memory the file lies in, side by side in memory as in the file
 * @k:  the description
 * @fd: the file
 *
 * Return: the number, or 0 if the kernel does not tell.
 */
size_t count_runs(const struct kept *k, int fd);

#endif
