// SPDX-License-Identifier: MIT
/* On the host: the checksum of a file, as an init of a test machine prints that of memory. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/guest/checksum.h"

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct stat st;
	void *data;

	if (argc != 2) {
		fprintf(stderr, "usage: sum FILE\n");
		return 2;
	}
	if (fd < 0 || fstat(fd, &st)) {
		perror(argv[1]);
		return 1;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		perror(argv[1]);
		return 1;
	}
	printf("0x%016" PRIx64 "\n", sum_memory(data, (size_t)st.st_size));
	return 0;
}
