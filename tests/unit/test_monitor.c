// SPDX-License-Identifier: MIT
/*
 * boot/monitor: the commands, on a handover from the model. What they print is compared, what they
 * change is read back, and what they refuse must leave everything as it was. DTS text is read by a
 * reader of the test's own.
 */
#include "model/kho.h"

#include <ctype.h>
#include <libfdt.h>

#include "boot/monitor/command.h"
#include "kho/view/dts.h"
#include "boot/run/owner.h"

#define FREE_BLOCK 0x8000000UL /* 128 MiB: free in the model */

/* ---- the machine ---- */

static char printed[1 << 20];
static size_t nr_printed;
static uint8_t exported[16384];
static uint64_t nr_exported;
static bool has_port;
static int ends;

static void take_text(const char *text)
{
	size_t n = strlen(text);

	assert_true(nr_printed + n < sizeof(printed));
	memcpy(printed + nr_printed, text, n + 1);
	nr_printed += n;
}

static bool take_bytes(const void *data, uint64_t size)
{
	if (!has_port)
		return false;
	assert_true(nr_exported + size <= sizeof(exported));
	memcpy(exported + nr_exported, data, size);
	nr_exported += size;
	return true;
}

static void reboot(void)
{
	ends += 100;
}

static void power_off(const struct acpi *acpi)
{
	assert_non_null(acpi);
	ends++;
}

static const struct machine machine = { take_text, take_bytes, reboot, power_off };

const char *memory_owner(const struct ground *ground, const struct handovers *kho, paddr_t addr)
{
	assert_non_null(ground);
	assert_non_null(kho);
	return addr >= M_SCRATCH0 && addr < M_SCRATCH0 + MIB(32) ? "scratch" : "not RAM";
}

/* ---- a baton with a handover ---- */

static struct model *model;
static struct model_run *run;
static struct baton *b;
static struct monitor *m;
static struct fault f;
static long grants; /* how many more may succeed; -1 for any number */

static bool grant(paddr_t base, paddr_t end)
{
	assert_true(base < end);
	if (grants > 0)
		grants--;
	return grants != 0;
}

static int setup(void **state)
{
	(void)state;
	model = model_new();
	run = model_run(model);
	assert_int_equal(run->f.total, 0);
	b = calloc(1, sizeof(*b));
	m = calloc(1, sizeof(*m));
	b->ground.window = &model->window;
	b->ground.ram = &model->ram;
	b->ground.map = run->pm;
	b->kho.came_in = b->kho.goes_out = true;
	b->kho.scratch = run->scratch;
	b->kho.in = run->in;
	b->next.target.abi = b->kho.in.h.abi;
	grants = -1;
	palloc_init(&b->ground.pages, &b->ground.map, b->ground.window, grant);
	assert_int_equal(model_publish(&b->kho.out, &b->kho.in.h, b->next.target.abi->compatible,
				       &b->ground.pages, "baton-test", &f),
			 0);
	assert_int_equal(kho_restore_init(&b->kho.restore, &b->kho.in.h, &b->kho.out, &f), 0);
	monitor_init(m, b, &machine);
	has_port = true;
	nr_exported = 0;
	ends = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(m);
	free(b);
	model_run_free(run);
	model_free(model);
	return 0;
}

static int give(const char *text)
{
	nr_printed = 0;
	printed[0] = '\0';
	f = (struct fault){ .name = "" };
	return monitor_do(m, text, &f);
}

static void right(const char *text)
{
	if (give(text))
		fail_msg("'%s': %s: %s", text, f.name, f.text);
}

static void says(const char *text, const char *want)
{
	right(text);
	if (!strstr(printed, want))
		fail_msg("'%s' says '%s'", text, printed);
}

static void wrong(const char *text, const char *name)
{
	if (!give(text))
		fail_msg("'%s' is taken", text);
	if (strcmp(f.name, name) != 0)
		fail_msg("'%s': %s: %s, not %s", text, f.name, f.text, name);
	if (!f.text[0])
		fail_msg("'%s' is refused without a word", text);
}

/* The address in what was printed last. */
static uint64_t address(void)
{
	const char *p = strstr(printed, "0x");

	assert_non_null(p);
	return strtoull(p, NULL, 16);
}

/* ---- all state that a command could change ---- */

struct state {
	uint64_t fdt, nodes, taken, free, blobs;
	unsigned int nr_key;
	uint8_t page[4096];
	struct model_key key[256];
};

