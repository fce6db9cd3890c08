// SPDX-License-Identifier: MIT
/*
 * The outgoing side: built from a valid handover, read back by the model and, as a second opinion,
 * by the incoming side. All memory is read-only but for the pages that the allocator grants, as in
 * the kernel.
 */
#include "model/kho.h"

#include <libfdt.h>
#include <signal.h>
#include <unistd.h>

#include "kho/out/outgoing.h"

#define RELEASE "baton-0.1"

static struct model *m;
static struct model_run *in;
static struct palloc pa;
static struct kho_out out;
static struct fault fault;
static unsigned int left; /* allocations until one is refused */

#define MAX_GRANTED 2048
static uint64_t granted[MAX_GRANTED];
static unsigned int nr_granted;

static bool grant(paddr_t base, paddr_t end)
{
	if (left == 0)
		return false;
	left--;
	/* nothing may be published while pages are still taken */
	assert_int_equal(out.h.fdt, 0);
	assert_int_equal(end - base, 4096);
	assert_true(nr_granted < MAX_GRANTED);
	granted[nr_granted++] = base;
	return mprotect(model_at(m, base), end - base, PROT_READ | PROT_WRITE) == 0;
}

static int setup(void **state)
{
	(void)state;
	alarm(120);
	m = model_new();
	in = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (in)
		model_run_free(in);
	model_free(m);
	return 0;
}

/* Take the handover in, and get ready to build. */
/* With the root FDT that stands in memory. */
static void take_in_as_it_is(void)
{
	in = model_run(m);
	if (in->f.total) {
		model_print_findings(&in->f);
		fail_msg("the incoming handover is not valid");
	}
	model_protect(m, PROT_READ);
	palloc_init(&pa, &in->pm, &m->window, grant);
	memset(&out, 0, sizeof(out));
	memset(&fault, 0, sizeof(fault));
	nr_granted = 0;
	left = UINT32_MAX;
}

static void take_in(void)
{
	model_write_fdt(m);
	take_in_as_it_is();
}

static int build_for(const char *abi)
{
	return model_publish(&out, &in->in.h, abi, &pa, RELEASE, &fault);
}

static void build_ok(const char *abi)
{
	if (build_for(abi))
		fail_msg("%s: %s", fault.name, fault.text);
	assert_string_equal(out.h.abi->compatible, abi);
}

/* ---- the FDT that went out, read without libfdt ---- */

struct seen_blob {
	char name[64];
	uint64_t addr, size;
	bool has_size;
};

static struct {
	char compatible[64];
	uint64_t map;
	struct seen_blob blob[MODEL_BLOBS + 1];
	unsigned int nr_blob;
	uint32_t total;
} seen;

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void see_prop(struct seen_blob *blob, const char *name, const uint8_t *data, uint32_t len)
{
	if (!blob && !strcmp(name, "compatible")) {
		assert_int_equal(data[len - 1], 0);
		strcpy(seen.compatible, (const char *)data);
		return;
	}
	assert_int_equal(len, 8);
	if (!blob) {
		assert_string_equal(name, "preserved-memory-map");
		memcpy(&seen.map, data, 8);
	} else if (!strcmp(name, "preserved-data")) {
		memcpy(&blob->addr, data, 8);
	} else {
		assert_string_equal(name, "blob-size");
		memcpy(&blob->size, data, 8);
		blob->has_size = true;
	}
}

static void see_fdt(void)
{
	const uint8_t *fdt = model_at(m, out.h.fdt), *p = fdt + be32(fdt + 8);
	const char *strings = (const char *)fdt + be32(fdt + 12);
	struct seen_blob *blob = NULL;
	int depth = 0;
	uint32_t i;

	assert_int_equal(out.h.fdt % 4096, 0);
	memset(&seen, 0, sizeof(seen));
	seen.total = be32(fdt + 4);
	assert_true(seen.total <= 4096);
	for (i = seen.total; i < 4096; i++)
		assert_int_equal(fdt[i], 0);
	for (;;) {
		uint32_t tag = be32(p), len = be32(p + 4);

		p += 4;
		if (tag == 1) {
			if (depth++ == 1) {
				blob = &seen.blob[seen.nr_blob++];
				snprintf(blob->name, sizeof(blob->name), "%s", (const char *)p);
			}
			p += (strlen((const char *)p) + 4) / 4 * 4;
		} else if (tag == 2) {
			depth--;
			blob = NULL;
		} else if (tag == 3) {
			see_prop(blob, strings + be32(p + 4), p + 8, len);
			p += 8 + (len + 3) / 4 * 4;
		} else if (tag == 9) {
			break;
		} else {
			fail_msg("tag %u", tag);
		}
	}
	assert_int_equal(depth, 0);
	assert_int_equal(fdt_check_full(fdt, 4096), 0);
}

