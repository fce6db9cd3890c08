// SPDX-License-Identifier: MIT
/* batonctl diff: two dumps, what is preserved in each, and whether its bytes are the same. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kho/client/client.h"
#include "kho/view/clients.h"
#include "tools/command.h"
#include "tools/reading.h"

#define EXIT_UNREAD 2
#define SHOWN       20 /* lines of one kind */
#define BYTES       8  /* of a page that differs */

static const char help[] =
	"Usage: batonctl diff A B\n"
	"\n"
	"diff      compare the handovers in two dumps, and every byte that both preserve\n"
	"  A, B                   dumps, as for inspect\n"
	"  Status: 0 all is the same, 1 something differs, 2 one could not be read.\n";

/**
 * struct diff - one comparison
 * @a, @b:  the handovers
 * @both:   keys that both have; @only: those that one has
 * @pages:  preserved by both; @changed: those of them whose bytes differ
 * @shown:  lines printed of the kind that is being printed
 * @sign:   '-' while keys of @a are compared, '+' while those of @b are
 */
struct diff {
	const struct handover *a, *b;
	uint64_t both, only, pages, changed;
	unsigned int shown;
	char sign;
};

static bool may_show(struct diff *d)
{
	if (d->shown == SHOWN)
		puts("  …");
	return d->shown++ < SHOWN;
}

/* Whose bytes are at @addr: those of a blob can be told. */
static const char *owner(const struct handover *h, paddr_t addr, char buf[VIEW_NAME])
{
	struct kho_blob blob;

	if (handover_blob_within(h, addr, addr + 1, &blob))
		return view_name(buf, blob.name, VIEW_NAME);
	return "preserved";
}

static void show_page(struct diff *d, paddr_t page, const uint8_t *a, const uint8_t *b)
{
	char name[VIEW_NAME];
	unsigned int at = 0, i;

	d->changed++;
	if (!may_show(d))
		return;
	while (a[at] == b[at])
		at++;
	at = at > PAGE_SIZE - BYTES ? PAGE_SIZE - BYTES : at;
	printf("  0x%lx ", page + at);
	for (i = 0; i < BYTES; i++)
		printf(" %02x", a[at + i]);
	fputs(" →", stdout);
	for (i = 0; i < BYTES; i++)
		printf(" %02x", b[at + i]);
	printf("  %s\n", owner(d->a, page + at, name));
}

static void compare_block(struct diff *d, paddr_t base, uint64_t size)
{
	const uint8_t *a = handover_look(d->a, base, size), *b = handover_look(d->b, base, size);
	uint64_t at;

	d->pages += size >> PAGE_SHIFT;
	if (!a || !b || !memcmp(a, b, size))
		return;
	for (at = 0; at < size; at += PAGE_SIZE)
		if (memcmp(a + at, b + at, PAGE_SIZE))
			show_page(d, base + at, a + at, b + at);
}

static int compare_key(paddr_t base, unsigned int order, void *arg)
{
	struct diff *d = arg;

	if (handover_has_key(d->b, base, order))
		compare_block(d, base, PAGE_SIZE << order);
	return 0;
}

static int find_key(paddr_t base, unsigned int order, void *arg)
{
	struct diff *d = arg;

	if (handover_has_key(d->sign == '-' ? d->b : d->a, base, order)) {
		d->both++;
		return 0;
	}
	d->only++;
	if (may_show(d))
		printf("  %c 0x%lx, order %u\n", d->sign, base, order);
	return 0;
}

static void compare_keys(struct diff *d)
{
	uint64_t both;

	puts("keys that only one has:");
	d->shown = 0;
	d->sign = '-';
	handover_for_each_key(d->a, find_key, d);
	both = d->both;
	d->sign = '+';
	handover_for_each_key(d->b, find_key, d);
	d->both = both;
	printf("  %lu keys; both have %lu\n", d->only, both);
}

static const char *version_of(const struct handover *h, const struct kho_blob *blob)
{
	const char *version = client_version(h, blob);

	return version ? version : "unknown";
}

/* Return: how many blobs of @a are not the same in @b; with @sign '+' only those missing there count. */
static unsigned int compare_blobs(const struct handover *a, const struct handover *b, char sign)
{
	unsigned int differ = 0;
	struct kho_blob x, y;
	char name[VIEW_NAME];
	int node = BLOB_FIRST;

	while (handover_next_blob(a, &node, &x)) {
		view_name(name, x.name, VIEW_NAME);
		if (!handover_find_blob(b, x.name, &y)) {
			printf("  %c %s: %s, 0x%lx, %lu bytes\n", sign, name, version_of(a, &x),
			       x.addr, x.size);
			differ++;
		} else if (sign == '-' && (x.addr != y.addr || x.size != y.size)) {
			printf("    %s: %s, 0x%lx, %lu bytes → %s, 0x%lx, %lu bytes\n", name,
			       version_of(a, &x), x.addr, x.size, version_of(b, &y), y.addr,
			       y.size);
			differ++;
		}
	}
	return differ;
}

static bool same_scratch(const struct handover *a, const struct handover *b)
{
	return a->nr_scratch == b->nr_scratch &&
	       !memcmp(a->scratch, b->scratch, a->nr_scratch * sizeof(*a->scratch));
}

static int compare(const struct reading *ra, const struct reading *rb)
{
	const struct handover *a = &ra->verify->in.h, *b = &rb->verify->in.h;
	struct diff d = { .a = a, .b = b };
	unsigned int blobs;
	bool same = !strcmp(ra->root.version, rb->root.version) && same_scratch(a, b);

	printf("version     %s → %s\n", ra->root.version, rb->root.version);
	printf("scratch     %s\n", same_scratch(a, b) ? "the same" : "differs");
	puts("blobs that differ:");
	blobs = compare_blobs(a, b, '-') + compare_blobs(b, a, '+');
	printf("  %u blobs\n", blobs);
	compare_keys(&d);
	puts("bytes that differ in blocks that both preserve:");
	d.shown = 0;
	handover_for_each_key(a, compare_key, &d);
	printf("  %lu of %lu pages\n", d.changed, d.pages);
	return same && !blobs && !d.only && !d.changed ? 0 : 1;
}

static bool is_sound(const struct reading *r, const char *path)
{
	if (r->verify->f.total)
		fprintf(stderr,
			"batonctl: not-sound: %s: %lu findings: batonctl verify lists them\n", path,
			r->verify->f.total);
	return !r->verify->f.total;
}

/* struct reading is too large for two of them on a stack */
static int open_and_compare(char **path)
{
	struct reading *r = calloc(2, sizeof(*r));
	int ret = EXIT_UNREAD;
	struct fault f;

	if (!r) {
		fputs("batonctl: out-of-memory\n", stderr);
		return ret;
	}
	if (reading_open(&r[0], &(struct reading_words){ .path = path[0] }, &f)) {
		command_failed(&f);
	} else {
		if (reading_open(&r[1], &(struct reading_words){ .path = path[1] }, &f)) {
			command_failed(&f);
		} else {
			if (is_sound(&r[0], path[0]) && is_sound(&r[1], path[1]))
				ret = compare(&r[0], &r[1]);
			reading_close(&r[1]);
		}
		reading_close(&r[0]);
	}
	free(r);
	return ret;
}

static int run(int argc, char **argv)
{
	if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		fputs(help, stdout);
		return 0;
	}
	if (argc != 3 || argv[1][0] == '-')
		return command_usage();
	return open_and_compare(argv + 1);
}

const struct command diff_command = { "diff", help, run };
