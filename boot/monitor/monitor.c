// SPDX-License-Identifier: MIT
/* The monitor on the machine: its console, its ways to end a run, and the loop of the prompt. */
#include "boot/monitor/monitor.h"

#include <string.h>

#include "arch/console.h"
#include "arch/debugcon.h"
#include "arch/image.h"
#include "arch/power.h"
#include "boot/monitor/command.h"
#include "boot/monitor/line.h"
#include "boot/run/publish.h"

static struct monitor monitor;
static struct line line;

static void print_text(const char *text)
{
	console_put(text, strlen(text));
}

static void put_bytes(void *arg, const char *bytes, size_t n)
{
	(void)arg;
	console_put(bytes, n);
}

static const struct machine machine = { print_text, debugcon_write, power_reboot, power_off };

static void show_error(const struct monitor *m, const struct fault *f)
{
	print(m, "error: %s: %s\n", f->name, f->text);
}

/* Read commands and run them, until "boot". */
static void run_prompt(struct monitor *m)
{
	struct fault f;

	say("monitor", "help lists the commands, boot starts %s", m->b->next.kernel.release);
	line.put = put_bytes;
	line.prompt = "baton> ";
	line.name = monitor_name;
	while (!m->done) {
		line_start(&line);
		while (!line_key(&line, console_get()))
			;
		if (monitor_do(m, line.text, &f))
			show_error(m, &f);
	}
}

/* Return: 0; or -1 if a command failed and there is no prompt at which to go on. */
static int run_script(struct monitor *m, bool prompt)
{
	struct fault f;

	say("script", "%s", m->b->given.opt.script);
	if (!monitor_do(m, m->b->given.opt.script, &f))
		return 0;
	if (!prompt)
		return fault_set(&m->b->record.fault, "script-failed", "%s: %s", f.name, f.text);
	show_error(m, &f);
	return 0;
}

int run_monitor(struct baton *b)
{
	const struct options *opt = &b->given.opt;
	bool prompt = opt->monitor;
	int err = 0;

	if (opt->hops || (!prompt && !opt->script[0]))
		return 0;
	if (prompt && !console_port())
		return fault_set(
			&b->record.fault, "no-console",
			"baton.monitor without a serial console; expected baton.console=ttyS0");
	if (begin_restore(&b->kho, &b->record.fault))
		return -1;
	monitor_init(&monitor, b, &machine);
	monitor.hole = (struct range){ (paddr_t)stack_guard, (paddr_t)stack_guard + PAGE_SIZE };
	if (opt->script[0])
		err = run_script(&monitor, prompt);
	if (!err && prompt && !monitor.done)
		run_prompt(&monitor);
	return err;
}
