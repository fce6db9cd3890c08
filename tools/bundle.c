// SPDX-License-Identifier: MIT
#include "tools/bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kexec/bzimage.h"
#include "kexec/cpio.h"
#include "kexec/payload.h"
#include "kexec/slot.h"
#include "tools/abi_scan.h"
#include "tools/file.h"
#include "tools/pe.h"

#define IMAGE_MAX  GIB(1)     /* no image of a baton is larger */
#define BUNDLE_MAX 0xfffff000 /* init_size is a whole number of pages in 32 bits */
#define PARAGRAPH  16         /* what syssize counts */
#define SIGNATURES \
	KIB(16) /* kept in init_size: sbsign makes the file longer, and loaders load all of it */
#define HDR_SYSSIZE  0x1f4 /* offsets in the file */
#define HDR_INITSIZE 0x260

/**
 * struct parts - everything that goes into a bundle
 * @baton, @kernel, @initrd: the files
 * @out:       the bundle
 * @baton_bz, @kernel_bz: headers of the first two
 * @slot:      of the bundle
 * @abi:       the version to be recorded; NULL if none is
 */
struct parts {
	struct buffer baton, kernel, initrd, out;
	struct bzimage baton_bz, kernel_bz;
	struct slot slot;
	const char *abi;
};

/* Check that @p->baton is a baton without a payload, and read its slot. */
static int read_slot(struct parts *p, const char *path, struct fault *f)
{
	const struct bzimage *bz = &p->baton_bz;

	if (bzimage_parse(&p->baton_bz, p->baton.data, p->baton.size, false, f))
		return -1;
	if (bz->code_size >= SLOT_OFFSET + sizeof(p->slot))
		memcpy(&p->slot, p->baton.data + bz->code + SLOT_OFFSET, sizeof(p->slot));
	if (memcmp(p->slot.magic, SLOT_MAGIC, sizeof(p->slot.magic)) != 0)
		return fault_set(f, "baton-image", "%s is no baton image", path);
	if (p->slot.payload || p->slot.size)
		return fault_set(f, "baton-has-payload", "%s is already a bundle", path);
	if (!is_aligned(p->slot.image, PAGE_SIZE) || p->slot.image < bz->code_size ||
	    p->slot.image > IMAGE_MAX)
		return fault_set(f, "baton-image",
				 "%s takes 0x%llx bytes in memory, of 0x%llx loaded", path,
				 (unsigned long long)p->slot.image,
				 (unsigned long long)bz->code_size);
	return 0;
}

static int check_size(const struct parts *p, uint64_t kernel, uint64_t initrd, struct fault *f)
{
	if (kernel <= BUNDLE_MAX && initrd <= BUNDLE_MAX &&
	    kernel + initrd + p->slot.image + MIB(1) <= BUNDLE_MAX)
		return 0;
	return fault_set(f, "bundle-too-large", "the bundle would be larger than 4 GiB");
}

/* Sizes are checked before gigabytes are read, and once more for what is no plain file. */
static int read_parts(struct parts *p, const struct bundle *b, struct fault *f)
{
	uint32_t limit;
	char note[256];

	if (file_read(&p->baton, b->baton, f) || read_slot(p, b->baton, f))
		return -1;
	if (check_size(p, file_size(b->kernel), b->initrd ? file_size(b->initrd) : 0, f))
		return -1;
	if (file_read(&p->kernel, b->kernel, f) ||
	    bzimage_parse(&p->kernel_bz, p->kernel.data, p->kernel.size, false, f))
		return -1;
	if (b->initrd && file_read(&p->initrd, b->initrd, f))
		return -1;

	limit = p->kernel_bz.hdr.cmdline_size;
	if (b->cmdline && (strlen(b->cmdline) + 1 + BZIMAGE_CMDLINE_GAP > limit ||
			   strlen(b->cmdline) >= PAYLOAD_CMDLINE))
		return fault_set(f, "cmdline-too-long",
				 "%zu characters of command line; the kernel takes %u less %u",
				 strlen(b->cmdline), limit, BZIMAGE_CMDLINE_GAP);
	if (check_size(p, p->kernel.size, p->initrd.size, f))
		return -1;

	if (abi_scan(&p->kernel_bz, p->kernel.data, &p->abi, note, sizeof(note), f))
		return -1;
	if (note[0])
		fprintf(stderr, "batonctl: %s\n", note);
	return 0;
}