static const struct seen_blob *see_blob(const char *name)
{
	unsigned int i;

	for (i = 0; i < seen.nr_blob; i++)
		if (!strcmp(seen.blob[i].name, name))
			return &seen.blob[i];
	return NULL;
}

/* ---- what must be so after every build ---- */

/* Which incoming keys are to go: each test says so before it builds. */
static struct model_key gone[8];
static unsigned int nr_gone;

static void expect_gone(uint64_t addr)
{
	gone[nr_gone++] = (struct model_key){ addr, 0 };
}

static void assert_keys(void)
{
	static struct model_key expect[MODEL_KEYS], got[MODEL_KEYS];
	unsigned int nr_expect = 0, nr_got = 0, i, j, pages;

	for (i = 0; i < m->nr_key; i++) {
		for (j = 0; j < nr_gone; j++)
			if (!model_compare(&m->key[i], &gone[j]))
				break;
		if (j == nr_gone)
			expect[nr_expect++] = m->key[i];
	}
	expect[nr_expect++] = (struct model_key){ out.h.fdt, 0 };
	expect[nr_expect++] = (struct model_key){ see_blob("kexec-metadata")->addr, 0 };
	assert_int_equal(seen.map, out.h.map.root);
	/* model_read() fails on nodes and leaves that are empty */
	pages = model_read(m, out.h.map.root, 5, 0, got, &nr_got);
	assert_int_equal(pages, out.h.map.pages);
	model_assert_same(expect, nr_expect, got, nr_got);
	/* not a page more than tree, FDT and metadata */
	assert_int_equal(pa.taken, out.h.map.pages + 2);
}

static void assert_metadata(uint32_t count)
{
	const struct seen_blob *meta = see_blob("kexec-metadata");
	const uint8_t *p = model_at(m, meta->addr);
	uint32_t version, hops, i;

	memcpy(&version, p, 4);
	memcpy(&hops, p + 69, 4);
	assert_int_equal(version, 1);
	assert_int_equal(hops, count);
	assert_string_equal((const char *)p + 4, RELEASE);
	for (i = 4 + sizeof(RELEASE); i < 69; i++)
		assert_int_equal(p[i], 0);
	assert_int_equal(meta->addr % 4096, 0);
}

/* The blobs as they came, in their order, but for the metadata. */
static void assert_blobs(void)
{
	unsigned int i, at = 0;

	for (i = 0; i < m->nr_blob; i++, at++) {
		struct kho_blob blob;

		assert_true(handover_blob(&in->in.h, i, &blob));
		assert_string_equal(seen.blob[at].name, m->blob[i].name);
		assert_int_equal(seen.blob[at].has_size, out.h.abi->size_prop != NULL);
		if (!strcmp(blob.name, "kexec-metadata")) {
			assert_int_equal(seen.blob[at].size, out.h.abi->size_prop ? 73 : 0);
			continue;
		}
		assert_int_equal(seen.blob[at].addr, m->blob[i].addr);
		assert_int_equal(seen.blob[at].size, out.h.abi->size_prop ? blob.size : 0);
	}
	if (!see_blob("kexec-metadata") || at < seen.nr_blob) {
		assert_string_equal(seen.blob[at].name, "kexec-metadata");
		at++;
	}
	assert_int_equal(at, seen.nr_blob);
	assert_int_equal(out.blobs, seen.nr_blob);
}

/* No page of what went out lies in scratch, below 1 MiB, or on a page that was handed over. */
static void assert_places(void)
{
	unsigned int i;

	for (i = 0; i < nr_granted; i++) {
		assert_true(granted[i] >= 0x100000);
		assert_false(model_in_scratch(m, granted[i]));
		assert_int_equal(*model_owner(m, granted[i]), M_FREE);
	}
}

/* The next kernel's view: the incoming side on what went out. */
static void assert_acceptable(void)
{
	struct kho_data data = m->data;
	struct model_run *next;

	m->data.fdt_addr = out.h.fdt;
	next = model_run(m);
	m->data = data;
	if (next->f.total) {
		model_print_findings(&next->f);
		fail_msg("what went out is not acceptable");
	}
	assert_int_equal(next->in.nodes + next->in.leaves, out.h.map.pages);
	model_run_free(next);
}

