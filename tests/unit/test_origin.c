// SPDX-License-Identifier: MIT
/* Scratch laid out on random machines, against a search of every place; and a chain's first handover. */
#include "model/kho.h"

#include "kho/client/memblock.h"
#include "kho/in/origin.h"

#define BLOCK  MIB(4)
#define BASE   (GIB(4) - MIB(512)) /* of the machine: half a GiB on either side of 4 GiB */
#define BLOCKS 256
#define RANGES 64
#define RUNS   3000

/* A machine in blocks of 4 MiB, each wholly free or not, and in spans of nodes: numbers, 0 for none. */
static struct {
	bool free[BLOCKS], ram[BLOCKS];
	unsigned int span[BLOCKS];
	uint32_t node_of[RANGES];
	unsigned int nr_spans;
} machine;

static struct range ram_table[RANGES * 2], free_table[RANGES * 4];
static struct ranges ram, free_ram;
static struct borders nodes;
static struct kho_scratch out[KHO_MAX_SCRATCH];
static struct fault fault;

static uint64_t at(unsigned int block)
{
	return BASE + block * BLOCK;
}

static void make_nodes(void)
{
	unsigned int block = 0;

	nodes.nr_ranges = 0;
	machine.nr_spans = 1;
	memset(machine.span, 0, sizeof(machine.span));
	if (model_below(4) == 0) { /* no SRAT */
		for (unsigned int i = 0; i < BLOCKS; i++)
			machine.span[i] = 1;
		machine.node_of[1] = 0;
		return;
	}
	while (block < BLOCKS) {
		unsigned int end = block + 1 + (unsigned int)model_below(96);
		uint32_t node = (uint32_t)model_below(4);

		if (end > BLOCKS)
			end = BLOCKS;
		nodes.range[nodes.nr_ranges++] =
			(struct node_range){ at(block), at(end), node, false };
		machine.node_of[machine.nr_spans] = node;
		for (; block < end; block++)
			machine.span[block] = machine.nr_spans;
		machine.nr_spans++;
		block += (unsigned int)model_below(2) * 4; /* RAM of which the SRAT knows nothing */
	}
	borders_make(&nodes);
}

/* Free memory that begins and ends anywhere, so that only whole blocks inside it are of use. */
static void make_memory(void)
{
	unsigned int block = 0;

	ram = (struct ranges){ ram_table, 0, ARRAY_SIZE(ram_table) };
	free_ram = (struct ranges){ free_table, 0, ARRAY_SIZE(free_table) };
	memset(machine.free, 0, sizeof(machine.free));
	memset(machine.ram, 0, sizeof(machine.ram));
	while (block < BLOCKS) {
		unsigned int end = block + 1 + (unsigned int)model_below(80);
		uint64_t cut = model_below(2) * 4096 * (1 + model_below(1000));

		if (end > BLOCKS)
			end = BLOCKS;
		assert_true(ranges_add(&ram, at(block), at(end)));
		assert_true(ranges_add(&free_ram, at(block) + cut, at(end)));
		for (unsigned int i = block; i < end; i++) {
			machine.ram[i] = true;
			machine.free[i] = i > block || !cut;
		}
		block = end + 1;
	}
}

/* The highest run of @n free blocks that ends by @limit, in one span, of @node unless that is NULL; or -1. */
static int search(unsigned int n, uint64_t limit, const uint32_t *node)
{
	for (int first = BLOCKS - (int)n; first >= 0; first--) {
		unsigned int i, span = machine.span[first];

		if (!span || at((unsigned int)first + n) > limit ||
		    (node && machine.node_of[span] != *node))
			continue;
		for (i = 0; i < n; i++)
			if (!machine.free[(unsigned int)first + i] ||
			    machine.span[(unsigned int)first + i] != span)
				break;
		if (i == n)
			return first;
	}
	return -1;
}

static bool expect(unsigned int *nr, uint64_t size, uint64_t limit, const uint32_t *node)
{
	unsigned int n = (unsigned int)((size + BLOCK - 1) / BLOCK);
	int first = n ? search(n, limit, node) : 0;

	if (n == 0)
		return true;
	if (first < 0)
		return false;
	assert_int_equal(out[*nr].addr, at((unsigned int)first));
	assert_int_equal(out[*nr].size, n * BLOCK);
	for (unsigned int i = 0; i < n; i++)
		machine.free[(unsigned int)first + i] = false;
	(*nr)++;
	return true;
}

static uint64_t node_size(const struct origin_sizes *sizes, uint32_t node)
{
	uint64_t bytes = 0;

	for (unsigned int i = 0; i < BLOCKS; i++)
		if (machine.ram[i] && machine.span[i] && machine.node_of[machine.span[i]] == node)
			bytes += BLOCK;
	if (!bytes)
		return 0;
	/* 64 bytes for each 4096, and so many hundredths of that */
	return sizes->node_percent ? bytes / 4096 * 64 / 100 * sizes->node_percent : sizes->node;
}

