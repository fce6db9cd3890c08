// SPDX-License-Identifier: MIT
#include "kexec/manifest.h"

#include <string.h>

#define NAME  "name "
#define SHOWN 64 /* characters of a foreign line in a message */

/** struct reader - @line of @len bytes is line number @nr; @left bytes follow at @next */
struct reader {
	const char *line, *next;
	uint64_t len, left;
	unsigned int nr;
};

/* Return: false at the end. A newline that ends the last line begins no other. */
static bool next_line(struct reader *r)
{
	const char *newline = r->left ? memchr(r->next, '\n', r->left) : NULL;
	bool more = r->left != 0;

	r->line = r->next;
	r->len = newline ? (uint64_t)(newline - r->next) : r->left;
	r->next += r->len + (newline != NULL);
	r->left -= r->len + (newline != NULL);
	r->nr++;
	return more;
}

static bool is(const struct reader *r, const char *text)
{
	return r->len == strlen(text) && memcmp(r->line, text, r->len) == 0;
}

/* Only what can be printed is shown of it. */
static int refuse(const struct reader *r, const char *expected, struct fault *f)
{
	int shown = 0;

	while ((uint64_t)shown < r->len && shown < SHOWN && r->line[shown] >= ' ' &&
	       r->line[shown] <= '~')
		shown++;
	return fault_set(f, "payload-abi", MANIFEST_FILE ", line %u: '%.*s'; expected %s", r->nr,
			 shown, r->line, expected);
}

static int read_version(struct manifest *m, struct reader *r, struct fault *f)
{
	bool good = next_line(r) && r->len && r->len < sizeof(m->abi);

	for (uint64_t i = 0; good && i < r->len; i++)
		good = r->line[i] > ' ' && r->line[i] <= '~';
	if (!good)
		return refuse(r, "a KHO version of at most 63 characters", f);
	memcpy(m->abi, r->line, r->len);
	m->abi[r->len] = '\0';
	return 0;
}

/* The list behind the version. Without "end" it was cut off, and what is missing is not known. */
static int read_names(struct manifest *m, struct reader *r, struct fault *f)
{
	const uint64_t skip = strlen(NAME);

	while (next_line(r)) {
		if (is(r, "end")) {
			m->speaks.what = SPEAKS_LISTED;
			return next_line(r) ? refuse(r, "nothing behind 'end'", f) : 0;
		}
		if (r->len < skip || memcmp(r->line, NAME, skip) != 0)
			return refuse(r, "'name NAME' or 'end'", f);
		if (!speaks_add(&m->speaks, r->line + skip, r->len - skip))
			return refuse(r, "at most 128 names of at most 47 characters", f);
	}
	return refuse(r, "'end' behind it", f);
}

int manifest_read(struct manifest *m, const char *text, uint64_t size, struct fault *f)
{
	struct reader r = { .line = text, .next = text, .left = size };

	if (size > MANIFEST_MAX)
		return fault_set(f, "payload-abi", MANIFEST_FILE " of %llu bytes; expected %u",
				 (unsigned long long)size, MANIFEST_MAX);
	if (read_version(m, &r, f))
		return -1;
	return r.left ? read_names(m, &r, f) : 0;
}
