// SPDX-License-Identifier: MIT
/*
 * The workload draws at random what an operation is about, announces it, does it, and writes its
 * result down.
 *
 * It keeps no model of the handover. Whether an operation succeeds depends on what was drawn; both
 * are wanted, and the outside knows which it must be. Memory that is preserved by address alone
 * comes out of arenas, which are taken from the page map so that the allocator keeps off them.
 */
#include "boot/trial/workload.h"

#include <string.h>

#include "arch/console.h"
#include "boot/trial/trial.h"
#include "kho/client/luo_translate.h"
#include "kho/out/restore.h"
#include "lib/digits.h"

#define NAMES  6 /* of blobs: w0 to w5 */
#define RECENT 32
#define LEFT   48 /* items that are left to the next baton */

enum arena { SMALL, LARGE, LISTS, RARE, ARENAS };

/*
 * In LARGE there is room for blocks of orders 11 and 12 side by side. SMALL, LARGE and LISTS lie in different
 * leaves of the map; RARE comes where there is room behind LARGE.
 */
static const struct {
	paddr_t from;
	uint64_t size;
} arenas[ARENAS] = {
	{ MIB(32), MIB(16) },
	{ MIB(160), MIB(32) },
	{ MIB(288), MIB(16) },
	{ MIB(160), MIB(16) },
};
#define ARENAS_SIZE MIB(80)

/*
 * The arena RARE has one block of each of these orders. They come and go often, and mostly nothing else is
 * in their leaves, so that a leaf comes or goes with them: behind others, between others, and alone.
 */
static const struct {
	uint64_t offset;
	unsigned int order;
} rare[] = { { 0, 11 }, { MIB(8), 10 }, { MIB(12), 0 }, { MIB(13), 5 }, { MIB(14), 6 } };

struct workload workload;

static paddr_t arena[ARENAS];
static paddr_t recent[RECENT]; /* where blocks were preserved */
static struct kho_restore restore;
static const struct workload_item *incoming; /* what the baton before left */
static bool gone[WORKLOAD_ITEMS];            /* incoming items of which the allocator has a part */
static uint64_t seed, fuse;
static uint64_t largest; /* order of a block that is preserved */
static bool (*grant)(paddr_t base, paddr_t end);
static uint64_t stack[128] __attribute__((aligned(16)));

/* xorshift64* */
static uint64_t below(uint64_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dUL >> 16) % n;
}

/* The allocator's way to page tables, with a fuse: an allocation fails when the workload wants it. */
static bool fused_grant(paddr_t base, paddr_t end)
{
	if (fuse && !--fuse)
		return false;
	return grant(base, end);
}

static bool take_arenas(struct baton *b)
{
	for (unsigned int i = 0; i < ARENAS; i++) {
		uint64_t size = arenas[i].size;
		paddr_t at;

		if (!pagemap_find(&b->ground.map, arenas[i].from, 2 * size >> PAGE_SHIFT, &at))
			return false;
		arena[i] = align_up(at, size);
		pagemap_set(&b->ground.map, arena[i], arena[i] + size);
	}
	return true;
}

/* An address that no block may have. */
static paddr_t bad_place(const struct baton *b)
{
	switch (below(4)) {
	case 0:
		return b->kho.scratch.r[0].base;
	case 1:
		return 0;
	case 2:
		return arena[SMALL] + PAGE_SIZE / 2;
	default:
		return 1UL << 45;
	}
}

static paddr_t place(const struct baton *b, enum arena a, unsigned int order)
{
	if (!below(20))
		return bad_place(b);
	return arena[a] + below(arenas[a].size >> (PAGE_SHIFT + order)) * (PAGE_SIZE << order);
}

static const struct workload_item *one_of(const struct workload_item *item, uint64_t kind)
{
	unsigned int at = (unsigned int)below(WORKLOAD_ITEMS);

	for (unsigned int i = 0; item && i < WORKLOAD_ITEMS; i++, at = (at + 1) % WORKLOAD_ITEMS)
		if (item[at].kind == kind && !(item == incoming && gone[at]))
			return &item[at];
	return NULL;
}

