// SPDX-License-Identifier: MIT
#include "kexec/payload.h"

#include <string.h>

#include "kexec/cpio.h"

#define BZIMAGE_MAGIC_AT 0x202

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

/* A file of one line as a string in @buf. Return: false if it is too long or holds a NUL. */
static bool read_line(const struct cpio_entry *e, char *buf, size_t size)
{
	const char *text = e->data;
	uint64_t n = e->size;

	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n >= size || memchr(text, '\0', n))
		return false;
	memcpy(buf, text, n);
	buf[n] = '\0';
	return true;
}

static int take_entry(struct payload *p, const struct cpio_entry *e, struct fault *f)
{
	const char *name = plain_name(e->name);

	if (strcmp(name, "baton/kernel") == 0) {
		p->kernel = e->data;
		p->kernel_size = e->size;
	} else if (strcmp(name, "baton/initrd") == 0) {
		p->initrd = e->size ? e->data : NULL;
		p->initrd_size = e->size;
	} else if (strcmp(name, "baton/cmdline") == 0) {
		if (!read_line(e, p->cmdline, sizeof(p->cmdline)))
			return fault_set(f, "payload-cmdline",
					 "baton/cmdline has %llu bytes (of %u) or a NUL",
					 (unsigned long long)e->size, PAYLOAD_CMDLINE - 1);
		p->has_cmdline = true;
	} else if (strcmp(name, MANIFEST_FILE) == 0) {
		memset(&p->manifest, 0, sizeof(p->manifest));
		return manifest_read(&p->manifest, e->data, e->size, f);
	}
	return 0;
}

/* @where names the archive in messages. */
static int read_archive(struct payload *p, const void *data, uint64_t size, const char *where,
			struct fault *f)
{
	struct cpio_entry e;
	uint64_t pos = 0;
	int more;

	while ((more = cpio_next(data, size, &pos, &e, f)) > 0) {
		if (take_entry(p, &e, f))
			return -1;
	}
	if (more < 0)
		return -1;
	if (p->kernel_size == 0)
		return fault_set(f, "payload-no-kernel", "there is no baton/kernel in the %s",
				 where);
	return 0;
}

int payload_find(struct payload *p, const void *bundle, uint64_t bundle_size, const void *initrd,
		 uint64_t initrd_size, struct fault *f)
{
	memset(p, 0, sizeof(*p));
	if (bundle_size) {
		p->initrd = initrd;
		p->initrd_size = initrd_size;
		return read_archive(p, bundle, bundle_size, "bundle", f);
	}
	if (initrd_size == 0)
		return fault_set(f, "payload-missing",
				 "no bundle and no initrd; see batonctl bundle --help");
	if (cpio_is(initrd, initrd_size))
		return read_archive(p, initrd, initrd_size, "initrd", f);
	if (!looks_like_bzimage(initrd, initrd_size))
		return fault_set(f, "payload-missing",
				 "no bundle, and the initrd is neither a newc cpio nor a bzImage");
	p->kernel = initrd;
	p->kernel_size = initrd_size;
	return 0;
}
