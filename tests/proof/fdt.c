// SPDX-License-Identifier: MIT
/* Written from chapter 5 of the Devicetree Specification. */
#include "fdt.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define MAGIC	   0xd00dfeed
#define HEADER	   40
#define BEGIN_NODE 1
#define END_NODE   2
#define PROP	   3
#define NOP	   4
#define END	   9

struct reader {
	const uint8_t *data;
	uint32_t at, end;	    /* of the structure block */
	uint32_t strings, strings_end;
	const char *why;
};

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t next_cell(struct reader *r)
{
	if (r->end - r->at < 4) {
		r->why = "the structure block is cut off";
		return END;
	}
	r->at += 4;
	return be32(r->data + r->at - 4);
}

/* A name or a value that begins at @at ends with a NUL before @end. */
static bool is_text(const struct reader *r, uint32_t at, uint32_t end)
{
	return at < end && memchr(r->data + at, 0, end - at);
}

static void read_prop(struct reader *r, struct fdt_node *n)
{
	uint32_t size = next_cell(r), name = next_cell(r), padded = (size + 3) & ~3U;
	struct fdt_prop *p = &n->prop[n->nr];

	if (r->why)
		return;
	if (padded < size || padded > r->end - r->at)
		r->why = "a property leaves the structure block";
	else if (name >= r->strings_end - r->strings || !is_text(r, r->strings + name, r->strings_end))
		r->why = "the name of a property is not among the strings";
	else if (n->nr == FDT_PROPS)
		r->why = "too many properties in a node";
	if (r->why)
		return;
	*p = (struct fdt_prop){ (const char *)r->data + r->strings + name, r->data + r->at, size };
	if (fdt_find(n, p->name))
		r->why = "a property stands twice in a node";
	n->nr++;
	r->at += padded;
}

static void begin_node(struct reader *r, struct fdt *fdt)
{
	struct fdt_node *n = &fdt->node[fdt->nr];

	if (!is_text(r, r->at, r->end))
		r->why = "the name of a node does not end";
	else if (fdt->nr == FDT_NODES)
		r->why = "too many nodes";
	if (r->why)
		return;
	n->name = (const char *)r->data + r->at;
	n->nr = 0;
	if ((fdt->nr == 0) != (n->name[0] == '\0'))
		r->why = "a node has no name, or the root has one";
	fdt->nr++;
	r->at = (r->at + (uint32_t)strlen(n->name) + 1 + 3) & ~3U;
}

static void read_structure(struct reader *r, struct fdt *fdt)
{
	unsigned int depth = 0;
	bool props = false; /* properties come before sub-nodes */

	while (!r->why) {
		switch (next_cell(r)) {
		case BEGIN_NODE:
			if (depth == 2 || (depth == 0 && fdt->nr))
				r->why = "a node where none may be";
			depth++;
			props = true;
			if (!r->why)
				begin_node(r, fdt);
			break;
		case END_NODE:
			if (!depth--)
				r->why = "a node ends that did not begin";
			props = false;
			break;
		case PROP:
			if (!props)
				r->why = "a property where none may be";
			if (!r->why)
				read_prop(r, &fdt->node[fdt->nr - 1]);
			break;
		case NOP:
			break;
		case END:
			if (!r->why && (depth || !fdt->nr))
				r->why = "the structure ends inside a node";
			return;
		default:
			r->why = "an unknown token";
		}
	}
}

/* The memory reservations end with a pair of zeros; a KHO FDT has no others. */
static bool reserves_nothing(const uint8_t *data, uint32_t at, uint32_t end)
{
	static const uint8_t zeros[16];

	return at % 8 == 0 && at >= HEADER && at <= end && end - at >= 16 && memcmp(data + at, zeros, 16) == 0;
}

const char *fdt_parse(struct fdt *fdt, const void *data, uint32_t room)
{
	const uint8_t *d = data;
	uint32_t total = be32(d + 4), structure = be32(d + 8), strings = be32(d + 12);
	uint32_t strings_size = be32(d + 32), structure_size = be32(d + 36);
	struct reader r = { .data = d };

	if (be32(d) != MAGIC)
		return "no magic number";
	if (total > room || total < HEADER)
		return "its length can't be";
	if (be32(d + 20) < 17 || be32(d + 24) > 17)
		return "not of version 17";
	if (!reserves_nothing(d, be32(d + 16), total))
		return "its memory reservations";
	if (structure % 4 || structure < HEADER || structure > total || structure_size > total - structure)
		return "its structure block leaves it";
	if (strings > total || strings_size > total - strings)
		return "its strings leave it";
	r.at = structure;
	r.end = structure + structure_size;
	r.strings = strings;
	r.strings_end = strings + strings_size;
	fdt->nr = 0;
	read_structure(&r, fdt);
	return r.why;
}

const struct fdt_prop *fdt_find(const struct fdt_node *n, const char *name)
{
	for (unsigned int i = 0; i < n->nr; i++)
		if (strcmp(n->prop[i].name, name) == 0)
			return &n->prop[i];
	return NULL;
}
