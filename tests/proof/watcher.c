// SPDX-License-Identifier: MIT
/*
 * At every boundary the published state must be valid. Between two operations it must not change.
 * Within an operation, a key that is in the state before and in the state after must be there, a key
 * that is in neither must not, and the blobs are those before or those after. The state after is known
 * only at the end (an allocation may give any free page). So the watcher collects how the state differs
 * from the one before, and judges it when the operation is done.
 */
#include "watcher.h"

#include <stdio.h>
#include <string.h>

#include "elf.h"
#include "say.h"

static const char *const kinds[] = { "none",
				     "preserve",
				     "unpreserve",
				     "preserve pages",
				     "unpreserve pages",
				     "allocate",
				     "free",
				     "preserve list",
				     "unpreserve list",
				     "blob add",
				     "blob replace",
				     "blob remove",
				     "restore",
				     "restore pages",
				     "restore list",
				     "restore and free",
				     "translate LUO" };

static bool bad(const struct watcher *w, uint64_t rip, const char *why)
{
	const struct workload_op *o = &w->w->now;
	uint64_t offset;
	const char *name = elf_function(rip - w->base, &offset);

	note("boundary %lu, before the instruction at 0x%lx, %s+0x%lx:", w->boundaries, rip, name,
	     offset);
	note("  %s", why);
	note("  operation %lu: %s, address 0x%lx, order %lu, %lu pages, size 0x%lx, name '%.31s',"
	     " fuse %lu",
	     w->w->op, kinds[o->kind % WORKLOAD_KINDS], o->addr, o->order, o->pages, o->size,
	     o->name, o->fail);
	return false;
}

static void copy_state(struct handover *to, const struct handover *from)
{
	struct keys keys = { to->key, to->nr_keys, to->room };

	keys_set(&keys, from->key, from->nr_keys);
	*to = *from;
	to->key = keys.k;
	to->room = keys.room;
}

void watcher_init(struct watcher *w, const uint8_t *mem, uint64_t size, uint64_t addr)
{
	static struct verifier incoming;
	static struct handover in;
	const char *why;

	memset(w, 0, sizeof(*w));
	w->facts.mem = mem;
	w->facts.size = size;
	w->w = (const struct workload *)(const void *)(mem + addr);
	w->base = addr - elf_symbol("workload");
	why = facts_read(&w->facts, w->w->params);
	if (why)
		die("%s", why);
	verifier_init(&incoming, &w->facts, w->facts.kho, 0);
	if (!verify(&incoming, &in))
		die("the incoming handover: %s", incoming.why);
	verifier_init(&w->verifier, &w->facts, w->w->root, w->w->used);
	if (!verify(&w->verifier, &w->now))
		die("the handover before the workload: %s", w->verifier.why);
	w->luo = w->now.luo;
	if (w->luo.version)
		note("LUO: %lu sessions, %lu files", w->luo.sessions, w->luo.files);
	model_init(&w->model, &w->facts, &w->now, &in);
	note("the image lies at 0x%lx; incoming: %zu keys, %u blobs; outgoing: %zu keys, %u blobs,"
	     " %lu map pages",
	     w->base, in.nr_keys, in.nr_blobs, w->now.nr_keys, w->now.nr_blobs, w->now.nodes);
}

/* Note how the state differs from that before the operation: a merge of two sorted lists. */
static void collect(struct watcher *w)
{
	const struct handover *a = &w->before, *b = &w->now;
	size_t i = 0, j = 0;

	while (i < a->nr_keys || j < b->nr_keys) {
		if (j == b->nr_keys || (i < a->nr_keys && a->key[i] < b->key[j]))
			keys_add(&w->gone, a->key[i++]);
		else if (i == a->nr_keys || b->key[j] < a->key[i])
			keys_add(&w->new, b->key[j++]);
		else
			i++, j++;
	}
}

/* @sized: compare the sizes as well */
static bool same_blobs(const struct blob *a, unsigned int nr_a, const struct blob *b,
		       unsigned int nr_b, bool sized)
{
	if (nr_a != nr_b)
		return false;
	for (unsigned int i = 0; i < nr_a; i++)
		if (strcmp(a[i].name, b[i].name) != 0 || a[i].addr != b[i].addr ||
		    (sized && a[i].size != b[i].size))
			return false;
	return true;
}

/* The blobs are those before, until they are others; and those then stay. */
static bool collect_blobs(struct watcher *w)
{
	const struct handover *now = &w->now;

	if (w->blobs_changed)
		return same_blobs(now->blob, now->nr_blobs, w->blob, w->nr_blobs, true);
	if (same_blobs(now->blob, now->nr_blobs, w->before.blob, w->before.nr_blobs, true))
		return true;
	w->blobs_changed = true;
	memcpy(w->blob, now->blob, sizeof(w->blob));
	w->nr_blobs = now->nr_blobs;
	return true;
}

