// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "arch/console.h"
#include "arch/image.h"
#include "arch/power.h"
#include "boot/run/baton.h"

void report_hello(const struct baton *b)
{
	say("baton", "%s, loaded at 0x%lx, boot_params at 0x%lx", RELEASE, (paddr_t)image_start,
	    b->info.bp_addr);
	if (b->info.bp->e820_entries > E820_MAX_ENTRIES_ZEROPAGE)
		say("", "boot_params counts %u e820 entries: only the %u that fit are taken",
		    b->info.bp->e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
}

void report_memory(const struct baton *b)
{
	say("ram", "%lu MiB in %u ranges, %lu MiB free", ranges_bytes(&b->info.ram) >> 20,
	    b->info.ram.nr, pagemap_free_pages(&b->map) >> (20 - PAGE_SHIFT));
	for (unsigned int i = 0; i < b->in.h.nr_scratch; i++)
		say(i ? "" : "scratch", "0x%09lx – 0x%09lx  %6lu MiB", b->in.h.scratch[i].addr,
		    b->in.h.scratch[i].addr + b->in.h.scratch[i].size,
		    b->in.h.scratch[i].size >> 20);
}

static void report_orders(const struct baton *b)
{
	uint64_t total = 0;
	char line[160];
	size_t n = 0;

	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		total += b->in.blocks[o];
	say("preserved", "%lu KiB: %lu pages in %lu blocks", b->in.pages * (PAGE_SIZE >> 10),
	    b->in.pages, total);
	for (unsigned int o = 0; o <= KHO_MAX_ORDER && n < sizeof(line) - 24; o++)
		if (b->in.blocks[o])
			n += (size_t)snprintf(line + n, sizeof(line) - n, "%s%u: %lu",
					      n ? ", " : "", o, b->in.blocks[o]);
	if (n)
		say("", "blocks by order  %s", line);
}

static void report_blobs(const struct baton *b)
{
	struct kho_blob blob;

	for (unsigned int i = 0; handover_blob(&b->in.h, i, &blob); i++)
		say(i ? "" : "blobs", "%-16s %8lu bytes at 0x%lx", blob.name, blob.size, blob.addr);
}

void report_books(const struct baton *b)
{
	if (!b->info.has_kho) {
		say("handover", "none came in: no KHO entry in setup_data, nothing can be lost");
		return;
	}
	say("handover", "%s, FDT at 0x%lx, map at 0x%lx: %lu leaves, %lu nodes",
	    b->in.h.abi->compatible, b->info.kho.fdt_addr, b->in.h.map.root, b->in.leaves,
	    b->in.nodes);
	report_memory(b);
	report_orders(b);
	report_blobs(b);
}

static const struct {
	const char *prefix, *advice;
} advice[] = {
	{ "abi-none", "bundle a kernel that is built with KHO, and start again" },
	{ "abi-", "start again with baton.abi= on the command line" },
	{ "option-", "correct the command line and start again" },
	{ "script-", "correct the command line and start again" },
	{ "secure-boot-payload",
	  "bundle the kernel with batonctl, sign the bundle, and start that" },
	{ "secure-boot", "correct the command line and start again" },
	{ "no-console", "correct the command line and start again" },
	{ "", "correct the payload or give more memory, and start again" },
};

static void report_advice(const struct baton *b)
{
	unsigned int i = 0;

	if (b->findings.total) {
		say("next",
		    "reset to start cold, or dump the memory first and look at what the last kernel left");
		return;
	}
	while (strncmp(b->fault.name, advice[i].prefix, strlen(advice[i].prefix)) != 0)
		i++;
	say("next", "%s", advice[i].advice);
}

void report_refusal(const struct baton *b)
{
	uint64_t kept = min_u64(b->findings.total, FINDINGS_KEPT);

	console_mute(false);
	for (uint64_t i = 0; i < kept; i++)
		say("refused", "%s: %s", b->findings.list[i].name, b->findings.list[i].text);
	if (b->findings.total > kept)
		say("", "and %lu more findings", b->findings.total - kept);
	if (b->fault.name)
		say("refused", "%s: %s", b->fault.name, b->fault.text);
	/* A script may have restored blocks, and written them as it was told to, before it failed. */
	if (!b->opt.script[0] || b->findings.total)
		say("", "nothing that was handed over has been changed");
	report_advice(b);
}

_Noreturn void report_end(struct baton *b)
{
	if (b->opt.on_error == ON_ERROR_REBOOT) {
		say("end", "reboot, as baton.onerror=reboot says");
		power_reboot();
	}
	if (b->opt.on_error == ON_ERROR_POWEROFF) {
		say("end", "power off, as baton.onerror=poweroff says");
		power_off(&b->acpi);
		say("end", "power-off had no effect");
	}
	/* Last, and only where it stays to be read: all has been said by now, should this go wrong. */
	display_refusal(b);
	say("end", "halted: reset the machine to go on");
	power_halt();
}
