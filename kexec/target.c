// SPDX-License-Identifier: MIT
#include "kexec/target.h"

#include <string.h>

#define NO_KHO     "it speaks no KHO version that is known"
#define UNDECIDED  "nobody has recorded what it speaks: pack it with batonctl, or give baton.abi="
#define LIST_BYTES 160

static int refuse_unknown(const char *version, struct fault *f)
{
	char known[LIST_BYTES];

	return fault_set(f, "abi-unknown", "%s asked for; expected one of %s", version,
			 kho_abi_list(known, sizeof(known)));
}

static int refuse_none(const char *release, struct fault *f)
{
	char known[LIST_BYTES];

	return fault_set(
		f, "abi-none",
		"Linux %s speaks no KHO version that is known, and would overwrite what is "
		"handed to it; expected one of %s",
		release, kho_abi_list(known, sizeof(known)));
}

static int refuse_undecided(const char *release, struct fault *f)
{
	char known[LIST_BYTES];

	return fault_set(f, "abi-undecided",
			 "nothing is recorded of Linux %s; expected batonctl bundle or payload, or "
			 "baton.abi= one of %s",
			 release, kho_abi_list(known, sizeof(known)));
}

/* The word wins whole: what is recorded does not fill in what it leaves open. */
static int take_word(struct target *t, const struct target_facts *facts, struct fault *f)
{
	t->abi = kho_abi_by_name(facts->asked->abi);
	t->speaks = facts->asked->speaks;
	return t->abi ? 0 : refuse_unknown(facts->asked->abi, f);
}

static int take_record(struct target *t, const struct target_facts *facts, struct fault *f)
{
	const char *version = facts->recorded->abi;
	bool none = strcmp(version, MANIFEST_NO_ABI) == 0;

	t->abi = kho_abi_by_name(version);
	t->speaks = facts->recorded->speaks;
	if (t->abi)
		return 0;
	if (facts->came_in || facts->wanted)
		return none ? refuse_none(facts->release, f) : refuse_unknown(version, f);
	t->cold = NO_KHO;
	return 0;
}

int target_decide(struct target *t, const struct target_facts *facts, struct fault *f)
{
	int err = 0;

	memset(t, 0, sizeof(*t));
	if (facts->asked->abi[0])
		err = take_word(t, facts, f);
	else if (facts->recorded->abi[0])
		err = take_record(t, facts, f);
	else if (facts->is_baton)
		t->abi = facts->came_in ? facts->came_in : kho_abi_newest();
	else if (facts->came_in || facts->wanted)
		err = refuse_undecided(facts->release, f);
	else
		t->cold = UNDECIDED;
	if (facts->is_baton)
		t->speaks.what = SPEAKS_ALL;
	return err;
}
