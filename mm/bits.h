/* SPDX-License-Identifier: MIT */
/* Words as sets of 64 pages. */
#ifndef BATON_MM_BITS_H
#define BATON_MM_BITS_H

#include <stdint.h>

/** bits_below() - the word with its @n lowest bits set; @n is 0 to 64. */
static inline uint64_t bits_below(unsigned int n)
{
	return n >= 64 ? ~0UL : (1UL << n) - 1;
}

/**
 * bits_from() - of the pages [@page, @end), given by number, those in the word of @page
 * @page: below @end
 */
static inline uint64_t bits_from(uint64_t page, uint64_t end)
{
	uint64_t nr = end - page;

	return bits_below(nr < 64 ? (unsigned int)nr : 64) << page % 64;
}

/** bits_lowest() - the number of the lowest set bit of @word, which must not be 0. */
static inline unsigned int bits_lowest(uint64_t word)
{
	return (unsigned int)__builtin_ctzl(word);
}

/**
 * bits_count() - how many bits of @word are set
 *
 * Written out because the base x86_64 instruction set has no popcnt, and what compilers put in its
 * place is a call into libgcc, which baton does not link.
 */
static inline unsigned int bits_count(uint64_t word)
{
	word -= word >> 1 & 0x5555555555555555UL;
	word = (word & 0x3333333333333333UL) + (word >> 2 & 0x3333333333333333UL);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fUL;
	return (unsigned int)(word * 0x0101010101010101UL >> 56);
}

#endif
