// SPDX-License-Identifier: MIT
#include "kexec/payload.h"

#include <string.h>

#include "kexec/cpio.h"

#define BZIMAGE_MAGIC_AT 0x202
#define PIECE_ALIGN      4 /* of each archive in an initrd */

/**
 * struct reading - an initrd, or a bundle's archive, being read
 * @p:    what is found
 * @data, @size: all of it
 * @where: its name in messages
 * @own:  index of the piece that is baton/initrd; PAYLOAD_PIECES before there is one
 * @run:  what was read last is the next kernel's: the last piece grows by what follows
 * @compressed: format of what follows the archives; NULL if nothing does
 */
struct reading {
	struct payload *p;
	const char *data;
	uint64_t size;
	const char *where;
	unsigned int own;
	bool run;
	const char *compressed;
};

static bool looks_like_bzimage(const void *data, uint64_t size)
{
	return size >= BZIMAGE_MAGIC_AT + 4 &&
	       memcmp((const char *)data + BZIMAGE_MAGIC_AT, "HdrS", 4) == 0;
}

/* Archives made by hand often have "./" or "/" before each name. */
static const char *plain_name(const char *name)
{
	if (name[0] == '.' && name[1] == '/')
		name++;
	while (*name == '/')
		name++;
	return name;
}

/* One line as a string in @buf, of PAYLOAD_CMDLINE bytes. Return: false if it is too long or holds a NUL. */
static bool read_line(const char *text, uint64_t n, char *buf)
{
	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n >= PAYLOAD_CMDLINE || memchr(text, '\0', n))
		return false;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return true;
}

/* NULs at the end of a section are padding. */
static uint64_t text_size(const struct bytes *b)
{
	const char *text = b->data;
	uint64_t n = b->size;

	while (n > 0 && text[n - 1] == '\0')
		n--;
	return n;
}

/* What the kernel's decompressors know. Return: the name of the format; NULL if it is none of them. */
static const char *compression(const void *data, uint64_t size)
{
	if (size < 4)
		return NULL;
	if (memcmp(data, "\x1f\x8b", 2) == 0)
		return "gzip";
	if (memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0)
		return "zstd";
	if (memcmp(data, "\xfd\x37zX", 4) == 0)
		return "xz";
	if (memcmp(data, "\x5d\0\0", 3) == 0)
		return "lzma";
	if (memcmp(data, "BZh", 3) == 0)
		return "bzip2";
	if (memcmp(data, "\x02\x21\x4c\x18", 4) == 0 || memcmp(data, "\x04\x22\x4d\x18", 4) == 0)
		return "lz4";
	return memcmp(data, "\x89LZO", 4) == 0 ? "lzo" : NULL;
}

static int too_many_pieces(struct fault *f)
{
	return fault_set(f, "payload-pieces", "an initrd of more than %u pieces", PAYLOAD_PIECES);
}

static int add_piece(struct payload *p, const void *data, uint64_t size, struct fault *f)
{
	if (p->nr_pieces == PAYLOAD_PIECES)
		return too_many_pieces(f);
	p->piece[p->nr_pieces++] = (struct bytes){ data, size };
	return 0;
}

/* As with any file, the last baton/initrd counts. Return: 1, or -1 with a fault. */
static int take_initrd(struct reading *r, const struct cpio_entry *e, struct fault *f)
{
	struct payload *p = r->p;

	if (r->own < PAYLOAD_PIECES) {
		memmove(p->piece + r->own, p->piece + r->own + 1,
			(--p->nr_pieces - r->own) * sizeof(*p->piece));
		r->own = PAYLOAD_PIECES;
	}
	if (e->size == 0)
		return 1;
	r->own = p->nr_pieces;
	return add_piece(p, e->data, e->size, f) ? -1 : 1;
}

