// SPDX-License-Identifier: MIT
#include "tests/guest/checksum.h"

uint64_t sum_memory(const void *data, size_t size)
{
	const uint64_t *word = data;
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < size / sizeof(*word); i++)
		sum = (sum ^ word[i]) * 0x100000001b3;
	return sum;
}
