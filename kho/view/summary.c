// SPDX-License-Identifier: MIT
#include "kho/view/summary.h"

#include <stdio.h>

#include "mm/bits.h"

#define ORDER_TEXT 24 /* characters that one order takes at most, but for absurd numbers */

static int count_leaf(const struct kho_leaf *leaf, void *arg)
{
	struct summary *s = arg;
	uint64_t blocks = 0;
	unsigned int w;

	for (w = 0; w < KHO_LEAF_WORDS; w++)
		blocks += bits_count(leaf->bits[w]);
	s->by_order[leaf->order] += blocks;
	s->blocks += blocks;
	s->pages += blocks << leaf->order;
	return 0;
}

struct summary summary_count(const struct handover *h)
{
	struct summary s = { 0 };

	handover_for_each_leaf(h, count_leaf, &s);
	return s;
}

struct summary summary_of_in(const struct kho_in *in)
{
	struct summary s = { .pages = in->pages };
	unsigned int o;

	for (o = 0; o <= KHO_MAX_ORDER; o++) {
		s.by_order[o] = in->blocks[o];
		s.blocks += in->blocks[o];
	}
	return s;
}

const char *summary_orders(const struct summary *s, char *buf, size_t size)
{
	unsigned int o;
	size_t n = 0;

	buf[0] = '\0';
	for (o = 0; o <= KHO_MAX_ORDER && n + ORDER_TEXT < size; o++)
		if (s->by_order[o])
			n += (size_t)snprintf(buf + n, size - n, "%s%u: %lu", n ? ", " : "", o,
					      s->by_order[o]);
	return buf;
}
