#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# What runs before the image is relocated must do without relocation.
#
#   check-early.sh OBJECT NAME...     OBJECT: all of that code; NAME: what else of the image it may use

set -euo pipefail

object=$1
shift

others=$(nm -u "$object" | awk '{print $2}' | grep -vxF "$(printf '%s\n' "$@")" || true)
[ -z "$others" ] || { echo "$object uses what is not in EFI_C of arch/build.mk: ${others//$'\n'/, }" >&2 && exit 1; }

pointers=$(readelf -rW "$object" | awk '
	/^Relocation section/ { section = $3 }
	$3 ~ /^R_X86_64_(64|32|32S|GLOB_DAT)$/ && section !~ /debug/ { print section }' | sort -u)
[ -z "$pointers" ] || { echo "$object holds pointers, which nobody has relocated yet: ${pointers//$'\n'/, }" >&2 && exit 1; }
