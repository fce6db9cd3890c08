/* SPDX-License-Identifier: MIT */
/*
 * The next kernel's boot_params segment: the zero page, the command line and the setup_data chain.
 *
 * The chain is: RNG seed, KHO, IMA's list, the EFI memory map, then the incoming entries that go on (E820_EXT, DTB, EFI and
 * others that hold no address). In scratch, KASLR avoids the zero page, the command line, the initrd and every
 * setup_data payload, and nothing else. So the scratch array stands inside the KHO entry's payload, behind its
 * 32 bytes, and the EFI memory map is the payload of an entry of type SETUP_NONE, which Linux reserves and does
 * not read.
 */
#ifndef BATON_KEXEC_PARAMS_H
#define BATON_KEXEC_PARAMS_H

#include "kexec/bootinfo.h"
#include "kexec/bzimage.h"
#include "kho/abi.h"

/**
 * struct params - what the segment is made from
 * @info:    what baton itself was given
 * @kernel:  the next kernel
 * @cmdline: its command line
 * @fdt:     published root FDT; 0 to start cold, without a KHO entry
 * @scratch, @nr_scratch: the outgoing scratch array
 * @seed, @seed_size:     for SETUP_RNG_SEED, by params_seed(); 0 bytes for none
 * @initrd, @initrd_size: where the initrd will be; 0 and 0 for none
 * @ima, @ima_size:       where IMA's list will be; 0 and 0 for none
 */
struct params {
	const struct boot_info *info;
	const struct bzimage *kernel;
	const char *cmdline;
	paddr_t fdt;
	const struct kho_scratch *scratch;
	unsigned int nr_scratch;
	const void *seed;
	uint32_t seed_size;
	paddr_t initrd;
	uint64_t initrd_size;
	paddr_t ima;
	uint64_t ima_size;
};

#define PARAMS_SEED 32 /* bytes of a random seed, as Linux passes them on */

/**
 * params_seed() - make the next kernel's random seed of those that came in and of @random
 * @random: PARAMS_SEED bytes of the processor's; NULL if it has none
 * @seed:   room for PARAMS_SEED bytes
 *
 * baton uses none of the seeds itself. The result is as good as the best of them.
 * Return: bytes in @seed: PARAMS_SEED; 0 if there is nothing to make one of.
 */
uint32_t params_seed(const struct boot_info *info, const void *random, uint8_t *seed);

/**
 * params_size() - bytes of the segment
 * They depend on whether @p->fdt is 0, and otherwise neither on its value nor on @p->initrd or @p->ima.
 * Return: bytes, or 0 with fault cmdline-too-long (longer than the next kernel's cmdline_size, which counts
 * no NUL). Linux's own loader keeps 31 characters free, for a word that it adds before a crash kernel.
 */
uint64_t params_size(const struct params *p, struct fault *f);

/**
 * params_build() - write the segment
 * @buf: params_size() bytes
 * @at:  physical address at which the segment will lie, 16-byte aligned
 */
void params_build(const struct params *p, void *buf, paddr_t at);

/**
 * params_passes_on() - true if incoming setup_data entries of @type go on to the next kernel
 * Those that hold plain data do; SETUP_EFI only with an EFI memory map that lies in RAM. Seeds do not, because they
 * become one; nor does IMA's list, because it is a segment with an entry of its own; and an unknown type may hold
 * anything.
 */
bool params_passes_on(const struct boot_info *info, uint32_t type);

/**
 * params_fdt_slot() - where in the segment the 8-byte KHO FDT address stands: bound last, at the jump
 * Return: byte offset, 8-byte aligned; 0 if there is no KHO entry.
 */
uint64_t params_fdt_slot(const struct params *p);

/**
 * params_scratch() - the outgoing scratch array for a consumer that needs @align
 * @in:  the incoming array, @nr entries
 * @out: room for KHO_MAX_SCRATCH entries
 * @set: filled with the same regions
 *
 * Shrinks each region inward, and drops those that vanish.
 * Return: entries in @out.
 */
unsigned int params_scratch(const struct kho_scratch *in, unsigned int nr, uint64_t align,
			    struct kho_scratch *out, struct ranges *set);

#endif
