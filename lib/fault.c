// SPDX-License-Identifier: MIT
#include "lib/fault.h"

#include <stdarg.h>
#include <stdio.h>

int fault_set(struct fault *f, const char *name, const char *fmt, ...)
{
	va_list ap;

	f->name = name;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	return -1;
}