static void assert_all(uint32_t count)
{
	see_fdt();
	assert_string_equal(seen.compatible, out.h.abi->compatible);
	assert_keys();
	assert_blobs();
	assert_metadata(count);
	assert_places();
	assert_acceptable();
}

/* ---- tests ---- */

static void round_trip(void **state)
{
	(void)state;
	/* its bit in a leaf of order 2 is the one that the FDT's page has in a leaf of order 0 */
	model_preserve(m, M_FDT << 2, 2);
	take_in();
	nr_gone = 0;
	expect_gone(M_FDT);
	expect_gone(M_META);
	build_ok("kho-v4");
	assert_all(8);
}

static void random_round_trips(void **state)
{
	static const char *const versions[] = { "kho-v2", "kho-v3", "kho-v4",
						"kho-v4;radix-v1;vmalloc-v1" };
	unsigned int round, i, n;

	(void)state;
	model_seed(0x6f7574);
	for (round = 0; round < 16; round++) {
		const char *from = versions[round / 4], *to = versions[round % 4];

		setup(NULL);
		m->compatible = from;
		n = (unsigned int)model_below(300);
		for (i = 0; i < n; i++)
			model_preserve_some(m, (unsigned int)model_below(model_below(3) ? 5 : 19));
		for (i = 0; i < 8; i++) {
			struct model_key k = m->key[model_below(m->nr_key)];
			char name[16];

			snprintf(name, sizeof(name), "blob%u", i);
			if (k.addr == M_META || k.addr == M_FDT)
				continue;
			model_blob(m, name, k.addr + model_below(2000), 1 + model_below(2000));
		}
		for (i = 0; round < 4 && i < m->nr_blob; i++)
			m->blob[i].size_len = -1;
		take_in();
		nr_gone = 0;
		expect_gone(M_FDT);
		expect_gone(M_META);
		build_ok(to);
		assert_all(8);
		teardown(NULL);
	}
}

/* Refuse every allocation in turn: nothing is published, nothing is kept. */
static void each_allocation_fails(void **state)
{
	unsigned int n, i;
	uint64_t free_before;

	(void)state;
	for (i = 0; i < 12; i++)
		model_preserve_some(m, i);
	take_in();
	free_before = pagemap_free_pages(&in->pm);
	for (n = 0;; n++) {
		struct kho_out none;

		nr_granted = 0;
		left = n;
		if (build_for("kho-v4") == 0)
			break;
		assert_string_equal(fault.name, "out-of-memory");
		assert_int_equal(pa.taken, 0);
		assert_int_equal(pagemap_free_pages(&in->pm), free_before);
		memset(&none, 0, sizeof(none));
		assert_memory_equal(&out, &none, sizeof(out));
		for (i = 0; i < nr_granted; i++)
			assert_false(pagemap_any(&in->pm, granted[i], granted[i] + 1));
	}
	assert_true(n >= out.h.map.pages + 2);
	nr_gone = 0;
	expect_gone(M_FDT);
	expect_gone(M_META);
	assert_all(8);
}

static void no_metadata_came_in(void **state)
{
	(void)state;
	m->nr_blob = 0;
	model_blob(m, "ODD", M_BLOB, 5000);
	model_blob(m, "x", M_META, 4096);
	take_in();
	nr_gone = 0;
	expect_gone(M_FDT);
	build_ok("kho-v3");
	assert_all(1);
	assert_string_equal(seen.blob[2].name, "kexec-metadata");
}

/* A page of the metadata stays if another blob has a byte in it; then only that page. */
static void metadata_page_is_shared(void **state)
{
	(void)state;
	model_preserve(m, M_META + 0x1000, 0);
	model_preserve(m, M_META + 0x2000, 0);
	/* the metadata ends in a second page; a blob's last byte is the first one's last but 36 */
	m->blob[0].addr = M_META + 0x1000 - 36;
	model_write_metadata(m, m->blob[0].addr, 1, 41);
	model_blob(m, "neighbour", M_META + 100, 0x1000 - 36 - 100);
	take_in();
	nr_gone = 0;
	expect_gone(M_FDT);
	expect_gone(M_META + 0x1000);
	build_ok("kho-v4");
	assert_all(42);
}

static void fdt_page_is_a_blob(void **state)
{
	(void)state;
	/* odd, but its bytes are somebody's: the key stays */
	model_blob(m, "last-byte", M_FDT + 4095, 1);
	take_in();
	nr_gone = 0;
	expect_gone(M_META);
	build_ok("kho-v4");
	assert_all(8);
}

