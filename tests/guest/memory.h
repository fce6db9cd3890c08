/* SPDX-License-Identifier: MIT */
/* The machine's memory, by physical address, through /dev/mem. What cannot be reached ends the run. */
#ifndef BATON_TESTS_MEMORY_H
#define BATON_TESTS_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define PAGE 4096UL

/**
 * map_memory() - see a piece of memory, and write to it
 * @addr: physical address, page-aligned
 * @size: bytes
 *
 * Return: where it is; munmap() it.
 */
void *map_memory(uint64_t addr, size_t size);

void peek(uint64_t addr, void *buf, size_t size);
void poke(uint64_t addr, const void *buf, size_t size);
uint64_t peek64(uint64_t addr);
void poke64(uint64_t addr, uint64_t value);

/**
 * find_page() - the one page of RAM that begins so; it is an error if there are more or none
 * @want: how it begins
 * @size: bytes of that, at least 8
 *
 * Return: its physical address.
 */
uint64_t find_page(const char *want, size_t size);

#endif
