// SPDX-License-Identifier: MIT
#include "kho/client/known.h"

#include "kho/client/memblock.h"
#include "kho/client/metadata.h"

static const struct known_name known[] = {
	{ "LUO", true },
	{ METADATA, true },
	{ "kho_test", true },
	{ MEMBLOCK, true },
	{ "kho-test-v1", false },
	{ "luo-flb-v1", false },
	{ "luo-session-v2", false },
	{ "luo-v1", false },
	{ "luo-v5", false },
	{ "memblock-v1", false },
	{ "memfd-v1", false },
	{ "memfd-v2", false },
	{ "reserve-mem-v1", false },
};

const struct known_name *known_name_at(unsigned int i)
{
	return i < ARRAY_SIZE(known) ? &known[i] : NULL;
}
