# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What checks signatures cannot be asked for, and is selected by things that change every object. Let it be asked for.

change_source() {
	change init/Kconfig '/^config SYSTEM_DATA_VERIFICATION/,/def_bool n/s/def_bool n/bool "Verify signed data"/'
}
