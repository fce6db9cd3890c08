// SPDX-License-Identifier: MIT
#include "boot/words/consoles.h"

#include <string.h>

#include "lib/digits.h"
#include "lib/num.h"

#define NO_PORT CONSOLE_PORTS

/* All of @w is a number. */
static bool number(struct word w, unsigned int base, uint64_t *value)
{
	const char *s = w.text;

	return digits_read(&s, w.text + w.len, base, value) && s == w.text + w.len;
}

/* "115200" or "115200n8"; 0 for anything else. */
static unsigned int speed(struct word w)
{
	uint64_t baud;

	if (w.len > 2 && memcmp(w.text + w.len - 2, "n8", 2) == 0)
		w.len -= 2;
	if (!number(w, 10, &baud) || baud == 0 || CONSOLE_MAX_BAUD % baud)
		return 0;
	return (unsigned int)baud;
}

static unsigned int port_at(struct word address)
{
	static const uint16_t ports[CONSOLE_PORTS] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
	unsigned int i = 0;
	uint64_t at;

	if (!word_strip(&address, "0x") || !number(address, 16, &at))
		return NO_PORT;
	while (i < CONSOLE_PORTS && ports[i] != at)
		i++;
	return i;
}

static unsigned int port_of(struct word digits)
{
	uint64_t port;

	return number(digits, 10, &port) && port < CONSOLE_PORTS ? (unsigned int)port : NO_PORT;
}

static void add(struct consoles *c, unsigned int port, struct word options)
{
	unsigned int baud = speed(word_field(&options));

	if (port == NO_PORT)
		return;
	c->named |= 1u << port;
	if (baud)
		c->baud[port] = baud;
}

/* uart,io,0x2f8[,SPEED] or uart8250,io,... */
static void add_uart(struct consoles *c, struct word value)
{
	struct word driver = word_field(&value), bus = word_field(&value);
	unsigned int port;

	if (!(word_is(driver, "uart") || word_is(driver, "uart8250")) || !word_is(bus, "io"))
		return;
	port = port_at(word_field(&value));
	add(c, port, value);
}

static void add_console(struct consoles *c, struct word value)
{
	struct word rest = value, name = word_field(&rest);

	if (word_strip(&name, "ttyS"))
		add(c, port_of(name), rest);
	else
		add_uart(c, value);
}

/* serial[,ttySN|,N|,0xADDRESS[,SPEED]] or ttySN[,SPEED]; what is no port Linux takes for ttyS0. */
static void add_earlyprintk(struct consoles *c, struct word value)
{
	struct word rest = value, name = word_field(&rest);
	unsigned int port;

	if (word_is(name, "serial"))
		name = word_field(&rest);
	else if (name.len < 4 || memcmp(name.text, "ttyS", 4) != 0)
		return;
	if (name.len > 2 && memcmp(name.text, "0x", 2) == 0) {
		port = port_at(name);
	} else {
		word_strip(&name, "ttyS");
		port = port_of(name);
		/* it knows two ports by name */
		if (port > 1)
			port = 0;
	}
	add(c, port, rest);
}

struct consoles consoles_read(const char *cmdline)
{
	struct consoles c = { 0 };
	const char *s = cmdline;
	struct word w, value;

	while (word_next(&s, &w)) {
		if (word_value(w, "console=", &value))
			add_console(&c, value);
		else if (word_value(w, "earlycon=", &value))
			add_uart(&c, value);
		else if (word_value(w, "earlyprintk=", &value))
			add_earlyprintk(&c, value);
	}
	return c;
}
