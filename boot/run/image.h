/* SPDX-License-Identifier: MIT */
/* Baton's image, with the payload behind it if it is a bundle. */
#ifndef BATON_BOOT_RUN_IMAGE_H
#define BATON_BOOT_RUN_IMAGE_H

#include "arch/paging.h"

/** bundle_end() - the end of the image in memory, with the payload behind it. */
paddr_t bundle_end(void);

/** map_bundle() - map each part of it with its rights. Return: false if the pool of @pt is empty. */
bool map_bundle(struct paging *pt);

#endif
