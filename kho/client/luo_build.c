// SPDX-License-Identifier: MIT
#include "kho/client/luo_build.h"

#include "kho/out/preserve.h"

static int add_container(struct luo_append *a, struct kho_out *out, struct fault *f)
{
	paddr_t at;
	uint64_t *mem = kho_alloc_preserve(out, PAGE_SIZE << a->array->order, &at, f);

	if (!mem)
		return -1;
	if (a->container)
		a->container[0] = at;
	else
		*a->first = at;
	a->container = mem;
	a->count = NULL;
	a->left = a->array->per;
	/* what it begins with: the address of the next one, then the count */
	if (a->array->header == LUO_CHAINED)
		mem++;
	if (a->array->header != LUO_PLAIN)
		a->count = mem++;
	a->at = (char *)mem;
	return 0;
}

int luo_append_begin(struct luo_append *a, struct kho_out *out, const struct luo_array *array,
		     uint64_t *first, struct fault *f)
{
	*a = (struct luo_append){ .array = array, .first = first };
	*first = 0;
	return array->always ? add_container(a, out, f) : 0;
}

void *luo_append(struct luo_append *a, struct kho_out *out, struct fault *f)
{
	char *entry;

	if (!a->left && add_container(a, out, f))
		return NULL;
	entry = a->at;
	a->at += a->array->entry;
	a->left--;
	if (a->count)
		++*a->count;
	return entry;
}
