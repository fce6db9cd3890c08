/* SPDX-License-Identifier: MIT */
/* One look at the machine after each instruction. */
#ifndef PROOF_WATCHER_H
#define PROOF_WATCHER_H

#include "model.h"
#include "verify.h"

#define CHECKED     250000
#define CHECK_EVERY 997

/** struct count - what has been seen of one kind of operation */
struct count {
	uint64_t done, failed;
};

/**
 * struct watcher
 * @base:       where baton's image lies
 * @boundaries: instruction boundaries looked at; @inside: those within an operation
 * @states:     how often the state had changed
 */
struct watcher {
	struct facts facts;
	const struct workload *w;
	uint64_t base;
	struct verifier verifier;
	struct handover now, before;
	struct model model;
	struct luo_seen luo; /* as it was at the beginning */
	bool in_op;
	uint64_t boundaries, inside, states;
	struct count count[WORKLOAD_KINDS];
	/*
	 * keys that were gone or new at some boundary of this operation, and blobs that were not
	 * those before it
	 */
	struct keys gone, new;
	struct blob blob[MAX_BLOBS];
	unsigned int nr_blobs;
	bool blobs_changed;
};

/**
 * watcher_init() - @addr is the address of the struct workload, as the console tells. Ends the
 * program on failure.
 */
void watcher_init(struct watcher *w, const uint8_t *mem, uint64_t size, uint64_t addr);

/**
 * watcher_look() - look
 * @rip:     the next instruction
 * @written: false if nothing that the verifier has read can have been written since the last look
 *
 * What the caller says is not taken on trust: the first CHECKED boundaries, and one in
 * CHECK_EVERY after them, are compared byte by byte in any case.
 *
 * Return: false after it has said what is wrong.
 */
bool watcher_look(struct watcher *w, uint64_t rip, bool written);

/** watcher_over() - the workload is done. */
bool watcher_over(const struct watcher *w);

/** watcher_progress() - one line on where it is. */
void watcher_progress(const struct watcher *w, uint64_t rip);

/** watcher_report() - the numbers. */
void watcher_report(const struct watcher *w, const char *how);

#endif
