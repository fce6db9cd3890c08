// SPDX-License-Identifier: MIT
#include "tests/guest/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/guest/guest.h"
#include "tests/guest/memory.h"

#define TOP_LEVEL  5
#define LEAF_BITS  15
#define TABLE_BITS 9
#define ORDER_0    (1UL << 52)

void finalize_handover(void)
{
	int fd = open(KHO_OUT "/finalize", O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		fail("finalize: %s", strerror(errno));
	close(fd);
}

void find_handover(struct outgoing *h)
{
	const uint64_t *map;
	size_t size;
	char *begin = read_file(KHO_OUT "/fdt", &size);
	int len;

	if (!begin || size < 64 || size > PAGE)
		fail("no FDT in " KHO_OUT "/fdt");
	h->at = find_page(begin, size);
	h->fdt = malloc(PAGE);
	peek(h->at, h->fdt, PAGE);
	map = fdt_getprop(h->fdt, 0, "preserved-memory-map", &len);
	if (!map || len != sizeof(*map))
		fail("the outgoing FDT has no preserved-memory-map");
	memcpy(&h->map, map, sizeof(h->map));
	say("handover fdt 0x%" PRIx64 " map 0x%" PRIx64, h->at, h->map);
	free(begin);
}

uint64_t where_is(const struct outgoing *h, const void *p)
{
	return h->at + (uint64_t)((const char *)p - h->fdt);
}

uint64_t where_prop(const struct outgoing *h, const char *node, const char *name)
{
	int off = node ? fdt_subnode_offset(h->fdt, 0, node) : 0;
	const void *p = off < 0 ? NULL : fdt_getprop(h->fdt, off, name, NULL);

	if (!p)
		fail("the outgoing FDT has no %s in %s", name, node ? node : "its root");
	return where_is(h, p);
}

uint64_t blob_of(const struct outgoing *h, const char *node)
{
	return peek64(where_prop(h, node, "preserved-data"));
}

/* The address of the slot for @key in the table @node of @level. */
static uint64_t slot_of(uint64_t node, uint64_t key, int level)
{
	uint64_t slot = key >> ((level - 1) * TABLE_BITS + LEAF_BITS);

	return node + 8 * (slot & ((1UL << TABLE_BITS) - 1));
}

/* The bitmap that holds @addr at order 0. */
static uint64_t leaf_of(const struct outgoing *h, uint64_t addr)
{
	uint64_t key = ORDER_0 | addr / PAGE, node = h->map;

	for (int level = TOP_LEVEL; level > 0 && node; level--)
		node = peek64(slot_of(node, key, level));
	if (!node)
		fail("no leaf for 0x%" PRIx64 " in the map", addr);
	return node;
}

void flip_key(const struct outgoing *h, uint64_t addr)
{
	uint64_t bit = addr / PAGE & ((1UL << LEAF_BITS) - 1);
	uint64_t at = leaf_of(h, addr) + bit / 64 * 8;

	poke64(at, peek64(at) ^ 1UL << bit % 64);
}

uint64_t some_slot(const struct outgoing *h, bool used)
{
	for (uint64_t s = h->map; s < h->map + PAGE; s += 8)
		if (!!peek64(s) == used)
			return s;
	fail("the root of the map has no %s slot", used ? "used" : "free");
}
