// SPDX-License-Identifier: MIT
#include "kho/finding.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name, *expected;
} table[] = {
#define X(id, name, expected) { name, expected },
	FINDING_NAMES(X)
#undef X
};

_Static_assert(ARRAY_SIZE(table) == FINDING_COUNT, "one row a finding");

const char *finding_name(enum finding_code code)
{
	return table[code].name;
}

const char *finding_expected(enum finding_code code)
{
	return table[code].expected;
}

void finding_add(struct findings *f, enum finding_code code, const char *fmt, ...)
{
	struct fault *fault;
	va_list ap;
	int used;

	if (f->total++ >= FINDINGS_KEPT)
		return;

	fault = &f->list[f->total - 1];
	fault->name = table[code].name;
	va_start(ap, fmt);
	used = vsnprintf(fault->text, sizeof(fault->text), fmt, ap);
	va_end(ap);
	if (used >= 0 && (size_t)used < sizeof(fault->text))
		snprintf(fault->text + used, sizeof(fault->text) - (size_t)used, "; expected %s",
			 table[code].expected);
}
