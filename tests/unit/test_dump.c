// SPDX-License-Identifier: MIT
/* The host tool's way into a dump: files of memory that are made here, good ones and broken ones. */
#include "model/kho.h"

#include <elf.h>
#include <fcntl.h>
#include <unistd.h>

#include "tools/reading.h"

#define ENTRY      0x2020008UL /* where the setup_data entry is; in scratch, as Linux's */
#define KHO_TYPE   10
#define MAX_HEADS  8
#define DATA_START 0x1000      /* in the file: where memory begins */
#define PANE_MAX   0x6000000UL /* bytes of a pane that are in the dump: all that the model uses */

static struct model *m;
static char path[64];

static int setup(void **state)
{
	int fd;

	(void)state;
	m = model_new();
	strcpy(path, "/tmp/baton-dump-XXXXXX");
	fd = mkstemp(path);
	return fd < 0 || close(fd);
}

static int teardown(void **state)
{
	(void)state;
	model_free(m);
	return unlink(path);
}

/* The entry as Linux has it: next, type, length, payload. */
static void write_entry(void)
{
	uint64_t *e = model_at(m, ENTRY);
	uint32_t type = KHO_TYPE, length = 32;

	e[0] = 0;
	memcpy((char *)e + 8, &type, 4);
	memcpy((char *)e + 12, &length, 4);
	e[2] = m->data.fdt_addr;
	e[3] = m->data.fdt_size;
	e[4] = m->data.scratch_addr;
	e[5] = m->data.scratch_size;
}

static uint64_t dumped(const struct pane *p)
{
	return min_u64(p->end - p->base, PANE_MAX);
}

/* Write what is not zero of a pane, so that the file is as sparse as the model. */
static void write_pane(int fd, const struct pane *p, uint64_t at)
{
	static const char zero[65536];
	uint64_t size = dumped(p), done, n;

	for (done = 0; done < size; done += n) {
		const char *from = (const char *)p->ptr + done;
		off_t to = (off_t)(at + done);

		n = size - done < sizeof(zero) ? size - done : sizeof(zero);
		if (memcmp(from, zero, n))
			assert_int_equal(pwrite(fd, from, n, to), n);
	}
	assert_int_equal(ftruncate(fd, (off_t)(at + size)), 0);
}

/* An ELF core as QEMU writes one: a note, then a segment a pane. @change may spoil the heads. */
static void write_elf(void (*change)(Elf64_Ehdr *eh, Elf64_Phdr *ph))
{
	Elf64_Ehdr eh = { .e_type = ET_CORE,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_phoff = sizeof(eh),
			  .e_ehsize = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr) };
	Elf64_Phdr ph[MAX_HEADS] = { { .p_type = PT_NOTE } };
	int fd = open(path, O_RDWR | O_TRUNC);
	uint64_t at = DATA_START;
	unsigned int i;

	memcpy(eh.e_ident, ELFMAG, SELFMAG);
	eh.e_ident[EI_CLASS] = ELFCLASS64;
	eh.e_ident[EI_DATA] = ELFDATA2LSB;
	eh.e_ident[EI_VERSION] = EV_CURRENT;
	for (i = 0; i < m->window.nr; i++) {
		const struct pane *p = &m->pane[i];

		ph[i + 1] = (Elf64_Phdr){ .p_type = PT_LOAD,
					  .p_offset = at,
					  .p_paddr = p->base,
					  .p_filesz = dumped(p),
					  .p_memsz = dumped(p) };
		write_pane(fd, p, at);
		at += dumped(p);
	}
	eh.e_phnum = (Elf64_Half)(m->window.nr + 1);
	if (change)
		change(&eh, ph);
	assert_int_equal(pwrite(fd, &eh, sizeof(eh), 0), sizeof(eh));
	assert_int_equal(pwrite(fd, ph, sizeof(ph), sizeof(eh)), sizeof(ph));
	close(fd);
}

static void found_by_entry(void **state)
{
	struct reading_words words = { .path = path };
	struct reading r;
	struct fault f;

	(void)state;
	write_entry();
	write_elf(NULL);
	assert_int_equal(reading_open(&r, &words, &f), 0);
	assert_string_equal(r.memory.kind, "ELF dump");
	assert_int_equal(r.root.entry, ENTRY);
	assert_string_equal(r.root.version, "kho-v4");
	assert_memory_equal(&r.root.data, &m->data, sizeof(m->data));
	assert_int_equal(r.search.nr, 1);
	model_print_findings(&r.verify->f);
	assert_int_equal(r.verify->f.total, 0);
	assert_int_equal(r.verify->in.blocks[2], 1);
	reading_close(&r);
}

static void found_by_fdt(void **state)
{
	struct reading_words words = { .path = path };
	struct reading r;
	struct fault f;

	(void)state;
	write_elf(NULL);
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "no-scratch");
	words.scratch = m->data.scratch_addr;
	words.scratch_size = m->data.scratch_size;
	assert_int_equal(reading_open(&r, &words, &f), 0);
	assert_int_equal(r.root.entry, 0);
	assert_int_equal(r.root.data.fdt_addr, m->data.fdt_addr);
	assert_int_equal(r.verify->f.total, 0);
	reading_close(&r);
}

