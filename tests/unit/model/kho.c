// SPDX-License-Identifier: MIT
/* Memory, its owners, and random numbers. */
#include "kho.h"

static uint64_t model_seed_state;

uint64_t model_random(void)
{
	uint64_t z = (model_seed_state += 0x9e3779b97f4a7c15UL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
	return z ^ (z >> 31);
}

uint64_t model_below(uint64_t n)
{
	return model_random() % n;
}

void model_seed(uint64_t fixed)
{
	const char *env = getenv("BATON_SEED");

	model_seed_state = env ? strtoull(env, NULL, 0) : fixed;
	fprintf(stderr, "# BATON_SEED=0x%lx\n", model_seed_state);
}

void model_window(struct model *m, uint64_t base, uint64_t end)
{
	struct pane *w = &m->pane[m->window.nr];

	w->base = base;
	w->end = end;
	w->ptr = mmap(NULL, end - base, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (w->ptr == MAP_FAILED)
		abort();
	m->owner[m->window.nr] = calloc((end - base) / 4096, 1);
	m->ram_table[m->ram.nr++] = (struct range){ base, end };
	m->window.nr++;
	m->ram.r = m->ram_table;
	m->ram.cap = MODEL_PANES;
	m->window.pane = m->pane;
}

void model_protect(struct model *m, int prot)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++)
		if (mprotect(m->pane[i].ptr, m->pane[i].end - m->pane[i].base, prot))
			abort();
}

void model_free(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++) {
		munmap(m->pane[i].ptr, m->pane[i].end - m->pane[i].base);
		free(m->owner[i]);
	}
	free(m);
}

void *model_at(struct model *m, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++)
		if (addr >= m->pane[i].base && addr < m->pane[i].end)
			return (char *)m->pane[i].ptr + (addr - m->pane[i].base);
	return NULL;
}

uint8_t *model_owner(struct model *m, uint64_t addr)
{
	unsigned int i;

	for (i = 0; i < m->window.nr; i++)
		if (addr >= m->pane[i].base && addr < m->pane[i].end)
			return &m->owner[i][(addr - m->pane[i].base) / 4096];
	return NULL;
}

int model_in_scratch(const struct model *m, uint64_t addr)
{
	uint64_t i;

	for (i = 0; i < m->data.scratch_size / 16; i++)
		if (addr >= m->scratch[i].addr && addr - m->scratch[i].addr < m->scratch[i].size)
			return 1;
	return 0;
}
