// SPDX-License-Identifier: MIT
#include "boot/run/report.h"

#include <string.h>

#include "arch/console.h"
#include "arch/image.h"
#include "arch/power.h"
#include "boot/run/display.h"
#include "kho/client/client.h"
#include "kho/view/summary.h"

void report_hello(const struct given *given)
{
	const struct boot_params *bp = given->info.bp;

	say("baton", "%s, loaded at 0x%lx, boot_params at 0x%lx", RELEASE, (paddr_t)image_start,
	    given->info.bp_addr);
	if (bp->e820_entries > E820_MAX_ENTRIES_ZEROPAGE)
		say("", "boot_params counts %u e820 entries: only the %u that fit are taken",
		    bp->e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
}

void report_no_handover(const struct given *given)
{
	say("handover", "none came in: no KHO entry in setup_data, nothing can be lost");
	if (given->info.bp->hdr.type_of_loader == LOADER_KEXEC)
		say("", "a Linux up to 7.0 hands over only after 1 is written to "
			"/sys/kernel/debug/kho/out/finalize");
}

void report_memory(const struct ground *ground, const struct handover *h)
{
	say("ram", "%lu MiB in %u ranges, %lu MiB free", ranges_bytes(ground->ram) >> 20,
	    ground->ram->nr, pagemap_free_pages(&ground->map) >> (20 - PAGE_SHIFT));
	for (unsigned int i = 0; i < h->nr_scratch; i++)
		say(i ? "" : "scratch", "0x%09lx – 0x%09lx  %6lu MiB", h->scratch[i].addr,
		    h->scratch[i].addr + h->scratch[i].size, h->scratch[i].size >> 20);
}

static void report_orders(const struct kho_in *in)
{
	struct summary s = summary_of_in(in);
	char line[160];

	say("preserved", "%lu KiB: %lu pages in %lu blocks", s.pages * (PAGE_SIZE >> 10), s.pages,
	    s.blocks);
	if (s.blocks)
		say("", "blocks by order  %s", summary_orders(&s, line, sizeof(line)));
}

static void report_blobs(const struct handover *h)
{
	struct kho_blob blob;

	for (unsigned int i = 0; handover_blob(h, i, &blob); i++) {
		if (blob.bad)
			say(i ? "" : "blobs", "%-16s goes on as it is: no kernel finds its blob",
			    blob.name);
		else
			say(i ? "" : "blobs", "%-16s %8lu bytes at 0x%lx%s", blob.name, blob.size,
			    blob.addr,
			    client_reads(h, &blob) ? "" : ", not read: it goes on as it is");
	}
}

void report_incoming(const struct ground *ground, const struct kho_in *in)
{
	say("handover", "%s, FDT at 0x%lx, map at 0x%lx: %lu leaves, %lu nodes",
	    in->h.abi->compatible, in->data.fdt_addr, in->h.map.root, in->leaves, in->nodes);
	report_memory(ground, &in->h);
	report_orders(in);
	report_blobs(&in->h);
}

static const struct {
	const char *prefix, *advice;
} advice[] = {
	{ "abi-none", "bundle a kernel that is built with KHO, and start again" },
	{ "abi-undecided", "pack the kernel with batonctl, or give baton.abi=, and start again" },
	{ "abi-", "start again with baton.abi= on the command line" },
	{ "kho-off", "add kho=on to the next kernel's command line, or let all go by baton.drop=" },
	{ "kho-liveupdate-off",
	  "add liveupdate=on to the next kernel's command line, or baton.drop=LUO" },
	{ "option-", "correct the command line and start again" },
	{ "script-", "correct the command line and start again" },
	{ "secure-boot-payload",
	  "bundle the kernel with batonctl, sign the bundle, and start that" },
	{ "secure-boot", "correct the command line and start again" },
	{ "no-console", "correct the command line and start again" },
	{ "client-unnamed",
	  "start a kernel that knows it, name it in baton.abi=, or let it go by baton.drop=" },
	{ "reserve-overwritten", "let it go by baton.drop=memblock, and start again" },
	{ "luo-too-many", "start a kernel with room for it, or let sessions go by baton.drop=" },
	{ "memfd-", "start a kernel that can hold it, or let its session go by baton.drop=" },
	{ "order-", "start a newer kernel, or let it go by baton.drop=" },
	{ "", "correct the payload or give more memory, and start again" },
};

static void report_advice(const struct record *record)
{
	const char *name = record->fault.name;
	unsigned int i = 0;

	/* what the next kernel does not know is no damage */
	if (record->findings.total && !strcmp(record->findings.list[0].name, "client-unnamed"))
		name = "client-unnamed";
	else if (record->findings.total) {
		say("next",
		    "reset to start cold, or dump the memory first and look at what the last kernel left");
		return;
	}
	while (strncmp(name, advice[i].prefix, strlen(advice[i].prefix)) != 0)
		i++;
	say("next", "%s", advice[i].advice);
}

void report_refusal(const struct record *record, const struct options *opt)
{
	uint64_t kept = min_u64(record->findings.total, FINDINGS_KEPT);

	console_mute(false);
	for (uint64_t i = 0; i < kept; i++)
		say("refused", "%s: %s", record->findings.list[i].name,
		    record->findings.list[i].text);
	if (record->findings.total > kept)
		say("", "and %lu more findings", record->findings.total - kept);
	if (record->fault.name)
		say("refused", "%s: %s", record->fault.name, record->fault.text);
	/* A script may have restored blocks and written to them before it failed. */
	if (!opt->script[0] || record->findings.total)
		say("", "nothing that was handed over has been changed");
	report_advice(record);
}

_Noreturn void report_end(struct ground *ground, const struct given *given)
{
	if (given->opt.on_error == ON_ERROR_REBOOT) {
		say("end", "reboot, as baton.onerror=reboot says");
		power_reboot();
	}
	if (given->opt.on_error == ON_ERROR_POWEROFF) {
		say("end", "power off, as baton.onerror=poweroff says");
		power_off(&ground->acpi);
		say("end", "power-off had no effect");
	}
	/* Last, because it can go wrong; and only here, where what it shows stays to be read. */
	show_refusal(&ground->screen, given);
	say("end", "halted: reset the machine to go on");
	power_halt();
}
