/* SPDX-License-Identifier: MIT */
/*
 * The EFI door. It runs before the image is relocated: no function here, nor any that one calls,
 * may use a constant that holds a pointer (linker/check-early.sh checks; EFI_C of arch/build.mk
 * lists the files). Headers are GNU-EFI's, its library is not needed.
 */
#ifndef BATON_BOOT_DOOR_EFI_EFI_H
#define BATON_BOOT_DOOR_EFI_EFI_H

#include <efi.h>

#include <asm/bootparam.h>

#include "kexec/params.h"

#define EFI_BLOCKS  5    /* runs of pages that the door asks for */
#define EFI_CMDLINE 4096 /* longest command line, with its NUL */

/** struct efi_block - @pages pages at @base that the firmware gave: returned if the door fails */
struct efi_block {
	EFI_PHYSICAL_ADDRESS base;
	UINTN pages;
};

/**
 * struct efi - one run of the door
 * @image, @st, @bs: what the firmware passes
 * @loaded:  how the image came here: from which device, with which options
 * @secure:  Secure Boot is enforced, or the firmware cannot tell
 * @bp:      boot_params being made
 * @cmdline: EFI_CMDLINE bytes, that @bp points to
 * @seed:    room for an entry of the setup_data chain with PARAMS_SEED bytes
 * @block:   @nr_blocks runs of pages that the door has asked for
 */
struct efi {
	EFI_HANDLE image;
	EFI_SYSTEM_TABLE *st;
	EFI_BOOT_SERVICES *bs;
	EFI_LOADED_IMAGE *loaded;
	bool secure;
	struct boot_params *bp;
	char *cmdline;
	struct setup_data *seed;
	struct efi_block block[EFI_BLOCKS];
	unsigned int nr_blocks;
};

/**
 * struct efi_source - something that can be read whole
 * @name:   of the file, and for messages
 * @size:   bytes; 0 if there is no such thing
 * @loader: a boot loader's, if it is no file
 * @words:  a command line: all files that its words initrd= name, one behind the other
 */
struct efi_source {
	const CHAR16 *name;
	UINT64 size;
	EFI_LOAD_FILE_PROTOCOL *loader;
	const char *words;
};

/* efi.c: words and memory */

/** efi_say() - a line on the firmware's console: "baton: ", @a, and @b if it is not NULL. */
void efi_say(struct efi *e, const CHAR16 *a, const CHAR16 *b);

/**
 * efi_fail() - as efi_say() with @a and @b, and @status as a number
 * Return: @status.
 */
EFI_STATUS efi_fail(struct efi *e, EFI_STATUS status, const CHAR16 *a, const CHAR16 *b);

/** efi_alloc() - @bytes of whole pages, zeroed. Return: NULL, and a message, if there are none. */
void *efi_alloc(struct efi *e, UINT64 bytes);

/** efi_alloc_at() - the same for @bytes at @at, if that memory is free, and without a message. */
void *efi_alloc_at(struct efi *e, EFI_PHYSICAL_ADDRESS at, UINT64 bytes);

/** efi_table() - the firmware's configuration table named @guid. Return: NULL if there is none. */
void *efi_table(const struct efi *e, const EFI_GUID *guid);

/* efi_files.c: nothing is open between two calls */

/** efi_find() - let @s be the file @path beside the image. If it is missing, @s has no bytes. */
EFI_STATUS efi_find(struct efi *e, const CHAR16 *path, struct efi_source *s);

/** efi_find_initrd() - let @s be the initrd that a boot loader offers, or else the files that words initrd= name. */
EFI_STATUS efi_find_initrd(struct efi *e, struct efi_source *s);

/** efi_read() - all of @s into @buf. */
EFI_STATUS efi_read(struct efi *e, const struct efi_source *s, void *buf);

/* efi_verify.c */

/** efi_join_shim() - let shim know, if it is there, that what it started verifies what it starts. */
void efi_join_shim(struct efi *e);

/** efi_verify() - would shim or the firmware start the PE file @path, whose @size bytes are in @buf? */
EFI_STATUS efi_verify(struct efi *e, const CHAR16 *path, void *buf, UINTN size);

/* efi_payload.c */

/** efi_payload() - note in @e->bp the command line and, unless the image is a bundle, the payload. */
EFI_STATUS efi_payload(struct efi *e);

/* efi_check.c */

/** efi_check() - is the payload a kernel that baton can start? */
EFI_STATUS efi_check(struct efi *e);

/* efi_tpm.c */

/** efi_keep_tpm_log() - if the firmware measures, put its event log where Linux looks for it. */
void efi_keep_tpm_log(struct efi *e);

/* efi_machine.c */

/** efi_describe() - note screen, ACPI, Secure Boot and a random seed in @e->bp. */
void efi_describe(struct efi *e);

/**
 * efi_leave() - get the memory map and call ExitBootServices: boot services are gone if it succeeds
 * If it fails, only one thing is still allowed: to give memory back.
 */
EFI_STATUS efi_leave(struct efi *e);

#endif
