/* SPDX-License-Identifier: MIT */
/* Whole files in memory. As a path, "-" is standard input or output. */
#ifndef BATON_TOOLS_FILE_H
#define BATON_TOOLS_FILE_H

#include "lib/fault.h"
#include "lib/num.h"

/**
 * struct buffer - memory that grows
 * @data: malloc()ed, NULL while @cap is 0; free() it
 * @size: bytes in use
 * @cap:  bytes there are
 */
struct buffer {
	uint8_t *data;
	size_t size, cap;
};

/** buffer_room() - make @more bytes fit behind those in use. Return: false if memory ran out. */
bool buffer_room(struct buffer *b, size_t more);

/** buffer_add() - append @size bytes; NULL @data appends zeros. Return: false if memory ran out. */
bool buffer_add(struct buffer *b, const void *data, size_t size);

/** buffer_zero_to() - append zeros up to @size bytes in use. Return: false if memory ran out. */
bool buffer_zero_to(struct buffer *b, size_t size);

/** file_size() - bytes of the file at @path; 0 if it is no plain file. */
uint64_t file_size(const char *path);

/** file_read() - append the file at @path to @b. Return: 0; or -1 with fault file-read. */
int file_read(struct buffer *b, const char *path, struct fault *f);

/**
 * file_write() - write @b to the file at @path, whole or not at all
 * It is written beside @path and then takes its place, with its rights: after an error the old file is
 * still there. What is no plain file is written through.
 * Return: 0; or -1 with fault file-write.
 */
int file_write(const char *path, const struct buffer *b, struct fault *f);

#endif
