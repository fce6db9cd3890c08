/* SPDX-License-Identifier: MIT */
/*
 * Reading boot_params: what RAM there is, what came with it, and where all of that lies. Pure: host-tested.
 */
#ifndef BATON_KEXEC_BOOTINFO_H
#define BATON_KEXEC_BOOTINFO_H

#include <asm/bootparam.h>

#include "kho/abi.h"
#include "kho/finding.h"
#include "mm/window.h"
#include "mm/ranges.h"

#define SETUP_KEXEC_KHO 10
#define LOADER_KEXEC    0xd0 /* boot_params.hdr.type_of_loader: Linux's own kexec */

#define BOOT_MAX_RAM   1024 /* ranges of RAM, merged */
#define BOOT_MAX_SETUP 64   /* entries in the setup_data chain */

/** enum secure_boot - values of boot_params.secure_boot: enum efi_secureboot_mode of Linux; 0 without UEFI */
enum secure_boot { SECURE_UNKNOWN = 1, SECURE_OFF, SECURE_ON };

/** boot_secure() - is Secure Boot on? It counts as on where the firmware did not tell. */
static inline bool boot_secure(const struct boot_params *bp)
{
	return bp->secure_boot == SECURE_ON || bp->secure_boot == SECURE_UNKNOWN;
}

/** struct boot_setup - a setup_data entry of type @type: its @len payload bytes lie at @addr + 16 */
struct boot_setup {
	paddr_t addr;
	uint32_t type, len;
};

/**
 * struct boot_info - what baton was given
 * @window:   panes over @ram, set up by boot_info_ram()
 * @bp, @bp_addr: the incoming boot_params
 * @ram:      E820_RAM of the table and of E820_EXT, page-aligned inward, merged
 * @cmdline, @cmdline_addr, @cmdline_size: NUL-terminated; "" with size 0 if there is none
 * @initrd, @initrd_size: 0 and 0 if there is none
 * @setup, @nr_setup:     the chain, in order
 * @has_kho, @kho:        the KHO entry's payload
 * @ima, @ima_size:       what IMA has measured so far, for the next kernel; 0 and 0 if there is none
 * @ram_table, @panes:    the tables behind @ram and @window
 */
struct boot_info {
	struct window window;
	const struct boot_params *bp;
	paddr_t bp_addr;
	struct ranges ram;
	const char *cmdline;
	paddr_t cmdline_addr;
	uint64_t cmdline_size;
	paddr_t initrd;
	uint64_t initrd_size;
	struct boot_setup setup[BOOT_MAX_SETUP];
	unsigned int nr_setup;
	bool has_kho;
	struct kho_data kho;
	paddr_t ima;
	uint64_t ima_size;
	struct range ram_table[BOOT_MAX_RAM];
	struct pane panes[BOOT_MAX_RAM];
};

/**
 * boot_e820_entries() - how many entries of @bp's e820 table count
 * GRUB may write more entries than the table has room for, over what lies behind it. Linux takes those that fit.
 * RAM of the entries beyond is then not known as RAM, which is safe: a handover that lies there is refused.
 */
static inline unsigned int boot_e820_entries(const struct boot_params *bp)
{
	return bp->e820_entries < E820_MAX_ENTRIES_ZEROPAGE ? bp->e820_entries :
							      E820_MAX_ENTRIES_ZEROPAGE;
}

/**
 * boot_info_read() - read boot_params and everything it points to
 * @bi:    to fill in
 * @bp:    pointer to the zero page
 * @bp_addr: its physical address
 * @ptr:   gives the pointer for a page-aligned RAM range of the e820 table: the identity in the kernel, an
 *         arena on the host. The only use of it is to fill in the panes of the window.
 * @f:     findings: setup-data-not-ram, setup-data-loop, kho-entry-twice, kho-entry-length, ima-list
 * @fault: what makes it impossible to go on
 *
 * E820_EXT can only be read through the window, so the panes are made twice: from the table, then with it.
 *
 * Return: 0; or -1 with fault e820-empty, e820-too-many, cmdline-not-ram, cmdline-too-long (4096 with its
 * NUL), initrd-not-ram. @bi->cmdline is then what could be read of it; with the first two the window is closed.
 */
int boot_info_read(struct boot_info *bi, const struct boot_params *bp, paddr_t bp_addr,
		   void *(*ptr)(paddr_t base, paddr_t end), struct findings *f,
		   struct fault *fault);

/**
 * boot_info_inputs() - every range that baton must not overwrite before it is done with it
 * boot_params, command line, setup_data entries, EFI memory map, initrd, scratch array, IMA's list.
 * Return: false if @set is full.
 */
bool boot_info_inputs(const struct boot_info *bi, struct ranges *set);

/**
 * boot_info_firmware() - tell what RAM the firmware keeps, by the EFI memory map
 * @fn: called for each range; where it returns false, that ends it
 *
 * That is the code and data of the boot services: they have ended, but runtime services may still use that
 * memory until the next Linux gives them virtual addresses; and if anything else lies there by then, Linux
 * never frees the memory. And it is whatever is marked RUNTIME, of any type: so Linux marks what it keeps of
 * the boot services itself, the tables of ESRT and MOK for example (efi_arch_mem_reserve()).
 * Return: false if @fn did.
 */
bool boot_info_firmware(const struct boot_info *bi,
			bool (*fn)(paddr_t base, paddr_t end, void *arg), void *arg);

/** boot_info_keep_firmware() - take what boot_info_firmware() tells out of @set. Return: false if @set is full. */
bool boot_info_keep_firmware(const struct boot_info *bi, struct ranges *set);

#endif
