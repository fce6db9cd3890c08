/* SPDX-License-Identifier: MIT */
/*
 * The input of a person: commands, words, numbers. Pure.
 *
 * Commands are separated by ';', words by blanks; '…' or "…" make one word of what they hold. A
 * number is hex with 0x, or decimal with a unit: bytes, KiB, MiB, GiB or pages, written as 8MiB or
 * 8 MiB.
 */
#ifndef BATON_BOOT_MONITOR_PARSE_H
#define BATON_BOOT_MONITOR_PARSE_H

#include "lib/fault.h"
#include "lib/num.h"

#define WORDS_MAX  12
#define WORDS_SIZE 512 /* longest command, with its NUL */

/**
 * struct words - one command: @word[@at] to @word[@nr - 1] are still to be taken; they lie in @text
 */
struct words {
	char *word[WORDS_MAX];
	unsigned int nr, at;
	char text[WORDS_SIZE];
};

/**
 * struct args - the arguments of a command; 0 where it was not given
 * @word:  NAME, BYTES, BLOB
 * @addr, @size, @align: ADDR, SIZE, ALIGN, in bytes; BLOCK sets @size as well
 * @order: of a BLOCK; -1 where it is a run of pages
 * @given: how many arguments there were
 * @last:  what an ADDR of "last" stands for, 0 for nothing: kept from one command to the next
 * @pick:  bit n is set if the second alternative of the n-th A|B was taken
 */
struct args {
	const char *word;
	uint64_t addr, size, align, last;
	int order;
	unsigned int pick, given;
};

/**
 * words_split() - the words of the first command in @s
 * @s: moved behind the command and its ';'
 *
 * Return: 0; or -1 with fault syntax. No words are no error.
 */
int words_split(struct words *w, const char **s, struct fault *f);

/**
 * args_parse() - take all words of @w that are left
 * @spec: what is expected, as help shows it: "ADDR SIZE", "NAME SIZE [ALIGN]", "in|out [BLOB]"
 *
 * ADDR, SIZE and ALIGN are numbers, SIZE not 0; an ADDR can also be "last". BLOCK is "order N", or
 * a size in whole pages.
 *
 * Return: 0; or -1 with fault usage or bad-number.
 */
int args_parse(struct args *a, struct words *w, const char *spec, struct fault *f);

/**
 * read_hex() - read hex digits without 0x, to the end of @s
 * @value: set to what they say
 * Return: false if that is no number of 64 bits.
 */
bool read_hex(const char *s, uint64_t *value);

#endif
