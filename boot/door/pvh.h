/* SPDX-License-Identifier: MIT */
/* The PVH door, called by entry.asm. */
#ifndef BATON_BOOT_DOOR_PVH_H
#define BATON_BOOT_DOOR_PVH_H

#include "lib/num.h"

#define PVH_CMDLINE 4095 /* longest command line that is taken, without its NUL */

/**
 * pvh_boot_params() - describe the machine as a Linux boot loader would
 * @start: physical address of hvm_start_info
 *
 * Without a memory map in @start the result has none either, and is refused where it is read.
 *
 * Return: physical address of boot_params in baton's bss.
 */
paddr_t pvh_boot_params(paddr_t start);

#endif
