// SPDX-License-Identifier: MIT
#include "kho/client/client.h"

#include <string.h>

#include "kho/client/kho_test.h"
#include "kho/client/luo_check.h"
#include "kho/client/memblock.h"
#include "kho/client/memblock_check.h"
#include "kho/client/metadata.h"

static const struct client table[] = {
	{ .name = KHO_TEST, .version = kho_test_version, .claim = kho_test_check },
	{ .name = LUO, .version = luo_version, .vital = true, .claim = luo_check },
	{ .name = MEMBLOCK, .version = memblock_version, .claim = memblock_check_blob },
	{ .name = METADATA, .version = metadata_version },
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

const char *client_version(const struct handover *h, const struct kho_blob *blob)
{
	const struct client *client = client_by_name(blob->name);
	const void *bytes = blob->bad ? NULL : handover_look(h, blob->addr, blob->size);

	return client && bytes ? client->version(bytes, blob->size) : NULL;
}

bool client_reads(const struct handover *h, const struct kho_blob *blob)
{
	return !client_by_name(blob->name) || client_version(h, blob);
}

void client_check(const struct handover *h, struct findings *f)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;

	if (!handover_is_read(h))
		return;
	while (handover_next_blob(h, &node, &blob)) {
		const struct client *client = client_by_name(blob.name);

		if (client && client->vital && (blob.bad || (h->abi->size_prop && !blob.stated)))
			finding_add(f, FINDING_CLIENT_UNREADABLE, "sub-node '%s': %s", blob.name,
				    blob.bad ? "no address or no size" : "a blob of 0 bytes");
	}
}

static void check_unclaimed(struct claims *c, const struct kho_blob *blob)
{
	paddr_t end = blob->addr + blob->size, page;

	page = pagemap_first_clear(c->pm, align_down(blob->addr, PAGE_SIZE),
				   align_up(end, PAGE_SIZE));
	if (page < end)
		finding_add(c->f, FINDING_CLIENT_TWICE, "blob '%.32s' at 0x%lx: page 0x%lx again",
			    blob->name, blob->addr, page);
}

/* Those that claim, or with @rest the others. */
static void claim_blobs(struct claims *c, bool rest)
{
	int node = BLOB_FIRST;
	struct kho_blob blob;

	while (handover_next_blob(c->h, &node, &blob)) {
		const struct client *client = client_by_name(blob.name);
		bool claims = client && client->claim &&
			      (client->vital || client_reads(c->h, &blob));

		if (blob.bad)
			continue;
		if (claims && !rest)
			client->claim(c, &blob);
		else if (!claims && rest)
			check_unclaimed(c, &blob);
	}
}

void client_claim(const struct handover *h, struct pagemap *pm, struct findings *f)
{
	struct claims c;

	if (f->total || !handover_is_read(h))
		return;
	claims_begin(&c, h, pm, f);
	claim_pages(&c, "the root FDT", h->fdt, 1);
	claim_blobs(&c, false);
	claim_blobs(&c, true);
	claims_end(&c);
}