/* Two root FDTs: the one that an entry names is read, and scratch is known for both. */
static void two_roots(void **state)
{
	struct reading_words words = { .path = path };
	uint64_t other = M_FDT - 0x10000;
	struct reading r;
	struct fault f;

	(void)state;
	memcpy(model_at(m, other), model_at(m, M_FDT), 4096);
	write_entry();
	write_elf(NULL);
	assert_int_equal(reading_open(&r, &words, &f), 0);
	assert_int_equal(r.root.data.fdt_addr, M_FDT);
	assert_int_equal(r.search.nr, 2);
	reading_close(&r);
	words.fdt = other;
	assert_int_equal(reading_open(&r, &words, &f), 0);
	assert_int_equal(r.root.data.fdt_addr, other);
	assert_int_equal(r.root.data.scratch_addr, m->data.scratch_addr);
	/* nothing preserves the page of this copy */
	assert_int_equal(r.verify->f.total, 1);
	assert_string_equal(r.verify->f.list[0].name, "fdt-not-preserved");
	reading_close(&r);
	words.fdt = other + 4096;
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "no-handover");
}

static void raw_with_base(void **state)
{
	char with_base[80];
	struct reading_words words = { .path = with_base,
				       .scratch = M_SCRATCH0,
				       .scratch_size = 16 };
	struct reading r;
	struct fault f;
	int fd;

	(void)state;
	fd = open(path, O_RDWR | O_TRUNC);
	assert_int_equal(m->pane[1].base, M_MID_BASE);
	write_pane(fd, &m->pane[1], 0);
	close(fd);
	snprintf(with_base, sizeof(with_base), "%s@0x%lx", path, M_MID_BASE);
	assert_int_equal(reading_open(&r, &words, &f), 0);
	assert_string_equal(r.memory.kind, "raw memory");
	assert_int_equal(r.root.data.fdt_addr, M_FDT);
	assert_int_equal(ranges_bytes(&r.memory.ram), PANE_MAX);
	reading_close(&r);
}

static void truncated(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)eh;
	ph[2].p_filesz += 1UL << 40;
}

static void beyond(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)eh;
	ph[2].p_offset = UINT64_MAX - 0xfff;
}

static void wraps(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)eh;
	ph[2].p_paddr = UINT64_MAX - 0xfff;
}

static void twice(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)eh;
	ph[1].p_paddr = ph[2].p_paddr;
}

static void empty(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)ph;
	eh->e_phnum = 1;
}

static void heads_nowhere(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)ph;
	eh->e_phoff = 1UL << 62;
}

static void class_unknown(Elf64_Ehdr *eh, Elf64_Phdr *ph)
{
	(void)ph;
	eh->e_ident[EI_CLASS] = 77;
}

static void broken_elf(void **state)
{
	static const struct {
		void (*change)(Elf64_Ehdr *eh, Elf64_Phdr *ph);
		const char *name;
	} rows[] = {
		{ truncated, "dump-truncated" },  { beyond, "dump-truncated" },
		{ wraps, "dump-format" },         { twice, "dump-overlap" },
		{ empty, "dump-format" },         { heads_nowhere, "dump-format" },
		{ class_unknown, "dump-format" },
	};
	struct memory memory;
	struct fault f;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		write_elf(rows[i].change);
		assert_int_equal(memory_open(&memory, path, &f), -1);
		assert_string_equal(f.name, rows[i].name);
	}
}

static void write_text(const char *text, size_t size)
{
	int fd = open(path, O_RDWR | O_TRUNC);

	assert_int_equal(write(fd, text, size), size);
	close(fd);
}

static void not_dumps(void **state)
{
	static const char page[8192];
	struct reading_words words = { .path = path };
	struct reading r;
	struct fault f;

	(void)state;
	write_text("", 0);
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "dump-empty");
	write_text("KDUMP   and more", 16);
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "dump-kdump");
	write_text("\177ELF", 4);
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "dump-format");
	write_text(page, sizeof(page));
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "no-handover");
	words.path = "/nowhere";
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "file-read");
	words.path = "/tmp";
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "dump-empty");
}

/* What looks like an entry and is none: it leads to no root FDT, or its scratch is nowhere. */
static void false_entries(void **state)
{
	struct reading_words words = { .path = path };
	uint64_t *e = model_at(m, ENTRY);
	struct reading r;
	struct fault f;

	(void)state;
	write_entry();
	e[2] += 4096;
	write_elf(NULL);
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "no-scratch");
	write_entry();
	e[4] = 1UL << 50;
	write_elf(NULL);
	assert_int_equal(reading_open(&r, &words, &f), -1);
	assert_string_equal(f.name, "no-scratch");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(found_by_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(found_by_fdt, setup, teardown),
		cmocka_unit_test_setup_teardown(two_roots, setup, teardown),
		cmocka_unit_test_setup_teardown(raw_with_base, setup, teardown),
		cmocka_unit_test_setup_teardown(broken_elf, setup, teardown),
		cmocka_unit_test_setup_teardown(not_dumps, setup, teardown),
		cmocka_unit_test_setup_teardown(false_entries, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
