// SPDX-License-Identifier: MIT
/*
 * The proof as a plugin for QEMU. QEMU calls it before each instruction, in the thread that executes
 * it, when all stores of the previous instruction have reached memory; and with the address of each
 * store. A rep instruction counts once for each iteration, because interrupts could come in between.
 *
 * Nothing is checked until the workload waits. Then the plugin lets it go, and every instruction of
 * baton's image is a boundary until the workload is over.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "console.h"
#include "elf.h"
#include "plugin_api.h"
#include "say.h"
#include "watcher.h"

#ifndef PLUGIN_VERSION
#define PLUGIN_VERSION 1
#endif

#define PROGRESS 10000000
#define POLL_US  20000

int qemu_plugin_version = PLUGIN_VERSION;

static const char *memory_path, *console_path;
static uint64_t ram_size, image_base, image_size;
static atomic_bool active;
static struct watcher watcher;
static bool written = true; /* written since the last look: something that the verifier reads */

static void finish(bool good)
{
	watcher_report(&watcher, "after every instruction");
	/* the machine has served its purpose */
	_exit(good ? 0 : 1);
}

static void before_instruction(unsigned int cpu, void *data)
{
	uint64_t rip = (uint64_t)data;

	(void)cpu;
	if (!atomic_load_explicit(&active, memory_order_acquire) || rip - image_base >= image_size)
		return;
	if (!watcher_look(&watcher, rip, written))
		finish(false);
	written = false;
	if (watcher.boundaries % PROGRESS == 0)
		watcher_progress(&watcher, rip);
	if (watcher_over(&watcher))
		finish(true);
}

#define WIDEST 64 /* bytes of a store, at most */

static void after_store(unsigned int cpu, qemu_plugin_meminfo_t info, uint64_t addr, void *data)
{
	(void)cpu;
	(void)info;
	(void)data;
	if (atomic_load_explicit(&active, memory_order_acquire))
		written |= verify_reads(&watcher.verifier, addr) ||
			   verify_reads(&watcher.verifier, addr + WIDEST);
}

/* baton runs identity-mapped; kernels mostly run elsewhere. */
static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t nr = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (size_t i = 0; i < nr; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t rip = qemu_plugin_insn_vaddr(insn);

		if (rip >= ram_size)
			continue;
		qemu_plugin_register_vcpu_insn_exec_cb(insn, before_instruction,
						       QEMU_PLUGIN_CB_NO_REGS, (void *)rip);
		qemu_plugin_register_vcpu_mem_cb(insn, after_store, QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_W, NULL);
	}
}

/* Wait for the workload, and let it go. */
static void *await(void *unused)
{
	uint64_t addr, size;
	uint8_t *mem;

	(void)unused;
	while (!(addr = console_workload(console_path)))
		usleep(POLL_US);
	mem = memory_map(memory_path, &size);
	watcher_init(&watcher, mem, size, addr);
	image_base = watcher.base;
	image_size = elf_symbol("image_end");
	atomic_store_explicit(&active, true, memory_order_release);
	__atomic_store_n((uint64_t *)(void *)(mem + addr), 1, __ATOMIC_RELEASE);
	return NULL;
}

static const char *value(const char *arg, const char *name)
{
	size_t n = strlen(name);

	return strncmp(arg, name, n) == 0 ? arg + n : NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc, char **argv)
{
	const char *v;
	pthread_t thread;

	(void)info;
	for (int i = 0; i < argc; i++) {
		if ((v = value(argv[i], "memory=")))
			memory_path = strdup(v);
		else if ((v = value(argv[i], "console=")))
			console_path = strdup(v);
		else if ((v = value(argv[i], "elf=")))
			elf_load(v);
		else if ((v = value(argv[i], "size=")))
			ram_size = strtoull(v, NULL, 0);
	}
	if (!memory_path || !console_path || !ram_size)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return pthread_create(&thread, NULL, await, NULL);
}
