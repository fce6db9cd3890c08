/* SPDX-License-Identifier: MIT */
/* The first stage: read what baton was given. */
#ifndef BATON_BOOT_RUN_READ_H
#define BATON_BOOT_RUN_READ_H

#include "boot/run/given.h"
#include "boot/run/record.h"

/**
 * read_given() - read boot_params and the command line: the console speaks from here on
 * @given:       zeroed except for the way in; filled in as far as possible
 * @boot_params: physical address
 * @record:      gets what is wrong
 *
 * Return: 0; or -1 with a fault, or with findings about the setup_data chain.
 */
int read_given(struct given *given, paddr_t boot_params, struct record *record);

#endif
