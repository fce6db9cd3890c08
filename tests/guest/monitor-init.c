// SPDX-License-Identifier: MIT
/*
 * The init of both ends of a monitor test.
 *
 * Where there is a /kernel it prints what its kernel hands over, loads /kernel with its own command
 * line, and jumps. Where there is none it prints what arrived, and powers off.
 *
 * Everything it says is one line that begins with "MONITOR: ":
 *   MONITOR: fdt HEX                                 debugfs kho/out/fdt, or kho/in/fdt
 *   MONITOR: blob NAME HEX                           each file in kho/in/sub_fdts
 *   MONITOR: region NAME 0xADDR 0xSIZE crc 0xCRC     each reserve_mem region that arrived
 *   MONITOR: failed: …                               ends the run
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libfdt.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define KHO   "/sys/kernel/debug/kho/"
#define LIMIT 65536

static uint8_t data[LIMIT + 1];

static void fail(const char *what)
{
	printf("MONITOR: failed: %s: %s\n", what, strerror(errno));
	reboot(RB_AUTOBOOT);
	exit(1);
}

/* Into @data, with a NUL behind it. Return: how many bytes. */
static size_t read_file(const char *path)
{
	int fd = open(path, O_RDONLY);
	size_t have = 0;
	ssize_t n = -1;

	while (fd >= 0 && have < LIMIT && (n = read(fd, data + have, LIMIT - have)) > 0)
		have += (size_t)n;
	if (fd < 0 || n < 0)
		fail(path);
	close(fd);
	data[have] = 0;
	return have;
}

static void print_file(const char *what, const char *path)
{
	size_t n = read_file(path);

	printf("MONITOR: %s ", what);
	for (size_t i = 0; i < n; i++)
		printf("%02x", data[i]);
	printf("\n");
}

static uint32_t crc32(const uint8_t *p, size_t n)
{
	uint32_t crc = ~0U;

	while (n--) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static uint64_t number(int node, const char *name)
{
	const void *p = fdt_getprop(data, node, name, NULL);
	uint64_t v;

	if (!p)
		fail(name);
	memcpy(&v, p, sizeof(v));
	return v;
}

static void print_regions(void)
{
	int node, mem = open("/dev/mem", O_RDONLY);

	if (access(KHO "in/sub_fdts/memblock", F_OK))
		return;
	read_file(KHO "in/sub_fdts/memblock");
	fdt_for_each_subnode(node, data, 0) {
		uint64_t start = number(node, "start"), size = number(node, "size");
		void *p = mmap(NULL, size, PROT_READ, MAP_SHARED, mem, (off_t)start);

		if (p == MAP_FAILED)
			fail("/dev/mem");
		printf("MONITOR: region %s 0x%" PRIx64 " 0x%" PRIx64 " crc 0x%08x\n",
		       fdt_get_name(data, node, NULL), start, size, crc32(p, size));
		munmap(p, size);
	}
}

static void print_blobs(void)
{
	DIR *dir = opendir(KHO "in/sub_fdts");
	struct dirent *e;
	char path[512], what[300];

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), KHO "in/sub_fdts/%s", e->d_name);
		snprintf(what, sizeof(what), "blob %s", e->d_name);
		print_file(what, path);
	}
}

/* What is said must be out before the kernel says its own last words: they get into the middle of lines. */
static void end(int how)
{
	sync();
	tcdrain(STDOUT_FILENO);
	reboot(how);
}

static void run_first(int kernel)
{
	size_t n;

	print_file("fdt", KHO "out/fdt");
	n = read_file("/proc/cmdline");
	while (n && data[n - 1] == '\n')
		data[--n] = 0;
	if (syscall(SYS_kexec_file_load, kernel, -1, n + 1, data, KEXEC_FILE_NO_INITRAMFS))
		fail("kexec_file_load");
	end(RB_KEXEC);
	fail("reboot");
}

static void run_last(void)
{
	if (!access(KHO "in/fdt", F_OK)) {
		print_file("fdt", KHO "in/fdt");
		print_blobs();
		print_regions();
	}
	printf("MONITOR: end\n");
	end(RB_POWER_OFF);
}

int main(void)
{
	int kernel = open("/kernel", O_RDONLY);

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	setlinebuf(stdout);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	if (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) ||
	    mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL))
		fail("mount");
	if (kernel >= 0)
		run_first(kernel);
	run_last();
	return 0;
}