static void snapshot(struct state *s)
{
	memset(s, 0, sizeof(*s));
	s->fdt = b->kho.out.h.fdt;
	s->nodes = b->kho.out.h.map.pages;
	s->blobs = b->kho.out.blobs;
	s->taken = b->ground.pages.taken;
	s->free = pagemap_free_pages(&b->ground.map);
	memcpy(s->page, model_at(model, s->fdt), sizeof(s->page));
	model_read(model, b->kho.out.h.map.root, 5, 0, s->key, &s->nr_key);
}

static void unchanged(const struct state *before, const char *what)
{
	static struct state now;

	snapshot(&now);
	if (before->fdt != now.fdt || before->nodes != now.nodes || before->taken != now.taken ||
	    before->free != now.free || before->blobs != now.blobs ||
	    memcmp(before->page, now.page, sizeof(now.page)) != 0)
		fail_msg("'%s' has changed something: %lu free pages before, %lu now", what,
			 before->free, now.free);
	assert_int_equal(before->nr_key, now.nr_key);
	for (unsigned int i = 0; i < now.nr_key; i++) {
		assert_int_equal(before->key[i].addr, now.key[i].addr);
		assert_int_equal(before->key[i].order, now.key[i].order);
	}
}

/* ---- the table ---- */

static void every_command_has_help(void **state)
{
	const char *name, *args, *text;
	char line[64], want[128];
	unsigned int i;

	(void)state;
	says("help", "bytes, KiB, MiB, GiB, pages");
	for (i = 0; (name = monitor_name(i)); i++) {
		text = monitor_help(i, &args);
		assert_true(*name && *text && strlen(name) < 12 && strlen(text) < 66);
		snprintf(want, sizeof(want), "%-12s%s\n", name, text);
		right("help");
		assert_non_null(strstr(printed, want));
		snprintf(line, sizeof(line), "help %s", name);
		snprintf(want, sizeof(want), "%s %s\n%s\n", name, args, text);
		says(line, want);
	}
	assert_int_equal(i, 27);
	wrong("help frob", "unknown-command");
	wrong("help in frob", "usage");
}

