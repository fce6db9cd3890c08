// SPDX-License-Identifier: MIT
/*
 * The init of both ends of a relay.
 *
 * Where there is a /kernel it is the first runner: it fills every reserve_mem region with a random pattern,
 * prints its checksum, loads /kernel, spoils the handover as the word relay.do=NAME on its command line says,
 * and jumps. With relay.load=refused the kernel must not let itself be loaded: that ends the run. With relay.finalize=no it forgets what kernels before 7.1 have to be told. A runner in the middle
 * has the file /keep as well: it prints the checksums, and fills nothing.
 * Where there is no /kernel it is the last runner: it prints what arrived and powers off.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/utsname.h>

#include "tests/guest/guest.h"
#include "tests/guest/handover.h"
#include "tests/guest/region.h"
#include "tests/guest/spoil.h"

/* struct kexec_metadata of Linux: u32 version, char previous_release[65], u32 kexec_count, packed */
#define METADATA_RELEASE 4
#define METADATA_COUNT   69
#define METADATA_SIZE    73

static void show_handover(void)
{
	size_t size;
	char *meta = read_file(KHO_IN "/sub_fdts/kexec-metadata", &size);
	uint32_t count;

	if (!file_exists(KHO_IN "/fdt")) {
		say("handover none");
	} else if (!meta || size < METADATA_SIZE) {
		say("handover without kexec-metadata");
	} else {
		memcpy(&count, meta + METADATA_COUNT, sizeof(count));
		say("handover from %.65s count %" PRIu32, meta + METADATA_RELEASE, count);
	}
	free(meta);
}

/* The kernel must not be loaded; this one is still alive, and says so. */
static void expect_refusal(void)
{
	int error = try_load_kernel();

	if (!error)
		fail("kexec_file_load has taken it");
	say("load refused: %s", strerror(error));
	end_guest(RB_POWER_OFF);
}

static void run_first(const char *words)
{
	char *what = find_word(words, "relay.do");
	char *finalize = find_word(words, "relay.finalize");

	if (file_exists("/keep"))
		show_handover();
	if (!finalize || strcmp(finalize, "no") != 0)
		finalize_handover(); /* only then does 6.18 show its regions */
	each_region(KHO_OUT, file_exists("/keep") ? show_region : fill_region);
	if (find_word(words, "relay.load"))
		expect_refusal();
	load_kernel();
	if (what)
		spoil_handover(what);
	say("jump");
	end_guest(RB_KEXEC);
}

static void run_last(const char *words)
{
	show_handover();
	finalize_handover(); /* only then does 6.18 show its regions */
	each_region(KHO_OUT, show_region);
	if (file_exists("/front"))
		say("carried front");
	if (file_exists("/tail"))
		say("carried tail");
	say("cmdline %s", words);
	say("end");
	end_guest(RB_POWER_OFF);
}

int main(void)
{
	const char *role = "last";
	char *words, *cpu;
	struct utsname u;

	start_guest("RELAY");
	mount_devices();
	quiet_kernel(LOG_WARNINGS);
	if (file_exists("/kernel"))
		role = file_exists("/keep") ? "middle" : "first";
	uname(&u);
	cpu = read_file("/proc/cpuinfo", NULL);
	say("%s %s, %s paging", role, u.release,
	    cpu && strstr(cpu, " la57") ? "5-level" : "4-level");
	words = read_line("/proc/cmdline");
	if (file_exists("/kernel"))
		run_first(words);
	run_last(words);
	return 0;
}