/* In the order of the spans, each node once. */
static bool expect_nodes(const struct origin_sizes *sizes, unsigned int *nr)
{
	for (unsigned int i = 1; i < machine.nr_spans + !nodes.nr_ranges; i++) {
		uint32_t node = machine.node_of[i];
		bool before = false;

		for (unsigned int j = 1; j < i; j++)
			before = before || machine.node_of[j] == node;
		if (!before && !expect(nr, node_size(sizes, node), UINT64_MAX, &node))
			return false;
	}
	return true;
}

static uint64_t some_bytes(uint64_t most)
{
	return model_below(3) ? 1 + model_below(most) : 0;
}

static void random_machines(void **state)
{
	unsigned int failed = 0;

	(void)state;
	model_seed(0x6f726967);
	for (int run = 0; run < RUNS; run++) {
		struct origin_sizes sizes = {
			.low = some_bytes(MIB(160)),
			.global = some_bytes(MIB(160)),
			.node = some_bytes(MIB(64)),
			.node_percent = (unsigned int)some_bytes(400),
		};
		unsigned int nr = 0, want = 0;
		bool fits;
		int err;

		make_nodes();
		make_memory();
		err = origin_scratch(&sizes, &ram, &free_ram, &nodes, out, &nr, &fault);
		fits = expect(&want, sizes.low, GIB(4), NULL) &&
		       expect(&want, sizes.global, UINT64_MAX, NULL) && expect_nodes(&sizes, &want);
		assert_int_equal(err, fits ? 0 : -1);
		failed += !fits;
		if (fits)
			assert_int_equal(nr, want);
		else
			assert_string_equal(fault.name, "scratch-no-room");
	}
	assert_in_range(failed, RUNS / 20, RUNS / 2); /* both ways have been gone */
}

/* ---- the handover ---- */

static struct kho_out handover;
static struct kho_restore restore;
static struct palloc pages;
static struct pagemap pm;
static struct kho_in in;
static struct model *m;
static void *pm_mem;

/* Begin a chain on the model's RAM, with its scratch; what else it holds is not looked at. */
static int setup(void **state)
{
	(void)state;
	m = model_new();
	in = (struct kho_in){ 0 };
	handover = (struct kho_out){ 0 };
	pm_mem = aligned_alloc(4096, pagemap_bytes(&m->ram));
	pagemap_init(&pm, &m->ram, pm_mem);
	for (unsigned int i = 0; i < 2; i++)
		pagemap_set(&pm, m->scratch[i].addr, m->scratch[i].addr + m->scratch[i].size);
	palloc_init(&pages, &pm, &m->window, NULL);
	origin_begin(&in, &m->window, kho_abi_by_name("kho-v4"), model_at(m, M_ARRAY), 2);
	in.data.scratch_addr = M_ARRAY; /* a pointer is no address here */
	if (model_publish(&handover, &in.h, in.h.abi->compatible, &pages, "baton-test", &fault))
		return -1;
	return kho_restore_init(&restore, &in.h, &handover, &fault);
}

static int teardown(void **state)
{
	(void)state;
	model_free(m);
	free(pm_mem);
	return 0;
}

/* What is published, read as the next kernel reads it: @blocks in all, and @blobs. */
static void assert_valid(uint64_t blocks, unsigned int blobs)
{
	struct kho_data data = in.data;
	struct model_run *r;
	struct kho_blob blob;
	uint64_t sum = 0;
	unsigned int n = 0;

	data.fdt_addr = handover.h.fdt;
	m->data = data;
	r = model_run(m);
	if (r->f.total)
		model_print_findings(&r->f);
	assert_int_equal(r->f.total, 0);
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		sum += r->in.blocks[o];
	while (handover_blob(&r->in.h, n, &blob))
		n++;
	assert_int_equal(sum, blocks);
	assert_int_equal(n, blobs);
	model_run_free(r);
}

static void first_handover(void **state)
{
	uint32_t version, count;
	struct kho_blob blob;
	const char *meta;

	(void)state;
	assert_valid(2, 1); /* the FDT and the metadata */
	assert_true(handover_blob(&handover.h, 0, &blob));
	assert_string_equal(blob.name, "kexec-metadata");
	meta = model_at(m, blob.addr);
	memcpy(&version, meta, 4);
	memcpy(&count, meta + 69, 4);
	assert_int_equal(version, 1);
	assert_string_equal(meta + 4, "baton-test");
	assert_int_equal(count, 1);
}