/* A command, and the name by which it is refused. */
static const struct {
	const char *text, *name;
} mistakes[] = {
	{ "frob", "unknown-command" },
	{ "HELP", "unknown-command" },
	{ "blob", "unknown-command" },
	{ "blob frob", "unknown-command" },
	{ "in frob", "usage" },
	{ "out fdt ODD x", "usage" },
	{ "out fdt frob", "not-found" },
	{ "out fdt ODD", "fdt-corrupt" },
	{ "map 5", "bad-number" },
	{ "map 0x", "bad-number" },
	{ "dump 0x8000000", "usage" },
	{ "dump 0x8000000 0x0", "bad-number" },
	{ "dump 0x8000000 64", "bad-number" },
	{ "dump 0x8000000 1 MiB", "bad-number" },
	{ "dump 0xa0000 1 page", "not-ram" },
	{ "dump 0xfffffffffffffff0 0x20", "not-ram" },
	{ "crc 0x0 0xffffffffffffffff", "not-ram" },
	{ "dump 0x8000000 'x", "syntax" },
	{ "preserve", "usage" },
	{ "preserve 0x8000000", "usage" },
	{ "preserve 0x8000000 0x800", "bad-number" },
	{ "preserve 0x8000000 order 41", "bad-number" },
	{ "preserve 0x8000800 order 0", "bad-block" },
	{ "preserve 0x8001000 order 1", "bad-block" },
	{ "preserve 0x8000800 1 page", "bad-block" },
	{ "preserve 0x40000000 1 page", "not-owned" }, /* no RAM: nobody's to give */
	{ "preserve 0xfffffffffffff000 2 pages", "bad-block" },
	{ "preserve 0x2000000 order 0", "in-scratch" },
	{ "preserve 0x1ff0000 32 pages", "in-scratch" },
	{ "preserve 0x5200000 order 0", "not-owned" }, /* a part of a block that came in */
	{ "preserve 0x5200000 order 2", "overlap" },
	{ "preserve 0x1200000 order 0", "not-owned" }, /* a page of the incoming map */
	{ "unpreserve 0x8000000 order 0", "not-preserved" },
	{ "unpreserve 0x5200000 order 0", "not-preserved" },
	{ "unpreserve 0x5200000 order 2", "in-use" },
	{ "unpreserve 0x5200000 3 pages", "not-preserved" },
	{ "free 0x5200000", "in-use" },
	{ "free 0x8000000", "not-preserved" },
	{ "restore 0x8000000", "not-preserved" },
	{ "restore 0x5201000", "not-preserved" },
	{ "restore 0x5200000", "in-use" },
	{ "restore 0x5000000", "in-use" }, /* the incoming FDT */
	{ "alloc", "usage" },
	{ "alloc 4096", "bad-number" },
	{ "alloc 0x0", "bad-number" },
	{ "alloc 64 GiB", "out-of-memory" },
	{ "alloc 0xffffffffffffffff", "bad-block" },
	{ "write 0x5200000 0x11", "not-owned" },
	{ "write 0x8000000 0x11", "not-owned" },
	{ "write 0x2000000 0x11", "not-owned" },
	{ "write 0xffffffffffffffff 0x11", "not-owned" },
	{ "write 0x8000000 0x1", "bad-number" },
	{ "write 0x8000000 0x", "bad-number" },
	{ "write 0x8000000 0x1g", "bad-number" },
	{ "write 0x8000000 ''", "bad-number" },
	{ "fill 0x5200000 4 KiB x", "not-owned" },
	{ "fill last 4 KiB x", "bad-number" },
	{ "blob add ODD 0x5200000 8 bytes", "exists" },
	{ "blob add new 0x8000000 8 bytes", "not-preserved" },
	{ "blob add new 0x5200000 0x4001", "not-preserved" },
	{ "blob add new 0x5200000", "usage" },
	{ "blob add new 0x5200000 0x0", "bad-number" },
	{ "blob add a/b 0x5200000 8 bytes", "bad-name" },
	{ "blob add '' 0x5200000 8 bytes", "bad-name" },
	{ "blob remove frob", "not-found" },
	{ "reserve a/b 4 KiB", "bad-name" },
	{ "reserve sixteen-letters- 4 KiB", "bad-name" },
	{ "reserve '' 4 KiB", "bad-name" },
	{ "reserve x 0x1800", "bad-number" },
	{ "reserve x 4 KiB 3 KiB", "bad-number" },
	{ "reserve x 64 GiB", "out-of-memory" },
	{ "reserve x 4 KiB 1 GiB 1", "usage" },
	{ "export", "usage" },
	{ "export out", "usage" },
	{ "export out frob", "usage" },
	{ "export out blob", "usage" },
	{ "export out blob frob", "not-found" },
	{ "export out fdt frob", "usage" },
	{ "boot now", "usage" },
	{ "reboot now", "usage" },
	{ "poweroff now", "usage" },
	{ "verify it", "usage" },
};

static void wrong_input_changes_nothing(void **state)
{
	struct state *before = malloc(sizeof(*before));

	(void)state;
	snapshot(before);
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		wrong(mistakes[i].text, mistakes[i].name);
		unchanged(before, mistakes[i].text);
		assert_int_equal(nr_printed, 0);
	}
	assert_int_equal(nr_exported, 0);
	assert_int_equal(ends, 0);
	assert_false(m->done);
	free(before);
}

static void what_only_shows_changes_nothing(void **state)
{
	static const char *const table[] = {
		"",
		"  ;;  ",
		"help",
		"in",
		"in fdt",
		"in blobs",
		"out",
		"out fdt",
		"out blobs",
		"scratch",
		"map",
		"map 0x5200000",
		"payload",
		"verify",
		"dump 0x5200000 0x33",
		"crc 0x5200000 16 KiB",
		"export in fdt",
		"export out blob ODD",
	};
	struct state *before = malloc(sizeof(*before));

	(void)state;
	snapshot(before);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		right(table[i]);
		unchanged(before, table[i]);
	}
	free(before);
}

/* ---- single commands ---- */

