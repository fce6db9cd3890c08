/* SPDX-License-Identifier: MIT */
/*
 * Words that say how much memory, as Linux writes them. Pure: host-tested.
 *
 * Source: memparse() in lib/cmdline.c, kho_parse_scratch_size() in kernel/liveupdate/
 * kexec_handover.c and reserve_mem() in mm/memblock.c of Linux 7.3.
 */
#ifndef BATON_BOOT_WORDS_SIZES_H
#define BATON_BOOT_WORDS_SIZES_H

#include "kho/client/memblock.h"
#include "lib/num.h"

/**
 * struct scratch_word - baton.scratch=
 * @given:   it was there
 * @percent: of what is expected to be needed; 0 where sizes are given
 * @low, @global, @node: bytes
 */
struct scratch_word {
	bool given;
	unsigned int percent;
	uint64_t low, global, node;
};

/**
 * read_size() - read a size: a number, hex with 0x, and K, M, G or T behind it
 * @s, @end: the text; @s is moved past what was taken
 * @size:    set to the bytes
 *
 * Return: false if there is none, or one of more than 64 bits.
 */
bool read_size(const char **s, const char *end, uint64_t *size);

/** read_scratch_word() - read LOW,GLOBAL,NODE or N%, all of [@s, @end), into @w. Return: false if it is neither. */
bool read_scratch_word(const char *s, const char *end, struct scratch_word *w);

/** read_reserve_word() - read SIZE[:ALIGN]:NAME, all of [@s, @end), into @r. Return: false if it is not. */
bool read_reserve_word(const char *s, const char *end, struct memblock_region *r);

#endif
