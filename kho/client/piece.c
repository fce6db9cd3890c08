// SPDX-License-Identifier: MIT
#include "kho/client/piece.h"

#include <stdio.h>
#include <string.h>

bool read_fail(struct reader *r, enum finding_code code, const char *what, paddr_t at,
	       uint64_t value)
{
	r->problem = (struct problem){ code, what, at, value };
	return false;
}

const void *read_piece(struct reader *r, const char *what, paddr_t addr, unsigned int *order)
{
	struct piece piece = { what, addr, *order };
	const void *mem;

	if (!is_aligned(addr, PAGE_SIZE)) {
		read_fail(r, FINDING_CLIENT_MISALIGNED, what, addr, NO_VALUE);
		return NULL;
	}
	if (!window_ro(r->window, addr, PAGE_SIZE)) {
		read_fail(r, FINDING_CLIENT_NOT_RAM, what, addr, NO_VALUE);
		return NULL;
	}
	if (!r->budget) {
		read_fail(r, FINDING_CLIENT_TWICE, what, addr, NO_VALUE);
		return NULL;
	}
	r->budget--;
	if (r->visit && !r->visit(&piece, r->arg)) {
		r->problem.code = FINDING_COUNT;
		return NULL;
	}
	*order = piece.order == PIECE_ANY ? 0 : piece.order;
	mem = window_ro(r->window, addr, PAGE_SIZE << *order);
	if (!mem)
		read_fail(r, FINDING_CLIENT_NOT_RAM, what, addr, NO_VALUE);
	return mem;
}

const void *read_block(struct reader *r, const char *what, paddr_t addr, unsigned int order)
{
	return read_piece(r, what, addr, &order);
}

/* "WHAT at 0xADDR", and the value where there is one. */
static const char *tell(const struct problem *p, char *buf, size_t size)
{
	if (p->value == NO_VALUE)
		snprintf(buf, size, "%s at 0x%lx", p->what, p->at);
	else
		snprintf(buf, size, "%s at 0x%lx: %lu", p->what, p->at, p->value);
	return buf;
}

void problem_add(const struct problem *p, struct findings *f)
{
	char text[FAULT_TEXT];

	if (p->code != FINDING_COUNT)
		finding_add(f, p->code, "%s", tell(p, text, sizeof(text)));
}

int problem_fault(const struct problem *p, struct fault *f)
{
	char text[FAULT_TEXT];

	if (p->code == FINDING_COUNT)
		return -1;
	return fault_set(f, finding_name(p->code), "%s; expected %s", tell(p, text, sizeof(text)),
			 finding_expected(p->code));
}

bool is_name(const char *name, size_t size)
{
	return name[0] && memchr(name, '\0', size);
}