static void shows(void **state)
{
	(void)state;
	says("in", "FDT        0x5000000\n");
	says("in", "preserved  6 pages, 24 KiB\n");
	says("in", "order 2         1 blocks of 16 KiB\n");
	says("out", "version    kho-v4\n");
	says("out", "preserved  6 pages, 24 KiB\n");
	says("in blobs", "ODD                  0x005200008     9000 bytes, order 2\n");
	says("scratch", "0x002000000 – 0x004000000   32768 KiB\n");
	says("map 0x5202000", "owner      preserved\ngoes out   0x5200000 order 2, 16 KiB  ODD\n");
	says("map 0x5202000", "came in    0x5200000 order 2, 16 KiB  ODD\n");
	/* the last page of the block, where the blob has ended */
	says("map 0x5203000", "came in    0x5200000 order 2, 16 KiB  \n");
	says("map 0x5000000", "owner      incoming FDT\n");
	says("map 0x1200000", "owner      incoming map\n");
	says("map 0x8000000", "owner      free\n");
	says("map 0xa0000", "owner      not RAM\n");
	says("map", "below 1 MiB\n");
	says("verify", "valid: 3 blocks, 2 blobs\n");
}

static void bytes(void **state)
{
	uint64_t at;

	(void)state;
	says("alloc 9 KiB", " order 2, 16 KiB\n");
	at = address();
	right("write last 123456789");
	says("crc last 9 bytes", "0xcbf43926\n");
	right("write last 0x00017f80ff41");
	says("dump last 20 bytes",
	     "  00 01 7f 80 ff 41 37 38 39 00 00 00 00 00 00 00  .....A789.......\n");
	assert_non_null(
		strstr(printed, "  00 00 00 00                                      ....\n"));
	right("fill last 7 bytes abc");
	assert_memory_equal(model_at(model, at), "abcabca89", 9);
	right("fill last 16 KiB 0x5a");
	for (unsigned int i = 0; i < 16384; i++)
		assert_int_equal(((uint8_t *)model_at(model, at))[i], 0x5a);
	wrong("fill last 0x4001 0x5a", "not-owned");
	m->hole = (struct range){ at, at + 4096 };
	wrong("dump last 1 byte", "not-ram");
	wrong("crc last 8 KiB", "not-ram");
	has_port = false;
	wrong("export out fdt", "no-debug-console");
}

static void exports(void **state)
{
	(void)state;
	right("export in fdt");
	assert_int_equal(nr_exported, fdt_totalsize(model_at(model, M_FDT)));
	assert_memory_equal(exported, model_at(model, M_FDT), nr_exported);
	nr_exported = 0;
	right("export out fdt");
	assert_int_equal(fdt_check_full(exported, nr_exported), 0);
	nr_exported = 0;
	right("export in blob kexec-metadata");
	assert_int_equal(nr_exported, 73);
	assert_memory_equal(exported, model_at(model, M_META), 73);
	nr_exported = 0;
	right("export out blob kexec-metadata");
	assert_memory_equal(exported + 4, "baton-test", 11);
}

static void keeps(void **state)
{
	struct state *before = malloc(sizeof(*before));
	char line[96];
	uint64_t at;

	(void)state;
	/* free memory, as a block and as a run */
	right("preserve 0x8000000 order 3; preserve 0x8009000 7 pages; verify");
	assert_non_null(strstr(printed, "valid: 7 blocks"));
	wrong("preserve 0x8000000 order 3", "overlap");
	right("write 0x8000000 hello; blob add greeting 0x8000000 5 bytes; verify");
	wrong("unpreserve 0x8000000 order 3", "in-use");
	wrong("free 0x8000000", "in-use");
	says("export out blob greeting", "5 bytes\n");
	assert_memory_equal(exported, "hello", 5);
	right("blob remove greeting; unpreserve 0x8000000 order 3");
	says("map 0x8000000", "own, not preserved");
	right("preserve 0x8000000 order 3; free 0x8000000; unpreserve 0x8009000 7 pages; verify");
	says("map 0x8000000", "owner      free");

	/* alloc and free */
	snapshot(before);
	right("alloc 8 KiB");
	at = address();
	snprintf(line, sizeof(line), "free 0x%lx", at);
	right(line);
	unchanged(before, "alloc and free");
	wrong(line, "not-preserved");

	/* what came in: dropped and taken up again, by its own key only */
	right("blob remove ODD; unpreserve 0x5200000 order 2");
	wrong("preserve 0x5200000 order 1", "not-owned");
	wrong("preserve 0x5200000 4 pages", "not-owned");
	wrong("write 0x5200000 x", "not-owned");
	says("map 0x5200000", "came in, not handed on");
	right("preserve 0x5200000 order 2; verify");

	/* restored once, then own */
	says("restore 0x5200000", "0x5200000 order 2, 16 KiB\n");
	wrong("restore 0x5200000", "restored");
	says("map 0x5200000", "own, not preserved");
	right("write 0x5200000 mine; preserve 0x5200000 order 1; verify");
	assert_memory_equal(model_at(model, M_BLOB), "mine", 4);
	wrong("write 0x5001000 x", "not-owned");
	snprintf(line, sizeof(line), "write 0x%lx x", b->kho.out.made[0]);
	wrong(line, "not-owned");
	free(before);
}

