// SPDX-License-Identifier: MIT
/*
 * The proof through QEMU's gdb stub, one instruction at a time: slow, but outside of QEMU.
 *
 *   step MEMORY CONSOLE ELF SOCKET STEPS
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "console.h"
#include "elf.h"
#include "gdb.h"
#include "say.h"
#include "watcher.h"

#define START_MS 60000
#define POLL_US  5000
#define PROGRESS 50000

int main(int argc, char **argv)
{
	static struct watcher w;
	uint64_t addr = 0, size, steps;
	uint8_t *mem;
	bool good = true;
	int gdb;

	if (argc != 6) {
		fprintf(stderr, "step MEMORY CONSOLE ELF SOCKET STEPS\n");
		return 2;
	}
	for (int ms = 0; !(addr = console_workload(argv[2])); ms += POLL_US / 1000) {
		if (ms > START_MS)
			die("the workload does not come up");
		usleep(POLL_US);
	}
	elf_load(argv[3]);
	gdb = gdb_connect(argv[4]);
	steps = strtoull(argv[5], NULL, 10);
	mem = memory_map(argv[1], &size);
	watcher_init(&w, mem, size, addr);
	__atomic_store_n((uint64_t *)(void *)(mem + addr), 1, __ATOMIC_RELEASE);
	while (good && steps-- && !watcher_over(&w)) {
		gdb_step(gdb);
		good = watcher_look(&w, 0, true);
		if (w.boundaries % PROGRESS == 0)
			watcher_progress(&w, gdb_get(gdb, GDB_RIP));
	}
	if (!good)
		note("  the instruction is at 0x%lx", gdb_get(gdb, GDB_RIP) - w.base);
	watcher_report(&w, "after every instruction");
	return !good;
}
