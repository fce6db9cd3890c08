/* SPDX-License-Identifier: MIT */
/* An error as a value: a stable name and one line for the person at the console. */
#ifndef BATON_LIB_FAULT_H
#define BATON_LIB_FAULT_H

#define FAULT_TEXT 192

/**
 * struct fault - one thing that went wrong
 * @name: stable, lower-case, with dashes: what scripts and tests match on
 * @text: what was found, where, and what was expected, with numbers and units
 */
struct fault {
	const char *name;
	char text[FAULT_TEXT];
};

/**
 * fault_set() - fill in a fault
 * @f:    the fault
 * @name: a string that outlives @f
 * @fmt:  printf format of the text; a longer text is cut at FAULT_TEXT
 *
 * Return: always -1, so that a failing function can end in "return fault_set(…)".
 */
int fault_set(struct fault *f, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
