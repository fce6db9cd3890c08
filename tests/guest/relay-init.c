// SPDX-License-Identifier: MIT
/*
 * The init of both ends of a relay.
 *
 * Where there is a /kernel it is the first runner: it fills every reserve_mem region with a random pattern,
 * prints its checksum, loads /kernel (with /initrd, if there is one, and the command line in /cmdline, or its
 * own), spoils the handover as the word relay.do=NAME on its command line says, and jumps. Where there is
 * none it is the last runner: it prints what arrived and powers off.
 *
 * Everything it says is one line that begins with "RELAY: ". "RELAY: failed" ends the run.
 *
 * On the host, "relay-init sum FILE" prints the checksum of a file.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libfdt.h>
#include <linux/kexec.h>
#include <linux/reboot.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <termios.h>
#include <unistd.h>

#define PAGE      4096UL
#define KHO_IN    "/sys/kernel/debug/kho/in"
#define KHO_OUT   "/sys/kernel/debug/kho/out"
#define NOT_RAM   (1UL << 44) /* no machine under test has RAM at 16 TiB */
#define WINDOW    (4UL << 20) /* of /dev/mem mapped at once */
#define TOP_LEVEL 5

#define LOG_LEVEL    8 /* klogctl(): set what goes to the console */
#define LOG_WARNINGS 5

static int dev_mem = -1;

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void vsay(const char *prefix, const char *fmt, va_list args)
{
	char line[1024];
	int n = snprintf(line, sizeof(line), "RELAY: %s", prefix);

	vsnprintf(line + n, sizeof(line) - n - 1, fmt, args);
	strcat(line, "\n");
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		reboot(RB_AUTOBOOT);
	tcdrain(STDOUT_FILENO); /* or the kernel's own lines get into the middle of it */
}

/* One line on the console, in one write. */
static void say(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsay("", fmt, args);
	va_end(args);
}

/* The last line of a run that cannot go on. */
static void fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsay("failed: ", fmt, args);
	va_end(args);
	sync();
	reboot(RB_AUTOBOOT);
	exit(1);
}

/* FNV-1a over 64-bit words: as good as over bytes for telling memory apart, and eight times as fast. */
static uint64_t checksum(const void *data, size_t size)
{
	const uint64_t *word = data;
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < size / sizeof(*word); i++)
		sum = (sum ^ word[i]) * 0x100000001b3;
	return sum;
}

/* xorshift64* from a random seed: not for secrets, but no two runs see the same pattern. */
static void fill(void *data, size_t size)
{
	uint64_t *word = data, x;

	if (getrandom(&x, sizeof(x), GRND_INSECURE) != sizeof(x))
		fail("getrandom: %s", strerror(errno));
	x |= 1;
	for (size_t i = 0; i < size / sizeof(*word); i++) {
		x ^= x >> 12;
		x ^= x << 25;
		x ^= x >> 27;
		word[i] = x * 0x2545f4914f6cdd1d;
	}
}

