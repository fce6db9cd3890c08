// SPDX-License-Identifier: MIT
#include "arch/traps.h"

#include "arch/console.h"
#include "arch/cpu.h"
#include "arch/image.h"
#include "arch/symbols.h"

#define VECTORS   32
#define STUB_SIZE 16
#define IST_SIZE  4096
#define GATE_INT  0x8e00
#define CODE_SEG  0x10
#define TSS_SEG   0x20
#define PF        14
#define TRACE_MAX 16

#define DESCRIPTORS __attribute__((section(".data.descriptors")))

enum ist { IST_NONE, IST_FAULT, IST_NMI, IST_COUNT };

struct gate_bits {
	uint16_t offset_low, segment, flags, offset_mid;
	uint32_t offset_high, zero;
};

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

struct __attribute__((packed)) tss {
	uint32_t zero;
	uint64_t rsp[3];
	uint64_t zero2;
	uint64_t ist[7];
	uint64_t zero3;
	uint16_t zero4, io_map;
};

_Static_assert(sizeof(struct gate_bits) == 16, "IDT gate");
_Static_assert(sizeof(struct tss) == 104, "64-bit TSS");

extern const uint8_t trap_stubs[];

/* Loaded by entry.asm: null, unused, code 0x10, data 0x18, and the TSS that traps_init() fills in at 0x20. */
uint64_t DESCRIPTORS gdt[6] = { 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0, 0 };
struct table_pointer DESCRIPTORS gdt_pointer = { .limit = sizeof(gdt) - 1 };

static struct gate_bits idt[VECTORS];
static struct tss tss;
static uint8_t ist_stack[IST_COUNT][IST_SIZE] __attribute__((aligned(16)));
static const char *(*address_owner)(paddr_t addr);
static void (*end_run)(void);
static bool reporting;

static const char *const vector_names[VECTORS] = {
	"divide error",
	"debug",
	"NMI",
	"breakpoint",
	"overflow",
	"bound range",
	"invalid opcode",
	"no FPU",
	"double fault",
	"FPU segment",
	"invalid TSS",
	"segment not present",
	"stack fault",
	"general protection",
	"page fault",
	"reserved",
	"FPU error",
	"alignment check",
	"machine check",
	"SIMD error",
	"virtualization",
	"control protection",
};

static void set_gate(unsigned int vector, enum ist ist)
{
	uint64_t stub = (uint64_t)trap_stubs + vector * STUB_SIZE;

	idt[vector] = (struct gate_bits){
		.offset_low = (uint16_t)stub,
		.segment = CODE_SEG,
		.flags = (uint16_t)(GATE_INT | ist),
		.offset_mid = (uint16_t)(stub >> 16),
		.offset_high = (uint32_t)(stub >> 32),
	};
}

static void load_tss(void)
{
	uint64_t base = (uint64_t)&tss;

	for (int i = 1; i < IST_COUNT; i++)
		tss.ist[i - 1] = (uint64_t)ist_stack[i] + IST_SIZE;
	tss.io_map = sizeof(tss);
	gdt[4] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 | 0x89UL << 40 |
		 (base >> 24 & 0xff) << 56;
	gdt[5] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(TSS_SEG));
}

static void print_registers(const struct trap_frame *r)
{
	say("", "rax %016lx  rbx %016lx  rcx %016lx", r->rax, r->rbx, r->rcx);
	say("", "rdx %016lx  rsi %016lx  rdi %016lx", r->rdx, r->rsi, r->rdi);
	say("", "rbp %016lx  rsp %016lx  rip %016lx", r->rbp, r->rsp, r->rip);
	say("", "r8  %016lx  r9  %016lx  r10 %016lx", r->r8, r->r9, r->r10);
	say("", "r11 %016lx  r12 %016lx  r13 %016lx", r->r11, r->r12, r->r13);
	say("", "r14 %016lx  r15 %016lx  flags %08lx", r->r14, r->r15, r->rflags);
	say("", "cr0 %016lx  cr3 %016lx  cr4 %016lx", read_cr0(), read_cr3(), read_cr4());
}

static void print_frame(int n, uint64_t rip)
{
	uint64_t offset = 0;
	const char *name = symbol_name(rip, &offset);

	if (name)
		say(n ? "" : "trace", "#%-2d 0x%016lx  %s+0x%lx", n, rip, name, offset);
	else
		say(n ? "" : "trace", "#%-2d 0x%016lx  (not in baton)", n, rip);
}

static bool on_stack(uint64_t fp)
{
	return fp >= (uint64_t)stack_guard + PAGE_SIZE && fp + 16 <= (uint64_t)stack_end &&
	       fp % 8 == 0;
}

static void print_trace(const struct trap_frame *r)
{
	uint64_t fp = r->rbp;

	print_frame(0, r->rip);
	for (int n = 1; n < TRACE_MAX && on_stack(fp); n++) {
		const uint64_t *frame = (const uint64_t *)fp;

		print_frame(n, frame[1] - 1);
		fp = frame[0] > fp ? frame[0] : 0;
	}
}

static void print_page_fault(const struct trap_frame *r)
{
	paddr_t addr = read_cr2();
	const char *access = r->error & 16 ? "execution" : r->error & 2 ? "write" : "read";

	say("fault", "%s of 0x%lx: %s (%s)", access, addr, address_owner(addr),
	    r->error & 1 ? "not allowed" : "not mapped");
}

void traps_init(const char *(*owner)(paddr_t addr), void (*end)(void))
{
	struct table_pointer pointer = { .limit = sizeof(idt) - 1, .base = (uint64_t)idt };

	address_owner = owner;
	end_run = end;
	for (unsigned int v = 0; v < VECTORS; v++)
		set_gate(v, v == 2 ? IST_NMI : v == 8 || v == PF || v == 18 ? IST_FAULT : IST_NONE);
	__asm__ volatile("lidt %0" : : "m"(pointer));
	load_tss();
}

_Noreturn void trap_report(const struct trap_frame *r)
{
	console_rescue();
	if (!reporting) {
		reporting = true;
		say("exception", "%lu %s, error code 0x%lx, at 0x%lx", r->vector,
		    r->vector < VECTORS && vector_names[r->vector] ? vector_names[r->vector] :
								     "reserved",
		    r->error, r->rip);
		if (r->vector == PF)
			print_page_fault(r);
		print_registers(r);
		print_trace(r);
		say("", "nothing that was handed over has been changed");
		say("next", "keep these lines for whoever mends baton, and reset");
	}
	end_run();
	for (;;)
		__asm__ volatile("hlt");
}

/* Called by the compiler where a stack canary has been overwritten. */
_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail(void)
{
	__asm__ volatile("ud2");
	__builtin_unreachable();
}
