/* SPDX-License-Identifier: MIT */
/*
 * What the next Linux would find: a handover read out of a machine's memory, from the address of
 * its root FDT alone.
 *
 * Written from the description of the ABI. It shares no code with kho/, which wrote what is read
 * here.
 */
#ifndef PROOF_VERIFY_H
#define PROOF_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE        4096UL
#define MAX_BLOBS   64
#define MAX_SCRATCH 64
#define MAX_RAM     128
#define WHY         256

struct extent {
	uint64_t base, end;
};

/**
 * struct facts - the machine, as the boot_params that baton was given describe it
 * @mem, @size: its RAM, mapped; physical address 0 is its first byte
 * @kho: where the address of the incoming FDT stands
 */
struct facts {
	const uint8_t *mem;
	uint64_t size;
	struct extent ram[MAX_RAM], scratch[MAX_SCRATCH];
	unsigned int nr_ram, nr_scratch;
	uint64_t kho;
};

struct blob {
	char name[64];
	uint64_t addr, size;
};

struct verifier;

#define LUO_OWN 64

/**
 * struct luo_seen - a LUO state
 * @version: 1 or 5; 0 where there is none
 * @hash:    of what is in it, however it is written down
 * @sessions, @files: how many
 * @memfds:  files of memfd-v1, and of memfd-v2
 * @own:     keys of the blocks that it is written in
 */
struct luo_seen {
	unsigned int version;
	uint64_t hash, sessions, files, memfds[2];
	uint64_t own[LUO_OWN];
	unsigned int nr_own;
};

/**
 * struct handover - one state of it
 * @fdt, @map: physical addresses
 * @key:       keys of the map as they are encoded there, ascending
 * @nodes:     pages of the map; @empty: those with nothing in them, but for the root
 * @luo:       of the blob LUO
 * @max_order, @has_size, @walk: of the version; without sizes, each blob has 1 byte
 */
struct handover {
	uint64_t fdt, map;
	uint64_t *key;
	size_t nr_keys, room;
	struct blob blob[MAX_BLOBS];
	unsigned int nr_blobs;
	uint64_t nodes, empty;
	struct luo_seen luo;
	unsigned int max_order;
	bool has_size;
	bool (*walk)(struct verifier *v, struct handover *h);
};

/** struct seen - a page that a verification has read, and what it read */
struct seen {
	uint64_t addr;
	uint8_t copy[PAGE];
};

/**
 * struct verifier
 * @root:  where the address of the root FDT stands
 * @used:  where baton's page map stands, with a bit a page that is not free; 0 to leave that out
 * @seen, @nr_seen: all that the last verification has read, besides @root_value at @root
 * @reads: a byte a page: not 0 for these
 * @taken: a bit a page, for one verification
 * @why:   what is wrong
 */
struct verifier {
	const struct facts *facts;
	uint64_t root, root_value, used;
	struct seen *seen;
	size_t nr_seen, room;
	uint8_t *reads;
	uint64_t *taken;
	char why[WHY];
};

/** facts_read() - RAM and scratch from @boot_params. Return: NULL, or what is wrong. */
const char *facts_read(struct facts *f, uint64_t boot_params);

/**
 * verifier_init() - begin
 * @used: see struct verifier. It is no part of the handover, and Linux never sees it; but a page
 *        that is led to and free would be lost at the next allocation.
 */
void verifier_init(struct verifier *v, const struct facts *f, uint64_t root, uint64_t used);

/** has_key() - true if @key is one of those that verify() has read. */
bool has_key(const struct handover *h, uint64_t key);

/** verify() - read and check everything into @h. Return: false and v->why if anything is wrong. */
bool verify(struct verifier *v, struct handover *h);

/**
 * verify_same() - true if nothing has changed that the last verify() read
 *
 * Then there is no need to verify again: the result depends only on the bytes that are read, and which
 * bytes these are depends only on bytes that were read before. If all of them have their old values,
 * the next verification reads the same bytes and ends in the same result.
 */
bool verify_same(const struct verifier *v);

/**
 * verify_reads() - true if the last verify() has read the page at @addr, or where the root
 * stands.
 */
static inline bool verify_reads(const struct verifier *v, uint64_t addr)
{
	return addr < v->facts->size && v->reads[addr / PAGE];
}

static inline uint64_t key_of(uint64_t addr, unsigned int order)
{
	return 1UL << (52 - order) | addr >> (12 + order);
}

static inline unsigned int key_order(uint64_t key)
{
	unsigned int top = 63 - (unsigned int)__builtin_clzl(key);

	return 52 - top;
}

static inline uint64_t key_addr(uint64_t key)
{
	unsigned int order = key_order(key);

	return (key & ~(1UL << (52 - order))) << (12 + order);
}

#endif
