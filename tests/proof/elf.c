// SPDX-License-Identifier: MIT
#include "elf.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static uint8_t *image;
static const Elf64_Sym *symbol;
static size_t nr_symbols;
static const char *names;

static uint8_t *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = NULL;
	long size;

	if (f && !fseek(f, 0, SEEK_END) && (size = ftell(f)) > (long)sizeof(Elf64_Ehdr) &&
	    (data = malloc((size_t)size))) {
		rewind(f);
		if (fread(data, 1, (size_t)size, f) != (size_t)size)
			die("cannot read %s", path);
	}
	if (f)
		fclose(f);
	if (!data || memcmp(data, ELFMAG, SELFMAG) != 0)
		die("%s is no ELF file", path);
	return data;
}

void elf_load(const char *path)
{
	const Elf64_Ehdr *head;
	const Elf64_Shdr *section;

	image = read_file(path);
	head = (const void *)image;
	section = (const void *)(image + head->e_shoff);
	for (unsigned int i = 0; i < head->e_shnum; i++) {
		if (section[i].sh_type != SHT_SYMTAB)
			continue;
		symbol = (const void *)(image + section[i].sh_offset);
		nr_symbols = section[i].sh_size / sizeof(*symbol);
		names = (const char *)image + section[section[i].sh_link].sh_offset;
	}
	if (!symbol)
		die("%s has no symbols", path);
}

uint64_t elf_symbol(const char *name)
{
	for (size_t i = 0; i < nr_symbols; i++)
		if (strcmp(names + symbol[i].st_name, name) == 0)
			return symbol[i].st_value;
	die("the image has no symbol %s", name);
}

const char *elf_function(uint64_t addr, uint64_t *offset)
{
	const char *name = "?";

	*offset = addr;
	for (size_t i = 0; i < nr_symbols; i++) {
		unsigned int type = ELF64_ST_TYPE(symbol[i].st_info);

		if ((type == STT_FUNC || type == STT_NOTYPE) && symbol[i].st_value <= addr &&
		    addr - symbol[i].st_value < *offset) {
			*offset = addr - symbol[i].st_value;
			name = names + symbol[i].st_name;
		}
	}
	return name;
}
