// SPDX-License-Identifier: MIT
#include "tools/carry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec/manifest.h"
#include "kexec/slot.h"
#include "kexec/uki.h"
#include "kho/client/drop.h"
#include "kho/client/luo_translate.h"
#include "kho/client/metadata.h"
#include "kho/client/names.h"
#include "kho/client/orders.h"
#include "kho/view/summary.h"
#include "tools/abi_scan.h"
#include "tools/file.h"

/**
 * struct attempt - one of them
 * @next:  what the next kernel speaks
 * @pages: the free pages of the dump
 * @out:   what is built in them
 * @f, @findings: why it cannot be done
 */
struct attempt {
	struct manifest next;
	struct palloc pages;
	struct kho_out out;
	struct fault f;
	struct findings findings;
};

static int read_list(struct manifest *m, const char *list, struct fault *f)
{
	size_t len = strcspn(list, ",");

	if (len >= sizeof(m->abi))
		return fault_set(f, "bad-name", "'%.60s…' is longer than any version", list);
	memcpy(m->abi, list, len);
	m->speaks.what = SPEAKS_LISTED;
	for (list += len; *list; list += len) {
		list++;
		len = strcspn(list, ",");
		if (!speaks_add(&m->speaks, list, len))
			return fault_set(f, "bad-name", "'%.*s' cannot be the name of a version",
					 (int)len, list);
	}
	return 0;
}

static int read_kernel(struct manifest *m, const char *path, struct fault *f)
{
	struct abi_scan *scan = calloc(1, sizeof(*scan));
	struct buffer file = { 0 };
	struct bytes kernel;
	struct bzimage bz;
	struct slot slot;
	struct uki uki;
	int ret = -1;

	if (!scan)
		return fault_set(f, "out-of-memory", "no memory to look into %s", path);
	if (file_read(&file, path, f) == 0)
		ret = uki_is(file.data, file.size) ? uki_read(&uki, file.data, file.size, f) : 1;
	kernel = ret == 0 ? uki.kernel : (struct bytes){ file.data, file.size };
	if (ret >= 0)
		ret = bzimage_parse(&bz, kernel.data, kernel.size, false, f);
	if (ret == 0 && !slot_find(&bz, kernel.data, &slot))
		ret = abi_scan(scan, &bz, kernel.data, f);
	if (ret == 0)
		*m = scan->manifest;
	free(scan);
	free(file.data);
	return ret;
}

/* Of a baton nothing is recorded: it takes everything as it is. */
static int read_target(struct manifest *m, const char *what, struct fault *f)
{
	bool is_list = access(what, F_OK) && !strncmp(what, "kho-", 4);

	if (is_list ? read_list(m, what, f) : read_kernel(m, what, f))
		return -1;
	if (!strcmp(m->abi, MANIFEST_NO_ABI))
		return fault_set(f, "abi-none", "%s names no KHO version that baton knows", what);
	if (!m->abi[0])
		m->speaks.what = SPEAKS_ALL;
	else if (!kho_abi_by_name(m->abi))
		return fault_set(f, "abi-unknown", "'%s' is no KHO version that baton knows",
				 m->abi);
	return 0;
}

static int build(struct attempt *t, struct reading *r)
{
	const struct manifest *m = &t->next;
	struct verify *v = r->verify;
	const struct kho_abi *abi = kho_abi_by_name(m->abi);
	struct kho_new_blob metadata = metadata_anew("batonctl");

	if (m->speaks.what == SPEAKS_LISTED && !speaks_name(&m->speaks, METADATA))
		metadata.size = 0;
	palloc_init(&t->pages, &v->map, &r->memory.window, NULL);
	if (kho_out_build(&t->out, &v->in.h, abi ? abi : v->in.h.abi, &t->pages, &metadata, 1,
			  &t->f))
		return -1;
	printf("built       %s → %s: %lu pages of map, %u blobs\n", r->root.version,
	       t->out.h.abi->compatible, t->out.h.map.pages, t->out.blobs);
	return 0;
}

static int translate(struct attempt *t)
{
	const struct manifest *m = &t->next;
	struct luo_report l = { 0 };

	if (m->speaks.what == SPEAKS_ALL)
		return 0;
	names_check(&t->out.h, &m->speaks, &t->findings);
	if (t->findings.total || orders_check(&t->out.h, &t->f))
		return -1;
	if (luo_leave_out_empty(&t->out, &m->speaks, &t->f) < 0 ||
	    luo_translate(&t->out, &m->speaks, &l, &t->f))
		return -1;
	if (l.from)
		printf("LUO         %s → %s: %lu sessions, %lu files, %lu FLBs, %lu KiB; %lu files "
		       "have another handler\n",
		       l.from, l.to ? l.to : l.from, l.sessions, l.files, l.flbs, l.bytes >> 10,
		       l.translated);
	return 0;
}

/* What was built is read and checked as any other handover. */
static int check_again(struct attempt *t, struct reading *r)
{
	struct kho_data data = r->root.data;
	struct verify *v = calloc(1, sizeof(*v));
	void *map = aligned_alloc(PAGE_SIZE, pagemap_bytes(&r->memory.ram));

	if (!v || !map) {
		free(map);
		free(v);
		return fault_set(&t->f, "out-of-memory", "no memory to check the result");
	}
	data.fdt_addr = t->out.h.fdt;
	verify_handover(v, &r->memory.window, &data, &r->memory.ram, NULL, map);
	t->findings = v->f;
	free(map);
	free(v);
	return t->findings.total ? -1 : 0;
}

static int say_why_not(const struct attempt *t, const char *what)
{
	uint64_t kept = min_u64(t->findings.total, FINDINGS_KEPT);

	for (uint64_t i = 0; i < kept; i++)
		printf("%s: %s\n", t->findings.list[i].name, t->findings.list[i].text);
	if (t->f.name)
		printf("%s: %s\n", t->f.name, t->f.text);
	printf("can't be carried to %s\n", what);
	return 1;
}

int carry_try(struct reading *r, const char *next, struct fault *f)
{
	struct attempt *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return fault_set(f, "out-of-memory", "no memory to try it");
	ret = read_target(&t->next, next, f);
	if (!ret && (build(t, r) || translate(t) || check_again(t, r)))
		ret = say_why_not(t, next);
	else if (!ret)
		printf("can be carried to %s\n", next);
	free(t);
	return ret;
}