static struct workload_item *free_item(void)
{
	for (unsigned int i = 0; i < WORKLOAD_ITEMS; i++)
		if (!workload.item[i].kind)
			return &workload.item[i];
	return NULL;
}

/* Fill in @o from an item of @kind. Return: false if there is none. */
static bool draw_item(struct workload_op *o, const struct workload_item *items, uint64_t kind)
{
	const struct workload_item *item = one_of(items, kind);

	if (!item)
		return false;
	o->addr = item->addr;
	o->pages = item->pages;
	o->order = item->order;
	memcpy(o->descriptor, item->descriptor, sizeof(o->descriptor));
	return true;
}

/* Mostly a key that is in the map. */
static void draw_key(const struct baton *b, struct workload_op *o)
{
	unsigned int order = 0;
	paddr_t base;

	for (int i = 0; i < 8; i++) {
		o->addr = below(8) ? recent[below(RECENT)] : place(b, SMALL, 0);
		if (handover_find_key(&b->kho.out.h, o->addr, &base, &order)) {
			o->addr = base;
			break;
		}
	}
	o->order = below(16) ? order : order + 1;
}

/* A rare block that is preserved, or not. Return: false if none is. */
static bool draw_rare(const struct baton *b, struct workload_op *o, bool preserved)
{
	unsigned int at = (unsigned int)below(ARRAY_SIZE(rare));

	for (unsigned int i = 0; i < ARRAY_SIZE(rare); i++, at = (at + 1) % ARRAY_SIZE(rare)) {
		o->addr = arena[RARE] + rare[at].offset;
		o->order = rare[at].order;
		if (o->order <= largest &&
		    handover_has_key(&b->kho.out.h, o->addr, rare[at].order) == preserved)
			return true;
	}
	return false;
}

static void draw_block(const struct baton *b, struct workload_op *o)
{
	bool large = !below(3);

	if (!below(4) && draw_rare(b, o, false))
		return;
	if (!below(12) && draw_item(o, incoming, WORKLOAD_ALLOC))
		return;
	o->order = large ? min_u64(7 + below(6), largest) : below(5);
	o->addr = place(b, large ? LARGE : SMALL, (unsigned int)o->order);
	if (!below(64))
		o->order = 31 + below(8);
}

static void set_text(char *buf, size_t size, const char *text)
{
	size_t n = strnlen(text, size - 1);

	memcpy(buf, text, n);
	buf[n] = '\0';
}

static bool draw_blob(const struct baton *b, struct workload_op *o)
{
	o->name[0] = 'w';
	o->name[1] = (char)('0' + below(NAMES));
	if (!below(24))
		set_text(o->name, sizeof(o->name), below(2) ? "memblock" : "w/0");
	/* what Linux itself handed over stays as it is */
	if (o->kind != WORKLOAD_BLOB_ADD && o->name[0] != 'w')
		return false;
	draw_key(b, o);
	o->addr += below(3) * 8;
	o->size = below(12) ? 1 + below((PAGE_SIZE << (o->order & 3)) - 64) : below(2) << 20;
	return true;
}

static void draw_list(const struct baton *b, struct workload_op *o)
{
	paddr_t at;

	o->order = below(3);
	o->pages = below(64) ? 1 + below(12) : KHO_VMALLOC_PER_CHUNK + below(64);
	if (o->pages > KHO_VMALLOC_PER_CHUNK)
		o->order = 0;
	at = arena[LISTS] + below(arenas[LISTS].size / 2 >> (PAGE_SHIFT + 2)) * (PAGE_SIZE << 2);
	for (uint64_t i = 0; i < o->pages; i++)
		workload.list[i] = at + i * (PAGE_SIZE << o->order) * (1 + (o->pages & 1));
	if (!below(12))
		workload.list[o->pages / 2] = bad_place(b);
}