/* ---- files -------------------------------------------------------------------------------------- */

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* read_file() - a whole file. Return: malloc'ed, NUL-terminated, or NULL with errno set. */
static char *read_file(const char *path, size_t *size)
{
	size_t have = 0, room = 1 << 16;
	char *data = malloc(room);
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;

	while (fd >= 0 && data && (n = read(fd, data + have, room - have - 1)) > 0) {
		have += n;
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

/* read_line() - the first line of a file, "" if there is none. */
static char *read_line(const char *path)
{
	char *line = read_file(path, NULL);

	if (!line)
		return strdup("");
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* word_of() - the value of NAME=VALUE on a command line. Return: malloc'ed, or NULL. */
static char *word_of(const char *cmdline, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = strstr(cmdline, name); p; p = strstr(p + 1, name))
		if ((p == cmdline || p[-1] == ' ') && p[len] == '=')
			return strndup(p + len + 1, strcspn(p + len + 1, " "));
	return NULL;
}

/* ---- memory ------------------------------------------------------------------------------------- */

static void *map_memory(uint64_t addr, size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, dev_mem, addr);

	if (p == MAP_FAILED)
		fail("cannot map 0x%" PRIx64 "+0x%zx: %s", addr, size, strerror(errno));
	return p;
}

static void peek(uint64_t addr, void *buf, size_t size)
{
	if (pread(dev_mem, buf, size, addr) != (ssize_t)size)
		fail("cannot read 0x%" PRIx64 ": %s", addr, strerror(errno));
}

static void poke(uint64_t addr, const void *buf, size_t size)
{
	if (pwrite(dev_mem, buf, size, addr) != (ssize_t)size)
		fail("cannot write 0x%" PRIx64 ": %s", addr, strerror(errno));
}

static uint64_t peek64(uint64_t addr)
{
	uint64_t v;

	peek(addr, &v, sizeof(v));
	return v;
}

static void poke64(uint64_t addr, uint64_t v)
{
	poke(addr, &v, sizeof(v));
}

/* find_in() - look in [base, end) for the page that begins like @want. Return: how many; the last in @at. */
static unsigned int find_in(uint64_t base, uint64_t end, const char *want, size_t size,
			    uint64_t *at)
{
	unsigned int found = 0;

	for (uint64_t a = base; a < end; a += WINDOW) {
		size_t len = end - a < WINDOW ? end - a : WINDOW;
		const char *p = map_memory(a, len);

		for (size_t o = 0; o < len; o += PAGE) {
			/* the first word by itself: it is a machine word, and rarely equal */
			if (*(const uint64_t *)(p + o) == *(const uint64_t *)want &&
			    !memcmp(p + o, want, size)) {
				*at = a + o;
				found++;
			}
		}
		munmap((void *)p, len);
	}
	return found;
}

/* find_page() - the one page of RAM that begins like @want. */
static uint64_t find_page(const char *want, size_t size)
{
	unsigned int found = 0;
	uint64_t base, end, at = 0;
	char line[256];
	FILE *f = fopen("/proc/iomem", "r");

	if (!f)
		fail("/proc/iomem: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " : System RAM", &base, &end) == 2 &&
		    !isspace(line[0]) && strstr(line, ": System RAM"))
			found += find_in((base + PAGE - 1) & -PAGE, (end + 1) & -PAGE, want, size,
					 &at);
	fclose(f);
	if (found != 1)
		fail("%u pages of RAM look like the outgoing FDT", found);
	return at;
}

/* ---- the handover ------------------------------------------------------------------------------- */

/**
 * struct handover - the outgoing handover, found in memory
 * @fdt: a copy of the root FDT's page
 * @at:  where it is
 * @map: what preserved-memory-map says
 */
struct handover {
	char *fdt;
	uint64_t at, map;
};

/*
 * debugfs shows the root FDT as long as it was when the kernel made the file: its beginning. That finds the
 * page in memory, and the page has the rest.
 */
static void find_handover(struct handover *h)
{
	const uint64_t *map;
	size_t size;
	char *begin = read_file(KHO_OUT "/fdt", &size);
	int len;

	if (!begin || size < 64 || size > PAGE)
		fail("no FDT in " KHO_OUT "/fdt");
	h->at = find_page(begin, size);
	h->fdt = malloc(PAGE);
	peek(h->at, h->fdt, PAGE);
	map = fdt_getprop(h->fdt, 0, "preserved-memory-map", &len);
	if (!map || len != sizeof(*map))
		fail("the outgoing FDT has no preserved-memory-map");
	memcpy(&h->map, map, sizeof(h->map));
	say("handover fdt 0x%" PRIx64 " map 0x%" PRIx64, h->at, h->map);
	free(begin);
}

/* where_is() - the physical address of a byte of the FDT, from its place in the copy */
static uint64_t where_is(const struct handover *h, const void *p)
{
	return h->at + ((const char *)p - h->fdt);
}

/* where_prop() - the physical address of a sub-node's property, the root's if @node is NULL */
static uint64_t where_prop(const struct handover *h, const char *node, const char *name)
{
	int off = node ? fdt_subnode_offset(h->fdt, 0, node) : 0;
	const void *p = off < 0 ? NULL : fdt_getprop(h->fdt, off, name, NULL);

	if (!p)
		fail("the outgoing FDT has no %s in %s", name, node ? node : "its root");
	return where_is(h, p);
}

/* slot_of() - address of the slot for @key in the table at @node of @level */
static uint64_t slot_of(uint64_t node, uint64_t key, int level)
{
	return node + 8 * ((key >> ((level - 1) * 9 + 15)) & 511);
}

/* leaf_of() - the bitmap that holds @addr at order 0; fails if there is none */
static uint64_t leaf_of(const struct handover *h, uint64_t addr)
{
	uint64_t key = 1UL << 52 | addr >> 12, node = h->map;

	for (int level = TOP_LEVEL; level > 0 && node; level--)
		node = peek64(slot_of(node, key, level));
	if (!node)
		fail("no leaf for 0x%" PRIx64 " in the map", addr);
	return node;
}

static void flip_key(const struct handover *h, uint64_t addr)
{
	uint64_t bit = addr >> 12 & 0x7fff, at = leaf_of(h, addr) + bit / 64 * 8;

	poke64(at, peek64(at) ^ 1UL << bit % 64);
}

/* a_slot() - some slot of the root table that is in use (@used) or is not */
static uint64_t a_slot(const struct handover *h, bool used)
{
	for (uint64_t s = h->map; s < h->map + PAGE; s += 8)
		if (!!peek64(s) == used)
			return s;
	fail("the root of the map has no %s slot", used ? "used" : "free");
}

static uint64_t blob_of(const struct handover *h, const char *node)
{
	return peek64(where_prop(h, node, "preserved-data"));
}

static void do_fdt_magic(const struct handover *h)
{
	poke(h->at, "\0\0\0\0", 4);
}

static void do_fdt_truncate(const struct handover *h)
{
	poke(h->at + 4, "\0\0\x20\0", 4); /* totalsize, big-endian: two pages */
}

static void do_compatible(const struct handover *h)
{
	poke(where_prop(h, NULL, "compatible") + strlen("kho-v"), "9", 1);
}

static void do_map_missing(const struct handover *h)
{
	const char *strings = h->fdt + fdt_off_dt_strings(h->fdt);
	const char *name = memmem(strings, fdt_size_dt_strings(h->fdt), "preserved-memory-map", 20);

	poke(where_is(h, name), "X", 1);
}

static void do_map_zero(const struct handover *h)
{
	poke64(where_prop(h, NULL, "preserved-memory-map"), 0);
}

static void do_map_misaligned(const struct handover *h)
{
	poke64(where_prop(h, NULL, "preserved-memory-map"), h->map + 8);
}

static void do_map_not_ram(const struct handover *h)
{
	poke64(where_prop(h, NULL, "preserved-memory-map"), NOT_RAM);
}

static void do_node_shared(const struct handover *h)
{
	poke64(a_slot(h, false), peek64(a_slot(h, true)));
}

static void do_node_loop(const struct handover *h)
{
	poke64(a_slot(h, false), h->map);
}

static void do_node_misaligned(const struct handover *h)
{
	uint64_t slot = a_slot(h, true);

	poke64(slot, peek64(slot) + 0x10);
}

static void do_node_not_ram(const struct handover *h)
{
	poke64(a_slot(h, true), NOT_RAM);
}

static void do_node_low(const struct handover *h)
{
	poke64(a_slot(h, true), 0x2000);
}

static void do_node_in_scratch(const struct handover *h)
{
	poke64(a_slot(h, true), strtoull(read_line(KHO_OUT "/scratch_phys"), NULL, 0));
}

static void do_fdt_not_preserved(const struct handover *h)
{
	flip_key(h, h->at);
}

static void do_blob_not_ram(const struct handover *h)
{
	poke64(where_prop(h, "memblock", "preserved-data"), NOT_RAM);
}

static void do_blob_size(const struct handover *h)
{
	poke64(where_prop(h, "memblock", "blob-size"), 0);
}

static void do_blob_not_preserved(const struct handover *h)
{
	flip_key(h, blob_of(h, "memblock"));
}

static void do_metadata_version(const struct handover *h)
{
	poke(blob_of(h, "kexec-metadata"), "\x07", 1);
}

/* The ways to spoil a handover, by the name that relay.do= takes. */
static const struct spoil {
	const char *name;
	void (*fn)(const struct handover *h);
} spoils[] = {
	{ "fdt-magic", do_fdt_magic },
	{ "fdt-truncate", do_fdt_truncate },
	{ "compatible", do_compatible },
	{ "map-missing", do_map_missing },
	{ "map-zero", do_map_zero },
	{ "map-misaligned", do_map_misaligned },
	{ "map-not-ram", do_map_not_ram },
	{ "node-shared", do_node_shared },
	{ "node-loop", do_node_loop },
	{ "node-misaligned", do_node_misaligned },
	{ "node-not-ram", do_node_not_ram },
	{ "node-low", do_node_low },
	{ "node-in-scratch", do_node_in_scratch },
	{ "fdt-not-preserved", do_fdt_not_preserved },
	{ "blob-not-ram", do_blob_not_ram },
	{ "blob-size", do_blob_size },
	{ "blob-not-preserved", do_blob_not_preserved },
	{ "metadata-version", do_metadata_version },
};

static void spoil(const char *name)
{
	struct handover h;

	for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		if (strcmp(name, spoils[i].name))
			continue;
		find_handover(&h);
		spoils[i].fn(&h);
		say("spoiled: %s", name);
		return;
	}
	fail("relay.do=%s: no such thing", name);
}

