/* SPDX-License-Identifier: MIT */
/* Reading a bzImage as strictly as Linux's own loader (arch/x86/kernel/kexec-bzimage64.c) does. */
#ifndef BATON_KEXEC_BZIMAGE_H
#define BATON_KEXEC_BZIMAGE_H

#include <asm/bootparam.h>

#include "lib/fault.h"
#include "lib/num.h"

#define BZIMAGE_ENTRY64 0x200 /* 64-bit entry, from the start of the protected-mode part */
#define BZIMAGE_HEADER  0x1f1 /* struct setup_header, in the file */

/**
 * struct bzimage - a checked image
 * @hdr:        its setup header, copied (header bytes beyond the file's own header length are 0)
 * @code:       offset in the file of the protected-mode part
 * @code_size:  its bytes in the file
 * @memory:     bytes it needs where it is loaded: init_size, whole pages
 * @align:      alignment of the load address, a power of two, at least 4 KiB
 * @min:        lowest load address: the greater of 1 MiB and pref_address
 * @release:    first word of kernel_version ("7.3.4", "baton-0.1"), empty if the header names none
 */
struct bzimage {
	struct setup_header hdr;
	uint64_t code, code_size;
	uint64_t memory, align;
	paddr_t min;
	char release[65];
};

/**
 * bzimage_parse() - check and read
 * @data: the file, @size bytes of any contents
 * @la57: the machine runs with 5-level paging: the image must say XLF_5LEVEL
 *
 * Return: 0; or -1 and a fault: kernel-too-short, kernel-not-bzimage (HdrS, 0xAA55, LOADED_HIGH),
 * kernel-too-old (protocol < 2.12), kernel-not-64bit, kernel-not-above-4g, kernel-not-5level,
 * kernel-truncated, kernel-header (an alignment or init_size that can't be).
 */
int bzimage_parse(struct bzimage *bz, const void *data, uint64_t size, bool la57, struct fault *f);

#endif
