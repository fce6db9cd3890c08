// SPDX-License-Identifier: MIT
#include "kho/view/dts.h"

#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BYTES_IN_LINE 24

struct dts {
	const void *fdt;
	void (*emit)(void *arg, const char *text);
	void *arg;
};

static void print(const struct dts *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void print(const struct dts *d, const char *fmt, ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	d->emit(d->arg, text);
}

static void indent(const struct dts *d, int depth)
{
	while (depth--)
		d->emit(d->arg, "\t");
}

/* Strings, each of at least one printable character and ended by a NUL. */
static bool is_text(const char *p, int len)
{
	for (int i = 0; i < len; i++)
		if (p[i] ? p[i] < ' ' || p[i] > '~' : i == 0 || !p[i - 1])
			return false;
	return len > 0 && !p[len - 1];
}

static void print_text(const struct dts *d, const char *p, int len)
{
	const char *end = p + len;

	print(d, " = \"");
	for (; p < end; p++) {
		if (*p == '"' || *p == '\\')
			print(d, "\\%c", *p);
		else if (*p)
			print(d, "%c", *p);
		else
			print(d, p + 1 < end ? "\", \"" : "\"");
	}
	print(d, ";\n");
}

static void print_bytes(const struct dts *d, const uint8_t *p, int len, int depth)
{
	uint64_t value;

	print(d, " = [");
	for (int i = 0; i < len; i++) {
		if (i && i % BYTES_IN_LINE == 0) {
			print(d, "\n");
			indent(d, depth + 1);
		}
		print(d, "%s%02x", i % BYTES_IN_LINE ? " " : "", p[i]);
	}
	print(d, "];");
	if (len == sizeof(value)) {
		memcpy(&value, p, sizeof(value));
		print(d, " /* 0x%lx */", value);
	}
	print(d, "\n");
}

static void print_property(const struct dts *d, int offset, int depth)
{
	const char *name;
	int len;
	const void *p = fdt_getprop_by_offset(d->fdt, offset, &name, &len);

	indent(d, depth);
	d->emit(d->arg, name);
	if (!p || !len)
		print(d, ";\n");
	else if (is_text(p, len))
		print_text(d, p, len);
	else
		print_bytes(d, p, len, depth);
}

static void print_reserved(const struct dts *d)
{
	uint64_t base, size;

	for (int i = 0; i < fdt_num_mem_rsv(d->fdt); i++)
		if (fdt_get_mem_rsv(d->fdt, i, &base, &size) == 0)
			print(d, "/memreserve/ 0x%lx 0x%lx;\n", base, size);
}

int dts_print(const void *fdt, uint64_t size, void (*emit)(void *arg, const char *text), void *arg,
	      struct fault *f)
{
	struct dts d = { fdt, emit, arg };
	int offset, next = 0, depth = 0, err = fdt_check_full(fdt, size);
	const char *name;
	uint32_t tag;

	if (err)
		return fault_set(f, "fdt-corrupt", "%lu bytes that are no FDT: %s", size,
				 fdt_strerror(err));
	print(&d, "/dts-v1/;\n");
	print_reserved(&d);
	do {
		offset = next;
		tag = fdt_next_tag(fdt, offset, &next);
		if (tag == FDT_BEGIN_NODE) {
			name = fdt_get_name(fdt, offset, NULL);
			indent(&d, depth++);
			emit(arg, *name ? name : "/");
			print(&d, " {\n");
		} else if (tag == FDT_END_NODE) {
			indent(&d, --depth);
			print(&d, "};\n");
		} else if (tag == FDT_PROP) {
			print_property(&d, offset, depth);
		}
	} while (tag != FDT_END && depth >= 0);
	return 0;
}
