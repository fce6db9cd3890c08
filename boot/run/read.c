// SPDX-License-Identifier: MIT
#include "boot/run/read.h"

#include "arch/console.h"
#include "boot/run/report.h"
#include "boot/words/consoles.h"

static void *identity(paddr_t base, paddr_t end)
{
	(void)end;
	return (void *)base;
}

/*
 * baton.console= decides; else the consoles that Linux was given, else ttyS0. A screen that a Linux has
 * had may have moved since: after a kexec it is drawn on only if the user asks for it (law 7).
 */
static void open_consoles(struct given *given)
{
	const struct options *opt = &given->opt;
	struct consoles c = consoles_read(opt->forward);
	bool from_linux = given->info.bp->hdr.type_of_loader == LOADER_KEXEC;

	if (opt->console_given || !c.named) {
		c = (struct consoles){ .named = opt->console < 0 ? 0 : 1u << opt->console };
		if (c.named)
			c.baud[opt->console] = opt->baud;
	}
	console_init(c.named, c.baud, opt->screen && (opt->console_given || !from_linux));
	console_mute(opt->hops && opt->hops != opt->hops_total);
}

int read_given(struct given *given, paddr_t boot_params, struct record *record)
{
	struct options *opt = &given->opt;
	int err = boot_info_read(&given->info, (const struct boot_params *)boot_params, boot_params,
				 identity, &record->findings, &record->fault);
	struct fault option = { 0 };
	int bad = options_parse(opt, given->info.cmdline, &option);

	open_consoles(given);
	report_hello(given);
	/* where the chain is broken nobody knows whether a handover came in */
	if (err || record->findings.total)
		return -1;
	if (!bad)
		bad = options_permit(opt, boot_secure(given->info.bp), &option);
	if (bad)
		record->fault = option;
	return bad;
}
