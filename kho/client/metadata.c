// SPDX-License-Identifier: MIT
#include "kho/client/metadata.h"

#include <string.h>

const char *metadata_version(const void *bytes, uint64_t size)
{
	struct kho_metadata meta;

	if (size < sizeof(meta))
		return NULL;
	memcpy(&meta, bytes, sizeof(meta));
	return meta.version == METADATA_VERSION ? METADATA "-v1" : NULL;
}

void metadata_check(const struct handover *h, const struct kho_blob *blob, struct findings *f)
{
	uint32_t version;

	if (blob->size < sizeof(struct kho_metadata)) {
		finding_add(f, FINDING_METADATA_VERSION, METADATA " of %lu bytes", blob->size);
		return;
	}
	memcpy(&version, handover_look(h, blob->addr, sizeof(version)), sizeof(version));
	if (version != METADATA_VERSION)
		finding_add(f, FINDING_METADATA_VERSION, METADATA " of version %u", version);
}

/* How many kernels have run before; 0 if nobody has counted. */
static uint32_t count_so_far(const struct handover *in)
{
	struct kho_metadata meta;
	struct kho_blob blob;

	if (!handover_find_blob(in, METADATA, &blob))
		return 0;
	memcpy(&meta, handover_look(in, blob.addr, sizeof(meta)), sizeof(meta));
	return meta.kexec_count;
}

static void write_metadata(const struct kho_new_blob *blob, const struct handover *in, void *mem)
{
	struct kho_metadata *meta = mem;

	meta->version = METADATA_VERSION;
	memcpy(meta->previous_release, blob->arg,
	       strnlen(blob->arg, sizeof(meta->previous_release) - 1));
	meta->kexec_count = count_so_far(in) + 1;
}

struct kho_new_blob metadata_anew(const char *release)
{
	return (struct kho_new_blob){
		.name = METADATA,
		.size = sizeof(struct kho_metadata),
		.write = write_metadata,
		.arg = release,
	};
}
