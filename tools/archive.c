// SPDX-License-Identifier: MIT
/* Writing what kexec/cpio.c and kexec/manifest.c read. */
#include <stdlib.h>
#include <string.h>

#include "kexec/cpio.h"
#include "tools/parts.h"

/**
 * add_entry() - append one file to the archive that begins at @start of @out
 * @name, @mode: of the file
 * @data:  its @size bytes
 * @align: of the data, from @start; the name is padded with NULs to get there, which readers of cpio
 *         skip as part of the name. Linux takes names of up to 4096 bytes.
 */
static bool add_entry(struct buffer *out, size_t start, const char *name, unsigned int mode,
		      const void *data, size_t size, size_t align)
{
	size_t at = out->size - start, n = strlen(name) + 1;
	/* The number is unique in the archive, and reproducible. */
	struct cpio_head h = { .ino = mode ? (uint32_t)at + 1 : 0, .mode = mode };
	char header[CPIO_HEADER];

	n = align_up(at + CPIO_HEADER + n, align) - at - CPIO_HEADER;
	h.size = (uint32_t)size;
	h.name_size = (uint32_t)n;
	cpio_put_header(header, &h);
	return buffer_add(out, header, CPIO_HEADER) && buffer_add(out, name, strlen(name)) &&
	       buffer_zero_to(out, start + at + CPIO_HEADER + n) && buffer_add(out, data, size) &&
	       buffer_zero_to(out, start + align_up(out->size - start, 4));
}

static bool add_text(struct buffer *b, const char *text)
{
	return buffer_add(b, text, strlen(text));
}

static bool write_manifest(struct buffer *text, const struct manifest *m)
{
	const char *name = NULL;
	bool good = add_text(text, m->abi) && add_text(text, "\n");

	while (good && (name = speaks_next(&m->speaks, name)))
		good = add_text(text, "name ") && add_text(text, name) && add_text(text, "\n");
	if (good && m->speaks.what == SPEAKS_LISTED)
		good = add_text(text, "end\n");
	return good;
}

static bool add_manifest(struct buffer *out, size_t start, const struct manifest *m)
{
	struct buffer text = { 0 };
	bool good = write_manifest(&text, m) &&
		    add_entry(out, start, MANIFEST_FILE, CPIO_REGULAR, text.data, text.size, 4);

	free(text.data);
	return good;
}

uint64_t parts_initrd_at(const struct parts *p)
{
	return p->has_initrd ? PAGE_SIZE : 0;
}

bool parts_archive(const struct parts *p, struct buffer *out)
{
	size_t start = out->size;

	if (p->has_initrd && !add_entry(out, start, "baton/initrd", CPIO_REGULAR, p->initrd.data,
					p->initrd.size, PAGE_SIZE))
		return false;
	if (!add_entry(out, start, "baton/kernel", CPIO_REGULAR, p->kernel.data, p->kernel.size, 4))
		return false;
	if (p->cmdline && !add_entry(out, start, "baton/cmdline", CPIO_REGULAR, p->cmdline,
				     strlen(p->cmdline), 4))
		return false;
	if (p->scan.manifest.abi[0] && !add_manifest(out, start, &p->scan.manifest))
		return false;
	return add_entry(out, start, CPIO_TRAILER, 0, NULL, 0, 4);
}
