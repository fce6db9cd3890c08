#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# One door, shown on this terminal: what the firmware says, what baton says, and what Linux was given.
#
#   run.sh DOOR      bios grub-bios uefi uefi-kernel grub-uefi pvh microvm kexec kexec-uefi
#
# KERNEL=BZIMAGE starts another Linux than peer 7.3. "grub" is short for grub-bios.

set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

name=${1-}
[ "$name" != grub ] || name=grub-bios
if [ $# -ne 1 ] || [[ " $DOORS " != *" $name "* ]]; then
	echo "usage: run.sh DOOR; there are: $DOORS" >&2
	exit 2
fi
"$TOP/scripts/packages.sh" build run doors
make --no-print-directory -s -C "$TOP" B="$B" all
prepare
through_baton "$name" -
