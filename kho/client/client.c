// SPDX-License-Identifier: MIT
#include "kho/client/client.h"

#include <string.h>

#include "kho/client/memblock.h"
#include "kho/client/metadata.h"

static const struct client table[] = {
	{ .name = MEMBLOCK, .version = memblock_version },
	{ .name = METADATA, .version = metadata_version, .check = metadata_check },
};

const struct client *client_at(unsigned int i)
{
	return i < ARRAY_SIZE(table) ? &table[i] : NULL;
}

const struct client *client_by_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

void client_check(const struct handover *h, struct findings *f)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;

	if (!handover_is_read(h))
		return;
	while (handover_next_blob(h, &node, &blob)) {
		const struct client *client = client_by_name(blob.name);

		/* what is wrong with the sub-node has been found before */
		if (!blob.bad && client && client->check && handover_look(h, blob.addr, blob.size))
			client->check(h, &blob, f);
	}
}
