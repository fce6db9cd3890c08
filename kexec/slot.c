// SPDX-License-Identifier: MIT
#include "kexec/slot.h"

#include <string.h>

bool slot_find(const struct bzimage *bz, const void *image, struct slot *slot)
{
	struct slot found;

	if (bz->code_size < SLOT_OFFSET + sizeof(found))
		return false;
	memcpy(&found, (const char *)image + bz->code + SLOT_OFFSET, sizeof(found));
	if (memcmp(found.magic, SLOT_MAGIC, sizeof(found.magic)) != 0)
		return false;
	*slot = found;
	return true;
}
