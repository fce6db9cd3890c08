/* SPDX-License-Identifier: MIT */
/* The instructions that C has no words for. */
#ifndef BATON_ARCH_CPU_H
#define BATON_ARCH_CPU_H

#include <stdbool.h>
#include <stdint.h>

#define CR0_MP   (1UL << 1)
#define CR0_EM   (1UL << 2)
#define CR0_WP   (1UL << 16)
#define CR4_LA57 (1UL << 12)
#define MSR_EFER 0xc0000080
#define EFER_NXE (1UL << 11)
#define MSR_PAT  0x277

struct cpuid {
	uint32_t a, b, c, d;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t sub)
{
	struct cpuid r;

	__asm__ volatile("cpuid"
			 : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d)
			 : "a"(leaf), "c"(sub));
	return r;
}

static inline void outb(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t inb(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint32_t inl(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint64_t rdtsc(void)
{
	uint32_t lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (uint64_t)hi << 32 | lo;
}

static inline uint64_t rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (uint64_t)hi << 32 | lo;
}

static inline void wrmsr(uint32_t msr, uint64_t v)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)));
}

#define CPU_CR(n)                                                          \
	static inline uint64_t read_cr##n(void)                            \
	{                                                                  \
		uint64_t v;                                                \
		__asm__ volatile("mov %%cr" #n ", %0" : "=r"(v));          \
		return v;                                                  \
	}                                                                  \
	static inline void write_cr##n(uint64_t v)                         \
	{                                                                  \
		__asm__ volatile("mov %0, %%cr" #n : : "r"(v) : "memory"); \
	}

CPU_CR(0)
CPU_CR(2)
CPU_CR(3)
CPU_CR(4)

/** cpu_rdrand() - a random word into @v. Return: false if the CPU has none, or has none ready. */
static inline bool cpu_rdrand(uint64_t *v)
{
	bool ok = false;

	if (!(cpuid(1, 0).c & 1U << 30))
		return false;
	for (int i = 0; i < 10 && !ok; i++)
		__asm__ volatile("rdrand %0" : "=r"(*v), "=@ccc"(ok));
	return ok;
}

/** cpu_la57() - true if the machine runs with 5-level paging. */
static inline bool cpu_la57(void)
{
	return read_cr4() & CR4_LA57;
}

#endif
