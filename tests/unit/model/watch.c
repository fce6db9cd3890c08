// SPDX-License-Identifier: MIT
/* Watching every store to what is published. */
#define _GNU_SOURCE
#include <signal.h>
#include <ucontext.h>

#include "world.h"

static void w_protect(uintptr_t page, int prot)
{
	if (mprotect((void *)page, 4096, prot))
		abort();
}

/*
 * Who may be written to, at @host: 0 nobody, 1 published, 2 the allocator's page that was published
 * once
 */
static int w_may_store(uintptr_t host)
{
	unsigned int i;

	if (host - (uintptr_t)w.out < 4096)
		return 1;
	if (host - (uintptr_t)w.in->pm_mem < pagemap_bytes(&w.m->ram))
		return 1;
	for (i = 0; i < w.m->window.nr; i++) {
		const struct pane *pane = &w.m->pane[i];
		uintptr_t offset = host - (uintptr_t)pane->ptr;

		if (offset < pane->end - pane->base && (w.flags[i][offset / 4096] & W_GRANTED))
			return w.flags[i][offset / 4096] & W_WATCHED ? 1 : 2;
	}
	return 0;
}

static void w_watch_page(uint64_t addr)
{
	*w_flags(addr) |= W_WATCHED;
	w_protect((uintptr_t)model_at(w.m, addr), PROT_READ);
}

/* Read what is published, keep it, and see that its pages are the watched ones. */
static void w_look(void)
{
	struct reading *r = malloc(sizeof(*r));
	unsigned int i;

	w_read(r);
	if (w.nr_seen && w_same_keys(r, w.seen[w.nr_seen - 1]) &&
	    w_same_blobs(r, w.seen[w.nr_seen - 1]) && r->fdt == w.seen[w.nr_seen - 1]->fdt &&
	    r->nr_node == w.seen[w.nr_seen - 1]->nr_node) {
		free(r);
		return;
	}
	if (w.nr_seen) {
		const struct reading *old = w.seen[w.nr_seen - 1];

		for (i = 0; i < old->nr_node; i++)
			*w_flags(old->node[i]) &= (uint8_t)~W_WATCHED;
		*w_flags(old->fdt) &= (uint8_t)~W_WATCHED;
	}
	for (i = 0; i < r->nr_node; i++)
		w_watch_page(r->node[i]);
	w_watch_page(r->fdt);
	if (w.nr_seen == W_SEEN)
		w_die("too many states in one call");
	w.seen[w.nr_seen++] = r;
}

static void w_on_fault(int sig, siginfo_t *info, void *context)
{
	uintptr_t host = (uintptr_t)info->si_addr, page = host & ~4095UL;
	ucontext_t *u = context;

	(void)sig;
	switch (w_may_store(host)) {
	case 0:
		w_die("a store or load at %p that nobody may do", info->si_addr);
	case 1:
		/* let this one instruction through */
		w.open = page;
		u->uc_mcontext.gregs[REG_EFL] |= 0x100;
		break;
	default:
		break;
	}
	w_protect(page, PROT_READ | PROT_WRITE);
}

static void w_on_step(int sig, siginfo_t *info, void *context)
{
	ucontext_t *u = context;

	(void)sig;
	(void)info;
	u->uc_mcontext.gregs[REG_EFL] &= ~0x100L;
	w_protect(w.open, PROT_READ);
	w.stores++;
	w_look();
}

void w_forget_seen(void)
{
	while (w.nr_seen)
		free(w.seen[--w.nr_seen]);
}

static void w_protect_all(int prot)
{
	mprotect(w.out, 4096, prot);
	mprotect(w.in->pm_mem, pagemap_bytes(&w.m->ram), prot);
}

void watch_stores(bool on)
{
	static struct sigaction old_fault, old_step;
	struct sigaction on_fault = { .sa_sigaction = w_on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction on_step = { .sa_sigaction = w_on_step, .sa_flags = SA_SIGINFO };
	unsigned int i, n;

	if (on) {
		sigaction(SIGSEGV, &on_fault, &old_fault);
		sigaction(SIGTRAP, &on_step, &old_step);
		w_forget_seen();
		w_look();
		w_protect_all(PROT_READ);
		w.watching = true;
		return;
	}
	w.watching = false;
	w_protect_all(PROT_READ | PROT_WRITE);
	for (n = 0; n < w.nr_seen; n++) {
		for (i = 0; i < w.seen[n]->nr_node; i++)
			w_protect((uintptr_t)model_at(w.m, w.seen[n]->node[i]),
				  PROT_READ | PROT_WRITE);
		w_protect((uintptr_t)model_at(w.m, w.seen[n]->fdt), PROT_READ | PROT_WRITE);
	}
	sigaction(SIGSEGV, &old_fault, NULL);
	sigaction(SIGTRAP, &old_step, NULL);
}
