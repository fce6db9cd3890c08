/* SPDX-License-Identifier: MIT */
/* The regions of reserve_mem=, which a kernel hands on in the blob "memblock": an FDT with one node a region. */
#ifndef BATON_TESTS_REGION_H
#define BATON_TESTS_REGION_H

#include <stdint.h>

/**
 * each_region() - call a function for every region
 * @folder: KHO_IN or KHO_OUT: those that came in, or those that this kernel hands on
 * @fn:     is given the name, the physical address and the size in bytes
 *
 * Where there is no such blob there are no regions.
 */
void each_region(const char *folder, void (*fn)(const char *name, uint64_t start, uint64_t size));

/* For each_region(): say "memory NAME at 0xADDRESS size 0xSIZE sum 0xSUM". */
void show_region(const char *name, uint64_t start, uint64_t size);

/* For each_region(): fill it with a random pattern, and show it. No two runs see the same pattern. */
void fill_region(const char *name, uint64_t start, uint64_t size);

#endif