/* Draw the subject of an operation of @o->kind. Return: false if there is none. */
static bool draw(const struct baton *b, struct workload_op *o)
{
	paddr_t end = arena[SMALL] + arenas[SMALL].size;

	switch (o->kind) {
	case WORKLOAD_PRESERVE:
		draw_block(b, o);
		return true;
	case WORKLOAD_UNPRESERVE:
		if (below(3) || !draw_rare(b, o, true))
			draw_key(b, o);
		return true;
	case WORKLOAD_PRESERVE_PAGES:
		o->addr = place(b, SMALL, 0);
		o->pages = below(20) ? 1 + below(90) : 0;
		if (o->addr < end && o->addr + o->pages * PAGE_SIZE > end)
			o->addr -= o->pages * PAGE_SIZE;
		return true;
	case WORKLOAD_UNPRESERVE_PAGES:
		return draw_item(o, workload.item, WORKLOAD_PRESERVE_PAGES);
	case WORKLOAD_ALLOC:
		o->size = 1 + below(PAGE_SIZE << below(5));
		return true;
	case WORKLOAD_FREE:
		return draw_item(o, workload.item, WORKLOAD_ALLOC);
	case WORKLOAD_VMALLOC:
		draw_list(b, o);
		return true;
	case WORKLOAD_UNVMALLOC:
		return draw_item(o, workload.item, WORKLOAD_VMALLOC);
	case WORKLOAD_BLOB_ADD:
	case WORKLOAD_BLOB_REPLACE:
	case WORKLOAD_BLOB_REMOVE:
		return draw_blob(b, o);
	case WORKLOAD_LUO:
		o->size = below(2) ? 1 : 5;
		return handover_find_blob(&b->kho.out.h, LUO, &(struct kho_blob){ 0 });
	case WORKLOAD_RESTORE_PAGES:
		return draw_item(o, incoming, WORKLOAD_PRESERVE_PAGES);
	case WORKLOAD_RESTORE_VMALLOC:
		return draw_item(o, incoming, WORKLOAD_VMALLOC);
	default:
		return draw_item(o, incoming, WORKLOAD_ALLOC);
	}
}

/* All of LUO to version 1 or 5, with the version of memfds that goes with it. */
static int translate_luo(struct kho_out *out, uint64_t version, struct fault *f)
{
	static struct speaks speaks;
	struct luo_report report = { 0 };
	const char *names[] = { version == 1 ? "luo-v1" : "luo-v5",
				version == 1 ? "memfd-v1" : "memfd-v2" };

	memset(&speaks, 0, sizeof(speaks));
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		speaks_add(&speaks, names[i], strlen(names[i]));
	return luo_translate(out, &speaks, &report, f);
}

static int perform(struct baton *b, struct workload_op *o, struct fault *f)
{
	struct kho_out *out = &b->kho.out;
	struct kho_vmalloc v;
	unsigned int order = 0;
	uint32_t nr = 0;
	int err;

	memcpy(&v, o->descriptor, sizeof(v));
	switch (o->kind) {
	case WORKLOAD_PRESERVE:
		return kho_preserve(out, o->addr, (unsigned int)o->order, f);
	case WORKLOAD_UNPRESERVE:
		return kho_unpreserve(out, o->addr, (unsigned int)o->order, f);
	case WORKLOAD_PRESERVE_PAGES:
		return kho_preserve_pages(out, o->addr, o->pages, f);
	case WORKLOAD_UNPRESERVE_PAGES:
		return kho_unpreserve_pages(out, o->addr, o->pages, f);
	case WORKLOAD_ALLOC:
		return kho_alloc_preserve(out, o->size, &o->addr, f) ? 0 : -1;
	case WORKLOAD_FREE:
		return kho_unpreserve_free(out, o->addr, f);
	case WORKLOAD_VMALLOC:
		err = kho_preserve_vmalloc(out, workload.list, (uint32_t)o->pages,
					   (unsigned int)o->order, 0, &v, f);
		memcpy(o->descriptor, &v, sizeof(v));
		return err;
	case WORKLOAD_UNVMALLOC:
		return kho_unpreserve_vmalloc(out, &v, f);
	case WORKLOAD_BLOB_ADD:
		return kho_blob_add(out, o->name, o->addr, o->size, f);
	case WORKLOAD_BLOB_REPLACE:
		return kho_blob_replace(out, o->name, o->addr, o->size, f);
	case WORKLOAD_BLOB_REMOVE:
		return kho_blob_remove(out, o->name, f);
	case WORKLOAD_LUO:
		return translate_luo(out, o->size, f);
	case WORKLOAD_RESTORE:
		err = kho_restore_block(&restore, o->addr, &order, f);
		o->order = order;
		return err;
	case WORKLOAD_RESTORE_PAGES:
		return kho_restore_pages(&restore, o->addr, o->pages, f);
	case WORKLOAD_RESTORE_VMALLOC:
		err = kho_restore_vmalloc(&restore, &v, workload.list, WORKLOAD_LIST, &nr, f);
		o->pages = nr;
		return err;
	default:
		return kho_restore_free(&restore, o->addr, f);
	}
}

