/* SPDX-License-Identifier: MIT */
/* The tables that the EFI system table lists: a Linux that is kexeced reads them where they are. */
#ifndef BATON_ARCH_EFI_TABLES_H
#define BATON_ARCH_EFI_TABLES_H

#include "lib/num.h"

/**
 * efi_tables() - tell where the tables lie
 * @systab: physical address of the EFI system table, 0 if there is none
 * @tables: physical address of its list of tables; 0 to take the one that the system table has, which
 *          no longer is one after Linux has given the firmware virtual addresses
 * @look:   gives a pointer to memory, or NULL
 * @fn:     called for each table
 * @arg:    for @fn
 *
 * The lengths of the memory attributes, of the ESRT, of MOK and of the TPM log are known; of any other
 * table, and of one that makes no sense, the page in which it begins is told.
 */
void efi_tables(paddr_t systab, paddr_t tables, const void *(*look)(paddr_t addr, uint64_t size),
		void (*fn)(paddr_t base, paddr_t end, void *arg), void *arg);

#endif