/* ---- reserve ---- */

static const void *memblock(void)
{
	struct kho_blob blob;
	const void *fdt;

	for (unsigned int i = 0; handover_blob(&b->kho.out.h, i, &blob); i++) {
		if (strcmp(blob.name, "memblock") != 0)
			continue;
		fdt = model_at(model, blob.addr);
		assert_int_equal(fdt_check_full(fdt, blob.size), 0);
		assert_int_equal(blob.addr % 4096, 0);
		return fdt;
	}
	return NULL;
}

static void is_reserved(const char *name, uint64_t start, uint64_t size)
{
	const void *fdt = memblock();
	int node = fdt_subnode_offset(fdt, 0, name), len;
	const void *p;

	assert_true(node > 0);
	assert_int_equal(fdt_node_check_compatible(fdt, 0, "memblock-v1"), 0);
	assert_int_equal(fdt_node_check_compatible(fdt, node, "reserve-mem-v1"), 0);
	p = fdt_getprop(fdt, node, "start", &len);
	assert_int_equal(len, 8);
	assert_memory_equal(p, &start, 8);
	p = fdt_getprop(fdt, node, "size", &len);
	assert_int_equal(len, 8);
	assert_memory_equal(p, &size, 8);
}

static void reserves(void **state)
{
	struct state *one = malloc(sizeof(*one)), *two = malloc(sizeof(*two));
	uint64_t first, second;

	(void)state;
	assert_null(memblock());
	for (uint64_t page = MIB(16); page < MIB(17); page += 4096)
		if (!pagemap_any(&b->ground.map, page, page + 4096))
			memset(model_at(model, page), 0xee, 4096);
	says("reserve first 20 KiB", ", 20 KiB\n");
	first = address();
	is_reserved("first", first, 20480);
	for (unsigned int i = 0; i < 20480; i++)
		assert_int_equal(((uint8_t *)model_at(model, first))[i], 0);
	right("fill last 20 KiB text; verify");
	snapshot(one);
	wrong("reserve first 4 KiB", "exists");
	unchanged(one, "the same name");

	right("reserve second 8 MiB 4 MiB; verify");
	second = m->a.last;
	assert_int_equal(second % MIB(4), 0);
	is_reserved("first", first, 20480);
	is_reserved("second", second, MIB(8));
	assert_memory_equal(model_at(model, first), "texttext", 8);
	snapshot(two);
	/* the old FDT is free again */
	assert_int_equal(two->taken - two->nodes, one->taken - one->nodes + 2048);
	assert_int_equal(two->nr_key, one->nr_key + (second % MIB(8) ? 2 : 1));

	/* as full as a page can be */
	for (int i = 0; i < 64; i++) {
		char line[64];

		snprintf(line, sizeof(line), "reserve region-%d 4 KiB; verify", i);
		snapshot(one);
		if (!give(line))
			continue;
		assert_string_equal(f.name, "fdt-full");
		unchanged(one, line);
		assert_true(i > 20);
		right("verify");
		free(one);
		free(two);
		return;
	}
	fail_msg("64 regions in one page");
}

static void reserve_over_what_came_in(void **state)
{
	/* behind the blob ODD, in the same block */
	uint64_t start = 0x6000000, size = 4096, at = M_BLOB + 3 * 4096;
	void *fdt = model_at(model, at);

	(void)state;
	fdt_create(fdt, 4096);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property_string(fdt, "compatible", "memblock-v1");
	fdt_begin_node(fdt, "old");
	fdt_property_string(fdt, "compatible", "reserve-mem-v1");
	fdt_property(fdt, "start", &start, 8);
	fdt_property(fdt, "size", &size, 8);
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_finish(fdt);
	assert_int_equal(kho_blob_add(&b->kho.out, "memblock", at, fdt_totalsize(fdt), &f), 0);

	right("preserve 0x6000000 order 0");
	/* the blob ODD lies in the same block as the old FDT: it stays */
	right("reserve new 4 KiB; verify");
	is_reserved("old", start, 4096);
	is_reserved("new", m->a.last, 4096);
	says("map 0x5200000", "owner      preserved");
}

