/* SPDX-License-Identifier: MIT */
/* Who owns memory, for reports. */
#ifndef BATON_BOOT_RUN_OWNER_H
#define BATON_BOOT_RUN_OWNER_H

#include "boot/run/ground.h"
#include "boot/run/handovers.h"

/**
 * memory_owner() - what lies at @addr, in a few words
 * @ground: what baton stands on, as far as it is known
 * @kho:    what was handed over, as far as it has been read
 * @addr:   any address
 *
 * May be called at any time, also in an exception.
 */
const char *memory_owner(const struct ground *ground, const struct handovers *kho, paddr_t addr);

#endif
