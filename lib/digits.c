// SPDX-License-Identifier: MIT
#include "lib/digits.h"

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10) : 16;
}

bool digits_read(const char **s, const char *end, unsigned int base, uint64_t *value)
{
	const char *p = *s;

	for (*value = 0; p < end && digit(*p) < base; p++)
		if (__builtin_mul_overflow(*value, base, value) ||
		    __builtin_add_overflow(*value, digit(*p), value))
			return false;
	if (p == *s)
		return false;
	*s = p;
	return true;
}
