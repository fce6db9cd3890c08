/* SPDX-License-Identifier: MIT */
/* What a command line says of NUMA. Pure: host-tested. */
#ifndef BATON_BOOT_WORDS_NUMA_H
#define BATON_BOOT_WORDS_NUMA_H

#include <stdbool.h>

/**
 * words_numa_off() - does @cmdline keep Linux from reading the SRAT?
 * By numa=off, numa=noacpi or acpi=off (numa_setup() and parse_acpi() of arch/x86): all memory is one
 * node's then, and a block may lie across what would have been a border.
 */
bool words_numa_off(const char *cmdline);

#endif
