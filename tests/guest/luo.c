// SPDX-License-Identifier: MIT
/*
 * The ioctls of /dev/liveupdate. The build machine's headers may be older than they are, so they are told here.
 *
 * Source: include/uapi/linux/liveupdate.h of Linux 7.0 to 7.3, which is the same for all that is used here.
 */
#include "tests/guest/luo.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include "tests/guest/guest.h"

#define DEVICE "/dev/liveupdate"

#define LUO_CREATE_SESSION   _IO(0xba, 0x00)
#define LUO_RETRIEVE_SESSION _IO(0xba, 0x01)
#define LUO_PRESERVE_FILE    _IO(0xba, 0x40)
#define LUO_RETRIEVE_FILE    _IO(0xba, 0x41)
#define LUO_FINISH_SESSION   _IO(0xba, 0x42)

/* Each begins with its own size; @fd is filled in by whatever makes a descriptor. */
struct by_name {
	uint32_t size;
	int32_t fd;
	char name[64];
};

struct by_token {
	uint32_t size;
	int32_t fd;
	uint64_t token;
};

struct finish {
	uint32_t size, reserved;
};

_Static_assert(sizeof(struct by_name) == 72, "struct liveupdate_ioctl_create_session");
_Static_assert(sizeof(struct by_token) == 16, "struct liveupdate_session_preserve_fd");
_Static_assert(sizeof(struct finish) == 8, "struct liveupdate_session_finish");

int open_luo(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail(DEVICE ": %s", strerror(errno));
	return fd;
}

static int ask_by_name(int luo, unsigned long request, const char *name)
{
	struct by_name ask = { .size = sizeof(ask), .fd = -1 };

	if (strlen(name) >= sizeof(ask.name))
		fail("the name of the session '%s' is too long", name);
	strcpy(ask.name, name);
	return ioctl(luo, request, &ask) ? -1 : ask.fd;
}

int create_session(int luo, const char *name)
{
	return ask_by_name(luo, LUO_CREATE_SESSION, name);
}

int retrieve_session(int luo, const char *name)
{
	return ask_by_name(luo, LUO_RETRIEVE_SESSION, name);
}

int preserve_file(int session, int fd, uint64_t token)
{
	struct by_token ask = { .size = sizeof(ask), .fd = fd, .token = token };

	return ioctl(session, LUO_PRESERVE_FILE, &ask);
}

int retrieve_file(int session, uint64_t token)
{
	struct by_token ask = { .size = sizeof(ask), .fd = -1, .token = token };

	return ioctl(session, LUO_RETRIEVE_FILE, &ask) ? -1 : ask.fd;
}

int finish_session(int session)
{
	struct finish ask = { .size = sizeof(ask) };

	return ioctl(session, LUO_FINISH_SESSION, &ask);
}
