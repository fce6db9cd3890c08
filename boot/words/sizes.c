// SPDX-License-Identifier: MIT
#include "boot/words/sizes.h"

#include <string.h>

#include "lib/digits.h"

#define MAX_PERCENT 10000

/* Powers of 1024 that the letter stands for; 0 if it is none. */
static unsigned int unit(char c)
{
	static const char letters[] = "kmgt";
	const char *at = strchr(letters, c | 0x20);

	return c && at ? (unsigned int)(at - letters) + 1 : 0;
}

bool read_size(const char **s, const char *end, uint64_t *size)
{
	bool hex = end - *s > 2 && (*s)[0] == '0' && ((*s)[1] | 0x20) == 'x';
	const char *p = *s + 2 * hex;
	unsigned int shift;

	if (!digits_read(&p, end, hex ? 16 : 10, size))
		return false;
	shift = p < end ? unit(*p) * 10 : 0;
	*s = p + (shift != 0);
	return !__builtin_mul_overflow(*size, 1UL << shift, size);
}

static bool take(const char **s, const char *end, char c)
{
	if (*s == end || **s != c)
		return false;
	(*s)++;
	return true;
}

bool read_scratch_word(const char *s, const char *end, struct scratch_word *w)
{
	uint64_t size[3] = { 0 };

	*w = (struct scratch_word){ .given = true };
	if (!read_size(&s, end, &size[0]))
		return false;
	if (take(&s, end, '%')) {
		w->percent = (unsigned int)min_u64(size[0], MAX_PERCENT + 1);
		return s == end && w->percent && w->percent <= MAX_PERCENT;
	}
	for (int i = 1; i < 3; i++)
		if (!take(&s, end, ',') || !read_size(&s, end, &size[i]))
			return false;
	w->low = size[0];
	w->global = size[1];
	w->node = size[2];
	return s == end && (w->low | w->global | w->node);
}

bool read_reserve_word(const char *s, const char *end, struct memblock_region *r)
{
	const char *colon = memchr(s, ':', (size_t)(end - s)), *name;
	struct fault none;
	size_t len;

	*r = (struct memblock_region){ .align = PAGE_SIZE };
	if (!colon || !read_size(&s, end, &r->size) || s != colon)
		return false;
	name = colon + 1;
	colon = memchr(name, ':', (size_t)(end - name));
	if (colon) {
		if (!read_size(&name, colon, &r->align) || name != colon)
			return false;
		name = colon + 1;
	}
	len = (size_t)(end - name);
	memcpy(r->name, name, min_u64(len, sizeof(r->name)));
	return memblock_check(r, &none) == 0;
}
