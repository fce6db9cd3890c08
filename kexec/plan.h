/* SPDX-License-Identifier: MIT */
/* Where each segment for the next kernel goes, and in which order they are copied. Pure: nothing is moved. */
#ifndef BATON_KEXEC_PLAN_H
#define BATON_KEXEC_PLAN_H

#include "lib/fault.h"
#include "mm/ranges.h"

#define PLAN_SEGMENTS 4

/**
 * struct plan_segment - something to be copied, and where to
 * @name:  for messages: "kernel", "boot_params", "initrd"
 * @src:   physical address of what is copied
 * @size:  bytes copied; may be 0
 * @memsz: bytes it takes at the destination, at least @size and more than 0; the rest is zeroed
 * @align: a power of two, at least 1
 * @min:   lowest allowed destination
 * @stay:  leave it at @src if that is aligned, at or above @min and inside scratch
 * @dst:   out: where it goes
 */
struct plan_segment {
	const char *name;
	paddr_t src;
	uint64_t size, memsz, align;
	paddr_t min;
	bool stay;
	paddr_t dst;
};

/**
 * struct plan - segments, their places and the order of their copies
 * @seg:   @nr segments, of which the caller sets all but dst
 * @order: out: indices into @seg, in the order in which they must be copied
 */
struct plan {
	struct plan_segment seg[PLAN_SEGMENTS];
	unsigned int nr;
	unsigned int order[PLAN_SEGMENTS];
};

/**
 * plan_place() - find a destination for every segment
 * @scratch: where segments may lie
 *
 * Afterwards every [dst, dst + memsz) lies inside one range of @scratch, and none overlaps another. The segments
 * are to be copied, and their tails zeroed, in the order of @p->order, with memmove() where a segment overlaps
 * itself: no copy then destroys a source that is still to be copied. Fails only if no placement and order does that.
 *
 * Return: 0; or -1 with fault scratch-too-small: how much scratch there is, its largest range, how much was
 * needed by which segment.
 */
int plan_place(struct plan *p, const struct ranges *scratch, struct fault *f);

#endif
