/* SPDX-License-Identifier: MIT */
/*
 * Reading a unified kernel image: a PE file with a kernel and what goes with it in sections.
 *
 * Of one with several profiles the first is taken, as by systemd's stub if nobody chooses. What only that stub makes
 * use of is passed by: .osrel, .uname, .sbat, .splash, .dtb, .dtbauto, .hwids, .efifw, .pcrsig, .pcrpkey.
 */
#ifndef BATON_KEXEC_UKI_H
#define BATON_KEXEC_UKI_H

#include "lib/fault.h"
#include "lib/num.h"

/** struct bytes - @size bytes at @data; NULL and 0 if there is no such thing */
struct bytes {
	const void *data;
	uint64_t size;
};

/**
 * struct uki - its parts
 * @kernel:  .linux: a bzImage, not yet checked
 * @ucode:   .ucode: goes before the initrd
 * @initrd:  .initrd
 * @cmdline: .cmdline: text, not NUL-terminated
 */
struct uki {
	struct bytes kernel, ucode, initrd, cmdline;
};

/** uki_is() - true if the @size bytes at @data are a PE file with a section .linux. */
bool uki_is(const void *data, uint64_t size);

/**
 * uki_read() - find the parts
 * @u:    filled in
 * @data: the file, @size bytes of any contents
 * @f:    what is wrong
 * Return: 0; or -1 with fault uki-corrupt (headers or sections that leave the file, no .linux) or uki-section-twice.
 */
int uki_read(struct uki *u, const void *data, uint64_t size, struct fault *f);

#endif
