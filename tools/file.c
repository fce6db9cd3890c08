// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* asprintf() */
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

static bool is_standard(const char *path)
{
	return strcmp(path, "-") == 0;
}

int file_read(struct buffer *b, const char *path, struct fault *f)
{
	FILE *in = is_standard(path) ? stdin : fopen(path, "rb");
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

/* Write all of it and close @out. Return: 0, or an errno. */
static int write_all(FILE *out, const struct buffer *b, bool sync)
{
	int error = fwrite(b->data, 1, b->size, out) == b->size && fflush(out) == 0 &&
				    (!sync || fsync(fileno(out)) == 0) ?
			    0 :
			    errno;

	if (fclose(out) != 0 && !error)
		error = errno;
	return error;
}

/* Standard output, a device or a pipe: there is nothing to put beside it. */
static int write_through(const char *path, const struct buffer *b)
{
	FILE *out = is_standard(path) ? stdout : fopen(path, "wb");

	return out ? write_all(out, b, false) : errno;
}

/* The rights that the file at @path has, or that a new one gets. */
static mode_t rights(const struct stat *old)
{
	mode_t mask = umask(0);

	umask(mask);
	return old ? old->st_mode & 07777 : 0666 & ~mask;
}

/* Fill the new file @fd and let it take the place of @path. Return: 0, or an errno. */
static int fill(int fd, const char *beside, const char *path, const struct stat *old,
		const struct buffer *b)
{
	FILE *out = fdopen(fd, "wb");
	int error;

	if (!out) {
		error = errno;
		close(fd);
		return error;
	}
	error = write_all(out, b, true);
	if (!error && (chmod(beside, rights(old)) != 0 || rename(beside, path) != 0))
		error = errno;
	return error;
}

/* Into a new file beside @path, which then takes its place in one step. Return: 0, or an errno. */
static int replace(const char *path, const struct stat *old, const struct buffer *b)
{
	char *beside;
	int error, fd;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0)
		return ENOMEM;
	fd = mkstemp(beside);
	error = fd < 0 ? errno : fill(fd, beside, path, old, b);
	if (error && fd >= 0)
		unlink(beside);
	free(beside);
	return error;
}

/* A link stays a link: what it leads to is replaced. */
static int write_path(const char *path, const struct buffer *b)
{
	struct stat st;
	char *real;
	int error;

	if (is_standard(path))
		return write_through(path, b);
	if (stat(path, &st) != 0)
		return errno == ENOENT ? replace(path, NULL, b) : errno;
	if (!S_ISREG(st.st_mode))
		return write_through(path, b);
	real = realpath(path, NULL);
	error = real ? replace(real, &st, b) : errno;
	free(real);
	return error;
}

int file_write(const char *path, const struct buffer *b, struct fault *f)
{
	int error = write_path(path, b);

	return error ? fault_set(f, "file-write", "%s: %s", path, strerror(error)) : 0;
}