/**
 * add_entry() - append one file to the archive that begins at @start of @out
 * @name, @mode: of the file
 * @data:  its @size bytes
 * @align: of the data, from @start; to get there the name is padded with NULs, which readers of cpio
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

/* The initrd goes first: it is then page-aligned, and the next kernel may find it in place. */
static bool add_archive(struct parts *p, const struct bundle *b)
{
	struct buffer *out = &p->out;
	size_t start = out->size;
	const unsigned int file = CPIO_REGULAR;

	if (b->initrd &&
	    !add_entry(out, start, "baton/initrd", file, p->initrd.data, p->initrd.size, PAGE_SIZE))
		return false;
	if (!add_entry(out, start, "baton/kernel", file, p->kernel.data, p->kernel.size, 4))
		return false;
	if (b->cmdline &&
	    !add_entry(out, start, "baton/cmdline", file, b->cmdline, strlen(b->cmdline), 4))
		return false;
	if (p->abi && !add_entry(out, start, "baton/abi", file, p->abi, strlen(p->abi), 4))
		return false;
	return add_entry(out, start, CPIO_TRAILER, 0, NULL, 0, 4);
}

/* Write the slot, and how much there is now to load and to reserve. */
static void patch(struct parts *p)
{
	uint64_t code = p->baton_bz.code, whole = p->out.size - code;
	uint32_t syssize = (uint32_t)(whole / PARAGRAPH);
	uint32_t init_size = (uint32_t)max_u64(p->baton_bz.hdr.init_size,
					       align_up(whole + SIGNATURES, PAGE_SIZE));

	memcpy(p->out.data + code + SLOT_OFFSET, &p->slot, sizeof(p->slot));
	memcpy(p->out.data + HDR_SYSSIZE, &syssize, sizeof(syssize));
	memcpy(p->out.data + HDR_INITSIZE, &init_size, sizeof(init_size));
}

static int assemble(struct parts *p, const struct bundle *b, struct fault *f)
{
	struct buffer *out = &p->out;
	uint64_t code = p->baton_bz.code;

	if (!buffer_add(out, p->baton.data, p->baton.size) ||
	    !buffer_zero_to(out, code + p->slot.image))
		return fault_set(f, "out-of-memory", "no memory for the bundle");
	p->slot.payload = p->slot.image;
	if (!add_archive(p, b))
		return fault_set(f, "out-of-memory", "no memory for the bundle");
	p->slot.size = out->size - code - p->slot.payload;
	if (!buffer_zero_to(out, align_up(out->size, PE_FILE_ALIGN)))
		return fault_set(f, "out-of-memory", "no memory for the bundle");
	patch(p);
	return pe_add_payload(out, code + p->slot.image, f);
}

static unsigned long kib(const struct buffer *b)
{
	return (b->size + 1023) / 1024;
}

static void report(const struct parts *p, const struct bundle *b)
{
	const char *release = p->kernel_bz.release;

	printf("%s: %lu KiB: baton %lu KiB, kernel %s %lu KiB, initrd %lu KiB, KHO version %s\n",
	       b->out, kib(&p->out), kib(&p->baton), release[0] ? release : "(no release)",
	       kib(&p->kernel), kib(&p->initrd), p->abi ? p->abi : "not recorded");
}

int bundle_make(const struct bundle *b, struct fault *f)
{
	struct parts p = { 0 };
	int ret = read_parts(&p, b, f);

	if (ret == 0)
		ret = assemble(&p, b, f);
	if (ret == 0)
		ret = file_write(b->out, &p.out, f);
	if (ret == 0)
		report(&p, b);
	free(p.baton.data);
	free(p.kernel.data);
	free(p.initrd.data);
	free(p.out.data);
	return ret;
}
