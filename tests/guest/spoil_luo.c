// SPDX-License-Identifier: MIT
/*
 * On the host: damage to what LUO hands over, in the memory of a machine that stands still.
 *
 *   spoil_luo MEMORY ADDRESS NAME     MEMORY is the file that the machine has its RAM in, ADDRESS that of the
 *                                     blob LUO, NAME the damage: see the end of this file
 *
 * Linux writes most of this state on its last way to the jump, when no program of its own runs any more. The
 * machine must have two files, both memfds, in its sessions: those of the selftest luo_multi_session.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE    4096UL
#define NOT_RAM (1UL << 44) /* no machine under test has RAM at 16 TiB */
#define LOW     0x8000UL    /* RAM that Linux never preserves */

/* A session: char name[64], u64 files, u64 count. A file: char handler[48], u64 data, u64 token. */
#define SESSION_SIZE  80
#define SESSION_FILES 64
#define FILE_SIZE     64
#define FILE_DATA     48

/* The page of a memfd-v2, and of its list. An entry of the list: u64 pfn and flags, u64 index. */
#define MEMFD_FOLIOS 24
#define MEMFD_LIST   32
#define MEMFD_TOTAL  40
#define CHUNK_BLOCK  8
#define PFN_MASK     ((1UL << 52) - 1)

/**
 * struct luo - where everything is
 * @chained:  luo-v5: blocks begin with the address of the next, and a count
 * @root:     the blob
 * @sessions: where the address of the sessions is kept; @flbs: that of the FLBs
 * @block:    the first block of sessions
 * @session:  two sessions that have files
 * @file:     the first file of each
 */
struct luo {
	bool chained;
	uint64_t root, sessions, flbs, block;
	uint64_t session[2], file[2];
};

