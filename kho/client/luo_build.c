// SPDX-License-Identifier: MIT
#include "kho/client/luo_build.h"

#include "kho/out/preserve.h"

/* Words before the entries of a container: the address of the next one, then the count. */
static unsigned int header_words(const struct luo_array *array)
{
	return array->header == LUO_CHAINED ? 2 : array->header == LUO_COUNTED ? 1 : 0;
}

static int add_container(struct luo_append *a, struct kho_out *out, struct fault *f)
{
	paddr_t at;
	void *mem = kho_alloc_preserve(out, PAGE_SIZE << a->array->order, &at, f);

	if (!mem)
		return -1;
	if (a->container)
		a->container[0] = at;
	else
		*a->first = at;
	a->container = mem;
	a->used = 0;
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
	unsigned int words = header_words(a->array);

	if ((!a->container || a->used == a->array->per) && add_container(a, out, f))
		return NULL;
	if (words)
		a->container[words - 1]++;
	return (char *)(a->container + words) + a->used++ * a->array->entry;
}
