/* SPDX-License-Identifier: MIT */
/* Time since baton was entered. */
#ifndef BATON_ARCH_CLOCK_H
#define BATON_ARCH_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** clock_start() - @entry is the time-stamp counter at entry. Time is not known yet. */
void clock_start(uint64_t entry);

/**
 * clock_set() - find out how fast the time-stamp counter runs
 * @pm_timer: I/O port of the ACPI power management timer, 0 if there is none
 *
 * The CPU is asked first (CPUID 0x15, 0x16). If it does not say, the timer is read, never written, for
 * 100 µs. Without either, time stays unknown.
 */
void clock_set(uint16_t pm_timer);

/** clock_ticks() - time-stamp counter since entry. */
uint64_t clock_ticks(void);

/** clock_unit() - the unit of time: "µs", or "ticks" while nobody knows how long a tick is. */
const char *clock_unit(void);

/** clock_units() - @ticks in clock_unit(). */
uint64_t clock_units(uint64_t ticks);

/** clock_us() - set @us to the µs since entry. Return: false while time is unknown. */
bool clock_us(uint64_t *us);

/** clock_mul() - clock_unit() per tick times 2^64, rounded down, for code that can only multiply. */
uint64_t clock_mul(void);

#endif
