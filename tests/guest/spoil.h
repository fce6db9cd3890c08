/* SPDX-License-Identifier: MIT */
/* Damage to the outgoing handover, done in the memory of the kernel that has made it. */
#ifndef BATON_TESTS_SPOIL_H
#define BATON_TESTS_SPOIL_H

/**
 * spoil_handover() - find the handover and do one kind of damage to it
 * @name: of the damage; those that there are stand at the end of spoil.c
 */
void spoil_handover(const char *name);

#endif
