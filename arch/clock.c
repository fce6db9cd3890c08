// SPDX-License-Identifier: MIT
#include "arch/clock.h"

#include "arch/cpu.h"

#define PM_TIMER_HZ   3579545
#define PM_TIMER_MASK 0xffffff /* 24 bits are guaranteed */
#define SAMPLE        358      /* timer ticks: 100 µs */
#define MAX_READS     10000000 /* a timer that stands still must not hang us */

static uint64_t tsc_at_entry;
static uint64_t ticks_per_ms;

static uint64_t khz_from_cpuid(void)
{
	struct cpuid r;
	uint32_t max = cpuid(0, 0).a;

	if (max >= 0x15) {
		r = cpuid(0x15, 0);
		if (r.a && r.b && r.c)
			return (uint64_t)r.c * r.b / r.a / 1000;
	}
	if (max >= 0x16)
		return (uint64_t)(cpuid(0x16, 0).a & 0xffff) * 1000;
	return 0;
}

static uint64_t khz_from_pm_timer(uint16_t port)
{
	uint32_t start = inl(port), passed = 0;
	uint64_t tsc = rdtsc();

	for (int i = 0; i < MAX_READS && passed < SAMPLE; i++)
		passed = (inl(port) - start) & PM_TIMER_MASK;
	if (passed < SAMPLE)
		return 0;
	return (rdtsc() - tsc) * PM_TIMER_HZ / passed / 1000;
}

void clock_start(uint64_t entry)
{
	tsc_at_entry = entry;
}

void clock_set(uint16_t pm_timer)
{
	ticks_per_ms = khz_from_cpuid();
	if (!ticks_per_ms && pm_timer)
		ticks_per_ms = khz_from_pm_timer(pm_timer);
	if (ticks_per_ms <= 1000)
		ticks_per_ms = 0; /* no counter makes less than a million ticks a second */
}

uint64_t clock_ticks(void)
{
	return rdtsc() - tsc_at_entry;
}

const char *clock_unit(void)
{
	return ticks_per_ms ? "µs" : "ticks";
}

uint64_t clock_units(uint64_t ticks)
{
	return ticks_per_ms ? ticks * 1000 / ticks_per_ms : ticks;
}

bool clock_us(uint64_t *us)
{
	*us = clock_units(clock_ticks());
	return ticks_per_ms != 0;
}

uint64_t clock_mul(void)
{
	return ticks_per_ms ? UINT64_MAX / ticks_per_ms * 1000 : UINT64_MAX;
}
