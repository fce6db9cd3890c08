/* SPDX-License-Identifier: MIT */
/*
 * The console: serial ports, polled, and a screen, which shows the same. baton speaks in lines, each with a time
 * stamp and a topic; at the monitor a person reads and types plain text on the serial port.
 */
#ifndef BATON_ARCH_CONSOLE_H
#define BATON_ARCH_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch/framebuffer.h"

/**
 * console_init() - choose the ports, and whether there is to be a screen
 * @named: bits 0 to 3 for ttyS0 to ttyS3 at the PC's usual addresses
 * @baud:  line speed of each, 8N1; 0 leaves the port as the previous kernel set it
 * @with_screen: keep what is printed until console_open_screen()
 */
void console_init(unsigned int named, const unsigned int *baud, bool with_screen);

/** console_awaits_screen() - true between console_init() with a screen and console_open_screen(). */
bool console_awaits_screen(void);

/**
 * console_open_screen() - show what has been printed so far, and from now on everything
 * @fb:     NULL if there will be no screen after all
 * @pixels: where it is mapped, and stays mapped
 */
void console_open_screen(const struct framebuffer *fb, uint8_t *pixels);

/** console_show() - print @n characters of @text on the screen only. */
void console_show(const char *text, size_t n);

/** console_rescue() - after an exception: unmute, and let go of the screen if drawing on it was the cause. */
void console_rescue(void);

/** console_mute() - drop what say() is given if @mute is true, print it again if it is false. */
void console_mute(bool mute);

/** console_port() - the I/O port of the first UART, 0 without a serial console. */
uint16_t console_port(void);

/**
 * say_prefix() - write the time stamp and topic with which a line printed now would begin
 * @buf:   @size bytes
 * @topic: as for say()
 *
 * Return: bytes written.
 */
int say_prefix(char *buf, size_t size, const char *topic);

/**
 * say() - print "[   123 µs] topic      text"
 * @topic: "" continues what the line before spoke of
 * @fmt:   see lib/printf.c; a line is cut at 200 characters
 */
void say(const char *topic, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** console_put() - print @n characters of @text as they are; "\n" begins a new line. */
void console_put(const char *text, size_t n);

/** console_poll() - take a character that has been typed into @c. Return: false if there is none. */
bool console_poll(char *c);

/** console_get() - wait until a character is typed. Never returns without a serial console. */
char console_get(void);

#endif
