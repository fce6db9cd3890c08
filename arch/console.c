// SPDX-License-Identifier: MIT
#include "arch/console.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arch/clock.h"
#include "arch/cpu.h"
#include "arch/screen.h"
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
#define KEPT      8192 /* a refusal with as many findings as are kept, and more */

enum screen_state { SCREEN_NONE, SCREEN_AWAITED, SCREEN_OPEN };

static const uint16_t ports[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
static uint16_t open_ports[ARRAY_SIZE(ports)];
static unsigned int nr_open;
static bool muted;
static struct screen screen;
static enum screen_state screen_state;
static volatile bool drawing;
static char kept[KEPT]; /* what was printed before the screen opened */
static size_t nr_kept;

static void put_char(uint16_t port, char c)
{
	for (int i = 0; i < MAX_POLLS && !(inb(port + UART_STATUS) & STATUS_EMPTY); i++)
		__asm__ volatile("pause");
	outb(port + UART_DATA, (uint8_t)c);
}

static void put_serial(uint16_t port, const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (*s == '\n')
			put_char(port, '\r');
		put_char(port, *s);
	}
}

/* What does not fit is dropped, and so is all that follows: the beginning tells the most. */
static void keep(const char *s, size_t n)
{
	if (n > KEPT - nr_kept)
		n = KEPT - nr_kept;
	memcpy(kept + nr_kept, s, n);
	nr_kept += n;
}

void console_show(const char *s, size_t n)
{
	if (screen_state == SCREEN_AWAITED)
		keep(s, n);
	if (screen_state != SCREEN_OPEN)
		return;
	drawing = true;
	screen_put(&screen, s, n);
	/* Combined writes may linger in the CPU, and the next thing may be a halt. */
	__asm__ volatile("sfence" : : : "memory");
	drawing = false;
}

void console_put(const char *s, size_t n)
{
	for (unsigned int i = 0; i < nr_open; i++)
		put_serial(open_ports[i], s, n);
	console_show(s, n);
}

static void put_text(const char *s)
{
	console_put(s, strlen(s));
}

static void set_speed(uint16_t port, unsigned int baud)
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

void console_init(unsigned int named, const unsigned int *baud, bool with_screen)
{
	screen_state = with_screen ? SCREEN_AWAITED : SCREEN_NONE;
	nr_open = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(ports); i++) {
		if (!(named & 1u << i))
			continue;
		open_ports[nr_open++] = ports[i];
		if (baud[i])
			set_speed(ports[i], baud[i]);
	}
}

void console_mute(bool mute)
{
	muted = mute;
}

bool console_awaits_screen(void)
{
	return screen_state == SCREEN_AWAITED;
}

void console_open_screen(const struct framebuffer *fb, uint8_t *pixels)
{
	static const char cut[] = "\n…\n";

	screen_state = fb ? SCREEN_OPEN : SCREEN_NONE;
	if (!fb)
		return;
	screen_open(&screen, fb, pixels);
	if (nr_kept)
		console_show(kept, nr_kept);
	if (nr_kept == KEPT)
		console_show(cut, strlen(cut));
}

void console_rescue(void)
{
	muted = false;
	if (drawing)
		screen_state = SCREEN_NONE;
}

uint16_t console_port(void)
{
	return nr_open ? open_ports[0] : 0;
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

	if (muted || (!nr_open && screen_state == SCREEN_NONE))
		return;
	say_prefix(line, sizeof(line), topic);
	put_text(line);
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	put_text(line);
	put_text("\n");
}

static bool poll_port(uint16_t port, char *c)
{
	uint8_t status = inb(port + UART_STATUS);

	if (status == STATUS_NONE || !(status & STATUS_READY))
		return false;
	*c = (char)inb(port + UART_DATA);
	return true;
}

bool console_poll(char *c)
{
	for (unsigned int i = 0; i < nr_open; i++)
		if (poll_port(open_ports[i], c))
			return true;
	return false;
}

char console_get(void)
{
	char c;

	while (!console_poll(&c))
		__asm__ volatile("pause");
	return c;
}
