/* SPDX-License-Identifier: MIT */
/*
 * Whose each preserved page is, while the clients of an incoming handover are checked.
 *
 * Every piece must begin at a key of the map, and no page may be in two of them. The second is
 * found in the page map itself, as there is no other memory yet: a claimed page is cleared in it,
 * and claims_end() sets the pages of all keys again. In between nothing may be allocated.
 */
#ifndef BATON_KHO_CLIENT_CLAIMS_H
#define BATON_KHO_CLIENT_CLAIMS_H

#include "kho/client/piece.h"
#include "kho/handover.h"
#include "mm/pagemap.h"

/* No FDT of a client is larger; what claims to be is not read. Linux writes them in one page. */
#define CLIENT_FDT_MAX (64UL << 10)

/**
 * struct claims
 * @h:  a handover without findings
 * @pm: the page map into which it was ingested
 * @f:  where findings go
 */
struct claims {
	const struct handover *h;
	struct pagemap *pm;
	struct findings *f;
};

/** claims_begin() - begin with nothing claimed; @h, @pm and @f as in struct claims. */
void claims_begin(struct claims *c, const struct handover *h, struct pagemap *pm,
		  struct findings *f);

/** claims_end() - the page map is again as it was. */
void claims_end(struct claims *c);

/** claims_reader() - a reader that claims every piece. */
struct reader claims_reader(struct claims *c);

/**
 * claim_pages() - claim a run of pages that need only be preserved, by keys of any order
 * @what: for messages, as in struct piece
 *
 * Return: false with a finding.
 */
bool claim_pages(struct claims *c, const char *what, paddr_t addr, uint64_t pages);

#endif
