/* SPDX-License-Identifier: MIT */
/*
 * What a loader reads in a bundle's setup header: it can refuse while the old kernel is still alive; baton can only
 * stop the machine.
 */
#ifndef BATON_TOOLS_LIMITS_H
#define BATON_TOOLS_LIMITS_H

#include "tools/parts.h"

/** struct bundle_size - bytes of a bundle, from the start of the protected-mode part: up to the initrd's end, and in all */
struct bundle_size {
	uint64_t initrd_end, whole;
};

/**
 * limits_room() - memory in a row in which a bundle can be loaded, and can then start its payload
 *
 * The payload's kernel is aligned as the bundle is. It is copied to behind the initrd, which stays in place, or, if
 * there is none in the bundle, to the beginning. Command line and boot_params follow.
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

#endif
