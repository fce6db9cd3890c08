/* SPDX-License-Identifier: MIT */
/* What is preserved, in numbers. */
#ifndef BATON_KHO_VIEW_SUMMARY_H
#define BATON_KHO_VIEW_SUMMARY_H

#include "kho/in/incoming.h"

/**
 * struct summary - how much is preserved
 * @by_order: blocks of each order
 * @blocks:   all of them
 * @pages:    4 KiB pages in them
 */
struct summary {
	uint64_t by_order[KHO_MAX_ORDER + 1];
	uint64_t blocks, pages;
};

/** summary_count() - count the keys of a handover without findings. */
struct summary summary_count(const struct handover *h);

/** summary_of_in() - what the ingestion of @in has counted. */
struct summary summary_of_in(const struct kho_in *in);

/** summary_orders() - "0: 12, 9: 3": blocks by order, into the @size bytes at @buf; as many as fit. Return: @buf. */
const char *summary_orders(const struct summary *s, char *buf, size_t size);

#endif
