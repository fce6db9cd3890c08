// SPDX-License-Identifier: MIT
/* Choosing an operation and its arguments. */
#include "ops.h"

#include "kho/client/metadata.h"

static uint64_t some_page(void)
{
	const struct w_zone *z = &w_zone[model_below(W_ZONES)];

	return z->base + model_below(z->pages) * 4096;
}

static const struct model_key *some_key(void)
{
	return &w.key[model_below(w.nr_key)];
}

static const char *const names[] = {
	"alpha",
	"beta",
	"gamma",
	"delta",
	"a",
	"ODD",
	"kho_test",
	"memblock",
	"x.y,z+1-2_3",
	"a-name-of-31-bytes-0123456789ab",
	"kexec-metadata",
	/* and bad ones */
	"",
	"a-name-of-32-bytes-0123456789abc",
	"a/b",
	"gamma@1",
	"1st",
	"sp ace",
	"\x01",
	"a\x80",
};

#define GOOD_NAMES 11

static bool good_name(const char *name)
{
	unsigned int i;

	for (i = 0; i < GOOD_NAMES; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static bool name_exists(const char *name)
{
	size_t len = strlen(name);
	unsigned int i;

	for (i = 0; i < w.nr_blob; i++)
		if (!strncmp(w.blob[i].name, name, len) && strchr("@", w.blob[i].name[len]))
			return true;
	return false;
}

static void choose_target(struct op *op)
{
	const struct model_key *k = some_key();

	op->addr = k->addr + model_below(4096UL << (k->order < 4 ? k->order : 4));
	op->bytes = 1 + model_below(model_below(4) ? 3000 : 20000);
	switch (model_below(40)) {
	case 0:
		op->bytes = 0;
		break;
	case 1:
		op->bytes = -op->addr + model_below(2);
		break;
	case 2:
		op->addr = w.out->h.fdt + model_below(4096);
		break;
	case 3:
		op->addr = some_page();
		break;
	default:
		break;
	}
}

static void plan_preserve(struct op *op)
{
	op->order = (unsigned int)model_below(model_below(8) ? 5 : 12);
	op->addr = some_page();
	if (model_below(8))
		op->addr &= -(4096UL << op->order);
	switch (model_below(200)) {
	case 0:
		op->order = 31 + (unsigned int)model_below(100);
		break;
	case 1:
		op->addr = model_random() & ~((4096UL << op->order) - 1);
		break;
	case 2:
		op->addr = model_below(300) * 4096;
		break;
	case 3:
		op->addr = 0x140000000;
		op->order = 18;
		break;
	case 4:
		op->addr |= 8;
		break;
	default:
		break;
	}
	op->expect = say_shape(op->addr, op->order);
	if (!op->expect)
		op->expect = say_preserve(op->addr, 1UL << op->order);
}

static void plan_unpreserve(struct op *op)
{
	const struct model_key *k = some_key();

	op->addr = model_below(10) ? k->addr : some_page();
	op->order = model_below(10) ? k->order : (unsigned int)model_below(6);
	if (!model_below(50)) {
		op->addr = w.out->h.fdt;
		op->order = 0;
	}
	op->expect = say_shape(op->addr, op->order);
	if (!op->expect && !w_published(op->addr, op->order))
		op->expect = "not-preserved";
	if (!op->expect)
		op->expect = say_used(op->addr, op->addr + (4096UL << op->order));
}

static void plan_pages(struct op *op)
{
	uint64_t at, end;

	op->addr = some_page();
	op->pages = model_below(model_below(4) ? 20 : 300);
	if (op->kind == UNPRESERVE_PAGES && model_below(4)) {
		/* what a run that begins with a key may have been */
		const struct model_key *k = some_key();

		op->addr = k->addr;
		op->pages = 1UL << k->order;
		while (model_below(3) &&
		       (k = w_covers(w_now->key, w_now->nr_key, op->addr + op->pages * 4096)))
			op->pages += 1UL << k->order;
	}
	if (!model_below(100))
		op->pages = model_random();
	if (!model_below(100))
		op->addr += 1 + model_below(4095);
	if (op->pages >> 20)
		op->expect = op->addr % 4096 || op->pages >> 52 ||
					     op->addr + op->pages * 4096 < op->addr ?
				     "bad-block" :
				     "not-ram";
	else
		op->expect = say_ram(op->addr, op->pages);
	if (op->expect)
		return;
	if (op->kind == PRESERVE_PAGES) {
		op->expect = say_preserve(op->addr, op->pages);
		return;
	}
	end = op->addr + op->pages * 4096;
	for (at = op->addr; at < end; at += 4096UL << say_split(at, end))
		if (!w_published(at, say_split(at, end)))
			op->expect = "not-preserved";
	if (!op->expect)
		op->expect = say_used(op->addr, end);
}

static void plan_alloc(struct op *op)
{
	op->bytes = 1 + model_below(model_below(4) ? 9000 : 300000);
	if (!model_below(50))
		op->bytes = model_below(2) ? 0 : (4096UL << W_MAX_ORDER) + 1;
	for (op->order = 0; op->order <= W_MAX_ORDER && 4096UL << op->order < op->bytes;
	     op->order++)
		;
	op->expect = !op->bytes || op->order > W_MAX_ORDER ? "bad-block" : NULL;
}

static void plan_unpreserve_free(struct op *op)
{
	const struct model_key *k = some_key(), *found;

	op->addr = model_below(10) ? k->addr : some_page() + model_below(2);
	found = w_covers(w_now->key, w_now->nr_key, op->addr);
	if (!found || found->addr != op->addr) {
		op->expect = "not-preserved";
		return;
	}
	op->order = found->order;
	op->expect = say_used(op->addr, w_key_end(found));
	if (!op->expect && !say_owned(op->addr, 1UL << op->order))
		op->expect = "not-owned";
}

/* A list is mostly of free blocks in a row, sometimes with one that spoils it. */
static void plan_vmalloc(struct op *op)
{
	uint64_t at = some_page();
	unsigned int i, j, kind = 0;

	op->nr = (unsigned int)model_below(model_below(20)              ? 8 :
					   model_below(8) || w.watching ? 40 :
									  1100);
	op->order = (unsigned int)model_below(model_below(3) ? 1 : 4);
	if (op->nr > 8) { /* more than the zones have room for */
		at = 0xa000000 + model_below(3) * MIB(16);
		op->order = 0;
	}
	for (i = 0; i < op->nr; i++)
		op->list[i] = (at & -(4096UL << op->order)) + i * (4096UL << op->order);
	if (op->nr && !model_below(10))
		op->list[model_below(op->nr)] = some_page();
	if (op->nr && !model_below(20))
		op->list[model_below(op->nr)] = op->list[model_below(op->nr)];
	if (!model_below(100))
		op->order = 31;
	op->expect = !op->nr || op->order > W_MAX_ORDER ? "bad-block" : NULL;
	for (i = 0; !op->expect && i < op->nr; i++) {
		uint64_t nr;

		op->expect = say_shape(op->list[i], op->order);
		if (!op->expect)
			op->expect = say_preserve(op->list[i], 1UL << op->order);
		nr = op->expect ? 0 : say_free_pages(op->list[i], 1UL << op->order);
		if (i && !op->expect && !nr != !kind)
			op->expect = "in-use";
		kind = nr != 0;
	}
	for (i = 0; !op->expect && i < op->nr; i++)
		for (j = 0; j < i; j++)
			if (op->list[i] == op->list[j])
				op->expect = "overlap";
}

static void plan_unvmalloc(struct op *op)
{
	const struct w_list *l;
	unsigned int i;

	if (!w_nr_lists) {
		op->kind = ALLOC;
		plan_alloc(op);
		return;
	}
	op->which = (unsigned int)model_below(w_nr_lists);
	for (i = 0; i < w_nr_lists; i++)
		if (w_lists[i].nr_block > 511 && model_below(2))
			op->which = i; /* long ones make all that follows slow */
	l = &w_lists[op->which];
	for (i = 0; i < l->nr_block + l->nr_chunk && !op->expect; i++) {
		/* in the order of the list: the blocks of a chunk, then the chunk */
		unsigned int c = i / 512;
		const struct model_key *k = i % 512 == 511 || i == l->nr_block + l->nr_chunk - 1 ?
						    &l->chunk[c] :
						    &l->block[i - c];

		if (!w_published(k->addr, k->order))
			op->expect = "not-preserved";
		else
			op->expect = say_used(k->addr, w_key_end(k));
		if (!op->expect && k == &l->chunk[c] && !say_owned(k->addr, 1))
			op->expect = "not-owned";
	}
}

static void plan_blob(struct op *op)
{
	op->name = names[model_below(model_below(5) ? GOOD_NAMES : ARRAY_SIZE(names))];
	/* which the next kernel reads */
	if (op->kind != BLOB_REMOVE && !strcmp(op->name, METADATA))
		op->name = names[0];
	choose_target(op);
	if (op->kind == BLOB_ADD) {
		op->expect = !good_name(op->name)  ? "bad-name" :
			     name_exists(op->name) ? "exists" :
						     NULL;
	} else {
		op->expect = w_find_blob(op->name) < 0 ? "not-found" : NULL;
	}
	if (!op->expect && op->kind != BLOB_REMOVE)
		op->expect = say_name(op);
}

static void plan_restore(struct op *op)
{
	uint64_t size, at, end;

	op->addr = model_below(20) ? w.m->key[model_below(w.m->nr_key)].addr :
				     some_page() + model_below(3);
	if (op->kind != RESTORE_PAGES) {
		op->expect = say_restore(op->addr, &size);
		return;
	}
	op->pages = 1 + model_below(40);
	if (model_below(3) && w_find_incoming(op->addr) >= 0)
		op->pages = 1UL << w.m->key[w_find_incoming(op->addr)].order;
	while (model_below(2) && w_find_incoming(op->addr + op->pages * 4096) >= 0)
		op->pages += 1UL << w.m->key[w_find_incoming(op->addr + op->pages * 4096)].order;
	if (!model_below(50))
		op->pages = model_below(2) ? 0 : UINT64_MAX;
	if (!op->pages || op->pages == UINT64_MAX) {
		op->expect = "not-preserved";
		return;
	}
	end = op->addr + op->pages * 4096;
	for (at = op->addr; !op->expect && at < end; at += size) {
		op->expect = say_restore(at, &size);
		if (!op->expect && at + size > end)
			op->expect = "not-preserved";
	}
}

void op_plan(struct op *op)
{
	op->kind = model_below(OP_KINDS);
	op->expect = NULL;
	if (op->kind >= RESTORE && model_below(4))
		op->kind = model_below(2) ? PRESERVE : UNPRESERVE_FREE; /* the supply is limited */
	switch (op->kind) {
	case PRESERVE:
		plan_preserve(op);
		break;
	case UNPRESERVE:
		plan_unpreserve(op);
		break;
	case PRESERVE_PAGES:
	case UNPRESERVE_PAGES:
		plan_pages(op);
		break;
	case ALLOC:
		plan_alloc(op);
		break;
	case UNPRESERVE_FREE:
		plan_unpreserve_free(op);
		break;
	case VMALLOC:
		plan_vmalloc(op);
		break;
	case UNVMALLOC:
		plan_unvmalloc(op);
		break;
	case BLOB_ADD:
	case BLOB_REPLACE:
	case BLOB_REMOVE:
		plan_blob(op);
		break;
	default:
		plan_restore(op);
	}
}
