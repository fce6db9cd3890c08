// SPDX-License-Identifier: MIT
#include "arch/power.h"

#include "arch/cpu.h"

#define RESET_PORT   0xcf9
#define SLEEP_ENABLE (1U << 13)
#define PATIENCE     100000000 /* pauses, as the machine may need a moment to act */

static void wait_for_the_end(void)
{
	for (int i = 0; i < PATIENCE; i++)
		__asm__ volatile("pause");
}

_Noreturn void power_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

_Noreturn void power_reboot(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} none = { 0, 0 };

	outb(RESET_PORT, 0x02);
	outb(RESET_PORT, 0x06);
	wait_for_the_end();
	__asm__ volatile("lidt %0; ud2" : : "m"(none));
	power_halt();
}

void power_off(const struct acpi *acpi)
{
	uint16_t value = (uint16_t)(acpi->sleep_type << 10 | SLEEP_ENABLE);

	if (!acpi->has_s5 || !acpi->pm1a)
		return;
	outw(acpi->pm1a, value);
	if (acpi->pm1b)
		outw(acpi->pm1b, value);
	wait_for_the_end();
}
