// SPDX-License-Identifier: MIT
#include "arch/console.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "lib/num.h"

#define UART_DATA     0
#define UART_INTR     1
#define UART_FIFO     2
#define UART_LINE     3
#define UART_MODEM    4
#define UART_STATUS   5
#define STATUS_READY  0x01
#define STATUS_EMPTY  0x20
#define STATUS_NONE   0xff /* nothing answers at the port */
#define DIVISOR_LATCH 0x80
#define MODE_8N1      0x03
#define MAX_BAUD      115200
/* far more than a character takes at 300 baud: a dead port must not hang us */
#define MAX_POLLS 100000

static const uint16_t ports[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
static uint16_t port; /* 0: no console */
static bool muted;

static void put_char(char c)
{
	for (int i = 0; i < MAX_POLLS && !(inb(port + UART_STATUS) & STATUS_EMPTY); i++)
		__asm__ volatile("pause");
	outb(port + UART_DATA, (uint8_t)c);
}

void console_put(const char *s, size_t n)
{
	for (; port && n; n--, s++) {
		if (*s == '\n')
			put_char('\r');
		put_char(*s);
	}
}

static void put_text(const char *s)
{
	console_put(s, strlen(s));
}

static void set_speed(unsigned int baud)
{
	unsigned int divisor = MAX_BAUD / baud;

	outb(port + UART_INTR, 0);
	outb(port + UART_LINE, DIVISOR_LATCH | MODE_8N1);
	outb(port + UART_DATA, (uint8_t)divisor);
	outb(port + UART_INTR, (uint8_t)(divisor >> 8));
	outb(port + UART_LINE, MODE_8N1);
	outb(port + UART_FIFO, 1);
	outb(port + UART_MODEM, 3);
}

void console_init(int number, unsigned int baud)
{
	port = number >= 0 && number < (int)ARRAY_SIZE(ports) ? ports[number] : 0;
	if (port && baud)
		set_speed(baud);
}

void console_mute(bool mute)
{
	muted = mute;
}

uint16_t console_port(void)
{
	return port;
}

int say_prefix(char *buf, size_t size, const char *topic)
{
	uint64_t us;

	if (clock_us(&us))
		return snprintf(buf, size, "[%9lu µs] %-10s", us, topic);
	return snprintf(buf, size, "[        - µs] %-10s", topic);
}

void say(const char *topic, const char *fmt, ...)
{
	char line[208];
	va_list ap;

	if (!port || muted)
		return;
	say_prefix(line, sizeof(line), topic);
	put_text(line);
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put_text(line);
	put_text("\n");
}

bool console_poll(char *c)
{
	uint8_t status = port ? inb(port + UART_STATUS) : STATUS_NONE;

	if (status == STATUS_NONE || !(status & STATUS_READY))
		return false;
	*c = (char)inb(port + UART_DATA);
	return true;
}

char console_get(void)
{
	char c;

	while (!console_poll(&c))
		__asm__ volatile("pause");
	return c;
}
