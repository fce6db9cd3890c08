/* SPDX-License-Identifier: MIT */
/*
 * What the next kernel speaks, and who decides that (law 5).
 *
 * In this order: baton.abi=; what batonctl has recorded; the slot of a baton, which takes what came in.
 * Nothing else does, above all not the number of a release: distributions build kernels of any release
 * without KHO, and those overwrite everything.
 */
#ifndef BATON_KEXEC_TARGET_H
#define BATON_KEXEC_TARGET_H

#include "kexec/manifest.h"
#include "kho/abi.h"

/**
 * struct target_facts - what is known before the decision
 * @asked:    baton.abi=; its version is empty without one
 * @recorded: of the payload; its version is empty where nothing is
 * @is_baton: the payload is a baton
 * @came_in:  the version of the handover that came in; NULL on a cold start
 * @wanted:   a word on the command line asks for a handover, even on a cold start
 * @release:  of the payload, for messages
 */
struct target_facts {
	const struct manifest *asked, *recorded;
	bool is_baton;
	const struct kho_abi *came_in;
	bool wanted;
	const char *release;
};

/**
 * struct target - the decision
 * @abi:    the version to hand over in; NULL if the payload is to start cold, on a cold start only
 * @cold:   then, the reason, and what would change it
 * @speaks: the names that the payload knows
 */
struct target {
	const struct kho_abi *abi;
	const char *cold;
	struct speaks speaks;
};

/**
 * target_decide() - decide it
 * @t:     filled in
 * @facts: what is known
 * @f:     what is wrong
 *
 * Return: 0; or -1 with fault abi-unknown (a version without a row), abi-none (the payload speaks no
 * version that is known), abi-undecided (nobody has said what it speaks).
 */
int target_decide(struct target *t, const struct target_facts *facts, struct fault *f);

#endif
