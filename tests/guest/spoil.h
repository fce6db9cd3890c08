/* SPDX-License-Identifier: MIT */
/* Damage to the outgoing handover, done in the memory of the kernel that has made it. */
#ifndef BATON_TESTS_SPOIL_H
#define BATON_TESTS_SPOIL_H

#include "tests/guest/handover.h"

/**
 * struct spoil - one kind of damage
 * @name: what it is called; NULL ends a list
 * @fn:   does it
 */
struct spoil {
	const char *name;
	void (*fn)(const struct outgoing *h);
};

/** chunk_spoils - damage to the map of a kho-v1. */
extern const struct spoil chunk_spoils[];

/**
 * spoil_handover() - find the handover and do one kind of damage to it
 * @name: of the damage; those that there are stand at the ends of spoil.c and spoil_chunks.c
 */
void spoil_handover(const char *name);

#endif