/* ---- the runners -------------------------------------------------------------------------------- */

/*
 * each_region() - call @fn for every reserve_mem region that this kernel hands on
 * They stand in the blob "memblock": an FDT with one node a region.
 */
static void each_region(void (*fn)(const char *name, uint64_t start, uint64_t size))
{
	char *fdt = read_file(KHO_OUT "/sub_fdts/memblock", NULL);
	int node;

	if (!fdt)
		return;
	if (fdt_check_header(fdt))
		fail("the memblock blob is no FDT");
	fdt_for_each_subnode(node, fdt, 0) {
		const void *start = fdt_getprop(fdt, node, "start", NULL);
		const void *size = fdt_getprop(fdt, node, "size", NULL);
		uint64_t v[2];

		if (!start || !size)
			fail("a reserve_mem node without start or size");
		memcpy(&v[0], start, 8);
		memcpy(&v[1], size, 8);
		fn(fdt_get_name(fdt, node, NULL), v[0], v[1]);
	}
	free(fdt);
}

static void show_region(const char *name, uint64_t start, uint64_t size)
{
	void *p = map_memory(start, size);

	say("memory %s at 0x%" PRIx64 " size 0x%" PRIx64 " sum 0x%016" PRIx64, name, start, size,
	    checksum(p, size));
	munmap(p, size);
}

