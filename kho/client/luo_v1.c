// SPDX-License-Identifier: MIT
#include "kho/client/luo_v1.h"

#include <libfdt.h>
#include <string.h>

#define COMPAT         "luo-v1"
#define NUMBER         "liveupdate-number"
#define SESSION_NODE   "luo-session"
#define SESSION_COMPAT "luo-session-v2"
#define SESSION_HEADER "luo-session-header"
#define FLB_NODE       "luo-flb"
#define FLB_COMPAT     "luo-flb-v1"
#define FLB_HEADER     "luo-flb-header"
#define PARTS          2 /* properties and nodes of the root, properties of a node */

_Static_assert(sizeof(uint64_t) + LUO_V1_SESSIONS * sizeof(struct luo_session) <= PAGE_SIZE << 4 &&
		       sizeof(uint64_t) + (LUO_V1_SESSIONS + 1) * sizeof(struct luo_session) >
			       PAGE_SIZE << 4,
	       "as many sessions as fit");
_Static_assert(LUO_V1_FILES * sizeof(struct luo_file) == PAGE_SIZE << 1, "as many files as fit");

static bool is(const void *root, uint64_t size)
{
	return !fdt_check_full(root, size) && !fdt_node_check_compatible(root, 0, COMPAT);
}

static bool read_u64(const void *fdt, int node, const char *name, uint64_t *value)
{
	int len;
	const void *p = fdt_getprop(fdt, node, name, &len);

	if (!p || len != sizeof(*value))
		return false;
	memcpy(value, p, sizeof(*value));
	return true;
}

static bool has_other_than(const void *fdt, int node, int properties, int nodes)
{
	int at;

	fdt_for_each_property_offset(at, fdt, node)
		properties--;
	fdt_for_each_subnode(at, fdt, node)
		nodes--;
	return properties || nodes;
}

/* A node and the address in it. */
static bool read_node(struct luo_state *s, const void *fdt, const char *name, const char *compat,
		      const char *header, uint64_t *addr, struct reader *r)
{
	int node = fdt_subnode_offset(fdt, 0, name);

	if (node < 0)
		return read_fail(r, FINDING_LUO_ROOT, name, s->root, NO_VALUE);
	if (fdt_node_check_compatible(fdt, node, compat))
		return read_fail(r, FINDING_LUO_VERSION, name, s->root, NO_VALUE);
	if (!read_u64(fdt, node, header, addr) || !*addr)
		return read_fail(r, FINDING_LUO_ROOT, header, s->root, NO_VALUE);
	s->extra |= has_other_than(fdt, node, PARTS, 0);
	return true;
}

static bool read(struct luo_state *s, const void *root, struct reader *r)
{
	if (!read_u64(root, 0, NUMBER, &s->number))
		return read_fail(r, FINDING_LUO_NUMBER, NUMBER, s->root, NO_VALUE);
	s->extra = has_other_than(root, 0, PARTS, PARTS);
	return read_node(s, root, SESSION_NODE, SESSION_COMPAT, SESSION_HEADER, &s->sessions, r) &&
	       read_node(s, root, FLB_NODE, FLB_COMPAT, FLB_HEADER, &s->flbs, r);
}

static int write_node(void *fdt, const char *name, const char *compat, const char *header,
		      uint64_t addr)
{
	int err = fdt_begin_node(fdt, name);

	err |= fdt_property_string(fdt, "compatible", compat);
	err |= fdt_property(fdt, header, &addr, sizeof(addr));
	err |= fdt_end_node(fdt);
	return err;
}

static uint64_t write(const struct luo_state *s, void *root)
{
	int err = fdt_create(root, PAGE_SIZE);

	err |= fdt_finish_reservemap(root);
	err |= fdt_begin_node(root, "");
	err |= fdt_property_string(root, "compatible", COMPAT);
	err |= fdt_property(root, NUMBER, &s->number, sizeof(s->number));
	err |= write_node(root, SESSION_NODE, SESSION_COMPAT, SESSION_HEADER, s->sessions);
	err |= write_node(root, FLB_NODE, FLB_COMPAT, FLB_HEADER, s->flbs);
	err |= fdt_end_node(root);
	err |= fdt_finish(root);
	return err ? 0 : fdt_totalsize(root);
}

const struct luo_version luo_v1 = {
	.name = "luo-v1",
	.sessions = {
		.what = "the block of LUO sessions",
		.header = LUO_COUNTED,
		.order = 4,
		.entry = sizeof(struct luo_session),
		.per = LUO_V1_SESSIONS,
		.containers = 1,
		.always = true,
	},
	.files = {
		.what = "the block of LUO files",
		.header = LUO_PLAIN,
		.order = 1,
		.entry = sizeof(struct luo_file),
		.per = LUO_V1_FILES,
		.containers = 1,
	},
	.flbs = true,
	.is = is,
	.read = read,
	.write = write,
};