/* Keys that are more than the page stay as they are: a key is a handle. */
static void replaced_pages_in_larger_blocks(void **state)
{
	(void)state;
	model_preserve(m, M_FDT + 0x8000, 3);
	m->data.fdt_addr = M_FDT + 0xa000;
	m->blob[0].addr = M_FDT + 0xb000;
	model_write_metadata(m, m->blob[0].addr, 1, 7);
	/* the old pages are then just somebody's */
	take_in();
	nr_gone = 0;
	build_ok("kho-v4");
	assert_all(8);
}

static void empty_leaves_go(void **state)
{
	(void)state;
	/*
	 * FDT and metadata alone in their 128 MiB, another leaf with no key at all, one of an order
	 * too large
	 */
	model_preserve(m, GIB(5), 0);
	model_insert(m, m->map, 5, model_encode(GIB(6), 4));
	memset(model_at(m, model_path(m, model_encode(GIB(6), 4), 0)), 0, 4096);
	model_insert(m, m->map, 5, model_encode(0, 25));
	memset(model_at(m, model_path(m, model_encode(0, 25), 0)), 0, 4096);
	take_in();
	nr_gone = 0;
	expect_gone(M_FDT);
	expect_gone(M_META);
	build_ok("kho-v3");
	assert_all(8);
}

static void order_too_large(void **state)
{
	static const struct {
		const char *to;
		unsigned int order;
		bool ok;
	} table[] = {
		{ "kho-v3", 18, true }, /* the largest that 7.1 takes in */
		{ "kho-v3", 19, false },
		{ "kho-v2", 19, false },
		{ "kho-v4", 19, true },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		uint64_t free_before;

		setup(NULL);
		m->scratch[1].addr = M_MID_END - MIB(16); /* make room at 4 GiB */
		model_write_scratch(m);
		model_preserve(m, M_HIGH_BASE, table[i].order);
		take_in();
		free_before = pagemap_free_pages(&in->pm);
		assert_int_equal(build_for(table[i].to), table[i].ok ? 0 : -1);
		if (!table[i].ok) {
			assert_string_equal(fault.name, "order-too-large");
			assert_non_null(strstr(fault.text, "block 0x100000000 of order 19"));
			assert_int_equal(out.h.fdt, 0);
			assert_int_equal(pa.taken, 0);
			assert_int_equal(pagemap_free_pages(&in->pm), free_before);
		}
		teardown(NULL);
	}
}

/* A kho-v2 FDT of as many blobs as fit has no room for their sizes. */
static void fdt_full(void **state)
{
	unsigned int i;

	(void)state;
	m->compatible = "kho-v2";
	m->blob[0].size_len = -1;
	m->blob[1].size_len = -1;
	for (i = 0; i < 90; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%u", i);
		model_blob(m, name, M_BLOB, 0)->size_len = -1;
	}
	take_in();
	assert_int_equal(build_for("kho-v4"), -1);
	assert_string_equal(fault.name, "fdt-full");
	assert_int_equal(pa.taken, 0);
	assert_int_equal(out.h.fdt, 0);
	/* while in its own version it passes */
	nr_gone = 0;
	expect_gone(M_FDT);
	expect_gone(M_META);
	nr_granted = 0;
	build_ok("kho-v2");
	assert_all(8);
}

/* ---- what nobody knows ---- */

#define UNKNOWN "what is this"

/* Properties and nodes that no version has, at every depth; sub-nodes that no kernel finds. */
static void add_unknown(void)
{
	void *fdt = model_at(m, m->data.fdt_addr);
	int node, inner;

	assert_int_equal(fdt_open_into(fdt, fdt, 4096), 0);
	assert_int_equal(fdt_add_mem_rsv(fdt, 0x1234000, 0x1000), 0);
	node = fdt_add_subnode(fdt, 0, "empty");
	assert_true(node > 0);
	node = fdt_add_subnode(fdt, 0, "short@7");
	fdt_setprop(fdt, node, "preserved-data", "abcd", 4);
	node = fdt_subnode_offset(fdt, 0, "ODD");
	inner = fdt_add_subnode(fdt, node, "inner");
	assert_true(inner > 0);
	assert_int_equal(fdt_setprop(fdt, inner, "preserved-data", UNKNOWN, 5), 0);
	assert_int_equal(fdt_setprop(fdt, fdt_add_subnode(fdt, inner, "innermost"), "x", "", 0), 0);
	node = fdt_subnode_offset(fdt, 0, "ODD");
	assert_int_equal(fdt_setprop(fdt, node, "note", UNKNOWN, sizeof(UNKNOWN)), 0);
	node = fdt_subnode_offset(fdt, 0, "kexec-metadata");
	assert_int_equal(fdt_setprop(fdt, node, "note", UNKNOWN, 3), 0);
	assert_int_equal(fdt_setprop(fdt, 0, "root-note", UNKNOWN, 7), 0);
}

