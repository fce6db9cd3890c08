// SPDX-License-Identifier: MIT
#include "kho/client/speaks.h"

#include <string.h>

bool speaks_is_name(const char *text, size_t len)
{
	if (len == 0 || len >= SPEAKS_NAME)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

const char *speaks_next(const struct speaks *s, const char *last)
{
	const char *next = last ? last + strlen(last) + 1 : s->names;

	return next < s->names + s->used ? next : NULL;
}

static bool listed(const struct speaks *s, const char *text, size_t len)
{
	const char *name = NULL;

	while ((name = speaks_next(s, name)))
		if (strlen(name) == len && memcmp(name, text, len) == 0)
			return true;
	return false;
}

bool speaks_add(struct speaks *s, const char *text, size_t len)
{
	if (!speaks_is_name(text, len))
		return false;
	if (!listed(s, text, len)) {
		if (s->nr == SPEAKS_MAX)
			return false;
		memcpy(s->names + s->used, text, len);
		s->names[s->used + len] = '\0';
		s->used += (unsigned int)len + 1;
		s->nr++;
	}
	s->what = SPEAKS_LISTED;
	return true;
}

bool speaks_name(const struct speaks *s, const char *name)
{
	if (s->what != SPEAKS_LISTED)
		return s->what == SPEAKS_ALL;
	return listed(s, name, strlen(name));
}