/* Nothing came in, though there is RAM at address 0, where no map is. */
static void nothing_came_in(void **state)
{
	unsigned int order;
	paddr_t base;

	(void)state;
	memset(model_at(m, 0), 0xff, 4096);
	assert_false(handover_find_key(&in.h, M_BLOB, &base, &order));
	assert_false(handover_is_map_page(&in.h, 0));
	assert_int_equal(kho_restore_block(&restore, M_BLOB, &order, &fault), -1);
	assert_string_equal(fault.name, "not-preserved");
}

/* In how many blocks Linux preserves a run: each as large as its address and what is left allow. */
static unsigned int blocks_of(uint64_t start, uint64_t size)
{
	unsigned int n = 0;

	for (; size; n++) {
		uint64_t block = start & -start;

		while (block > size)
			block /= 2;
		start += block;
		size -= block;
	}
	return n;
}

static struct memblock_region region(uint64_t size, uint64_t align, const char *name)
{
	struct memblock_region r = { .size = size, .align = align };

	strcpy(r.name, name);
	return r;
}

static void reserve(void **state)
{
	struct memblock_region a = region(MIB(8), MIB(2), "first"),
			       b = region(0x3000, 4096, "second"), none = region(4096, 4096, "x");
	uint64_t size, blocks = 2 + 1; /* FDT, metadata, and the FDT of the regions */
	paddr_t start_a, start_b, start;

	(void)state;
	assert_int_equal(memblock_find(&handover, "first", &start, &size, &fault), 0);
	memset(model_at(m, MIB(18)), 0xaa, MIB(10)); /* where it will be */
	assert_int_equal(memblock_reserve(&restore, &a, &start_a, &fault), 0);
	assert_int_equal(start_a % MIB(2), 0);
	for (uint64_t i = 0; i < MIB(8); i += 8)
		assert_int_equal(*(uint64_t *)model_at(m, start_a + i), 0);
	assert_int_equal(memblock_reserve(&restore, &b, &start_b, &fault), 0);
	blocks += blocks_of(start_a, MIB(8)) + blocks_of(start_b, 0x3000);
	assert_valid(blocks, 2);

	assert_int_equal(memblock_find(&handover, "first", &start, &size, &fault), 1);
	assert_int_equal(start, start_a);
	assert_int_equal(size, MIB(8));
	assert_int_equal(memblock_find(&handover, "second", &start, &size, &fault), 1);
	assert_int_equal(start, start_b);
	assert_int_equal(size, 0x3000);
	assert_int_equal(memblock_find(&handover, "third", &start, &size, &fault), 0);

	assert_int_equal(memblock_reserve(&restore, &a, &start, &fault), -1);
	assert_string_equal(fault.name, "exists");
	none.size = GIB(64);
	assert_int_equal(memblock_reserve(&restore, &none, &start, &fault), -1);
	assert_string_equal(fault.name, "out-of-memory");
	assert_valid(blocks, 2);
}

/* Until no more names fit in the FDT's page: what fails leaves no page behind. */
static void reserve_until_full(void **state)
{
	struct memblock_region r = region(4096, 4096, "region-00");
	uint64_t free_pages, taken;
	paddr_t start;
	int err;

	(void)state;
	do {
		free_pages = pagemap_free_pages(&pm);
		taken = pages.taken;
		r.name[8]++;
		if (r.name[8] > '9') {
			r.name[8] = '0';
			r.name[7]++;
		}
		err = memblock_reserve(&restore, &r, &start, &fault);
	} while (!err);
	assert_string_equal(fault.name, "fdt-full");
	assert_in_range(r.name[7], '2', '5'); /* 25 to 59 of them */
	assert_int_equal(pagemap_free_pages(&pm), free_pages);
	assert_int_equal(pages.taken, taken);
	assert_valid(2 + 1 + (uint64_t)(r.name[7] - '0') * 10 + (uint64_t)(r.name[8] - '0') - 1, 2);
}

/* A blob of that name that is something else is left alone. */
static void reserve_beside_strange(void **state)
{
	struct memblock_region r = region(4096, 4096, "x");
	paddr_t at_blob, start;
	uint64_t size;
	void *blob = kho_alloc_preserve(&handover, 4096, &at_blob, &fault);

	(void)state;
	strcpy(blob, "no FDT");
	assert_int_equal(kho_blob_add(&handover, "memblock", at_blob, 4096, &fault), 0);
	assert_int_equal(memblock_reserve(&restore, &r, &start, &fault), -1);
	assert_string_equal(fault.name, "blob-unknown");
	assert_int_equal(memblock_find(&handover, "x", &start, &size, &fault), -1);
	assert_string_equal(blob, "no FDT");
	assert_valid(3, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_machines),
		cmocka_unit_test_setup_teardown(first_handover, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_came_in, setup, teardown),
		cmocka_unit_test_setup_teardown(reserve, setup, teardown),
		cmocka_unit_test_setup_teardown(reserve_until_full, setup, teardown),
		cmocka_unit_test_setup_teardown(reserve_beside_strange, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
