/* SPDX-License-Identifier: MIT */
/* Building a LUO state aside, entry by entry. Private to kho/client/. */
#ifndef BATON_KHO_CLIENT_LUO_BUILD_H
#define BATON_KHO_CLIENT_LUO_BUILD_H

#include "kho/client/luo.h"
#include "kho/out/outgoing.h"

/**
 * struct luo_append - the end of an array of entries
 * @array: how it lies
 * @first: where the address of its first container is kept
 * @container: the last one
 * @count:     how many entries it says it has; NULL if it does not say so
 * @at, @left: the next entry in it, and how many it has room for
 */
struct luo_append {
	const struct luo_array *array;
	uint64_t *first;
	uint64_t *container, *count;
	char *at;
	uint64_t left;
};

/**
 * luo_append_begin() - begin an empty array
 * @out:   where its containers are allocated
 * @array: how it lies
 * @first: set to 0, or to the container that an empty array needs
 * Return: 0; or -1 with a fault.
 */
int luo_append_begin(struct luo_append *a, struct kho_out *out, const struct luo_array *array,
		     uint64_t *first, struct fault *f);

/**
 * luo_append() - an entry more, zeroed and counted; its container is allocated in @out
 *
 * The caller has seen to it that the array has room. After each call what has been built can be
 * read as far as it goes. Return: NULL with a fault.
 */
void *luo_append(struct luo_append *a, struct kho_out *out, struct fault *f);

#endif
