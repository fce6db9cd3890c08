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

/* Read it. Return: false if there is none, or it is not in the version that is known. */
static bool read_metadata(const struct handover *in, struct kho_metadata *meta)
{
	struct kho_blob blob;
	const void *bytes;
	uint64_t size;

	if (!handover_find_blob(in, METADATA, &blob) || blob.bad)
		return false;
	size = in->abi->size_prop ? blob.stated : blob.size;
	bytes = handover_look(in, blob.addr, sizeof(*meta));
	if (!bytes || !metadata_version(bytes, size))
		return false;
	memcpy(meta, bytes, sizeof(*meta));
	return true;
}

bool metadata_is_foreign(const struct handover *in)
{
	struct kho_metadata meta;
	struct kho_blob blob;

	return handover_find_blob(in, METADATA, &blob) && !blob.bad && !read_metadata(in, &meta);
}

/* How many kernels have run before; 0 if nobody has counted. */
static uint32_t count_so_far(const struct handover *in)
{
	struct kho_metadata meta;

	return read_metadata(in, &meta) ? meta.kexec_count : 0;
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
