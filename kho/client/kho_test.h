/* SPDX-License-Identifier: MIT */
/*
 * The client "kho_test", the kernel's own selftest; the same in every version.
 *
 * The blob is an FDT: compatible "kho-test-v1", magic (u32), and a node "data" with nr_folios (u32),
 * folios_info (struct kho_vmalloc) and csum (u32). The list holds a u64 a folio: its address, and
 * its order in the low 12 bits. Linux restores each by its key and asks for just that order.
 *
 * Source: lib/test_kho.c of Linux 6.18, 7.1, 7.2 and 7.3.
 */
#ifndef BATON_KHO_CLIENT_KHO_TEST_H
#define BATON_KHO_CLIENT_KHO_TEST_H

#include "kho/client/claims.h"

#define KHO_TEST       "kho_test"
#define KHO_TEST_MAGIC 0x4b484f21U

/** kho_test_version() - "kho-test-v1" if the @size bytes of a blob at @bytes are that, or NULL. */
const char *kho_test_version(const void *bytes, uint64_t size);

/** kho_test_read() - show every piece of it to the visitor of @r. Return: false with a problem. */
bool kho_test_read(const struct kho_blob *blob, struct reader *r);

/** kho_test_check() - claim and check all that @blob leads to; what is in the folios is left to its checksum. */
void kho_test_check(struct claims *c, const struct kho_blob *blob);

#endif
