// SPDX-License-Identifier: MIT
/* Commands on the bytes of memory. */
#include <libfdt.h>
#include <string.h>

#include "boot/monitor/command.h"

#define DUMP_MAX  KIB(64)
#define DUMP_LINE 16
#define CRC_POLY  0xedb88320U

static void dump_line(const struct monitor *m, paddr_t addr, const uint8_t *p, uint64_t n)
{
	static const char digits[] = "0123456789abcdef";
	char line[4 * DUMP_LINE + 2];

	memset(line, ' ', sizeof(line));
	for (uint64_t i = 0; i < n; i++) {
		line[3 * i] = digits[p[i] >> 4];
		line[3 * i + 1] = digits[p[i] & 15];
		line[3 * DUMP_LINE + 1 + i] = p[i] >= ' ' && p[i] <= '~' ? (char)p[i] : '.';
	}
	line[3 * DUMP_LINE + 1 + n] = '\0';
	print(m, "0x%09lx  %s\n", addr, line);
}

COMMAND(dump)
{
	const struct args *a = &m->a;
	const uint8_t *p = look(m, a->addr, a->size);

	if (!p)
		return -1;
	if (a->size > DUMP_MAX)
		return fault_set(m->f, "bad-number", "SIZE is %lu bytes; expected at most %lu KiB",
				 a->size, DUMP_MAX >> 10);
	for (uint64_t i = 0; i < a->size; i += DUMP_LINE)
		dump_line(m, a->addr + i, p + i, min_u64(a->size - i, DUMP_LINE));
	return 0;
}

/* Four bits at a time, with a table that is made here. */
static uint32_t crc32(const uint8_t *p, uint64_t size)
{
	uint32_t table[16], crc = ~0U;

	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int bit = 0; bit < 4; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? CRC_POLY : 0);
	}
	while (size--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

COMMAND(crc)
{
	const uint8_t *p = look(m, m->a.addr, m->a.size);

	if (!p)
		return -1;
	print(m, "0x%08x\n", crc32(p, m->a.size));
	return 0;
}

/*
 * Read BYTES into @bytes: pairs of digits behind 0x, in the order of the bytes; or a text.
 * Return: how many; 0 and bad-number if that is neither.
 */
static uint64_t read_bytes(const struct monitor *m, uint8_t *bytes)
{
	const char *s = m->a.word;
	uint64_t n = strlen(s), value;
	char byte[3] = "";

	if (s[0] != '0' || s[1] != 'x') {
		memcpy(bytes, s, n);
		return n;
	}
	n = n % 2 ? 0 : n / 2 - 1;
	for (uint64_t i = 0; i < n; i++) {
		memcpy(byte, s + 2 + 2 * i, 2);
		if (!read_hex(byte, &value))
			n = 0;
		bytes[i] = (uint8_t)value;
	}
	return n;
}

/* Write BYTES to [ADDR, ADDR + @size), again and again; or once, if @size is 0. */
static int put_bytes(const struct monitor *m, uint64_t size)
{
	uint64_t addr = m->a.addr, n;
	uint8_t bytes[WORDS_SIZE], *p;

	n = read_bytes(m, bytes);
	if (!n)
		return fault_set(m->f, "bad-number",
				 "BYTES '%.40s'; expected 0x and two digits a byte, or a text",
				 m->a.word);
	size = size ? size : n;
	if (!is_own(m, addr, size))
		return not_own(m, addr, size);
	p = window_rw(m->b->ground.window, addr, size);
	for (uint64_t i = 0; i < size; i += n)
		memcpy(p + i, bytes, min_u64(n, size - i));
	return 0;
}

COMMAND(write)
{
	return put_bytes(m, 0);
}

COMMAND(fill)
{
	return put_bytes(m, m->a.size);
}

COMMAND(export)
{
	const struct handover *v = m->a.pick & 1 ? m->out : m->in;
	bool want_blob = m->a.pick & 2;
	const void *fdt = find_fdt(m, v), *data;
	struct kho_blob blob = { .name = "fdt", .addr = v->fdt };

	if (want_blob != (m->a.word != NULL))
		return fault_set(m->f, "usage", "a blob has a NAME, the FDT has none");
	if (!fdt || (want_blob && !find_blob(m, v, m->a.word, &blob)))
		return -1;
	if (!want_blob)
		blob.size = fdt_totalsize(fdt);
	data = look(m, blob.addr, blob.size);
	if (!data)
		return -1;
	if (!m->machine->export(data, blob.size))
		return fault_set(m->f, "no-debug-console",
				 "nothing at port 0xe9; QEMU has it with -debugcon");
	print(m, "%lu bytes\n", blob.size);
	return 0;
}