static void fill_region(const char *name, uint64_t start, uint64_t size)
{
	void *p = map_memory(start, size);

	fill(p, size);
	munmap(p, size);
	show_region(name, start, size);
}

/* Kernels before 7.1 hand over only what was finalized by hand. */
static void finalize(void)
{
	int fd = open(KHO_OUT "/finalize", O_WRONLY);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) != 1)
		fail("finalize: %s", strerror(errno));
	close(fd);
}

static void load(const char *cmdline)
{
	int kernel = open("/kernel", O_RDONLY), initrd = open("/initrd", O_RDONLY);

	if (kernel < 0)
		fail("/kernel: %s", strerror(errno));
	if (syscall(SYS_kexec_file_load, kernel, initrd, strlen(cmdline) + 1, cmdline,
		    initrd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0))
		fail("kexec_file_load: %s", strerror(errno));
}

static void run_first(const char *own)
{
	char *what = word_of(own, "relay.do");

	each_region(fill_region);
	finalize();
	load(exists("/cmdline") ? read_line("/cmdline") : own);
	if (what)
		spoil(what);
	say("jump");
	sync();
	reboot(RB_KEXEC);
	fail("reboot: %s", strerror(errno));
}

/* struct kexec_metadata of Linux: u32 version, char previous_release[65], u32 kexec_count, packed */
static void show_handover(void)
{
	size_t size;
	char *meta = read_file(KHO_IN "/sub_fdts/kexec-metadata", &size);
	uint32_t count;

	if (!exists(KHO_IN "/fdt")) {
		say("handover none");
	} else if (!meta || size < 73) {
		say("handover without kexec-metadata");
	} else {
		memcpy(&count, meta + 69, sizeof(count));
		say("handover from %.65s count %" PRIu32, meta + 4, count);
	}
	free(meta);
}

static void run_last(const char *own)
{
	show_handover();
	each_region(show_region);
	say("cmdline %s", own);
	say("end");
	sync();
	reboot(RB_POWER_OFF);
}

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	if (mount("proc", "/proc", "proc", 0, NULL) || mount("sysfs", "/sys", "sysfs", 0, NULL) ||
	    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) ||
	    mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL))
		fail("mount: %s", strerror(errno));
	dev_mem = open("/dev/mem", O_RDWR);
	if (dev_mem < 0)
		fail("/dev/mem: %s", strerror(errno));
}

static int sum_file(const char *path)
{
	size_t size;
	char *data = read_file(path, &size);

	if (!data) {
		perror(path);
		return 1;
	}
	printf("0x%016" PRIx64 "\n", checksum(data, size));
	return 0;
}

int main(int argc, char **argv)
{
	struct utsname u;
	char *own, *cpu;

	if (argc == 3 && !strcmp(argv[1], "sum"))
		return sum_file(argv[2]);
	if (getpid() != 1) {
		fprintf(stderr,
			"relay-init: the init of a test machine; or: relay-init sum FILE\n");
		return 2;
	}
	mount_all();
	klogctl(LOG_LEVEL, NULL,
		LOG_WARNINGS); /* what is less is not worth a line of ours cut in two */
	uname(&u);
	cpu = read_file("/proc/cpuinfo", NULL);
	say("%s %s, %s paging", exists("/kernel") ? "first" : "last", u.release,
	    cpu && strstr(cpu, " la57") ? "5-level" : "4-level");
	own = read_line("/proc/cmdline");
	if (exists("/kernel"))
		run_first(own);
	run_last(own);
	return 0;
}
