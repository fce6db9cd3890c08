/* SPDX-License-Identifier: MIT */
/*
 * The slot in baton's own image where batonctl bundle notes the payload.
 *
 * It lies at SLOT_OFFSET from the start of the protected-mode part. A bundle is the image, then zeros up to
 * the end of the bss (so that the payload never overlaps it), then the cpio, page-aligned.
 *
 * It is also what tells a baton from a Linux: the name in the header is text that anybody may choose.
 */
#ifndef BATON_KEXEC_SLOT_H
#define BATON_KEXEC_SLOT_H

#include "kexec/bzimage.h"
#include "lib/num.h"

#define SLOT_OFFSET 0x280
#define SLOT_MAGIC  "BATONPLD"

/**
 * struct slot - where in the image the payload is
 * @magic:   SLOT_MAGIC, not NUL-terminated
 * @image:   bytes from the start of the protected-mode part to the end of bss: whole pages
 * @payload: offset of the cpio from the start of the protected-mode part; 0 without a bundle
 * @size:    bytes of the cpio; 0 without a bundle
 */
struct slot {
	char magic[8];
	uint64_t image;
	uint64_t payload;
	uint64_t size;
};

_Static_assert(sizeof(struct slot) == 32, "slot");

/** payload_slot - that of the image which runs: in boot/door/entry.asm, at SLOT_OFFSET */
extern const struct slot payload_slot;

/**
 * slot_find() - is the image a baton, with or without a payload?
 * @bz, @image: the parsed image, and its bytes
 * @slot: set to a copy if it is one
 */
bool slot_find(const struct bzimage *bz, const void *image, struct slot *slot);

#endif