static void has(const void *fdt, const char *path, const char *name, const void *value, int size)
{
	int len = -1;
	const void *p = fdt_getprop(fdt, fdt_path_offset(fdt, path), name, &len);

	if (!p || len != size || memcmp(p, value, (size_t)size) != 0)
		fail_msg("%s of %s: %d bytes", name, path, len);
}

static void all_unknown_there(void)
{
	const void *fdt = model_at(m, out.h.fdt);
	uint64_t addr, size;

	assert_int_equal(fdt_check_full(fdt, 4096), 0);
	assert_int_equal(fdt_num_mem_rsv(fdt), 1);
	assert_int_equal(fdt_get_mem_rsv(fdt, 0, &addr, &size), 0);
	assert_int_equal(addr, 0x1234000);
	assert_int_equal(size, 0x1000);
	has(fdt, "/", "root-note", UNKNOWN, 7);
	has(fdt, "/ODD", "note", UNKNOWN, sizeof(UNKNOWN));
	has(fdt, "/ODD/inner", "preserved-data", UNKNOWN, 5);
	has(fdt, "/ODD/inner/innermost", "x", "", 0);
	has(fdt, "/kexec-metadata", "note", UNKNOWN, 3);
	assert_true(fdt_path_offset(fdt, "/empty") > 0);
	assert_true(fdt_first_property_offset(fdt, fdt_path_offset(fdt, "/empty")) < 0);
	assert_true(fdt_path_offset(fdt, "/short@7") > 0);
}

static void take_in_unknown(void)
{
	model_write_fdt(m);
	add_unknown();
	take_in_as_it_is();
}

static void unknown_goes_on(void **state)
{
	const void *fdt;
	uint64_t value;

	(void)state;
	take_in_unknown();
	build_ok("kho-v3");
	all_unknown_there();
	fdt = model_at(m, out.h.fdt);
	has(fdt, "/short@7", "preserved-data", "abcd", 4);
	value = M_BLOB + 8;
	has(fdt, "/ODD", "preserved-data", &value, 8);
	value = 9000;
	has(fdt, "/ODD", "blob-size", &value, 8);
	/* kho-v1 calls the address otherwise; what is no blob is none there either */
	memset(&out, 0, sizeof(out));
	nr_granted = 0;
	build_ok("kho-v1");
	all_unknown_there();
	fdt = model_at(m, out.h.fdt);
	value = M_BLOB + 8;
	has(fdt, "/ODD", "fdt", &value, 8);
	assert_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/ODD"), "preserved-data", NULL));
	assert_null(fdt_getprop(fdt, fdt_path_offset(fdt, "/ODD"), "blob-size", NULL));
	has(fdt, "/short@7", "preserved-data", "abcd", 4);
}

/* A blob that says 0 bytes says so in any version that has sizes. */
static void size_zero_goes_on(void **state)
{
	uint64_t zero = 0;

	(void)state;
	m->blob[1].size = 0;
	take_in();
	build_ok("kho-v3");
	has(model_at(m, out.h.fdt), "/ODD", "blob-size", &zero, 8);
}

/* An unknown property of a sub-node that the next version would take for the address of a blob. */
static void unknown_would_be_a_blob(void **state)
{
	void *fdt;

	(void)state;
	model_write_fdt(m);
	fdt = model_at(m, m->data.fdt_addr);
	fdt_open_into(fdt, fdt, 4096);
	fdt_setprop(fdt, fdt_add_subnode(fdt, 0, "empty"), "fdt", "12345678", 8);
	take_in_as_it_is();
	assert_int_equal(build_for("kho-v1"), -1);
	assert_string_equal(fault.name, "fdt-clash");
	assert_int_equal(pa.taken, 0);
	nr_granted = 0;
	build_ok("kho-v4");
	has(model_at(m, out.h.fdt), "/empty", "fdt", "12345678", 8);
}