/* A file of baton's. Return: 1; 0 if it is something else; -1 with a fault. */
static int take_entry(struct reading *r, const struct cpio_entry *e, struct fault *f)
{
	const char *name = plain_name(e->name);
	struct payload *p = r->p;

	if (strcmp(name, "baton/kernel") == 0) {
		p->kernel = e->data;
		p->kernel_size = e->size;
	} else if (strcmp(name, "baton/initrd") == 0) {
		return take_initrd(r, e, f);
	} else if (strcmp(name, "baton/cmdline") == 0) {
		if (!read_line(e->data, e->size, p->cmdline))
			return fault_set(f, "payload-cmdline",
					 "baton/cmdline has %llu bytes (of %u) or a NUL",
					 (unsigned long long)e->size, PAYLOAD_CMDLINE - 1);
		p->has_cmdline = true;
	} else if (strcmp(name, MANIFEST_FILE) == 0) {
		memset(&p->manifest, 0, sizeof(p->manifest));
		return manifest_read(&p->manifest, e->data, e->size, f) ? -1 : 1;
	} else {
		return 0;
	}
	return 1;
}

/* What lies from @start to @end is the next kernel's. Between two such pieces there is only padding. */
static int pass_on(struct reading *r, uint64_t start, uint64_t end, struct fault *f)
{
	struct payload *p = r->p;
	struct bytes *last;

	if (!r->run) {
		r->run = true;
		return add_piece(p, r->data + start, end - start, f);
	}
	last = &p->piece[p->nr_pieces - 1];
	last->size = (uint64_t)(r->data + end - (const char *)last->data);
	return 0;
}

/* The archive at @pos, which is moved behind it. */
static int read_one(struct reading *r, uint64_t *pos, struct fault *f)
{
	const uint64_t start = *pos;
	struct cpio_entry e;
	bool ours = false;
	int more, took;

	while ((more = cpio_next(r->data, r->size, pos, &e, f)) > 0) {
		cpio_follow_link(r->data, r->size, start, &e);
		took = take_entry(r, &e, f);
		if (took < 0)
			return -1;
		ours |= took > 0;
	}
	if (more < 0)
		return -1;
	if (!ours)
		return pass_on(r, start, *pos, f);
	r->run = false;
	return 0;
}

/* What begins at @pos is no archive: something compressed, for the next kernel, up to the end. */
static int read_rest(struct reading *r, uint64_t pos, struct fault *f)
{
	r->compressed = compression(r->data + pos, r->size - pos);
	if (r->compressed)
		return pass_on(r, pos, r->size, f);
	return fault_set(f, "cpio-corrupt",
			 "offset 0x%llx of the %s: no archive, nothing compressed, no padding",
			 (unsigned long long)pos, r->where);
}

static int no_kernel(const struct reading *r, struct fault *f)
{
	if (r->compressed)
		return fault_set(f, "payload-compressed",
				 "a %s archive in the %s; expected baton/kernel in one before it "
				 "that is not compressed",
				 r->compressed, r->where);
	return fault_set(f, "payload-no-kernel", "there is no baton/kernel in the %s", r->where);
}

static int read_archives(struct reading *r, struct fault *f)
{
	uint64_t pos = 0;

	while (pos < r->size && !r->compressed) {
		bool archive = is_aligned(pos, PIECE_ALIGN) &&
			       cpio_is(r->data + pos, r->size - pos);

		if (r->data[pos] == '\0')
			pos++;
		else if (archive ? read_one(r, &pos, f) : read_rest(r, pos, f))
			return -1;
	}
	return r->p->kernel_size ? 0 : no_kernel(r, f);
}

