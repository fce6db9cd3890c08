/* SPDX-License-Identifier: MIT */
/* Symbols of baton.elf. */
#ifndef PROOF_ELF_H
#define PROOF_ELF_H

#include <stdint.h>

/** elf_load() - read the symbols of the file at @path. */
void elf_load(const char *path);

/** elf_symbol() - the value of @name, which must be there: its distance from the start of the image. */
uint64_t elf_symbol(const char *name);

/** elf_function() - the function that lies at @addr. Return: its name; @offset is set to the distance from it. */
const char *elf_function(uint64_t addr, uint64_t *offset);

#endif
