// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "tests/guest/spoil.h"

#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "tests/guest/guest.h"
#include "tests/guest/handover.h"
#include "tests/guest/memory.h"

#define NOT_RAM (1UL << 44) /* no machine under test has RAM at 16 TiB */

static void spoil_fdt_magic(const struct outgoing *h)
{
	poke(h->at, "\0\0\0\0", 4);
}

static void spoil_fdt_truncate(const struct outgoing *h)
{
	poke(h->at + 4, "\0\0\x20\0", 4); /* totalsize, big-endian: two pages */
}

static void spoil_compatible(const struct outgoing *h)
{
	poke(where_prop(h, NULL, "compatible") + strlen("kho-v"), "9", 1);
}

static void spoil_map_missing(const struct outgoing *h)
{
	const char *strings = h->fdt + fdt_off_dt_strings(h->fdt);
	const char *name = memmem(strings, fdt_size_dt_strings(h->fdt), "preserved-memory-map", 20);

	poke(where_is(h, name), "X", 1);
}

static void spoil_map_zero(const struct outgoing *h)
{
	poke64(where_prop(h, NULL, "preserved-memory-map"), 0);
}

static void spoil_map_misaligned(const struct outgoing *h)
{
	poke64(where_prop(h, NULL, "preserved-memory-map"), h->map + 8);
}

static void spoil_map_not_ram(const struct outgoing *h)
{
	poke64(where_prop(h, NULL, "preserved-memory-map"), NOT_RAM);
}

static void spoil_node_shared(const struct outgoing *h)
{
	poke64(some_slot(h, false), peek64(some_slot(h, true)));
}

static void spoil_node_loop(const struct outgoing *h)
{
	poke64(some_slot(h, false), h->map);
}

static void spoil_node_misaligned(const struct outgoing *h)
{
	uint64_t slot = some_slot(h, true);

	poke64(slot, peek64(slot) + 0x10);
}

static void spoil_node_not_ram(const struct outgoing *h)
{
	poke64(some_slot(h, true), NOT_RAM);
}

static void spoil_node_low(const struct outgoing *h)
{
	poke64(some_slot(h, true), 0x2000);
}

static void spoil_node_in_scratch(const struct outgoing *h)
{
	poke64(some_slot(h, true), strtoull(read_line(KHO_OUT "/scratch_phys"), NULL, 0));
}

static void spoil_fdt_not_preserved(const struct outgoing *h)
{
	flip_key(h, h->at);
}

static void spoil_blob_not_ram(const struct outgoing *h)
{
	poke64(where_prop(h, "memblock", "preserved-data"), NOT_RAM);
}

static void spoil_blob_size(const struct outgoing *h)
{
	poke64(where_prop(h, "memblock", "blob-size"), 0);
}

/* Give a property of eight bytes another name, which the FDT has as well: a property that nobody knows. */
static void rename_prop(const struct outgoing *h, const char *node, const char *name,
			const char *other)
{
	const char *strings = h->fdt + fdt_off_dt_strings(h->fdt);
	const char *to = memmem(strings, fdt_size_dt_strings(h->fdt), other, strlen(other) + 1);
	fdt32_t offset = cpu_to_fdt32((uint32_t)(to - strings));

	poke(where_prop(h, node, name) - sizeof(offset), &offset, sizeof(offset));
}

static void spoil_blob_no_address(const struct outgoing *h)
{
	rename_prop(h, "memblock", "preserved-data", "preserved-memory-map");
}

static void spoil_luo_no_size(const struct outgoing *h)
{
	rename_prop(h, "LUO", "blob-size", "preserved-memory-map");
}

static void spoil_metadata_short(const struct outgoing *h)
{
	poke64(where_prop(h, "kexec-metadata", "blob-size"), 72);
}

static void spoil_blob_not_preserved(const struct outgoing *h)
{
	flip_key(h, blob_of(h, "memblock"));
}

static void spoil_metadata_version(const struct outgoing *h)
{
	poke(blob_of(h, "kexec-metadata"), "\x07", 1);
}

/* The ways to spoil a root FDT, a radix map or a blob, by the name that relay.do= takes. */
static const struct spoil spoils[] = {
	{ "fdt-magic", spoil_fdt_magic },
	{ "fdt-truncate", spoil_fdt_truncate },
	{ "compatible", spoil_compatible },
	{ "map-missing", spoil_map_missing },
	{ "map-zero", spoil_map_zero },
	{ "map-misaligned", spoil_map_misaligned },
	{ "map-not-ram", spoil_map_not_ram },
	{ "node-shared", spoil_node_shared },
	{ "node-loop", spoil_node_loop },
	{ "node-misaligned", spoil_node_misaligned },
	{ "node-not-ram", spoil_node_not_ram },
	{ "node-low", spoil_node_low },
	{ "node-in-scratch", spoil_node_in_scratch },
	{ "fdt-not-preserved", spoil_fdt_not_preserved },
	{ "blob-not-ram", spoil_blob_not_ram },
	{ "blob-size", spoil_blob_size },
	{ "blob-no-address", spoil_blob_no_address },
	{ "luo-no-size", spoil_luo_no_size },
	{ "metadata-short", spoil_metadata_short },
	{ "blob-not-preserved", spoil_blob_not_preserved },
	{ "metadata-version", spoil_metadata_version },
	{ NULL, NULL },
};

static const struct spoil *find_spoil(const struct spoil *list, const char *name)
{
	while (list->name && strcmp(name, list->name) != 0)
		list++;
	return list->name ? list : NULL;
}

void spoil_handover(const char *name)
{
	const struct spoil *spoil = find_spoil(spoils, name);
	struct outgoing h;

	if (!spoil)
		spoil = find_spoil(chunk_spoils, name);
	if (!spoil)
		fail("relay.do=%s: no such thing", name);
	find_handover(&h);
	spoil->fn(&h);
	say("spoiled: %s", name);
}
