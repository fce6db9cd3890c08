/* SPDX-License-Identifier: MIT */
/* Reading a root FDT: a root with properties, and nodes of one level below it. */
#ifndef PROOF_FDT_H
#define PROOF_FDT_H

#include <stdint.h>

#define FDT_NODES 65
#define FDT_PROPS 8

struct fdt_prop {
	const char *name;
	const uint8_t *data;
	uint32_t size;
};

struct fdt_node {
	const char *name;
	struct fdt_prop prop[FDT_PROPS];
	unsigned int nr;
};

/** struct fdt - node 0 is the root */
struct fdt {
	struct fdt_node node[FDT_NODES];
	unsigned int nr;
};

/** fdt_parse() - read the FDT at @data, which has room for @room bytes. Return: NULL, or what is wrong. */
const char *fdt_parse(struct fdt *fdt, const void *data, uint32_t room);

/** fdt_find() - the property called @name, or NULL. */
const struct fdt_prop *fdt_find(const struct fdt_node *n, const char *name);

#endif
