// SPDX-License-Identifier: MIT
#include "kho/client/handler.h"

#include <string.h>

#include "kho/client/memfd.h"

static const struct file_handler *const table[] = { &memfd_v1, &memfd_v2 };

const struct file_handler *file_handler_at(unsigned int i)
{
	return i < ARRAY_SIZE(table) ? table[i] : NULL;
}

const struct file_handler *file_handler_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i]->name, name))
			return table[i];
	return NULL;
}
