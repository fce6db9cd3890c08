// SPDX-License-Identifier: MIT
/* batonctl verify: every check that baton makes, on a dump. */
#include <stdio.h>

#include "kho/view/summary.h"
#include "tools/carry.h"
#include "tools/command.h"
#include "tools/reading.h"

#define EXIT_UNREAD 2

static const char help[] =
	"Usage: batonctl verify [--for KERNEL] [OPTION]... DUMP\n"
	"\n"
	"verify    check the handover in a dump as baton would\n" READING_HELP
	"  Status: 0 sound, 1 something is wrong with it, 2 it could not be read.\n";

static int judge(const struct reading *r)
{
	const struct verify *v = r->verify;
	uint64_t kept = min_u64(v->f.total, FINDINGS_KEPT);

	for (uint64_t i = 0; i < kept; i++)
		printf("%s: %s\n", v->f.list[i].name, v->f.list[i].text);
	if (v->f.total > kept)
		printf("… and %lu more\n", v->f.total - kept);
	if (v->f.total) {
		printf("not sound: %lu findings in the %s handover at 0x%lx\n", v->f.total,
		       r->root.version, r->root.data.fdt_addr);
		return 1;
	}
	printf("sound: %s at 0x%lx, %lu blocks, %u blobs\n", r->root.version, r->root.data.fdt_addr,
	       summary_of_in(&v->in).blocks, handover_count_blobs(&v->in.h));
	return 0;
}

static int verify_for(const struct reading_words *words, struct reading *r)
{
	struct fault f;
	int ret = carry_try(r, words->next, &f);

	if (ret < 0)
		command_failed(&f);
	return ret < 0 ? EXIT_UNREAD : ret;
}

static int run(int argc, char **argv)
{
	struct reading_words words;
	struct reading r;
	struct fault f;
	int ret = reading_words(&words, false, argc, argv);

	if (ret < 0)
		fputs(help, stdout);
	if (ret)
		return ret < 0 ? 0 : ret;
	if (reading_open(&r, &words, &f)) {
		command_failed(&f);
		return EXIT_UNREAD;
	}
	ret = judge(&r);
	if (!ret && words.next)
		ret = verify_for(&words, &r);
	reading_close(&r);
	return ret;
}

const struct command verify_command = { "verify", help, run };
