// SPDX-License-Identifier: MIT
/*
 * The init of a Linux that came in through a door: says what it was given, one fact a line, and
 * powers off. With a /kernel beside it, it kexecs that instead.
 *
 * Every line begins with "DOOR: ", so that two runs can be compared line by line. With the word
 * door.debugcon on the kernel's command line they go to QEMU's debug console as well: for machines
 * without a serial port.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "tests/guest/guest.h"

#define LOG_SIZE     (1 << 20)
#define LOG_READ_ALL 3
#define SETTLE_US    200000
#define PARAMS_SIZE  4096
#define SCREEN_SIZE  64
#define SECURE_AT    0x1ec
#define MAX_NAMES    512
#define MAX_NODES    8
#define EFIVARS      "/sys/firmware/efi/efivars"
#define GLOBAL       "8be4df61-93ca-11d2-aa0d-00e098032b8c" /* EFI_GLOBAL_VARIABLE */
#define NODES        "/sys/devices/system/node"
#define CPUS         "/sys/devices/system/cpu"
#define SECURITY     "/sys/kernel/security"
#define TPM_LOG      "TPMEventLog="
#define TPM_MAX      (1 << 18)
#define RNG_SEED     9 /* SETUP_RNG_SEED */

static bool efi_seed;    /* in a table of the firmware's */
static uint64_t tpm_log; /* where it is; 0 if there is none */

static void print_file(const char *topic, const char *path)
{
	char *text = read_file(path, NULL), *rest = text, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			say("%s %s", topic, line);
	free(text);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted. */
static void print_names(const char *topic, const char *path)
{
	static char *name[MAX_NAMES];
	size_t n = 0;
	struct dirent *d;
	DIR *dir = opendir(path);

	while (dir && n < MAX_NAMES && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			name[n++] = strdup(d->d_name);
	if (dir)
		closedir(dir);
	qsort(name, n, sizeof(*name), by_name);
	for (size_t i = 0; i < n; i++) {
		say("%s %s", topic, name[i]);
		free(name[i]);
	}
}

/* Each region that the firmware keeps for its services: what it is and where. */
static void print_runtime_map(void)
{
	static const char *const field[] = { "type", "phys_addr", "num_pages", "attribute" };
	char path[128], line[128], all[256];

	for (int i = 0; i < MAX_NAMES; i++) {
		all[0] = '\0';
		for (size_t k = 0; k < sizeof(field) / sizeof(*field); k++) {
			FILE *f;

			snprintf(path, sizeof(path), "/sys/firmware/efi/runtime-map/%d/%s", i,
				 field[k]);
			f = fopen(path, "r");
			if (!f || !fgets(line, sizeof(line), f))
				return;
			fclose(f);
			line[strcspn(line, "\n")] = '\0';
			strcat(strcat(all, " "), line);
		}
		say("efi runtime%s", all);
	}
}

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* The first CPU: the others have the same line, or Linux complains. 5-level paging shows as la57. */
static void print_cpu(void)
{
	char *text = read_file("/proc/cpuinfo", NULL), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) && *line) {
		if (begins(line, "model name") || begins(line, "flags") ||
		    begins(line, "address sizes"))
			say("cpu %s", line);
		if (begins(line, "flags"))
			say("5-level paging: %s", strstr(line, " la57") ? "yes" : "no");
	}
	free(text);
	print_file("cpus online", CPUS "/online");
	print_file("cpus possible", CPUS "/possible");
}

static void print_nodes(void)
{
	char path[128], topic[32];

	print_file("nodes online", NODES "/online");
	print_file("nodes with memory", NODES "/has_memory");
	print_file("nodes with CPUs", NODES "/has_cpu");
	for (int i = 0; i < MAX_NODES; i++) {
		snprintf(topic, sizeof(topic), "node %d cpus", i);
		snprintf(path, sizeof(path), NODES "/node%d/cpulist", i);
		print_file(topic, path);
		snprintf(topic, sizeof(topic), "node %d distance", i);
		snprintf(path, sizeof(path), NODES "/node%d/distance", i);
		print_file(topic, path);
	}
}

/* Is a line of the kernel's log about what it was given? */
static bool tells(const char *text)
{
	static const char *const about[] = {
		"BIOS-e820:",      "extended:", "efi:",   "KHO:",  "ACPI: RSDP",
		"ACPI: SRAT",      "SRAT:",     "NUMA:",  "DMI: ", "SMBIOS ",
		"smp: Brought up", "x86/PAT",   "x2apic",
	};

	for (size_t i = 0; i < sizeof(about) / sizeof(*about); i++)
		if (begins(text, about[i]))
			return true;
	return strstr(text, "irmware Bug") || strstr(text, "secureboot:");
}

/* What the kernel said in its log of the memory map, of the machine, of EFI and of bugs. */
static void print_log(void)
{
	static char log[LOG_SIZE];
	int n = klogctl(LOG_READ_ALL, log, sizeof(log) - 1);
	char *line, *rest = log;

	log[n > 0 ? n : 0] = '\0';
	while ((line = strsep(&rest, "\n"))) {
		char *text = strchr(line, ']');

		if (!text)
			continue;
		text += 2;
		if (tells(text))
			say("log %s", text);
		if (!begins(text, "efi:"))
			continue;
		efi_seed |= strstr(text, " RNG=0x") != NULL;
		if (strstr(text, TPM_LOG))
			tpm_log = strtoull(strstr(text, TPM_LOG) + strlen(TPM_LOG), NULL, 16);
	}
}

