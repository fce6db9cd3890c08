/* SPDX-License-Identifier: MIT */
/* Sizes, pages and arithmetic that everything else stands on. */
#ifndef BATON_LIB_NUM_H
#define BATON_LIB_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** paddr_t - a physical address. Never a pointer: only a window (mm/window.h) turns one into a pointer. */
typedef uint64_t paddr_t;

#define PAGE_SHIFT 12
#define PAGE_SIZE  (1UL << PAGE_SHIFT)

#define KIB(n) ((uint64_t)(n) << 10)
#define MIB(n) ((uint64_t)(n) << 20)
#define GIB(n) ((uint64_t)(n) << 30)

/** LOW_LIMIT - RAM below this belongs to the next kernel's real-mode code: baton puts nothing there. */
#define LOW_LIMIT MIB(1)

/** PHYS_LIMIT - no x86 processor addresses memory beyond this. */
#define PHYS_LIMIT (1UL << 52)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/** align_down() - the greatest multiple of @a, a power of two, that is not above @x. */
static inline uint64_t align_down(uint64_t x, uint64_t a)
{
	return x & ~(a - 1);
}

/**
 * align_up() - the least multiple of @a, a power of two, that is not below @x
 * Wraps to 0 when the result does not fit: check foreign numbers first.
 */
static inline uint64_t align_up(uint64_t x, uint64_t a)
{
	return align_down(x + a - 1, a);
}

static inline bool is_aligned(uint64_t x, uint64_t a)
{
	return (x & (a - 1)) == 0;
}

static inline bool is_power_of_two(uint64_t x)
{
	return x != 0 && (x & (x - 1)) == 0;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/**
 * range_end() - the exclusive end of a foreign range
 * @base: first byte
 * @size: length in bytes
 * @end:  set to @base + @size
 *
 * Return: false if the sum does not fit in 64 bits; @end is then untouched.
 */
static inline bool range_end(paddr_t base, uint64_t size, paddr_t *end)
{
	uint64_t sum;

	if (__builtin_add_overflow(base, size, &sum))
		return false;
	*end = sum;
	return true;
}

#endif
