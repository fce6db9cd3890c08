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

/** struct kho_metadata - the blob */
struct kho_metadata {
	uint32_t version;
	char previous_release[65];
	uint32_t kexec_count;
} __attribute__((packed));

_Static_assert(sizeof(struct kho_metadata) == 73, "kexec-metadata blob");

/** metadata_version() - "kexec-metadata-v1", or NULL. */
const char *metadata_version(const void *bytes, uint64_t size);

/** metadata_check() - finding metadata-version unless it is what metadata_version() knows. */
void metadata_check(const struct handover *h, const struct kho_blob *blob, struct findings *f);

/**
 * metadata_anew() - the blob as it is made when a handover is built: one kernel more has run
 * @release: what it names as the previous release ("baton-0.1"), at most 64 characters
 */
struct kho_new_blob metadata_anew(const char *release);

#endif
