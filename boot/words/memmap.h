/* SPDX-License-Identifier: MIT */
/*
 * The words by which a command line takes memory out of RAM. Pure: host-tested.
 *
 * Source: parse_memopt() and parse_memmap_opt() in arch/x86/kernel/e820.c, memparse() in
 * lib/cmdline.c of Linux; efi_fake_mem= as Linux had it until 6.11.
 */
#ifndef BATON_BOOT_WORDS_MEMMAP_H
#define BATON_BOOT_WORDS_MEMMAP_H

#include "mm/ranges.h"

/**
 * memmap_leaves() - what a Linux with this command line still takes for RAM
 * @cmdline: any text
 * @ram:     what its memory map calls RAM
 * @left:    set to the whole pages of @ram that it keeps; its table is the caller's
 *
 * Read are mem=, memmap= in all its forms, and efi_fake_mem= where it sets aside (EFI_MEMORY_SP).
 * What a word calls anything else than RAM is not RAM, whichever word comes last, as in Linux.
 * Words never make RAM of what is none in @ram.
 *
 * Return: false if the table of @left is too small.
 */
bool memmap_leaves(const char *cmdline, const struct ranges *ram, struct ranges *left);

#endif
