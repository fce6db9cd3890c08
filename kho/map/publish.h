/* SPDX-License-Identifier: MIT */
/*
 * The one way to change anything that is published (law 3): root, nodes and leaves are written by
 * this store and by no other. Private to kho/.
 */
#ifndef BATON_KHO_MAP_PUBLISH_H
#define BATON_KHO_MAP_PUBLISH_H

#include "lib/num.h"

/**
 * publish() - let @slot be @value, by one aligned store
 *
 * All that @value leads to must be complete. Accesses before the store stay before it, and accesses
 * after it stay after it: so pages can be built until the store and given back after it. On x86_64
 * this costs no instruction besides the store.
 */
static inline void publish(volatile uint64_t *slot, uint64_t value)
{
	__atomic_store_n(slot, value, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
