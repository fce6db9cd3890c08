// SPDX-License-Identifier: MIT
#include "boot/run/read.h"

#include "arch/console.h"
#include "boot/run/report.h"

static void *identity(paddr_t base, paddr_t end)
{
	(void)end;
	return (void *)base;
}

int read_given(struct given *given, paddr_t boot_params, struct record *record)
{
	struct options *opt = &given->opt;
	int err = boot_info_read(&given->info, (const struct boot_params *)boot_params, boot_params,
				 identity, &record->findings, &record->fault);
	struct fault option = { 0 };
	int bad = options_parse(opt, given->info.cmdline, &option);

	console_init(opt->console, opt->baud, opt->screen);
	console_mute(opt->hops && opt->hops != opt->hops_total);
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