static void long_release(void **state)
{
	const uint8_t *p;

	(void)state;
	take_in();
	assert_int_equal(
		model_publish(
			&out, &in->in.h, "kho-v4", &pa,
			"0123456789012345678901234567890123456789012345678901234567890123456789",
			&fault),
		0);
	see_fdt();
	p = model_at(m, see_blob("kexec-metadata")->addr);
	assert_memory_equal(p + 4 + 60, "0123\0\010\0\0\0", 9);
}

/* ---- publication ---- */

/*
 * The outgoing side lies in a page that cannot be written. The first store into it comes here:
 * whatever was to be complete before publication must be in memory now.
 */
static struct kho_out *guarded;
static uint8_t (*at_publication)[4096];
static unsigned int stores_seen;

static void on_first_store(int sig, siginfo_t *info, void *context)
{
	unsigned int i;

	(void)sig;
	(void)context;
	if ((uintptr_t)info->si_addr - (uintptr_t)guarded >= sizeof(*guarded) || stores_seen++)
		_exit(99); /* a write to what was handed over */
	for (i = 0; i < nr_granted; i++)
		memcpy(at_publication[i], model_at(m, granted[i]), 4096);
	mprotect(guarded, 4096, PROT_READ | PROT_WRITE);
}

static void published_last(void **state)
{
	struct sigaction act = { .sa_sigaction = on_first_store, .sa_flags = SA_SIGINFO }, old;
	unsigned int i;

	(void)state;
	for (i = 0; i < 12; i++)
		model_preserve_some(m, i);
	take_in();
	at_publication = calloc(MAX_GRANTED, 4096);
	guarded = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stores_seen = 0;
	sigaction(SIGSEGV, &act, &old);
	i = (unsigned int)model_publish(guarded, &in->in.h, "kho-v4", &pa, RELEASE, &fault);
	sigaction(SIGSEGV, &old, NULL);
	assert_int_equal(i, 0);
	assert_int_equal(stores_seen, 1);
	for (i = 0; i < nr_granted; i++)
		assert_memory_equal(at_publication[i], model_at(m, granted[i]), 4096);
	memcpy(&out, guarded, sizeof(out));
	nr_gone = 0;
	expect_gone(M_FDT);
	expect_gone(M_META);
	assert_all(8);
	munmap(guarded, 4096);
	free(at_publication);
}

/* ---- chains ---- */

/* Hop after hop: the same keys, the same number of pages, and one more in the count. */
static void many_hops(void **state)
{
	static const char *const versions[] = { "kho-v4", "kho-v3", "kho-v4;radix-v1;vmalloc-v1" };
	uint64_t nodes = 0, pages = 0, blocks = 0;
	unsigned int hop, i;

	(void)state;
	model_seed(0x686f70);
	for (i = 0; i < 40; i++)
		model_preserve_some(m, i % 11);
	take_in();
	for (hop = 1; hop <= 60; hop++) {
		build_ok(versions[hop % 3]);
		see_fdt();
		assert_metadata(7 + hop);
		assert_int_equal(seen.nr_blob, 2);

		/* the next one in the chain begins with what went out */
		m->data.fdt_addr = out.h.fdt;
		model_run_free(in);
		in = model_run(m);
		assert_int_equal(in->f.total, 0);
		if (hop > 1) {
			assert_int_equal(in->in.nodes + in->in.leaves, nodes);
			assert_int_equal(in->in.pages, pages);
			assert_int_equal(in->in.blocks[0], blocks);
		}
		nodes = in->in.nodes + in->in.leaves;
		pages = in->in.pages;
		blocks = in->in.blocks[0];
		model_protect(m, PROT_READ);
		palloc_init(&pa, &in->pm, &m->window, grant);
		memset(&out, 0, sizeof(out));
		nr_granted = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(round_trip, setup, teardown),
		cmocka_unit_test(random_round_trips),
		cmocka_unit_test_setup_teardown(each_allocation_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(no_metadata_came_in, setup, teardown),
		cmocka_unit_test_setup_teardown(metadata_page_is_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(fdt_page_is_a_blob, setup, teardown),
		cmocka_unit_test_setup_teardown(replaced_pages_in_larger_blocks, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_leaves_go, setup, teardown),
		cmocka_unit_test(order_too_large),
		cmocka_unit_test_setup_teardown(fdt_full, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(size_zero_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_would_be_a_blob, setup, teardown),
		cmocka_unit_test_setup_teardown(long_release, setup, teardown),
		cmocka_unit_test_setup_teardown(published_last, setup, teardown),
		cmocka_unit_test_setup_teardown(many_hops, setup, teardown),
	};

	return cmocka_run_group_tests_name("outgoing", tests, NULL, NULL);
}
