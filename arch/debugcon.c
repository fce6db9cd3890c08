// SPDX-License-Identifier: MIT
#include "arch/debugcon.h"

#include "arch/cpu.h"

#define PORT 0xe9 /* reads as its own number where there is a debug console */

bool debugcon_write(const void *data, uint64_t size)
{
	const uint8_t *p = data;

	if (inb(PORT) != PORT)
		return false;
	while (size--)
		outb(PORT, *p++);
	return true;
}
