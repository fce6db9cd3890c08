/* SPDX-License-Identifier: MIT */
/* What a command line says of EFI. Pure: host-tested. */
#ifndef BATON_BOOT_WORDS_EFI_H
#define BATON_BOOT_WORDS_EFI_H

#include <stdbool.h>

/**
 * words_efi() - does efi= on @cmdline hold @option, alone or among others (efi=runtime,nosoftreserve)?
 * Source: efi_parse_options() of Linux's EFI stub.
 */
bool words_efi(const char *cmdline, const char *option);

#endif