static bool begin(struct watcher *w, uint64_t rip)
{
	copy_state(&w->before, &w->now);
	w->gone.nr = w->new.nr = 0;
	w->blobs_changed = false;
	w->in_op = true;
	if (!model_begin(&w->model, w->w))
		return bad(w, rip, w->model.why);
	return true;
}

/* Judge what was collected, now that the state after is known. */
static bool judge(struct watcher *w, uint64_t rip)
{
	struct keys before = { w->before.key, w->before.nr_keys, 0 };
	unsigned int spare = w->model.spare;
	char why[WHY];

	for (size_t i = 0; i < w->gone.nr; i++) {
		if (!keys_has(&w->model.keys, w->gone.k[i]))
			continue;
		snprintf(why, sizeof(why),
			 "key 0x%lx of order %u is there before and after, but was not in between",
			 key_addr(w->gone.k[i]), key_order(w->gone.k[i]));
		return bad(w, rip, why);
	}
	for (size_t i = 0; i < w->new.nr; i++) {
		if (keys_has(&w->model.keys, w->new.k[i]) ||
		    keys_has(&w->model.wanted, w->new.k[i]) || keys_has(&before, w->new.k[i]))
			continue;
		if (spare && (key_order(w->new.k[i]) == 0 || w->w->now.kind == WORKLOAD_LUO)) {
			spare--;
			continue;
		}
		snprintf(
			why, sizeof(why),
			"key 0x%lx of order %u is there neither before nor after, but was in between",
			key_addr(w->new.k[i]), key_order(w->new.k[i]));
		return bad(w, rip, why);
	}
	if (w->blobs_changed &&
	    !same_blobs(w->blob, w->nr_blobs, w->model.blob, w->model.nr_blobs, w->now.has_size))
		return bad(w, rip, "the blobs were neither those before nor those after");
	return true;
}

static bool end(struct watcher *w, uint64_t rip)
{
	const struct workload_op *o = &w->w->now;

	w->in_op = false;
	if (!model_end(&w->model, w->w, &w->now))
		return bad(w, rip, w->model.why);
	if (!judge(w, rip))
		return false;
	w->count[o->kind % WORKLOAD_KINDS].done++;
	w->count[o->kind % WORKLOAD_KINDS].failed += o->err != 0;
	return true;
}

bool watcher_look(struct watcher *w, uint64_t rip, bool written)
{
	uint64_t op = w->w->op, done = w->w->done;
	bool check = w->boundaries < CHECKED || w->boundaries % CHECK_EVERY == 0;

	w->boundaries++;
	w->inside += op != done;
	if ((written || check) && !verify_same(&w->verifier)) {
		if (!written)
			die("boundary %lu: something was written that no store was reported of",
			    w->boundaries);
		w->states++;
		if (!verify(&w->verifier, &w->now))
			return bad(w, rip, w->verifier.why);
		if (w->now.empty)
			return bad(w, rip, "the map has a page with nothing in it");
		if (w->now.luo.hash != w->luo.hash || !w->now.luo.version != !w->luo.version)
			return bad(w, rip, "LUO's sessions and files are no longer those before");
		if (!w->in_op)
			return bad(w, rip, "the state changed between two operations");
		collect(w);
		if (!collect_blobs(w))
			return bad(w, rip, "the blobs changed twice in one operation");
	}
	if (!w->in_op && op != done)
		return begin(w, rip);
	if (w->in_op && op == done)
		return end(w, rip);
	return true;
}

bool watcher_over(const struct watcher *w)
{
	return w->w->done == w->w->ops;
}

void watcher_progress(const struct watcher *w, uint64_t rip)
{
	uint64_t offset;

	note("%lu boundaries, operation %lu of %lu (%s), in %s", w->boundaries, w->w->op, w->w->ops,
	     kinds[w->w->now.kind % WORKLOAD_KINDS], elf_function(rip - w->base, &offset));
}

void watcher_report(const struct watcher *w, const char *how)
{
	uint64_t done = 0, failed = 0;

	for (unsigned int i = 1; i < WORKLOAD_KINDS; i++) {
		note("  %-17s %5lu, %4lu of them refused", kinds[i], w->count[i].done,
		     w->count[i].failed);
		done += w->count[i].done;
		failed += w->count[i].failed;
	}
	note("%s: %lu instruction boundaries, %lu of them within operations; %lu changes,"
	     " %lu operations, %lu refused",
	     how, w->boundaries, w->inside, w->states, done, failed);
}
