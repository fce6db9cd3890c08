/* SPDX-License-Identifier: MIT */
/* Blocks that the next kernel can take in, but none of its clients can restore. */
#ifndef BATON_KHO_CLIENT_ORDERS_H
#define BATON_KHO_CLIENT_ORDERS_H

#include "kho/handover.h"
#include "lib/fault.h"

/**
 * orders_check() - look for a block that some client has to restore, and cannot
 * @h: a handover without findings, in the version of the next kernel
 * @f: what is wrong
 *
 * Linux restores folios and pages up to a largest order (max_restore in kho/abi.h). Larger blocks
 * are good only for memory that nobody restores: regions of reserve_mem.
 *
 * Return: 0; or -1 with fault order-not-restorable.
 */
int orders_check(const struct handover *h, struct fault *f);

#endif