/* Keep the books on what can be undone later. */
static void note(const struct workload_op *o)
{
	struct workload_item *item = NULL;

	switch (o->kind) {
	case WORKLOAD_PRESERVE:
		recent[below(RECENT)] = o->addr;
		break;
	case WORKLOAD_PRESERVE_PAGES:
	case WORKLOAD_ALLOC:
	case WORKLOAD_VMALLOC:
		item = free_item();
		if (item) {
			*item = (struct workload_item){
				o->kind, o->addr, o->pages, o->order, { 0 }
			};
			memcpy(item->descriptor, o->descriptor, sizeof(item->descriptor));
		}
		break;
	case WORKLOAD_UNPRESERVE_PAGES:
	case WORKLOAD_FREE:
	case WORKLOAD_UNVMALLOC:
		for (unsigned int i = 0; i < WORKLOAD_ITEMS; i++)
			if (workload.item[i].kind == o->kind - 1 &&
			    workload.item[i].addr == o->addr &&
			    workload.item[i].descriptor[0] == o->descriptor[0])
				workload.item[i].kind = WORKLOAD_NONE;
		break;
	case WORKLOAD_RESTORE_VMALLOC:
	case WORKLOAD_RESTORE_FREE:
		for (unsigned int i = 0; i < WORKLOAD_ITEMS; i++)
			gone[i] |= incoming[i].addr == o->addr &&
				   incoming[i].descriptor[0] == o->descriptor[0];
		break;
	}
}

/*
 * Announce @o, do it, and write down what came of it. The outside looks after each instruction: @op
 * is stored when the operation has been described in full, @done when its result has.
 */
static void operate(struct baton *b, const struct workload_op *o)
{
	struct workload_op *now = &workload.now;
	struct fault f = { .name = "" };

	*now = *o;
	fuse = o->fail;
	__atomic_store_n(&workload.op, workload.op + 1, __ATOMIC_RELEASE);
	now->err = perform(b, now, &f);
	fuse = 0;
	set_text(now->fault, sizeof(now->fault), now->err ? f.name : "");
	workload.taken = b->ground.pages.taken;
	if (!now->err)
		note(now);
	__atomic_store_n(&workload.done, workload.op, __ATOMIC_RELEASE);
}

