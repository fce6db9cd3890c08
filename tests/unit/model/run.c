// SPDX-License-Identifier: MIT
/* Running the code under test on a model, and comparing what it did. */
#include "kho.h"

#include "kho/client/client.h"
#include "kho/client/metadata.h"
#include "kho/in/ingest.h"

const struct kho_abi *model_abi(const char *name)
{
	return model_store->abi ? model_store->abi : kho_abi_by_name(name);
}

struct model_run *model_run(struct model *m)
{
	struct model_run *r = calloc(1, sizeof(*r));
	uint64_t bytes = pagemap_bytes(&m->ram);
	unsigned int i;

	r->scratch.r = r->scratch_table;
	r->scratch.cap = KHO_MAX_SCRATCH;
	r->pm_mem = aligned_alloc(4096, bytes);
	pagemap_init(&r->pm, &m->ram, r->pm_mem);

	model_protect(m, PROT_READ);
	kho_in_scratch(&r->in, &m->window, &m->data, &m->ram, &r->scratch, &r->f);
	for (i = 0; i < r->scratch.nr; i++)
		pagemap_set(&r->pm, r->scratch.r[i].base, r->scratch.r[i].end);
	if (m->store->abi) /* of which the table knows nothing */
		kho_in_read(&r->in, model_at(m, m->data.fdt_addr), m->store->abi, &r->f);
	else
		kho_in_fdt(&r->in, &r->scratch, &r->f);
	r->in.h.borders = m->borders;
	kho_in_ingest(&r->in, &m->ram, &r->scratch, &r->pm, &r->f);
	client_check(&r->in.h, &r->f);
	model_protect(m, PROT_READ | PROT_WRITE);
	return r;
}

void model_run_free(struct model_run *r)
{
	free(r->pm_mem);
	free(r);
}

void model_print_findings(const struct findings *f)
{
	uint64_t i;

	for (i = 0; i < f->total && i < FINDINGS_KEPT; i++)
		fprintf(stderr, "# finding %s: %s\n", f->list[i].name, f->list[i].text);
	if (f->total > FINDINGS_KEPT)
		fprintf(stderr, "# and %lu more\n", f->total - FINDINGS_KEPT);
}

int model_publish(struct kho_out *out, const struct handover *in, const char *abi,
		  struct palloc *pages, const char *release, struct fault *f)
{
	struct kho_new_blob metadata = metadata_anew(release);

	return kho_out_build(out, in, model_abi(abi), pages, &metadata, 1, f);
}

void model_assert_pagemap(struct model *m, const struct pagemap *pm)
{
	unsigned int i;
	uint64_t addr;

	for (i = 0; i < m->window.nr; i++) {
		for (addr = m->pane[i].base; addr < m->pane[i].end; addr += 4096) {
			int expect = addr < 0x100000 || model_in_scratch(m, addr) ||
				     *model_owner(m, addr) != M_FREE;
			uint64_t nr, *w = pagemap_words(pm, addr & ~0x3ffffUL, &nr);

			if ((w ? (int)(*w >> (addr / 4096 % 64) & 1) : 1) != expect)
				fail_msg("page 0x%lx: expected %d", addr, expect);
		}
	}
}
