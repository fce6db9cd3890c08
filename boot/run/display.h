/* SPDX-License-Identifier: MIT */
/*
 * The screen. A framebuffer is no RAM, and the page tables that baton finds need not map it. So it is
 * opened once baton's tables are in use; until then arch/console.c keeps what is printed.
 */
#ifndef BATON_BOOT_RUN_DISPLAY_H
#define BATON_BOOT_RUN_DISPLAY_H

#include "boot/run/given.h"
#include "boot/run/ground.h"

/**
 * find_display() - look for a framebuffer that can be used, and say what it is or why it is not
 * @screen: zeroed; filled in if there is one
 * @given:  what the boot_params say of it
 *
 * Needs no page tables.
 */
void find_display(struct framebuffer *screen, const struct given *given);

/** display_tables() - how many page tables map_display() can take for @screen. */
uint64_t display_tables(const struct framebuffer *screen);

/** map_display() - map @screen, if there is one. Return: false if the pool of @pt is empty. */
bool map_display(const struct framebuffer *screen, struct paging *pt);

/** open_display() - let the console use the screen: the tables in use must map it. */
void open_display(const struct framebuffer *screen);

/** display_meets() - true if a byte of [@base, @end) lies in a page of the framebuffer. */
bool display_meets(const struct framebuffer *screen, paddr_t base, paddr_t end);

/**
 * show_refusal() - if no screen was opened, show what has been printed
 * @screen: as find_display() left it, or zeroed
 * @given:  what the boot_params say of it
 *
 * The page tables made for it map only the image and the screen, so the run must end afterwards.
 */
void show_refusal(struct framebuffer *screen, const struct given *given);

#endif