static void reserve_over_garbage(void **state)
{
	struct state *before = malloc(sizeof(*before));

	(void)state;
	assert_int_equal(kho_blob_add(&b->kho.out, "memblock", M_BLOB, 128, &f), 0);
	snapshot(before);
	wrong("reserve new 4 KiB", "blob-unknown");
	unchanged(before, "reserve");
	free(before);
}

/* Each allocation in turn fails. */
static void reserve_without_memory(void **state)
{
	static const char command[] = "reserve second 28 KiB 64 KiB";
	struct state *before = malloc(sizeof(*before));
	long n;

	(void)state;
	right("reserve first 4 KiB");
	for (n = 0; n < 100; n++) {
		snapshot(before);
		grants = n + 1;
		if (!give(command))
			break;
		grants = -1;
		assert_string_equal(f.name, "out-of-memory");
		unchanged(before, command);
		right("verify");
	}
	grants = -1;
	assert_true(n >= 3 && n < 100);
	right("verify");
	free(before);
}

/* ---- running ---- */

static void scripts(void **state)
{
	(void)state;
	wrong("preserve 0x8000000 order 0; frob; preserve 0x9000000 order 0", "unknown-command");
	says("map 0x8000000", "preserved");
	says("map 0x9000000", "free");
	right("boot; frob");
	assert_true(m->done);
	m->done = false;
	right("reboot");
	assert_int_equal(ends, 100);
	wrong("poweroff", "no-power-off");
	assert_int_equal(ends, 101);
}

static void without_a_handover(void **state)
{
	static const char *const table[] = {
		"in",
		"in fdt",
		"in blobs",
		"out",
		"out fdt",
		"out blobs",
		"scratch",
		"verify",
		"export in fdt",
		"alloc 4 KiB",
		"free 0x8000000",
		"preserve 0x8000000 order 0",
		"unpreserve 0x8000000 order 0",
		"restore 0x8000000",
		"reserve x 4 KiB",
		"blob add x 0x8000000 8 bytes",
		"blob remove x",
	};

	(void)state;
	memset(&b->kho.in, 0, sizeof(b->kho.in));
	memset(&b->kho.out, 0, sizeof(b->kho.out));
	b->kho.came_in = b->kho.goes_out = false;
	monitor_init(m, b, &machine);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		wrong(table[i], "no-handover");
	wrong("write 0x8000000 x", "not-owned");
	right("help; map; payload; dump 0x8000000 16 bytes; crc 0x8000000 4 KiB; map 0x8000000");
}

/* ---- DTS ---- */

static char text[1 << 16];

static void collect(void *arg, const char *piece)
{
	assert_null(arg);
	assert_true(strlen(text) + strlen(piece) < sizeof(text));
	strcat(text, piece);
}

static const char *gap(const char *p)
{
	for (;;) {
		if (isspace((unsigned char)*p))
			p++;
		else if (p[0] == '/' && p[1] == '*')
			p = strstr(p, "*/") + 2;
		else
			return p;
	}
}

/* Read "name;", "name = […];" or "name = "…", "…";" and compare it with the property. */
static const char *read_property(const char *p, const void *fdt, int node)
{
	uint8_t value[4096];
	char name[64];
	const void *want;
	int n = 0, len;
	size_t i;

	i = strcspn(p, " ;");
	snprintf(name, sizeof(name), "%.*s", (int)i, p);
	p = gap(p + i);
	if (*p == '=')
		p = gap(p + 1);
	while (*p != ';') {
		if (*p == '[') {
			for (p = gap(p + 1); *p != ']'; p = gap(p + 2))
				value[n++] = (uint8_t)strtoul((char[]){ p[0], p[1], 0 }, NULL, 16);
			p++;
		} else {
			assert_int_equal(*p, '"');
			for (p++; *p != '"'; p++) {
				p += *p == '\\';
				value[n++] = (uint8_t)*p;
			}
			value[n++] = 0;
			p++;
		}
		p = gap(p);
		p = *p == ',' ? gap(p + 1) : p;
	}
	want = fdt_getprop(fdt, node, name, &len);
	if (!want || len != n || memcmp(want, value, (size_t)n) != 0)
		fail_msg("property '%s' of %d bytes, not %d", name, n, len);
	return gap(p + 1);
}

