// SPDX-License-Identifier: MIT
#include "tools/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP 65536

bool buffer_room(struct buffer *b, size_t more)
{
	size_t cap = b->cap ? b->cap : STEP;
	uint8_t *data;

	if (more > SIZE_MAX / 4 - b->size)
		return false;
	if (b->cap - b->size >= more && b->data)
		return true;
	while (cap - b->size < more)
		cap *= 2;
	data = realloc(b->data, cap);
	if (!data)
		return false;
	b->data = data;
	b->cap = cap;
	return true;
}

bool buffer_add(struct buffer *b, const void *data, size_t size)
{
	if (!buffer_room(b, size))
		return false;
	if (data)
		memcpy(b->data + b->size, data, size);
	else
		memset(b->data + b->size, 0, size);
	b->size += size;
	return true;
}

bool buffer_zero_to(struct buffer *b, size_t size)
{
	return b->size >= size || buffer_add(b, NULL, size - b->size);
}

uint64_t file_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
}

int file_read(struct buffer *b, const char *path, struct fault *f)
{
	FILE *in = fopen(path, "rb");
	bool room = true;
	size_t n = 0;

	if (!in)
		return fault_set(f, "file-read", "%s: %s", path, strerror(errno));
	errno = 0;
	do {
		b->size += n;
		room = buffer_room(b, STEP);
		n = room ? fread(b->data + b->size, 1, STEP, in) : 0;
	} while (n > 0);
	if (!room || ferror(in)) {
		fault_set(f, "file-read", "%s: %s", path, strerror(room ? errno : ENOMEM));
		fclose(in);
		return -1;
	}
	fclose(in);
	return 0;
}

int file_write(const char *path, const struct buffer *b, struct fault *f)
{
	FILE *out = fopen(path, "wb");
	bool good;
	int error;

	if (!out)
		return fault_set(f, "file-write", "%s: %s", path, strerror(errno));
	good = fwrite(b->data, 1, b->size, out) == b->size;
	error = errno;
	if (fclose(out) != 0 && good) {
		good = false;
		error = errno;
	}
	if (good)
		return 0;
	unlink(path);
	return fault_set(f, "file-write", "%s: %s", path, strerror(error));
}
