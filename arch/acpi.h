/* SPDX-License-Identifier: MIT */
/* What baton asks ACPI for: the timer, the power-off port and its value, and where NUMA nodes end. */
#ifndef BATON_ARCH_ACPI_H
#define BATON_ARCH_ACPI_H

#include "lib/num.h"
#include "mm/borders.h"

/**
 * struct acpi - what FADT and DSDT say; a field is 0 where they do not
 * @pm_timer: I/O port of the power management timer
 * @pm1a, @pm1b: I/O ports of the PM1 control registers
 * @sleep_type: value of SLP_TYP for S5; valid if @has_s5
 */
struct acpi {
	uint16_t pm_timer, pm1a, pm1b;
	uint8_t sleep_type;
	bool has_s5;
};

/**
 * acpi_read() - look into FADT and DSDT
 * @rsdp: physical address of the RSDP; 0 to search 0xe0000 to 0xfffff
 * @look: gives a pointer to firmware memory, or NULL
 *
 * Tables that are missing or make no sense leave the fields at 0.
 */
void acpi_read(struct acpi *acpi, paddr_t rsdp, const void *(*look)(paddr_t addr, uint64_t size));

/**
 * acpi_rsdp_of_efi() - find the RSDP among the tables that EFI lists
 * @systab: physical address of the EFI system table, 0 if there is none
 * @look:   gives a pointer to firmware memory, or NULL
 *
 * Once Linux has given the firmware virtual addresses, the table holds no physical ones any more;
 * but then Linux passes the RSDP on.
 *
 * Return: its physical address, or 0.
 */
paddr_t acpi_rsdp_of_efi(paddr_t systab, const void *(*look)(paddr_t addr, uint64_t size));

/**
 * acpi_borders() - read from the SRAT which memory belongs to which NUMA node
 * @set:  filled in; empty without an SRAT
 * @rsdp: physical address of the RSDP; 0 to search 0xe0000 to 0xfffff
 * @look: gives a pointer to firmware memory, or NULL
 *
 * Return: how many ranges are left out, because there are more than BORDERS_MAX; 0 usually.
 */
unsigned int acpi_borders(struct borders *set, paddr_t rsdp,
			  const void *(*look)(paddr_t addr, uint64_t size));

#endif
