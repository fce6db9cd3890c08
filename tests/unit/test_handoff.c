// SPDX-License-Identifier: MIT
/* The trampoline's copy loop, called as an ordinary function, against memmove and memset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch/handoff.h"

#define ARENA 512

static void check(size_t dst, size_t src, size_t size, size_t memsz)
{
	uint8_t ours[ARENA], theirs[ARENA];

	for (size_t i = 0; i < ARENA; i++)
		ours[i] = theirs[i] = (uint8_t)(i * 31 + 7);
	handoff_copy(
		&(struct handoff_move){ (paddr_t)ours + dst, (paddr_t)ours + src, size, memsz });
	memmove(theirs + dst, theirs + src, size);
	memset(theirs + dst + size, 0, memsz - size);
	if (memcmp(ours, theirs, ARENA))
		fail_msg("dst %zu, src %zu, size %zu, memsz %zu", dst, src, size, memsz);
}

/* Every distance between source and destination at which they overlap, touch or lie apart. */
static void test_every_distance(void **state)
{
	(void)state;
	for (size_t dst = 0; dst <= 200; dst++)
		for (size_t size = 0; size <= 70; size++)
			check(dst, 100, size, size + size % 19);
}

static void test_random(void **state)
{
	const char *env = getenv("BATON_SEED");
	unsigned int seed = env ? (unsigned int)strtoul(env, NULL, 0) : 7;

	(void)state;
	print_message("# seed %u\n", seed);
	srand(seed);
	for (int i = 0; i < 100000; i++) {
		size_t memsz = (size_t)rand() % 250, size = memsz ? (size_t)rand() % memsz : 0;

		check((size_t)rand() % 250, (size_t)rand() % 250, size, memsz);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_distance),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("handoff", tests, NULL, NULL);
}
