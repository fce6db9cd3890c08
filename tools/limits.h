/* SPDX-License-Identifier: MIT */
/*
 * What a loader reads in a bundle's setup header: it can refuse while the old kernel is still alive; baton can only
 * stop the machine.
 */
#ifndef BATON_TOOLS_LIMITS_H
#define BATON_TOOLS_LIMITS_H

#include "tools/parts.h"

/** struct bundle_size - bytes from the start of the protected-mode part: @initrd_end up to there, @whole in all */
struct bundle_size {
	uint64_t initrd_end, whole;
};

/**
 * limits_room() - memory in a row in which a bundle can be loaded, and can then start its payload
 *
 * The payload's kernel is aligned as the bundle is. It is copied to behind the initrd, which stays in place, or, if
 * there is none in the bundle, to the beginning. Command line and boot_params follow.
 * @p: the payload
 * @l: the bundle
 * Return: bytes, whole pages.
 */
uint64_t limits_room(const struct parts *p, const struct bundle_size *l);

/**
 * limits_take_over() - let the header of a bundle promise no more than its payload can keep
 * @hdr: of the baton; changed
 * @p:   the payload
 * @l:   the bundle
 * @f:   what is wrong
 * Return: 0; or -1 with fault bundle-too-large.
 */
int limits_take_over(struct setup_header *hdr, const struct parts *p, const struct bundle_size *l,
		     struct fault *f);

/**
 * limits_tell() - a line about the scratch that a bundle needs, and the words that give it
 * @p:    the payload
 * @room: init_size of the bundle
 */
void limits_tell(const struct parts *p, uint64_t room);

#endif
