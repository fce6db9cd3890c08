// SPDX-License-Identifier: MIT
#include "kho/view/verify.h"

#include "kho/client/client.h"

void verify_handover(struct verify *v, const struct window *window, const struct kho_data *data,
		     const struct ranges *ram, const struct borders *borders, void *map)
{
	unsigned int i;

	v->scratch = (struct ranges){ v->scratch_table, 0, KHO_MAX_SCRATCH };
	kho_in_scratch(&v->in, window, data, ram, &v->scratch, &v->f);
	pagemap_init(&v->map, ram, map);
	for (i = 0; i < v->scratch.nr; i++)
		pagemap_set(&v->map, v->scratch.r[i].base, v->scratch.r[i].end);
	v->in.h.borders = borders;
	kho_in_fdt(&v->in, &v->scratch, &v->f);
	kho_in_ingest(&v->in, ram, &v->scratch, &v->map, &v->f);
	client_check(&v->in.h, &v->f);
	client_claim(&v->in.h, &v->map, &v->f);
}
