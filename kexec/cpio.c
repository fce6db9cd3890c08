// SPDX-License-Identifier: MIT
/* Source: Documentation/driver-api/early-userspace/buffer-format.rst of Linux. */
#include "kexec/cpio.h"

#include <string.h>

#define MAGIC_SIZE 6
#define FIELD_SIZE 8

/* Fields, by their index. */
enum field { INO, MODE, LINKS = 4, FILE_SIZE = 6, MAJOR, MINOR, NAME_SIZE = 11, FIELDS = 13 };

_Static_assert(MAGIC_SIZE + FIELDS * FIELD_SIZE == CPIO_HEADER, "newc");

/* Return: false if @field is not eight hex digits. */
static bool read_hex(const char *field, uint32_t *value)
{
	uint32_t v = 0;

	for (unsigned int i = 0; i < FIELD_SIZE; i++) {
		char c = field[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (uint32_t)(c - 'A' + 10);
		else
			return false;
	}
	*value = v;
	return true;
}

static int corrupt(struct fault *f, uint64_t at, const char *what)
{
	return fault_set(f, "cpio-corrupt", "cpio archive, entry at offset 0x%llx: %s",
			 (unsigned long long)at, what);
}

bool cpio_is(const void *data, uint64_t size)
{
	return size >= MAGIC_SIZE &&
	       (memcmp(data, "070701", MAGIC_SIZE) == 0 || memcmp(data, "070702", MAGIC_SIZE) == 0);
}

int cpio_next(const void *data, uint64_t size, uint64_t *pos, struct cpio_entry *e, struct fault *f)
{
	const char *archive = data, *fields;
	uint32_t field[FIELDS], file_size, name_size;
	uint64_t at = *pos, name, body;

	if (at >= size || size - at < CPIO_HEADER)
		return corrupt(f, at, "the archive ends before its trailer");
	if (!cpio_is(archive + at, size - at))
		return corrupt(f, at, "not a newc header");
	fields = archive + at + MAGIC_SIZE;
	for (unsigned int i = 0; i < FIELDS; i++)
		if (!read_hex(fields + (size_t)i * FIELD_SIZE, &field[i]))
			return corrupt(f, at, "a number that is not hexadecimal");
	file_size = field[FILE_SIZE];
	name_size = field[NAME_SIZE];

	/* No sum below wraps: an archive in memory ends well before 2^63, both sizes before 2^32. */
	name = at + CPIO_HEADER;
	if (name_size == 0 || name_size > size - name)
		return corrupt(f, at, "a name that leaves the archive");
	if (archive[name + name_size - 1] != '\0')
		return corrupt(f, at, "a name without its end");
	body = align_up(name + name_size, 4);
	if (strcmp(archive + name, CPIO_TRAILER) == 0) {
		*pos = min_u64(body, size);
		return 0;
	}
	if (body > size || file_size > size - body)
		return corrupt(f, at, "data that leaves the archive");

	e->name = archive + name;
	e->data = archive + body;
	e->size = file_size;
	e->links = field[LINKS];
	e->inode = (struct cpio_inode){ field[INO], field[MAJOR], field[MINOR] };
	*pos = align_up(body + file_size, 4);
	return 1;
}

static bool is_same_inode(const struct cpio_inode *a, const struct cpio_inode *b)
{
	return a->number == b->number && a->major == b->major && a->minor == b->minor;
}

void cpio_follow_link(const void *data, uint64_t size, uint64_t pos, struct cpio_entry *e)
{
	struct cpio_entry other;
	struct fault none;

	if (e->links < 2 || e->size)
		return;
	while (cpio_next(data, size, &pos, &other, &none) > 0) {
		if (other.size && other.links > 1 && is_same_inode(&other.inode, &e->inode)) {
			e->data = other.data;
			e->size = other.size;
		}
	}
}

void cpio_put_header(char *to, const struct cpio_head *h)
{
	const uint32_t field[FIELDS] = {
		[INO] = h->ino,        [MODE] = h->mode,           [LINKS] = 1,
		[FILE_SIZE] = h->size, [NAME_SIZE] = h->name_size,
	};

	memcpy(to, "070701", MAGIC_SIZE);
	to += MAGIC_SIZE;
	for (unsigned int i = 0; i < FIELDS; i++)
		for (int shift = 28; shift >= 0; shift -= 4)
			*to++ = "0123456789abcdef"[field[i] >> shift & 15];
}
