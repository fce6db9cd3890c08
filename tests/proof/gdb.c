// SPDX-License-Identifier: MIT
#include "gdb.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "say.h"

#define PACKET    4096
#define ANSWER_MS 60000
#define STOP_MS   100

static void send_all(int gdb, const char *data, size_t size)
{
	/* a machine that is gone is told, and is no signal */
	if (send(gdb, data, size, MSG_NOSIGNAL) != (ssize_t)size)
		die("the stub hung up: the machine is gone");
}

static void send_packet(int gdb, const char *body)
{
	char packet[PACKET];
	uint8_t sum = 0;
	int n;

	for (const char *p = body; *p; p++)
		sum += (uint8_t)*p;
	n = snprintf(packet, sizeof(packet), "$%s#%02x", body, sum);
	send_all(gdb, packet, (size_t)n);
}

static bool readable(int gdb, int ms)
{
	struct pollfd p = { .fd = gdb, .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/*
 * The body of the next packet, into @body. In the usual case one read brings the whole packet;
 * what follows it in the same read is kept for the next call.
 */
static char kept[PACKET];
static size_t nr_kept;

static bool receive(int gdb, char *body, int ms)
{
	for (;;) {
		char *start = memchr(kept, '$', nr_kept);
		char *end = start ? memchr(start, '#', nr_kept - (size_t)(start - kept)) : NULL;
		ssize_t n;

		if (end && end + 3 <= kept + nr_kept) {
			memcpy(body, start + 1, (size_t)(end - start - 1));
			body[end - start - 1] = '\0';
			nr_kept -= (size_t)(end + 3 - kept);
			memmove(kept, end + 3, nr_kept);
			return true;
		}
		if (!readable(gdb, ms))
			return false;
		n = read(gdb, kept + nr_kept, sizeof(kept) - nr_kept);
		if (n <= 0)
			die("the stub hung up: the machine is gone");
		nr_kept += (size_t)n;
	}
}

static void ask(int gdb, const char *body, char *answer)
{
	send_packet(gdb, body);
	if (!receive(gdb, answer, ANSWER_MS))
		die("no answer from the stub to '%s'", body);
}

static void ask_ok(int gdb, const char *body)
{
	char answer[PACKET];

	ask(gdb, body, answer);
	if (strcmp(answer, "OK") != 0)
		die("the stub answers '%s' to '%s'", answer, body);
}

int gdb_connect(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int gdb = socket(AF_UNIX, SOCK_STREAM, 0);
	char answer[PACKET];

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (gdb < 0 || connect(gdb, (struct sockaddr *)&addr, sizeof(addr)))
		die("no gdb stub at %s", path);
	nr_kept = 0;
	/*
	 * The connection stops a running machine, which reports that. No packet is acknowledged: QEMU
	 * accepts the next command as well, and anything sent to a running machine stops it.
	 */
	while (gdb_wait(gdb, STOP_MS))
		;
	/* QEMU gives single registers only after it was asked which registers there are */
	ask(gdb, "qXfer:features:read:target.xml:0,800", answer);
	return gdb;
}

void gdb_step(int gdb)
{
	char answer[PACKET];

	ask(gdb, "s", answer);
	if (strncmp(answer, "T05", 3) != 0)
		die("a step ended in '%s'", answer);
}

void gdb_continue(int gdb)
{
	send_packet(gdb, "c");
}

bool gdb_wait(int gdb, int ms)
{
	char answer[PACKET];

	return receive(gdb, answer, ms);
}

void gdb_stop(int gdb)
{
	send_all(gdb, "\003", 1);
	if (!gdb_wait(gdb, ANSWER_MS))
		die("the machine does not stop");
}

/* Numbers are sent as bytes in memory order. */
uint64_t gdb_get(int gdb, unsigned int reg)
{
	char body[16], answer[PACKET];
	uint64_t value = 0;

	snprintf(body, sizeof(body), "p%x", reg);
	ask(gdb, body, answer);
	for (size_t i = strlen(answer) / 2; i-- > 0;) {
		unsigned int byte;

		if (sscanf(answer + 2 * i, "%2x", &byte) != 1)
			die("register %u is '%s'", reg, answer);
		value = value << 8 | byte;
	}
	return value;
}

void gdb_set(int gdb, unsigned int reg, uint64_t value)
{
	unsigned int bytes = reg == GDB_EFLAGS ? 4 : 8;
	char body[64];
	int n = snprintf(body, sizeof(body), "P%x=", reg);

	for (unsigned int i = 0; i < bytes; i++)
		n += snprintf(body + n, sizeof(body) - (size_t)n, "%02x",
			      (unsigned int)(value >> 8 * i & 0xff));
	ask_ok(gdb, body);
}

void gdb_break(int gdb, uint64_t addr, bool on)
{
	char body[64];

	snprintf(body, sizeof(body), "%c1,%llx,1", on ? 'Z' : 'z', (unsigned long long)addr);
	ask_ok(gdb, body);
}

/* What the monitor prints comes in packets that begin with O, in hex; OK ends them. */
static void ask_monitor(int gdb, const char *command, char *said)
{
	char body[PACKET] = "qRcmd,", answer[PACKET];
	size_t n = 0, at = strlen(body);
	unsigned int byte;

	for (const char *p = command; *p && at < sizeof(body) - 3; p++)
		at += (size_t)snprintf(body + at, sizeof(body) - at, "%02x", (unsigned char)*p);
	ask(gdb, body, answer);
	while (answer[0] == 'O' && answer[1] != 'K') {
		for (char *p = answer + 1; n < PACKET - 1 && sscanf(p, "%2x", &byte) == 1; p += 2)
			said[n++] = (char)byte;
		if (!receive(gdb, answer, ANSWER_MS))
			die("no answer from the monitor to '%s'", command);
	}
	said[n] = '\0';
	if (strcmp(answer, "OK") != 0)
		die("the monitor answers '%s' to '%s'", answer, command);
}

void gdb_monitor(int gdb, const char *command)
{
	char said[PACKET];

	ask_monitor(gdb, command, said);
	if (said[0])
		die("the monitor answers '%s' to '%s'", said, command);
}

bool gdb_monitor_says(int gdb, const char *command, const char *text)
{
	char said[PACKET];

	ask_monitor(gdb, command, said);
	return strstr(said, text) != NULL;
}