static void print_params(void)
{
	static uint8_t data[PARAMS_SIZE];
	int fd = open("/sys/kernel/boot_params/data", O_RDONLY);

	if (fd < 0 || read(fd, data, sizeof(data)) != sizeof(data)) {
		say("boot_params unreadable");
		return;
	}
	close(fd);
	say_bytes("screen", data, SCREEN_SIZE);
	say("secure_boot %u", data[SECURE_AT]);
}

/*
 * Did whoever started this kernel give it a random seed? By the setup_data chain, or by an EFI table.
 */
static void print_seed(void)
{
	char path[128], line[32];
	bool given = false;

	for (int i = 0; i < MAX_NAMES && !given; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "/sys/kernel/boot_params/setup_data/%d/type", i);
		f = fopen(path, "r");
		if (!f)
			break;
		given = fgets(line, sizeof(line), f) && strtoul(line, NULL, 0) == RNG_SEED;
		fclose(f);
	}
	say("random seed: %s", given || efi_seed ? "given" : "none");
}

static uint32_t get(const uint8_t *at, int bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* Behind an event with several digests, whose lengths are in the table @bank; NULL if it has others. */
static const uint8_t *next_event(const uint8_t *at, const uint8_t *bank, uint32_t banks)
{
	uint32_t digests = get(at + 8, 4);

	at += 12;
	for (uint32_t i = 0; i < digests; i++) {
		uint32_t k = 0;

		while (k < banks && get(bank + 4 * k, 2) != get(at, 2))
			k++;
		if (k == banks)
			return NULL;
		at += 2 + get(bank + 4 * k + 2, 2);
	}
	return at + 4 + get(at, 4);
}

/* Does the log of what the firmware has measured end where its size says? */
static void print_tpm_log(void)
{
	static uint8_t data[TPM_MAX];
	const uint8_t *first = data + 9, *at, *end;
	int fd = open("/dev/mem", O_RDONLY), events = 1;

	if (!tpm_log || pread(fd, data, 9, tpm_log) != 9 || get(data, 4) > TPM_MAX / 2 ||
	    pread(fd, data, 9 + get(data, 4), tpm_log) < 9 + 32)
		return;
	end = first + get(data, 4);
	at = first + 32 + get(first + 28, 4);
	for (; at && at < end; events++)
		at = next_event(at, first + 60, get(first + 56, 4));
	say("tpm log %u: %s", data[8], at == end ? "whole" : "broken");
	say("tpm events %d", events);
}

/* What IMA has measured, in this Linux and in those before, and what the TPM made of it. */
static void print_ima(void)
{
	if (mount("securityfs", SECURITY, "securityfs", 0, NULL))
		fail("securityfs: no IMA");
	print_file("ima measured", SECURITY "/ima/ascii_runtime_measurements_sha1");
	print_file("ima pcr", "/sys/class/tpm/tpm0/pcr-sha1/10");
}

/* EFI variables: reading one is a call to a runtime service. The second is not there on every firmware. */
static void print_variables(void)
{
	static const char *const name[] = { "PlatformLang", "SecureBoot" };
	char path[128];

	if (mount("efivarfs", EFIVARS, "efivarfs", 0, NULL))
		return;
	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		uint8_t value[64] = { 0 };
		ssize_t n;
		int fd;

		snprintf(path, sizeof(path), EFIVARS "/%s-" GLOBAL, name[i]);
		fd = open(path, O_RDONLY);
		n = fd < 0 ? -1 : read(fd, value, sizeof(value));
		close(fd);
		say("variable %s %zd bytes, %u", name[i], n, value[4]);
	}
}

int main(void)
{
	start_guest("DOOR");
	if (strstr(read_line("/proc/cmdline"), "door.debugcon"))
		open_debugcon();
	quiet_kernel(LOG_EMERGENCIES);
	usleep(SETTLE_US); /* what it is about to say comes first */
	if (file_exists("/kernel")) {
		say("first");
		print_variables();
		load_kernel();
		end_guest(RB_KEXEC);
	}
	say("begin");
	print_log();
	print_params();
	print_seed();
	print_tpm_log();
	print_cpu();
	print_nodes();
	print_file("iomem", "/proc/iomem");
	print_file("mtrr", "/proc/mtrr");
	print_file("cmdline", "/proc/cmdline");
	print_names("acpi", "/sys/firmware/acpi/tables");
	print_names("dmi", "/sys/firmware/dmi/tables");
	print_names("efi", "/sys/firmware/efi");
	print_file("efi", "/sys/firmware/efi/systab");
	print_runtime_map();
	print_variables();
	if (strstr(read_line("/proc/cmdline"), "door.ima"))
		print_ima();
	say("end");
	end_guest(RB_POWER_OFF);
}
