/* SPDX-License-Identifier: MIT */
/* What baton was given. */
#ifndef BATON_BOOT_RUN_GIVEN_H
#define BATON_BOOT_RUN_GIVEN_H

#include "boot/words/options.h"
#include "kexec/bootinfo.h"

/** enum entry - the way in. Whatever enters by the EFI door has passed Secure Boot. */
enum entry { ENTRY_OTHER, ENTRY_PVH, ENTRY_EFI };

/**
 * struct given - written by read_given()
 * @entry: the way in
 * @info:  what the boot_params say
 * @opt:   the baton.* words, and the rest of the command line
 */
struct given {
	enum entry entry;
	struct boot_info info;
	struct options opt;
};

#endif