/* Read a node behind its '{'. Return: behind its "};". */
static const char *read_node(const char *p, const void *fdt, int node)
{
	int properties = 0, nodes = 0, at;

	for (p = gap(p); *p != '}';) {
		size_t n = strcspn(p, "{;=");

		if (p[n] == '{') {
			char name[64];

			snprintf(name, sizeof(name), "%.*s", (int)n - 1, p);
			at = fdt_subnode_offset(fdt, node, name);
			assert_true(at > 0);
			p = read_node(p + n + 1, fdt, at);
			nodes++;
		} else {
			p = read_property(p, fdt, node);
			properties++;
		}
	}
	fdt_for_each_property_offset(at, fdt, node)
		properties--;
	fdt_for_each_subnode(at, fdt, node)
		nodes--;
	assert_int_equal(properties, 0);
	assert_int_equal(nodes, 0);
	assert_memory_equal(p, "};", 2);
	return gap(p + 2);
}

static void dts_of(const void *fdt, uint64_t size)
{
	const char *p;

	text[0] = '\0';
	assert_int_equal(dts_print(fdt, size, collect, NULL, &f), 0);
	assert_memory_equal(text, "/dts-v1/;\n", 10);
	p = gap(text + 10);
	while (strncmp(p, "/memreserve/", 12) == 0)
		p = gap(strchr(p, ';') + 1);
	assert_memory_equal(p, "/ {", 3);
	p = read_node(p + 3, fdt, 0);
	assert_int_equal(*p, '\0');
}

static void dts(void **state)
{
	uint8_t fdt[4096] __attribute__((aligned(8)));
	uint64_t number = 0x1122334455667788;
	char wide[100];

	(void)state;
	dts_of(handover_fdt(&b->kho.in.h), KHO_FDT_SIZE);
	dts_of(model_at(model, b->kho.out.h.fdt), KHO_FDT_SIZE);

	memset(wide, 'x', sizeof(wide));
	fdt_create(fdt, sizeof(fdt));
	fdt_add_reservemap_entry(fdt, 0x1000, 0x2000);
	fdt_finish_reservemap(fdt);
	fdt_begin_node(fdt, "");
	fdt_property(fdt, "empty", "", 0);
	fdt_property(fdt, "nothing", "", 1);
	fdt_property(fdt, "strings", "one\0two", 8);
	fdt_property(fdt, "gap", "one\0\0two", 9);
	fdt_property(fdt, "open", "one", 3);
	fdt_property(fdt, "quoted", "a\"b\\c;{}[]", 11);
	fdt_property(fdt, "odd", "a\x80", 3);
	fdt_property(fdt, "wide", wide, sizeof(wide));
	fdt_begin_node(fdt, "a");
	fdt_property(fdt, "number", &number, 8);
	fdt_begin_node(fdt, "b@1");
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_begin_node(fdt, "c");
	fdt_end_node(fdt);
	fdt_end_node(fdt);
	fdt_finish(fdt);
	dts_of(fdt, sizeof(fdt));
	assert_non_null(strstr(text, "/memreserve/ 0x1000 0x2000;"));
	assert_non_null(
		strstr(text, "number = [88 77 66 55 44 33 22 11]; /* 0x1122334455667788 */"));
	assert_non_null(strstr(text, "strings = \"one\", \"two\";"));

	text[0] = '\0';
	assert_int_equal(dts_print(fdt, 60, collect, NULL, &f), -1);
	assert_string_equal(f.name, "fdt-corrupt");
	fdt[fdt_off_dt_struct(fdt)] ^= 0xff;
	assert_int_equal(dts_print(fdt, sizeof(fdt), collect, NULL, &f), -1);
	assert_string_equal(text, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_command_has_help),
		TEST(wrong_input_changes_nothing),
		TEST(what_only_shows_changes_nothing),
		TEST(shows),
		TEST(bytes),
		TEST(exports),
		TEST(keeps),
		TEST(reserves),
		TEST(reserve_over_what_came_in),
		TEST(reserve_over_garbage),
		TEST(reserve_without_memory),
		TEST(scripts),
		TEST(without_a_handover),
		TEST(dts),
	};

	return cmocka_run_group_tests_name("monitor", tests, NULL, NULL);
}
