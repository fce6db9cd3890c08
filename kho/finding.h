/* SPDX-License-Identifier: MIT */
/*
 * Findings: what is wrong with a handover, each with a stable name (law 5).
 *
 * All findings are collected before the run stops. The list is bounded; what does not fit is counted.
 */
#ifndef BATON_KHO_FINDING_H
#define BATON_KHO_FINDING_H

#include "lib/fault.h"
#include "lib/num.h"

#define FINDINGS_KEPT 32

/** FINDING_NAMES - the rows @X(identifier, "stable-name", "what is expected instead") */
#define FINDING_NAMES(X)                                                                           \
	X(SETUP_DATA_NOT_RAM, "setup-data-not-ram", "every setup_data entry lies in RAM")          \
	X(SETUP_DATA_LOOP, "setup-data-loop", "the setup_data chain ends")                         \
	X(KHO_ENTRY_TWICE, "kho-entry-twice", "one KHO entry in the setup_data chain")             \
	X(KHO_ENTRY_LENGTH, "kho-entry-length", "32 bytes of KHO data")                            \
	X(IMA_LIST, "ima-list", "one IMA measurement list, 16 bytes that lead to RAM")             \
	X(SCRATCH_LENGTH, "scratch-length", "a scratch array of 16 bytes a region, 1 to 1026")     \
	X(SCRATCH_ARRAY_NOT_RAM, "scratch-array-not-ram", "the scratch array in RAM")              \
	X(SCRATCH_EMPTY, "scratch-empty", "at least one region of more than 0 bytes")              \
	X(SCRATCH_MISALIGNED, "scratch-misaligned", "regions aligned to pages, their array to 8")  \
	X(SCRATCH_NOT_RAM, "scratch-not-ram", "every scratch region wholly in RAM")                \
	X(SCRATCH_LOW, "scratch-low", "scratch at or above 1 MiB")                                 \
	X(SCRATCH_OVERLAP, "scratch-overlap", "disjoint scratch regions")                          \
	X(FDT_NOT_RAM, "fdt-not-ram", "the root FDT in RAM")                                       \
	X(FDT_LOW, "fdt-low", "the root FDT at or above 1 MiB")                                    \
	X(FDT_IN_SCRATCH, "fdt-in-scratch", "the root FDT outside scratch")                        \
	X(FDT_MISALIGNED, "fdt-misaligned", "the root FDT at the start of a page")                 \
	X(FDT_LENGTH, "fdt-length", "an FDT entry of 4096 bytes")                                  \
	X(FDT_CORRUPT, "fdt-corrupt", "an FDT that passes libfdt's full check")                    \
	X(FDT_NOT_PRESERVED, "fdt-not-preserved", "a key that covers the root FDT")                \
	X(ABI_MISSING, "abi-missing", "a compatible string in the root node")                      \
	X(ABI_UNKNOWN, "abi-unknown", "a KHO version that baton knows")                            \
	X(MAP_MISSING, "map-missing", "the property preserved-memory-map")                         \
	X(MAP_LENGTH, "map-length", "a preserved-memory-map of 8 bytes")                           \
	X(MAP_ZERO, "map-zero", "a map address that is not 0")                                     \
	X(NODE_MISALIGNED, "node-misaligned", "map nodes at page boundaries")                      \
	X(NODE_NOT_RAM, "node-not-ram", "map nodes in RAM")                                        \
	X(NODE_LOW, "node-low", "map nodes at or above 1 MiB")                                     \
	X(NODE_IN_SCRATCH, "node-in-scratch", "map nodes outside scratch")                         \
	X(NODE_SHARED, "node-shared", "each map node linked once, and no cycle")                   \
	X(KEY_ZERO, "key-zero", "keys with an order bit")                                          \
	X(KEY_WIDE, "key-wide", "keys of at most 53 bits, leaves below 2^52")                      \
	X(KEY_ORDER, "key-order", "orders up to 37: 2^37 pages")                                   \
	X(LEAF_MISALIGNED, "leaf-misaligned", "leaves that begin at multiples of their size")      \
	X(LEAF_SMALL, "leaf-small", "leaves of 4096 bytes, not as 6.16 and 6.17 wrote")            \
	X(CHUNK_COUNT, "chunk-count", "at most 255 entries in a chunk")                            \
	X(BLOCK_NOT_RAM, "block-not-ram", "preserved blocks wholly in RAM")                        \
	X(BLOCK_LOW, "block-low", "preserved blocks at or above 1 MiB")                            \
	X(BLOCK_IN_SCRATCH, "block-in-scratch", "preserved blocks outside scratch")                \
	X(BLOCK_IS_NODE, "block-is-node", "map nodes outside preserved blocks")                    \
	X(BLOCK_OVERLAP, "block-overlap", "no page in two preserved blocks")                       \
	X(BLOCK_ACROSS_NODES, "block-across-nodes", "each block in one NUMA node, or numa=off")    \
	X(BLOB_NOT_RAM, "blob-not-ram", "blobs wholly in RAM")                                     \
	X(BLOB_NOT_PRESERVED, "blob-not-preserved", "keys that cover every page of a blob")        \
	X(BLOB_TWICE, "blob-twice", "one sub-node a name")                                         \
	/* what clients hand over */                                                               \
	X(CLIENT_UNREADABLE, "client-unreadable",                                                  \
	  "an address and a size of 8 bytes, not 0, where Linux panics without them")              \
	X(CLIENT_MISALIGNED, "client-misaligned",                                                  \
	  "what a client hands over at the start of a page")                                       \
	X(CLIENT_NOT_RAM, "client-not-ram", "what a client hands over in RAM")                     \
	X(CLIENT_NOT_PRESERVED, "client-not-preserved",                                            \
	  "a key for every page that a client hands over")                                         \
	X(CLIENT_KEY, "client-key",                                                                \
	  "a key of its own for each block, of the order that Linux frees")                        \
	X(CLIENT_TWICE, "client-twice", "each page handed over by one client, and once")           \
	X(CLIENT_UNNAMED, "client-unnamed",                                                        \
	  "clients, file handlers and FLBs that the next kernel names")                            \
	X(LUO_VERSION, "luo-version", "LUO state of a version that baton knows")                   \
	X(LUO_ROOT, "luo-root", "a LUO root that leads to its sessions and its FLBs")              \
	X(LUO_NUMBER, "luo-number", "a live update number of 8 bytes")                             \
	X(LUO_SESSIONS, "luo-sessions", "no more sessions than the version has room for")          \
	X(LUO_SESSION_NAME, "luo-session-name", "session names of 1 to 63 bytes and a NUL")        \
	X(LUO_BLOCK_COUNT, "luo-block-count",                                                      \
	  "1 to 51 sessions, or 1 to 63 files, in a block of a chain")                             \
	X(LUO_BLOCKS, "luo-blocks", "chains of at most 10000 blocks")                              \
	X(LUO_FILES, "luo-files", "no more files than the version has room for")                   \
	X(LUO_FILE_COUNT, "luo-file-count", "as many files as the session says")                   \
	X(LUO_HANDLER, "luo-handler", "handler names of 1 to 47 bytes and a NUL")                  \
	X(LUO_FLB_PAGES, "luo-flb-pages", "FLBs in one page")                                      \
	X(LUO_FLB_COUNT, "luo-flb-count", "at most 63 FLBs")                                       \
	X(LUO_FLB_NAME, "luo-flb-name", "FLB names of 1 to 47 bytes and a NUL")                    \
	X(VMALLOC_ORDER, "vmalloc-order", "a list of whole blocks of a size that Linux allocates") \
	X(VMALLOC_TOTAL, "vmalloc-total", "as many pages in a list as it says")                    \
	X(VMALLOC_EMPTY, "vmalloc-empty", "no empty chunk but the last of a list")                 \
	X(MEMFD_SIZE, "memfd-size", "a size below 2^63")                                           \
	X(MEMFD_POSITION, "memfd-position", "a file position below 2^63")                          \
	X(MEMFD_FOLIOS, "memfd-folios", "a list with room for as many folios as the memfd says")   \
	X(MEMFD_ORDER, "memfd-order", "folios of orders up to 10")                                 \
	X(MEMFD_INDEX, "memfd-index",                                                              \
	  "folios in order, at multiples of their size, within the file")                          \
	X(KHO_TEST_FORMAT, "kho-test-format",                                                      \
	  "an FDT kho-test-v1 with magic, count, list and checksum")                               \
	X(KHO_TEST_FOLIOS, "kho-test-folios", "a list with room for as many folios as it says")    \
	X(MEMBLOCK_REGION, "memblock-region", "regions reserve-mem-v1 with a start and a size")

enum finding_code {
#define X(id, name, expected) FINDING_##id,
	FINDING_NAMES(X)
#undef X
		FINDING_COUNT
};

/**
 * struct findings - everything found so far
 * @list:  the first FINDINGS_KEPT, in the order found; text ends with what was expected
 * @total: how many there were, kept or not
 */
struct findings {
	struct fault list[FINDINGS_KEPT];
	uint64_t total;
};

/** finding_name() - the stable name of @code. */
const char *finding_name(enum finding_code code);

/** finding_expected() - what should have been there instead of @code. */
const char *finding_expected(enum finding_code code);

/**
 * finding_add() - note a finding @code; cheap and harmless when the list is full
 * @fmt: what was found and where, with numbers; "; expected …" is appended
 */
void finding_add(struct findings *f, enum finding_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
