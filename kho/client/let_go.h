/* SPDX-License-Identifier: MIT */
/* Taking what clients handed over out of the published map. Private to kho/client/. */
#ifndef BATON_KHO_CLIENT_LET_GO_H
#define BATON_KHO_CLIENT_LET_GO_H

#include "kho/client/piece.h"
#include "kho/out/outgoing.h"

/**
 * struct let_go - pieces on their way out of a map
 * @out:   whose map
 * @bytes: what has left it
 * @word, @pages: pages that let_go_page() has collected: they lie in one word of a leaf, at @word
 */
struct let_go {
	struct kho_out *out;
	uint64_t bytes;
	paddr_t word;
	uint64_t pages;
};

/**
 * let_go_block() - take a key out, if it is in the map
 *
 * Nothing published may lead to it. Pages that baton allocated are free from then on, with what is
 * in them, until something is allocated; those that came in stay nobody's.
 */
void let_go_block(struct let_go *l, paddr_t addr, unsigned int order);

/**
 * let_go_page() - let_go_block() of order 0, but not at once
 * Pages of one word leave the map together, by one store; let_go_collected() takes out the last ones.
 */
void let_go_page(struct let_go *l, paddr_t addr);

/** let_go_collected() - take out what let_go_page() has collected. */
void let_go_collected(struct let_go *l);

/**
 * let_go_pages() - take out every key that covers a page of [@addr, @addr + @size)
 * Keys in which something lies that is still published stay.
 */
void let_go_pages(struct let_go *l, paddr_t addr, uint64_t size);

/** let_go_reader() - a reader that lets every piece go. */
struct reader let_go_reader(struct let_go *l);

#endif
