/* SPDX-License-Identifier: MIT */
/* The PE headers of baton's image, which UEFI reads. */
#ifndef BATON_TOOLS_PE_H
#define BATON_TOOLS_PE_H

#include "lib/fault.h"
#include "tools/file.h"

#define PE_FILE_ALIGN 512

/**
 * pe_add_payload() - cover what lies behind baton's image by a section .payload
 * @out:   the whole bundle, a multiple of PE_FILE_ALIGN long
 * @image: file offset at which baton's bss ends, and the payload begins; whole pages
 *
 * .data, the last section so far, is made to reach up to @image in the file too; then comes
 * .payload, read-only. A Secure Boot signature covers both. Sizes and the checksum are brought up
 * to date.
 *
 * Return: 0; or -1 with fault baton-image (no PE headers, no room for a section, already signed).
 */
int pe_add_payload(struct buffer *out, uint64_t image, struct fault *f);

#endif
