// SPDX-License-Identifier: MIT
/* The keys of a reading, and the pages that they preserve, for scripts. */
#include <stdio.h>

#include "tools/inspect.h"

static int print_key(paddr_t base, unsigned int order, void *arg)
{
	(void)arg;
	printf("0x%lx %u\n", base, order);
	return 0;
}

static int print_pages(paddr_t base, unsigned int order, void *arg)
{
	(void)arg;
	for (uint64_t i = 0; i < 1UL << order; i++)
		printf("0x%lx\n", base + i * PAGE_SIZE);
	return 0;
}

void inspect_keys(const struct reading *r)
{
	handover_for_each_key(&r->verify->in.h, print_key, NULL);
}

void inspect_pages(const struct reading *r)
{
	handover_for_each_key(&r->verify->in.h, print_pages, NULL);
}
