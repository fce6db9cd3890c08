// SPDX-License-Identifier: MIT
#include "kho/client/luo_v5.h"

#include <string.h>

#define COMPAT "luo-v5"
#define HEADER (2 * sizeof(uint64_t))

_Static_assert((PAGE_SIZE - HEADER) / sizeof(struct luo_session) == LUO_V5_SESSIONS, "sessions");
_Static_assert((PAGE_SIZE - HEADER) / sizeof(struct luo_file) == LUO_V5_FILES, "files");

static bool is(const void *root, uint64_t size)
{
	const struct luo_v5_root *v5 = root;

	return size >= sizeof(*v5) && !strncmp(v5->compatible, COMPAT, sizeof(v5->compatible));
}

static bool read(struct luo_state *s, const void *root, struct reader *r)
{
	const struct luo_v5_root *v5 = root;

	(void)r;
	s->number = v5->number;
	s->sessions = v5->sessions;
	s->flbs = v5->flbs;
	return true;
}

static uint64_t write(const struct luo_state *s, void *root)
{
	struct luo_v5_root *v5 = root;

	memcpy(v5->compatible, COMPAT, sizeof(COMPAT));
	v5->number = s->number;
	v5->sessions = s->sessions;
	v5->flbs = s->flbs;
	return sizeof(*v5);
}

const struct luo_version luo_v5 = {
	.name = "luo-v5",
	.sessions = {
		.what = "a block of LUO sessions",
		.header = LUO_CHAINED,
		.entry = sizeof(struct luo_session),
		.per = LUO_V5_SESSIONS,
		.containers = LUO_V5_BLOCKS,
	},
	.files = {
		.what = "a block of LUO files",
		.header = LUO_CHAINED,
		.entry = sizeof(struct luo_file),
		.per = LUO_V5_FILES,
		.containers = LUO_V5_BLOCKS,
	},
	.is = is,
	.read = read,
	.write = write,
};
