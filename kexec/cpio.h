/* SPDX-License-Identifier: MIT */
/* Newc cpio archives in memory: reading them, and the header of a file for writing one. */
#ifndef BATON_KEXEC_CPIO_H
#define BATON_KEXEC_CPIO_H

#include "lib/fault.h"
#include "lib/num.h"

#define CPIO_HEADER  110 /* bytes: the magic, and 13 fields of 8 hex digits */
#define CPIO_REGULAR 0100644
#define CPIO_TRAILER "TRAILER!!!"

/** struct cpio_inode - what the names of one file have in common: @number on the device @major, @minor */
struct cpio_inode {
	uint32_t number, major, minor;
};

/**
 * struct cpio_entry - a file of @size bytes; @name is NUL-terminated and, like @data, points into the archive
 * @links: how many names it has
 * @inode: which file it is; means something only if @links is more than 1
 */
struct cpio_entry {
	const char *name;
	const void *data;
	uint64_t size;
	uint32_t links;
	struct cpio_inode inode;
};

/** cpio_is() - true if the @size bytes at @data begin like a newc archive ("070701" or "070702"). */
bool cpio_is(const void *data, uint64_t size);

/**
 * cpio_next() - step through an archive
 * @data: the archive, @size bytes of any contents
 * @pos:  byte offset of the next header; 0 to begin, moved on by each call; in the end behind the trailer
 * @e:    the entry
 *
 * Return: 1 with @e filled in, 0 at TRAILER!!!, -1 with fault cpio-corrupt (bad magic, digits, names or
 * sizes that leave the archive; the text names the offset).
 */
int cpio_next(const void *data, uint64_t size, uint64_t *pos, struct cpio_entry *e,
	      struct fault *f);

/**
 * cpio_follow_link() - let an entry have the data of its file
 * @data, @size: the archive
 * @pos: where in it the archive begins of which @e is an entry
 * @e:   the entry
 *
 * Of a file with several names an archive has the data once, most often with the last name.
 */
void cpio_follow_link(const void *data, uint64_t size, uint64_t pos, struct cpio_entry *e);

/**
 * struct cpio_head - what the header of a file says
 * @ino:       a number of its own; 0 will do where there are no hard links
 * @mode:      type and permissions, as CPIO_REGULAR
 * @size:      bytes of its data
 * @name_size: of its name, with the NUL, and with those that move the data to a higher place: readers skip them
 */
struct cpio_head {
	uint32_t ino, mode, size, name_size;
};

/** cpio_put_header() - write @h: CPIO_HEADER bytes at @to. The name is to follow. */
void cpio_put_header(char *to, const struct cpio_head *h);

#endif
