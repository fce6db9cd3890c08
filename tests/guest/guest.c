// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "tests/guest/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#define SYSLOG_CONSOLE_LEVEL 8
#define DEBUGCON             0xe9 /* port of QEMU's debug console */

static const char *guest_name = "GUEST";
static int ports = -1; /* /dev/port, if lines go to the debug console as well */

/* One byte at a time: a write of two would go to two ports. */
static void write_debugcon(const char *text)
{
	for (; ports >= 0 && *text; text++)
		if (pwrite(ports, text, 1, DEBUGCON) != 1)
			return;
}

static void write_console(const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	for (; left && (n = write(STDOUT_FILENO, text, left)) > 0; left -= (size_t)n)
		text += n;
	tcdrain(STDOUT_FILENO);
}

static void vsay(const char *prefix, const char *fmt, va_list args)
{
	char *text = NULL, *line = NULL;

	if (vasprintf(&text, fmt, args) < 0 ||
	    asprintf(&line, "%s: %s%s\n", guest_name, prefix, text) < 0)
		end_guest(RB_AUTOBOOT);
	write_console(line);
	write_debugcon(line);
	free(line);
	free(text);
}

void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsay("", fmt, args);
	va_end(args);
}

void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsay("failed: ", fmt, args);
	va_end(args);
	end_guest(RB_AUTOBOOT);
}

void say_bytes(const char *what, const void *data, size_t size)
{
	const unsigned char *byte = data;
	char *hex = malloc(2 * size + 1);

	if (!hex)
		fail("no memory for %zu bytes in hex", size);
	hex[0] = '\0';
	for (size_t i = 0; i < size; i++)
		sprintf(hex + 2 * i, "%02x", byte[i]);
	say("%s %s", what, hex);
	free(hex);
}

static void mount_at(const char *kind, const char *path)
{
	mkdir(path, 0755);
	if (mount(kind, path, kind, 0, NULL))
		fail("mount %s: %s", path, strerror(errno));
}

/*
 * Without a console the kernel opens nothing for init: 0 to 2 must be something before a file of ours gets
 * such a number.
 */
static void open_outputs(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

void name_guest(const char *name)
{
	guest_name = name;
}

void start_guest(const char *name)
{
	name_guest(name);
	open_outputs();
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
}

void mount_devices(void)
{
	mount_at("devtmpfs", "/dev");
	mount_at("debugfs", "/sys/kernel/debug");
}

void quiet_kernel(int level)
{
	klogctl(SYSLOG_CONSOLE_LEVEL, NULL, level);
}

void open_debugcon(void)
{
	ports = open("/dev/port", O_WRONLY);
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

char *read_file(const char *path, size_t *size)
{
	size_t have = 0, room = 1 << 16;
	char *data = malloc(room);
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;

	while (fd >= 0 && data && (n = read(fd, data + have, room - have - 1)) > 0) {
		have += (size_t)n;
		if (have + 1 == room)
			data = realloc(data, room *= 2);
	}
	if (fd >= 0)
		close(fd);
	if (fd < 0 || !data || n < 0) {
		free(data);
		return NULL;
	}
	data[have] = '\0';
	if (size)
		*size = have;
	return data;
}

char *read_line(const char *path)
{
	char *line = read_file(path, NULL);

	if (!line)
		return strdup("");
	line[strcspn(line, "\n")] = '\0';
	return line;
}

char *find_word(const char *cmdline, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = strstr(cmdline, name); p; p = strstr(p + 1, name))
		if ((p == cmdline || p[-1] == ' ') && p[len] == '=')
			return strndup(p + len + 1, strcspn(p + len + 1, " "));
	return NULL;
}

int try_load_kernel(void)
{
	char *cmdline = read_line(file_exists("/cmdline") ? "/cmdline" : "/proc/cmdline");
	int kernel = open("/kernel", O_RDONLY), initrd = open("/initrd", O_RDONLY), error = 0;

	if (kernel < 0)
		fail("/kernel: %s", strerror(errno));
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(cmdline) + 1, cmdline,
		    initrd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0))
		error = errno;
	free(cmdline);
	return error;
}

void load_kernel(void)
{
	int error = try_load_kernel();

	if (error)
		fail("kexec_file_load: %s", strerror(error));
}

void end_guest(int how)
{
	sync();
	tcdrain(STDOUT_FILENO);
	reboot(how);
	if (how != RB_AUTOBOOT)
		fail("reboot: %s", strerror(errno));
	_exit(1);
}