static void run_random(struct baton *b)
{
	static const uint8_t deck[] = {
		WORKLOAD_PRESERVE,
		WORKLOAD_PRESERVE,
		WORKLOAD_PRESERVE,
		WORKLOAD_PRESERVE,
		WORKLOAD_UNPRESERVE,
		WORKLOAD_UNPRESERVE,
		WORKLOAD_UNPRESERVE,
		WORKLOAD_UNPRESERVE,
		WORKLOAD_PRESERVE_PAGES,
		WORKLOAD_PRESERVE_PAGES,
		WORKLOAD_UNPRESERVE_PAGES,
		WORKLOAD_UNPRESERVE_PAGES,
		WORKLOAD_ALLOC,
		WORKLOAD_FREE,
		WORKLOAD_VMALLOC,
		WORKLOAD_UNVMALLOC,
		WORKLOAD_BLOB_ADD,
		WORKLOAD_BLOB_ADD,
		WORKLOAD_BLOB_REPLACE,
		WORKLOAD_BLOB_REMOVE,
		WORKLOAD_RESTORE,
		WORKLOAD_RESTORE_PAGES,
		WORKLOAD_RESTORE_VMALLOC,
		WORKLOAD_RESTORE_FREE,
		WORKLOAD_LUO,
	};

	while (workload.op < workload.ops) {
		struct workload_op o = { .kind = deck[below(sizeof(deck))] };
		bool makes = o.kind == WORKLOAD_PRESERVE_PAGES || o.kind == WORKLOAD_ALLOC ||
			     o.kind == WORKLOAD_VMALLOC;

		/* make nothing that could not be taken back: there must be an item to note it */
		if ((makes && !free_item()) || !draw(b, &o))
			continue;
		if (!below(8))
			o.fail = 1 + below(6);
		operate(b, &o);
	}
}

/* Preserve memory of all kinds for the workload of the next baton, and a blob that lists it. */
static int leave_items(struct baton *b)
{
	static const uint8_t deck[] = { WORKLOAD_ALLOC, WORKLOAD_PRESERVE_PAGES, WORKLOAD_ALLOC,
					WORKLOAD_VMALLOC };
	paddr_t addr;
	void *page;

	for (unsigned int i = 0; i < LEFT; i++) {
		struct workload_op o = { .kind = deck[i % sizeof(deck)] };

		draw(b, &o);
		operate(b, &o);
	}
	page = kho_alloc_preserve(&b->kho.out, PAGE_SIZE, &addr, &b->record.fault);
	if (!page)
		return -1;
	memcpy(page, workload.item, sizeof(workload.item));
	return kho_blob_add(&b->kho.out, WORKLOAD_BLOB, addr, sizeof(workload.item),
			    &b->record.fault);
}

/* The number behind the next colon of @s, which is moved to it; 0 if there is none. */
static uint64_t next_number(const char **s)
{
	uint64_t number = 0;

	*s = strchr(*s, ':');
	if (!*s)
		return 0;
	(*s)++;
	digits_read(s, *s + strlen(*s), 10, &number);
	return number;
}

/* "…:SEED:OPS" or "…:SEED:OPS:LARGEST" of baton.test=. */
static void read_words(const char *test)
{
	seed = next_number(&test) * 0x9e3779b97f4a7c15UL | 1;
	workload.ops = test ? next_number(&test) : 0;
	largest = test ? next_number(&test) : 0;
	if (!largest)
		largest = UINT64_MAX;
}

int run_workload(struct baton *b)
{
	bool wait = b->given.opt.test[0] == 'p';
	struct kho_blob blob;

	read_words(b->given.opt.test);
	if (!b->kho.out.h.fdt || !take_arenas(b))
		return fault_set(&b->record.fault, "test-no-room",
				 "a handover and %lu MiB of free RAM needed for the workload",
				 2 * ARENAS_SIZE >> 20);
	if (b->given.opt.hops)
		return leave_items(b);
	if (kho_restore_init(&restore, &b->kho.in.h, &b->kho.out, &b->record.fault))
		return -1;
	if (handover_find_blob(&b->kho.in.h, WORKLOAD_BLOB, &blob))
		incoming = window_ro(b->ground.window, blob.addr, sizeof(workload.item));
	grant = b->ground.pages.grant;
	b->ground.pages.grant = fused_grant;

	workload.root = (uint64_t)&b->kho.out.h.fdt;
	workload.params = b->given.info.bp_addr;
	workload.stack = (uint64_t)(stack + ARRAY_SIZE(stack));
	workload.baton = (uint64_t)b;
	workload.used = (uint64_t)b->ground.map.chunk[0];
	say("test", "workload at 0x%lx, %lu operations%s", (uint64_t)&workload, workload.ops,
	    wait ? ", waiting for the go" : "");
	while (wait && !workload.go)
		__asm__ volatile("pause");
	run_random(b);
	say("test", "workload done");
	return 0;
}
