// SPDX-License-Identifier: MIT
/*
 * The full checks of an incoming handover, on the published one, with only its address to begin from.
 */
#include "boot/monitor/command.h"
#include "kho/client/client.h"

/**
 * struct check - one verification; lies in memory that is given back afterwards
 * @in, @f, @map: the handover read anew, what is wrong with it, and its own page map
 * @scratch, @scratch_table: its scratch
 */
struct check {
	struct kho_in in;
	struct findings f;
	struct pagemap map;
	struct ranges scratch;
	struct range scratch_table[KHO_MAX_SCRATCH];
};

static void read_anew(const struct baton *b, struct check *c, void *map)
{
	struct kho_data data = b->kho.in.data;

	data.fdt_addr = b->kho.out.h.fdt;
	c->scratch = (struct ranges){ c->scratch_table, 0, KHO_MAX_SCRATCH };
	kho_in_scratch(&c->in, b->ground.window, &data, b->ground.ram, &c->scratch, &c->f);
	pagemap_init(&c->map, b->ground.ram, map);
	for (unsigned int i = 0; i < c->scratch.nr; i++)
		pagemap_set(&c->map, c->scratch.r[i].base, c->scratch.r[i].end);
	c->in.h.borders = b->kho.in.h.borders;
	kho_in_fdt(&c->in, &c->scratch, &c->f);
	kho_in_ingest(&c->in, b->ground.ram, &c->scratch, &c->map, &c->f);
	client_check(&c->in.h, &c->f);
	client_claim(&c->in.h, &c->map, &c->f);
}

static int judge(const struct monitor *m, const struct check *c)
{
	uint64_t blocks = 0, kept = min_u64(c->f.total, FINDINGS_KEPT);

	for (uint64_t i = 0; i < kept; i++)
		print(m, "%s: %s\n", c->f.list[i].name, c->f.list[i].text);
	if (c->f.total)
		return fault_set(m->f, "not-valid", "%lu findings", c->f.total);
	for (unsigned int o = 0; o <= KHO_MAX_ORDER; o++)
		blocks += c->in.blocks[o];
	print(m, "valid: %lu blocks, %u blobs\n", blocks, handover_count_blobs(&c->in.h));
	return 0;
}

COMMAND(verify)
{
	struct baton *b = m->b;
	uint64_t map = pagemap_bytes(b->ground.ram);
	uint64_t pages = (map + align_up(sizeof(struct check), PAGE_SIZE)) >> PAGE_SHIFT;
	struct check *c;
	uint8_t *room;
	paddr_t at;
	int err;

	room = palloc_pages(&b->ground.pages, pages, &at);
	if (!room)
		return fault_set(m->f, "out-of-memory", "%lu KiB in a row needed",
				 pages * PAGE_SIZE >> 10);
	c = (struct check *)(room + map);
	read_anew(b, c, room);
	err = judge(m, c);
	palloc_free(&b->ground.pages, at, pages);
	return err;
}
