// SPDX-License-Identifier: MIT
/*
 * The init of both ends of a monitor test.
 *
 * Where there is a /kernel it says what its kernel hands over, "fdt HEX", loads /kernel, and jumps. Where
 * there is none it says what arrived: "fdt HEX", "blob NAME HEX" for each of them, "memory …" for each
 * reserve_mem region, as region.h has it; and powers off.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>

#include "tests/guest/guest.h"
#include "tests/guest/region.h"

static void show_file(const char *what, const char *path)
{
	size_t size;
	char *data = read_file(path, &size);

	if (!data)
		fail("%s: %s", path, strerror(errno));
	say_bytes(what, data, size);
	free(data);
}

static void show_blobs(void)
{
	DIR *dir = opendir(KHO_IN "/sub_fdts");
	struct dirent *e;
	char path[512], what[300];

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), KHO_IN "/sub_fdts/%s", e->d_name);
		snprintf(what, sizeof(what), "blob %s", e->d_name);
		show_file(what, path);
	}
}

int main(void)
{
	start_guest("MONITOR");
	mount_devices();
	if (file_exists("/kernel")) {
		show_file("fdt", KHO_OUT "/fdt");
		load_kernel();
		end_guest(RB_KEXEC);
	}
	if (file_exists(KHO_IN "/fdt")) {
		show_file("fdt", KHO_IN "/fdt");
		show_blobs();
		each_region(KHO_IN, show_region);
	}
	say("end");
	end_guest(RB_POWER_OFF);
}