/* Its own initrd comes first: [.ucode] [.initrd] [what else there is]. */
static int open_uki(struct payload *p, struct fault *f)
{
	struct uki u;
	unsigned int more;

	if (uki_read(&u, p->kernel, p->kernel_size, f))
		return -1;
	p->kernel = u.kernel.data;
	p->kernel_size = u.kernel.size;
	more = (u.ucode.size != 0) + (u.initrd.size != 0);
	if (p->nr_pieces + more > PAYLOAD_PIECES)
		return too_many_pieces(f);
	memmove(p->piece + more, p->piece, p->nr_pieces * sizeof(*p->piece));
	p->nr_pieces += more;
	more = 0;
	if (u.ucode.size)
		p->piece[more++] = u.ucode;
	if (u.initrd.size)
		p->piece[more++] = u.initrd;
	if (!u.cmdline.data || p->has_cmdline)
		return 0;
	if (!read_line(u.cmdline.data, text_size(&u.cmdline), p->cmdline))
		return fault_set(f, "payload-cmdline", ".cmdline has %llu bytes (of %u) or a NUL",
				 (unsigned long long)u.cmdline.size, PAYLOAD_CMDLINE - 1);
	p->has_cmdline = true;
	return 0;
}

/* One piece is the initrd as it lies there. */
static void sum_up(struct payload *p)
{
	p->initrd = p->nr_pieces == 1 ? p->piece[0].data : NULL;
	p->initrd_size = 0;
	for (unsigned int i = 0; i < p->nr_pieces; i++)
		p->initrd_size = align_up(p->initrd_size, PIECE_ALIGN) + p->piece[i].size;
}

void payload_join(struct payload *p, void *buf)
{
	uint64_t at = 0;

	for (unsigned int i = 0; i < p->nr_pieces; i++) {
		at = align_up(at, PIECE_ALIGN);
		memcpy((char *)buf + at, p->piece[i].data, p->piece[i].size);
		at += p->piece[i].size;
	}
	p->initrd = buf;
}

/* The initrd that baton was given goes on, unless the bundle brings another in its place. */
static int read_bundle(struct payload *p, const struct bytes *bundle, const struct bytes *initrd,
		       struct fault *f)
{
	struct reading r = { .p = p,
			     .data = bundle->data,
			     .size = bundle->size,
			     .where = "bundle",
			     .own = initrd->size ? 0 : PAYLOAD_PIECES };

	p->nr_pieces = initrd->size != 0;
	p->piece[0] = *initrd;
	return read_archives(&r, f);
}

/* Behind any padding something begins that may be in an initrd. */
static bool may_be_archives(const struct bytes *b)
{
	const char *data = b->data;
	uint64_t at = 0;

	while (at < b->size && data[at] == '\0')
		at++;
	return cpio_is(data + at, b->size - at) || compression(data + at, b->size - at);
}

static int read_initrd(struct payload *p, const struct bytes *initrd, struct fault *f)
{
	struct reading r = { .p = p,
			     .data = initrd->data,
			     .size = initrd->size,
			     .where = "initrd",
			     .own = PAYLOAD_PIECES };

	if (initrd->size == 0)
		return fault_set(f, "payload-missing",
				 "no bundle and no initrd; see batonctl bundle --help");
	if (looks_like_bzimage(initrd->data, initrd->size) || uki_is(initrd->data, initrd->size)) {
		p->kernel = initrd->data;
		p->kernel_size = initrd->size;
		return 0;
	}
	if (may_be_archives(initrd))
		return read_archives(&r, f);
	return fault_set(f, "payload-missing",
			 "no bundle, and the initrd is neither a newc cpio nor a kernel");
}

int payload_find(struct payload *p, const void *bundle, uint64_t bundle_size, const void *initrd,
		 uint64_t initrd_size, struct fault *f)
{
	const struct bytes in_image = { bundle, bundle_size }, given = { initrd, initrd_size };

	memset(p, 0, sizeof(*p));
	if (bundle_size ? read_bundle(p, &in_image, &given, f) : read_initrd(p, &given, f))
		return -1;
	if (uki_is(p->kernel, p->kernel_size) && open_uki(p, f))
		return -1;
	sum_up(p);
	return 0;
}
