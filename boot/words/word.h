/* SPDX-License-Identifier: MIT */
/*
 * The words of a command line, separated as Linux separates them. Pure: host-tested.
 *
 * Source: next_arg() in lib/cmdline.c and parse_args() in kernel/params.c of Linux 7.3.
 */
#ifndef BATON_BOOT_WORDS_WORD_H
#define BATON_BOOT_WORDS_WORD_H

#include <stdbool.h>
#include <stddef.h>

/** struct word - one word of the command line: the @len characters at @text */
struct word {
	const char *text;
	size_t len;
};

/** is_space() - true if @c separates words. */
static inline bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/** word_spaces() - how many white-space characters @s begins with. */
size_t word_spaces(const char *s);

/** word_length() - how many characters of @s belong to its first word; quotes keep white space in it. */
size_t word_length(const char *s);

/** word_unquote() - @w without quotes around the whole word, or around a value. */
struct word word_unquote(struct word w);

/** word_is() - true if @w is @text. */
bool word_is(struct word w, const char *text);

/** word_strip() - take @prefix away from @w. Return: false if @w begins otherwise; it is then unchanged. */
bool word_strip(struct word *w, const char *prefix);

/** word_field() - what stands before the first comma of @w, which is moved past the comma. */
struct word word_field(struct word *w);

/**
 * word_next() - take the next word of a command line
 * @s: the rest of the line; moved past the word
 * @w: the word as it was written, quotes and all
 *
 * Return: false at the end of the line, and at the word "--": what follows it is not the kernel's.
 */
bool word_next(const char **s, struct word *w);

/**
 * word_value() - is @w Linux's parameter @name?
 * @w:     as word_next() gives it
 * @name:  of the parameter, with a "="; "-" and "_" are the same
 * @value: set to its value, without quotes
 *
 * Return: false if it is not.
 */
bool word_value(struct word w, const char *name, struct word *value);

#endif
