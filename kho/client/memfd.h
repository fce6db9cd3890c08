/* SPDX-License-Identifier: MIT */
/*
 * The file handler memfd: a file in memory, as a page that describes it and a list of its folios.
 *
 *   memfd-v1 (Linux 7.0)         memfd-v2 (Linux 7.1 to 7.3)
 *    0 position                    0 position
 *    8 size in bytes               8 size in bytes
 *   16 number of folios           16 seals, flags
 *   24 list                       24 number of folios
 *                                 32 list
 *
 * The list (struct kho_vmalloc) holds 16 bytes a folio: the page frame number in the low 52 bits,
 * above it 12 flags, of which Linux reads "dirty" and "up to date"; then the index in the file in
 * pages. A folio is restored by the key that begins at it, and the page by a key of order 0.
 *
 * Source: include/linux/kho/abi/memfd.h and mm/memfd_luo.c of Linux 7.1 and 7.3.
 */
#ifndef BATON_KHO_CLIENT_MEMFD_H
#define BATON_KHO_CLIENT_MEMFD_H

#include "kho/client/handler.h"
#include "kho/out/preserve.h"

/** struct memfd_head - @position, @size in bytes */
struct memfd_head {
	uint64_t position, size;
};

/**
 * struct memfd_seals
 * @seals: as fcntl() of Linux has them
 * @flags: none so far
 */
struct memfd_seals {
	uint32_t seals, flags;
};

/**
 * struct memfd_tail
 * @folios: entries in @list that count
 * @list:   of struct memfd_folio
 */
struct memfd_tail {
	uint64_t folios;
	struct kho_vmalloc list;
};

/** struct memfd_v1_page - @head, @tail: how memfd-v1 describes a file */
struct memfd_v1_page {
	struct memfd_head head;
	struct memfd_tail tail;
};

/** struct memfd_v2_page - @head, @seals, @tail: how memfd-v2 does */
struct memfd_v2_page {
	struct memfd_head head;
	struct memfd_seals seals;
	struct memfd_tail tail;
};

_Static_assert(sizeof(struct memfd_v1_page) == 40, "memfd-v1");
_Static_assert(offsetof(struct memfd_head, size) == 8, "memfd");
_Static_assert(offsetof(struct memfd_v1_page, tail.folios) == 16, "memfd-v1");
_Static_assert(offsetof(struct memfd_v1_page, tail.list) == 24, "memfd-v1");
_Static_assert(sizeof(struct memfd_v2_page) == 48, "memfd-v2");
_Static_assert(offsetof(struct memfd_v2_page, seals) == 16, "memfd-v2");
_Static_assert(offsetof(struct memfd_v2_page, tail.folios) == 24, "memfd-v2");
_Static_assert(offsetof(struct memfd_v2_page, tail.list) == 32, "memfd-v2");

/**
 * struct memfd_folio - one entry of the list
 * @pfn_and_flags: the page frame number in the low MEMFD_PFN_BITS bits; 0 for no folio
 * @index: where in the file, in pages
 */
struct memfd_folio {
	uint64_t pfn_and_flags;
	uint64_t index;
};

_Static_assert(sizeof(struct memfd_folio) == 16, "memfd folio");

#define MEMFD_PFN_BITS 52

/* F_SEAL_SEAL of Linux: no seal can be added any more. */
#define MEMFD_SEAL_SEAL 0x1U

extern const struct file_handler memfd_v1, memfd_v2;

#endif
