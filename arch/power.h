/* SPDX-License-Identifier: MIT */
/* The ends of a run. */
#ifndef BATON_ARCH_POWER_H
#define BATON_ARCH_POWER_H

#include "arch/acpi.h"

/** power_halt() - stop this CPU for good. */
_Noreturn void power_halt(void);

/** power_reboot() - reset the machine: reset control register, then a triple fault. */
_Noreturn void power_reboot(void);

/** power_off() - enter S5. Returns if ACPI did not say how, or if it had no effect. */
void power_off(const struct acpi *acpi);

#endif
