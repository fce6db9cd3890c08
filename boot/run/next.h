/* SPDX-License-Identifier: MIT */
/* The payload, and the jump to it. */
#ifndef BATON_BOOT_RUN_NEXT_H
#define BATON_BOOT_RUN_NEXT_H

#include "arch/handoff.h"
#include "boot/run/given.h"
#include "kexec/bzimage.h"
#include "kexec/payload.h"
#include "kexec/target.h"

/**
 * struct next - the first three are written by choose_payload(), the others by prepare_jump()
 * @payload, @kernel: what is started next
 * @target:   what it speaks; without a version it starts cold
 * @handoff:  what the trampoline reads
 * @fdt_slot: where the next boot_params have the address of the root FDT; NULL without a handover
 */
struct next {
	struct payload payload;
	struct bzimage kernel;
	struct target target;
	struct handoff *handoff;
	volatile uint64_t *fdt_slot;
};

/** next_release() - the release of its kernel, for messages. */
static inline const char *next_release(const struct next *next)
{
	return next->kernel.release[0] ? next->kernel.release : "(no release in its header)";
}

/** next_cmdline() - the command line of @next: its own, or what is forwarded of that in @given. */
static inline const char *next_cmdline(const struct next *next, const struct given *given)
{
	return next->payload.has_cmdline ? next->payload.cmdline : given->opt.forward;
}

#endif
