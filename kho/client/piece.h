/* SPDX-License-Identifier: MIT */
/*
 * Reading what clients hand over, piece by piece.
 *
 * A piece is one block of preserved pages: a container of LUO, a page of a list, a folio. Every
 * reader of a format goes through read_piece(), which shows the piece to a visitor before anything
 * in it is looked at. The visitor is what reading is for: to check (claims.h), to count, to let go.
 */
#ifndef BATON_KHO_CLIENT_PIECE_H
#define BATON_KHO_CLIENT_PIECE_H

#include "kho/finding.h"
#include "mm/window.h"

#define PIECE_ANY (~0U)

/**
 * struct piece - one block of pages
 * @what:  for messages: "a block of LUO sessions"
 * @addr:  its first byte
 * @order: log2 of its pages; PIECE_ANY where only its key tells: the visitor then fills it in
 */
struct piece {
	const char *what;
	paddr_t addr;
	unsigned int order;
};

/* Looks at a piece before it is read. Return: false if it must not be; the visitor has then said why. */
typedef bool piece_fn(struct piece *p, void *arg);

#define NO_VALUE (~0UL)

/**
 * struct problem - what is wrong with what is read
 * @code:  FINDING_COUNT for nothing, or for what the visitor has said already
 * @what:  the thing that is wrong
 * @at:    where it is
 * @value: what was found there, or NO_VALUE
 */
struct problem {
	enum finding_code code;
	const char *what;
	paddr_t at;
	uint64_t value;
};

/**
 * struct reader - one reading
 * @window: the way to memory
 * @visit, @arg: the visitor
 * @budget: pieces that may be read, so that a reading without claims ends
 * @problem: what stopped the last reading that failed
 */
struct reader {
	const struct window *window;
	piece_fn *visit;
	void *arg;
	uint64_t budget;
	struct problem problem;
};

/** read_fail() - note the problem that @code, @what, @at and @value are. Return: false. */
bool read_fail(struct reader *r, enum finding_code code, const char *what, paddr_t at,
	       uint64_t value);

/**
 * read_piece() - a piece that is about to be read
 * @what:  for messages, as in struct piece
 * @order: set to its order where it is PIECE_ANY
 *
 * Return: its bytes, or NULL with a problem: misaligned, not RAM, what the visitor says, too many.
 */
const void *read_piece(struct reader *r, const char *what, paddr_t addr, unsigned int *order);

/** read_block() - the same for a piece of a given order; @what is for messages. */
const void *read_block(struct reader *r, const char *what, paddr_t addr, unsigned int order);

/** problem_add() - put the problem among the findings, if there is one. */
void problem_add(const struct problem *p, struct findings *f);

/** problem_fault() - the problem as a fault, if there is one. Return: -1. */
int problem_fault(const struct problem *p, struct fault *f);

/** is_name() - true if the @size bytes at @name hold 1 to @size − 1 characters and a NUL. */
bool is_name(const char *name, size_t size);

#endif
