/* SPDX-License-Identifier: MIT */
/*
 * The one way in which anything published changes (design law 3): root, nodes and leaves are
 * written by this store and by no other. Private to kho/.
 */
#ifndef BATON_KHO_MAP_PUBLISH_H
#define BATON_KHO_MAP_PUBLISH_H

#include "lib/num.h"

/**
 * publish() - let @slot be @value, by one aligned store
 *
 * What @value leads to must be complete. No access of before is done after the store, and none of
 * after before it, so that pages can be built up to it and given back from it on. On x86_64 this
 * costs no instruction but the store.
 */
static inline void publish(volatile uint64_t *slot, uint64_t value)
{
	__atomic_store_n(slot, value, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

#endif
