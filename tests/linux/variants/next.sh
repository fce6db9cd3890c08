# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The version after kho-v4: the versions of its components follow the name, in alphabetical order. Nothing else about a
# handover differs.

change_source() {
	change include/linux/kho/abi/kexec_handover.h \
		's/(#define KHO_FDT_COMPATIBLE) "kho-v4"/\1 "kho-v4;radix-v1;vmalloc-v1"/'
}
