// SPDX-License-Identifier: MIT
/* On the host: the address of each page in which two files differ, in decimal, a line each. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096UL

static const char *map_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st)) {
		perror(path);
		return NULL;
	}
	*size = (size_t)st.st_size;
	p = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED) {
		perror(path);
		return NULL;
	}
	return p;
}

int main(int argc, char **argv)
{
	size_t size[2];
	const char *a = argc == 3 ? map_file(argv[1], &size[0]) : NULL;
	const char *b = a ? map_file(argv[2], &size[1]) : NULL;

	if (!b || size[0] != size[1] || size[0] % PAGE) {
		fprintf(stderr, "usage: diff_pages FILE FILE: of the same size, whole pages\n");
		return 2;
	}
	for (size_t at = 0; at < size[0]; at += PAGE)
		if (memcmp(a + at, b + at, PAGE) != 0)
			printf("%zu\n", at);
	return 0;
}