static char *memory;
static uint64_t memory_size;

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("spoil_luo: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static void *at(uint64_t addr)
{
	if (addr >= memory_size || memory_size - addr < PAGE)
		die("0x%" PRIx64 " is not in the machine's memory", addr);
	return memory + addr;
}

static uint64_t get(uint64_t addr)
{
	uint64_t value;

	memcpy(&value, at(addr), sizeof(value));
	return value;
}

static void put(uint64_t addr, uint64_t value)
{
	memcpy(at(addr), &value, sizeof(value));
}

/* ---- finding it ---- */

/* Where a property of the FDT at @root is. */
static uint64_t where_prop(uint64_t root, const char *node, const char *name)
{
	const void *fdt = at(root), *p;
	int off = fdt_subnode_offset(fdt, 0, node);

	p = off < 0 ? NULL : fdt_getprop(fdt, off, name, NULL);
	if (!p)
		die("no %s in %s", name, node);
	return (uint64_t)((const char *)p - memory);
}

/* Fill in the sessions that have files. */
static void find_sessions(struct luo *l)
{
	uint64_t head = l->chained ? 16 : 8, count = get(l->block + head - 8), found = 0;
	uint64_t session = l->block + head;

	for (; count && found < 2; count--, session += SESSION_SIZE) {
		uint64_t files = get(session + SESSION_FILES);

		if (!files)
			continue;
		l->session[found] = session;
		l->file[found] = files + (l->chained ? 16 : 0);
		if (strcmp(at(l->file[found]), "memfd-v2") != 0)
			die("a file of '%s'", (char *)at(l->file[found]));
		found++;
	}
	if (found < 2)
		die("%" PRIu64 " sessions with files", found);
}

static void find_luo(struct luo *l, uint64_t root)
{
	l->root = root;
	l->chained = !memcmp(at(root), "luo-v5", 7);
	l->sessions = l->chained ? root + 16 :
				   where_prop(root, "luo-session", "luo-session-header");
	l->flbs = l->chained ? root + 24 : where_prop(root, "luo-flb", "luo-flb-header");
	l->block = get(l->sessions);
	find_sessions(l);
}

static uint64_t memfd(const struct luo *l, int i)
{
	return get(l->file[i] + FILE_DATA);
}

static uint64_t chunk(const struct luo *l)
{
	return get(memfd(l, 0) + MEMFD_LIST);
}

/* The entries of folios of a file. */
static uint64_t folios(const struct luo *l, int i)
{
	return get(get(memfd(l, i) + MEMFD_LIST) + CHUNK_BLOCK);
}

/* ---- damage ---- */

static void spoil_version(const struct luo *l)
{
	char *page = at(l->root);

	for (unsigned int i = 0; i < 512; i++)
		if (!memcmp(page + i, "luo-v", 5)) {
			page[i + 5] = '9';
			return;
		}
	die("no version in the LUO root");
}

static void spoil_sessions_not_ram(const struct luo *l)
{
	put(l->sessions, NOT_RAM);
}

/* One more than a block has room for. */
static void spoil_sessions_count(const struct luo *l)
{
	put(l->block + (l->chained ? 8 : 0), l->chained ? 52 : 820);
}

static void spoil_sessions_loop(const struct luo *l)
{
	put(l->block, l->block);
}

static void spoil_session_name(const struct luo *l)
{
	memset(at(l->session[0]), 'x', SESSION_FILES);
}

static void spoil_files_not_ram(const struct luo *l)
{
	put(l->session[0] + SESSION_FILES, NOT_RAM);
}

static void spoil_files_loop(const struct luo *l)
{
	put(l->file[0] - 16, l->file[0] - 16);
}

static void spoil_files_twice(const struct luo *l)
{
	put(l->session[1] + SESSION_FILES, get(l->session[0] + SESSION_FILES));
}

static void spoil_flbs_count(const struct luo *l)
{
	put(get(l->flbs) + 8, 64);
}

static void spoil_file_not_preserved(const struct luo *l)
{
	put(l->file[0] + FILE_DATA, LOW);
}

static void spoil_file_twice(const struct luo *l)
{
	put(l->file[1] + FILE_DATA, memfd(l, 0));
}

static void spoil_memfd_folios(const struct luo *l)
{
	put(memfd(l, 0) + MEMFD_FOLIOS, 1UL << 40);
}

static void spoil_list_loop(const struct luo *l)
{
	put(chunk(l), chunk(l));
}

static void spoil_list_total(const struct luo *l)
{
	put(memfd(l, 0) + MEMFD_TOTAL, get(memfd(l, 0) + MEMFD_TOTAL) + 1);
}

static void put_pfn(uint64_t entry, uint64_t pfn)
{
	put(entry, (get(entry) & ~PFN_MASK) | pfn);
}

static void spoil_folio_not_ram(const struct luo *l)
{
	put_pfn(folios(l, 0), NOT_RAM / PAGE);
}

static void spoil_folio_not_preserved(const struct luo *l)
{
	put_pfn(folios(l, 0), LOW / PAGE);
}

static void spoil_folio_twice(const struct luo *l)
{
	put_pfn(folios(l, 1), get(folios(l, 0)) & PFN_MASK);
}

static const struct {
	const char *name;
	void (*fn)(const struct luo *l);
	bool chained; /* only where blocks are chained */
} spoils[] = {
	{ "version", spoil_version, false },
	{ "sessions-not-ram", spoil_sessions_not_ram, false },
	{ "sessions-count", spoil_sessions_count, false },
	{ "sessions-loop", spoil_sessions_loop, true },
	{ "session-name", spoil_session_name, false },
	{ "files-not-ram", spoil_files_not_ram, false },
	{ "files-loop", spoil_files_loop, true },
	{ "files-twice", spoil_files_twice, false },
	{ "flbs-count", spoil_flbs_count, false },
	{ "file-not-preserved", spoil_file_not_preserved, false },
	{ "file-twice", spoil_file_twice, false },
	{ "memfd-folios", spoil_memfd_folios, false },
	{ "list-loop", spoil_list_loop, false },
	{ "list-total", spoil_list_total, false },
	{ "folio-not-ram", spoil_folio_not_ram, false },
	{ "folio-not-preserved", spoil_folio_not_preserved, false },
	{ "folio-twice", spoil_folio_twice, false },
};

static void open_machine(const char *path)
{
	int fd = open(path, O_RDWR);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die("%s: %m", path);
	memory_size = (uint64_t)st.st_size;
	memory = mmap(NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		die("%s: %m", path);
	close(fd);
}

int main(int argc, char **argv)
{
	struct luo luo;

	if (argc != 4)
		die("expected MEMORY ADDRESS NAME");
	open_machine(argv[1]);
	find_luo(&luo, strtoull(argv[2], NULL, 0));
	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		if (strcmp(argv[3], spoils[i].name) != 0)
			continue;
		if (spoils[i].chained && !luo.chained)
			die("%s: blocks of luo-v1 have no chain", argv[3]);
		spoils[i].fn(&luo);
		return 0;
	}
	die("%s: no such damage", argv[3]);
}
