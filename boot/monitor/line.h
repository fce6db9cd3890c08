/* SPDX-License-Identifier: MIT */
/*
 * A line editor for a terminal on a serial line. Pure: bytes in, bytes out through a callback.
 *
 *   ← → ^B ^F    by one character           ^H Backspace    delete to the left
 *   Home End ^A ^E                          ^D Delete       delete under the cursor
 *   ↑ ↓ ^P ^N    lines typed before         ^W ^U ^K        delete word, to the start, to the end
 *   Tab          complete; again: list      ^C ^L           drop the line; clear the screen
 *
 * A line may be longer than the terminal is wide: the part around the cursor is shown.
 */
#ifndef BATON_BOOT_MONITOR_LINE_H
#define BATON_BOOT_MONITOR_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_SIZE    256 /* longest line, with its NUL */
#define LINE_HISTORY 16
#define LINE_WIDTH   79 /* columns used, prompt included: every terminal has them */

/**
 * struct line - one editor; zeroed, then the first four are set by the caller
 * @put:    sends @n bytes to the terminal
 * @arg:    passed to it
 * @prompt: stands before every line
 * @name:   the @i-th word (or words) that Tab completes to at the start of a line, NULL past the
 *          last
 * @text:   the line, NUL-terminated; complete when line_key() has returned true
 * @len, @pos, @first: its length, the cursor, the first character shown
 * @history, @stored, @back: lines typed before; how many ever; how far back the one shown is, 0 for
 *                           a new one
 * @saved:  the new line, while an older one is shown
 * @escape: progress in an escape sequence; @param: the number in it
 * @last:   the byte before
 */
struct line {
	void (*put)(void *arg, const char *bytes, size_t n);
	void *arg;
	const char *prompt;
	const char *(*name)(unsigned int i);
	char text[LINE_SIZE];
	size_t len, pos, first;
	char history[LINE_HISTORY][LINE_SIZE];
	unsigned int stored, back;
	char saved[LINE_SIZE];
	int escape, param;
	char last;
};

/** line_start() - begin a new line: shows the prompt. */
void line_start(struct line *l);

/** line_key() - take @byte from the terminal. Return: true if it ended the line. */
bool line_key(struct line *l, char byte);

#endif
