// SPDX-License-Identifier: MIT
#include "boot/monitor/command.h"
#include "kho/view/summary.h"
#include "kho/view/verify.h"

static int judge(const struct monitor *m, const struct verify *v)
{
	uint64_t kept = min_u64(v->f.total, FINDINGS_KEPT);

	for (uint64_t i = 0; i < kept; i++)
		print(m, "%s: %s\n", v->f.list[i].name, v->f.list[i].text);
	if (v->f.total)
		return fault_set(m->f, "not-valid", "%lu findings", v->f.total);
	print(m, "valid: %lu blocks, %u blobs\n", summary_of_in(&v->in).blocks,
	      handover_count_blobs(&v->in.h));
	return 0;
}

COMMAND(verify)
{
	struct baton *b = m->b;
	struct kho_data data = b->kho.in.data;
	uint64_t map = pagemap_bytes(b->ground.ram);
	uint64_t pages = (map + align_up(sizeof(struct verify), PAGE_SIZE)) >> PAGE_SHIFT;
	struct verify *v;
	uint8_t *room;
	paddr_t at;
	int err;

	room = palloc_pages(&b->ground.pages, pages, &at);
	if (!room)
		return fault_set(m->f, "out-of-memory", "%lu KiB in a row needed",
				 pages * PAGE_SIZE >> 10);
	v = (struct verify *)(room + map);
	data.fdt_addr = b->kho.out.h.fdt;
	verify_handover(v, b->ground.window, &data, b->ground.ram, b->kho.in.h.borders, room);
	err = judge(m, v);
	palloc_free(&b->ground.pages, at, pages);
	return err;
}
