/* SPDX-License-Identifier: MIT */
/* QEMU's debug console: what is written to its port goes to a file on the host, as it is. */
#ifndef BATON_ARCH_DEBUGCON_H
#define BATON_ARCH_DEBUGCON_H

#include <stdbool.h>
#include <stdint.h>

/**
 * debugcon_write() - send @size bytes at @data
 * Return: false, and nothing is sent, if the machine has no debug console.
 */
bool debugcon_write(const void *data, uint64_t size);

#endif
