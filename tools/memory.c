// SPDX-License-Identifier: MIT
#include "tools/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const char *path, struct fault *f)
{
	return fault_set(f, "file-read", "%s: %s", path, strerror(errno));
}

static int map_file(struct memory *m, const char *path, struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret = 0;
	struct stat st;

	if (fd < 0)
		return failed(path, f);
	if (fstat(fd, &st)) {
		ret = failed(path, f);
	} else if (!S_ISREG(st.st_mode) || st.st_size <= 0) {
		ret = fault_set(f, "dump-empty", "%s: %s; expected a dump of memory", path,
				S_ISREG(st.st_mode) ? "0 bytes" : "no plain file");
	} else {
		m->size = (uint64_t)st.st_size;
		m->file = mmap(NULL, m->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		if (m->file == MAP_FAILED) {
			m->file = NULL;
			ret = failed(path, f);
		}
	}
	close(fd);
	return ret;
}

/* make_room() - tables for @nr pieces of memory */
static bool make_room(struct memory *m, size_t nr)
{
	if (nr > UINT32_MAX)
		return false;
	m->panes = calloc(nr + 1, sizeof(*m->panes));
	m->ram.r = calloc(nr + 1, sizeof(*m->ram.r));
	m->ram.cap = (unsigned int)nr + 1;
	return m->panes && m->ram.r;
}

/* Panes stay sorted: the pieces of a dump nearly always come in order. */
static int add_piece(struct memory *m, paddr_t base, uint64_t at, uint64_t size, struct fault *f)
{
	unsigned int i = m->window.nr;

	if (size > UINT64_MAX - base)
		return fault_set(f, "dump-format", "0x%lx bytes of memory at 0x%lx", size, base);
	if (at > m->size || size > m->size - at)
		return fault_set(f, "dump-truncated",
				 "0x%lx bytes of memory at 0x%lx of a file of 0x%lx", size, at,
				 m->size);
	if (ranges_meet(&m->ram, base, base + size))
		return fault_set(f, "dump-overlap", "memory at 0x%lx is in the dump twice", base);
	for (; i && m->panes[i - 1].base > base; i--)
		m->panes[i] = m->panes[i - 1];
	m->panes[i] = (struct pane){ base, base + size, m->file + at };
	m->window = (struct window){ m->panes, m->window.nr + 1 };
	ranges_add(&m->ram, base, base + size);
	return 0;
}

/* Pieces that touch in memory and in the file are one pane: what lies across is readable. */
static void join_panes(struct memory *m)
{
	struct pane *p = m->panes;
	unsigned int i, n = 0;

	for (i = 1; i < m->window.nr; i++) {
		if (p[i].base == p[n].end &&
		    (uint8_t *)p[i].ptr == (uint8_t *)p[n].ptr + (p[n].end - p[n].base))
			p[n].end = p[i].end;
		else
			p[++n] = p[i];
	}
	m->window.nr = n + 1;
}

static int add_segments(struct memory *m, Elf *elf, struct fault *f)
{
	size_t i, nr;
	GElf_Phdr ph;

	if (elf_getphdrnum(elf, &nr))
		return fault_set(f, "dump-format", "the ELF file: %s", elf_errmsg(-1));
	if (!make_room(m, nr))
		return fault_set(f, "out-of-memory", "no memory for %zu segments", nr);
	for (i = 0; i < nr; i++) {
		if (!gelf_getphdr(elf, (int)i, &ph))
			return fault_set(f, "dump-format", "segment %zu: %s", i, elf_errmsg(-1));
		if (ph.p_type == PT_LOAD && ph.p_filesz &&
		    add_piece(m, ph.p_paddr, ph.p_offset, ph.p_filesz, f))
			return -1;
	}
	if (!m->window.nr)
		return fault_set(f, "dump-format", "an ELF file without memory (PT_LOAD)");
	join_panes(m);
	return 0;
}

static int read_elf(struct memory *m, struct fault *f)
{
	Elf *elf;
	int ret;

	elf_version(EV_CURRENT);
	elf = elf_memory((char *)m->file, m->size);
	if (!elf)
		return fault_set(f, "dump-format", "the ELF file: %s", elf_errmsg(-1));
	m->kind = "ELF dump";
	ret = add_segments(m, elf, f);
	elf_end(elf);
	return ret;
}

static int read_raw(struct memory *m, paddr_t base, struct fault *f)
{
	m->kind = "raw memory";
	if (!make_room(m, 1))
		return fault_set(f, "out-of-memory", "no memory for a table");
	return add_piece(m, base, 0, m->size, f);
}

/* split_base() - cut @ADDRESS off @path, which is changed. Return: the address, 0 without one. */
static paddr_t split_base(char *path)
{
	char *at = strrchr(path, '@'), *end;
	paddr_t base;

	if (!at || !at[1] || access(path, F_OK) == 0)
		return 0;
	base = strtoull(at + 1, &end, 0);
	if (*end)
		return 0;
	*at = '\0';
	return base;
}

static int read_any(struct memory *m, paddr_t base, struct fault *f)
{
	if (m->size >= SELFMAG && memcmp(m->file, ELFMAG, SELFMAG) == 0)
		return read_elf(m, f);
	if (m->size >= 8 &&
	    (memcmp(m->file, "KDUMP   ", 8) == 0 || memcmp(m->file, "makedump", 8) == 0))
		return fault_set(f, "dump-kdump",
				 "the dump is packed (kdump); expected an ELF "
				 "dump: dump-guest-memory without -z, -l, -s");
	return read_raw(m, base, f);
}

int memory_open(struct memory *m, const char *path, struct fault *f)
{
	char *name = strdup(path);
	paddr_t base;
	int ret;

	*m = (struct memory){ 0 };
	if (!name)
		return fault_set(f, "out-of-memory", "no memory for a name");
	base = split_base(name);
	ret = map_file(m, name, f);
	if (!ret)
		ret = read_any(m, base, f);
	free(name);
	if (ret)
		memory_close(m);
	return ret;
}

void memory_close(struct memory *m)
{
	if (m->file)
		munmap(m->file, m->size);
	free(m->panes);
	free(m->ram.r);
	*m = (struct memory){ 0 };
}
