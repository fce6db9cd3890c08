/* SPDX-License-Identifier: MIT */
/*
 * What a KHO version is, as data (law 9): one row a version, and nothing else knows a version by its name.
 *
 * Source: include/linux/kho/abi/kexec_handover.h and kernel/liveupdate/kexec_handover.c of Linux 7.1 and 7.3.
 */
#ifndef BATON_KHO_ABI_H
#define BATON_KHO_ABI_H

#include "kho/map/map.h"

/** struct kho_scratch - one entry of the scratch array, as Linux keeps it: @size bytes at @addr */
struct kho_scratch {
	uint64_t addr;
	uint64_t size;
};

/**
 * struct kho_data - the payload of the setup_data entry SETUP_KEXEC_KHO
 * @fdt_addr, @fdt_size: the root FDT
 * @scratch_addr, @scratch_size: the scratch array, 16 bytes a region
 */
struct kho_data {
	uint64_t fdt_addr;
	uint64_t fdt_size;
	uint64_t scratch_addr;
	uint64_t scratch_size;
};

_Static_assert(sizeof(struct kho_scratch) == 16, "scratch array entry");
_Static_assert(sizeof(struct kho_data) == 32, "kho setup_data payload");

#define KHO_FDT_SIZE    PAGE_SIZE /* the root FDT is one page in every version */
#define KHO_MAX_SCRATCH 1026      /* lowmem, global and 1024 NUMA nodes */
#define KHO_PROP_MAP    "preserved-memory-map"

/**
 * struct kho_abi - one version
 * @compatible:    the whole string of the root node, matched exactly
 * @released:      a release of Linux speaks it
 * @map:           how the map of preserved memory is stored
 * @blob_prop:     property of a sub-node that holds the blob's address (u64)
 * @size_prop:     property that holds its size in bytes (u64), or NULL
 * @scratch_align: what the consumer needs each scratch region aligned to, in bytes
 * @max_order:     largest order that its consumer can take in
 * @max_restore:   largest order that its consumer's clients can restore; larger blocks are only for
 *                 clients that restore nothing, such as reserve_mem
 */
struct kho_abi {
	const char *compatible;
	bool released;
	const struct map_format *map;
	const char *blob_prop;
	const char *size_prop;
	uint64_t scratch_align;
	unsigned int max_order;
	unsigned int max_restore;
};

/** kho_abi_at() - row @i of the table, NULL past its end. */
const struct kho_abi *kho_abi_at(unsigned int i);

/** kho_abi_by_name() - the row whose compatible is @name, or NULL. */
const struct kho_abi *kho_abi_by_name(const char *name);

/** kho_abi_newest() - the newest row that a release of Linux speaks. */
const struct kho_abi *kho_abi_newest(void);

/** kho_abi_list() - write "kho-v2, kho-v3, …" into the @size bytes of @buf, for messages. Return: @buf. */
const char *kho_abi_list(char *buf, size_t size);

#endif
