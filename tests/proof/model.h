/* SPDX-License-Identifier: MIT */
/*
 * What each operation of the workload must do. From the state before it, its arguments and its result
 * follow the state after it, or the faults that it may return.
 */
#ifndef PROOF_MODEL_H
#define PROOF_MODEL_H

#include "boot/trial/workload.h"
#include "keys.h"
#include "verify.h"

#define MODEL_FAULTS 12

/**
 * struct model
 * @facts:    the machine
 * @max_order, @has_size: of the version
 * @keys, @blob, @nr_blobs, @fdt: the state by the model, before an operation or after it
 * @wanted: after an operation that ran out of memory: the keys that it would have left, as far as
 *            that is known
 * @spare:    and so many chunk pages, or blocks of LUO, whose addresses nobody knows
 * @luo:      the state of LUO, before an operation or after it
 * @incoming: keys that came in; @restored: those of them that are restored
 * @fault, @nr_faults: faults that the operation may return; if there are any, it must
 * @list:     addresses of a list of pages, @nr_list of them; @chunk: its chunk pages
 * @why:      what is wrong
 */
struct model {
	const struct facts *facts;
	struct keys keys, wanted, incoming, restored;
	struct blob blob[MAX_BLOBS];
	unsigned int nr_blobs;
	struct luo_seen luo;
	uint64_t fdt;
	unsigned int max_order;
	bool has_size;
	const char *fault[MODEL_FAULTS];
	unsigned int nr_faults;
	uint64_t list[WORKLOAD_LIST + 1], chunk[4];
	unsigned int nr_list, nr_chunks, spare;
	char why[WHY];
};

/** model_init() - begin with @now as the state and @in as what came in. */
void model_init(struct model *m, const struct facts *f, const struct handover *now,
		const struct handover *in);

/**
 * model_begin() - an operation has been announced
 * Decides which faults it may return, and notes those of its arguments that will be gone afterwards.
 */
bool model_begin(struct model *m, const struct workload *w);

/**
 * model_end() - it is done
 * @now: the state that was found then
 * Return: false and m->why if what it returned or left is not what it must be.
 */
bool model_end(struct model *m, const struct workload *w, const struct handover *now);

#endif
