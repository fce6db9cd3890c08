/* SPDX-License-Identifier: MIT */
/*
 * The client "kexec-metadata": which kernel hands over, and how many have done so before it.
 *
 * Source: include/linux/kho/abi/kexec_metadata.h of Linux 7.3.
 */
#ifndef BATON_KHO_CLIENT_METADATA_H
#define BATON_KHO_CLIENT_METADATA_H

#include "kho/finding.h"
#include "kho/out/outgoing.h"

#define METADATA         "kexec-metadata"
#define METADATA_VERSION 1

/**
 * struct kho_metadata - the blob
 * @version:          METADATA_VERSION
 * @previous_release: of the kernel that handed over
 * @kexec_count:      how often a kernel has done so since the chain began
 */
struct kho_metadata {
	uint32_t version;
	char previous_release[65];
	uint32_t kexec_count;
} __attribute__((packed));

_Static_assert(sizeof(struct kho_metadata) == 73, "kexec-metadata blob");

/** metadata_version() - "kexec-metadata-v1" if the @size @bytes of a blob are that, else NULL. */
const char *metadata_version(const void *bytes, uint64_t size);

/**
 * metadata_is_foreign() - does @in hand over a blob of another version, or of too few bytes?
 * Linux says so, takes nothing from it, and goes on: so it goes on as it is, to whoever reads it.
 */
bool metadata_is_foreign(const struct handover *in);

/**
 * metadata_anew() - the blob for a handover that is built: one more kernel has run
 * @release: the previous release that it names ("baton-0.1"), at most 64 characters
 */
struct kho_new_blob metadata_anew(const char *release);

#endif
