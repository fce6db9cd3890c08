// SPDX-License-Identifier: MIT

#define _GNU_SOURCE
#include "console.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

#define WAITING "workload at "

uint8_t *memory_map(const char *path, uint64_t *size)
{
	int fd = open(path, O_RDWR);
	struct stat st;
	void *mem;

	if (fd < 0 || fstat(fd, &st) || !st.st_size)
		die("cannot open the machine's memory %s", path);
	*size = (uint64_t)st.st_size;
	mem = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		die("cannot map the machine's memory %s", path);
	close(fd);
	return mem;
}

size_t console_size(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : (size_t)st.st_size;
}

const char *console_find(const char *path, size_t from, const char *text)
{
	static char *buf;
	static size_t room;
	size_t size = console_size(path), n = 0;
	FILE *f = fopen(path, "rb");
	char *at, *end;

	if (size + 1 > room) {
		room = size + 65536;
		buf = realloc(buf, room);
	}
	if (!buf)
		die("out of memory");
	if (f && !fseek(f, (long)from, SEEK_SET))
		n = fread(buf, 1, room - 1, f);
	if (f)
		fclose(f);
	buf[n] = '\0';
	at = memmem(buf, n, text, strlen(text));
	/* only whole lines: the rest of this one may be on its way */
	end = at ? memchr(at, '\n', n - (size_t)(at - buf)) : NULL;
	if (!end)
		return NULL;
	*end = '\0';
	return at + strlen(text);
}

uint64_t console_workload(const char *path)
{
	const char *line = console_find(path, 0, WAITING);

	return line ? strtoull(line, NULL, 16) : 0;
}
