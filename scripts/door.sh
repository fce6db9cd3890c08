#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# make run DOOR=…: one door, told in a few lines while it happens: who starts whom, what baton says, and what
# Linux was given. The verdict is that of the test of this door (cases/machines.sh): the same as without baton?
#
#   door.sh DOOR      bios grub-bios uefi uefi-kernel grub-uefi pvh microvm kexec kexec-uefi
#
# KERNEL=BZIMAGE starts another Linux than peer 7.3. "grub" is short for grub-bios.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source-path=SCRIPTDIR source=../tests/machine/settings.sh
. "$TOP/tests/machine/settings.sh"

declare -A WAY=(
	[bios]='BIOS → baton' [grub-bios]='BIOS → GRUB → baton' [uefi]='UEFI → baton, from an EFI system partition'
	[uefi-kernel]="UEFI → baton, by OVMF's -kernel" [grub-uefi]='UEFI → GRUB → baton' [pvh]='QEMU → baton, by PVH'
	[microvm]='QEMU → baton, by PVH, on microvm' [kexec]='BIOS → Linux → baton' [kexec-uefi]='UEFI → Linux → baton'
)

# story: the lines of the console that tell what happens, under the name of who said them
story() {
	awk '
		function title(name, does) { printf "\n  %-14s %s\n", name, does; fflush() }
		function tell(what, text) { printf "    %-10s %s\n", what, text; fflush() }
		function hex(digits, i, n) {
			for (i = 1; i <= length(digits); i++) n = n * 16 + index("123456789abcdef", substr(digits, i, 1))
			return n
		}
		{ sub(/\r$/, "") }
		/^BdsDxe: starting / { sub(/.*starting [^ ]+ /, ""); title("UEFI", "starts " $0) }
		/Welcome to GRUB/ { title("GRUB", "starts") }
		/µs\] baton / { sub(/.*µs\] baton +/, ""); name = $0; sub(/,.*/, "", name); sub(/[^,]*, /, ""); title(name, $0); next }
		/µs\] / { sub(/.*µs\] /, ""); tell(substr($0, 1, 10), substr($0, 11)); next }
		/^baton: / { sub(/^baton: /, ""); tell("", $0) }
		/Linux version [0-9]/ { sub(/.*Linux version /, ""); title("Linux " $1, "starts") }
		/Kernel panic/ { sub(/^[^\]]*\] /, ""); tell("panic", $0) }
		!sub(/^DOOR: /, "") { next }
		/^first/ { tell("kexec", "loads baton, and starts it") }
		/^failed/ { tell("failed", $0) }
		/^log (KHO|ACPI|DMI|smp|efi|secureboot): / && !/efi: (Remove|Freeing)|DMI: (SMBIOS|Memory)/ {
			key = $2; sub(/:$/, "", key); sub(/^log [^ ]+ /, ""); tell(key, $0)
		}
		/^iomem [^ ]+ : System RAM/ { split($2, r, "-"); ranges++; bytes += hex(r[2]) + 1 - hex(r[1]) }
		/^(acpi|efi|dmi) [^=]*$/ && !/runtime / { name = $1; sub(/^[^ ]+ /, ""); names[name] = names[name] " " $0 }
		/^random seed/ { sub(/.*: /, ""); seed = $0 }
		/^variable PlatformLang [0-9]+ bytes/ { tell("EFI", "variables can be read: runtime services work") }
		/^cmdline / { sub(/^[^ ]+ /, ""); words = $0 }
		/^end/ {
			tell("memory", sprintf("%.1f MiB in %d ranges", bytes / 1048576, ranges))
			tell("seed", seed)
			tell("words", words)
			for (name in names) tell("/sys " name, substr(names[name], 2))
		}'
}

# verdict STATUS SECONDS
verdict() {
	printf '\n'
	if [ "$1" -eq 0 ]; then
		printf '✓ door %s: passed in %s s: Linux was given what it is given without baton: %s facts   whole console: %s\n' \
			"$NAME" "$2" "$(wc -l <"$DIR/facts")" "$LOG"
		return
	fi
	sed -n 's/^#   / /p' "$DIR/result" 2>/dev/null || true
	printf '✗ door %s: failed after %s s   whole console: %s\n' "$NAME" "$2" "$LOG"
	return 1
}

main() {
	local point start=$SECONDS status=0
	NAME=${1-}
	[ "$NAME" != grub ] || NAME=grub-bios
	if [ $# -ne 1 ] || [ -z "${WAY[$NAME]-}" ]; then
		echo "usage: door.sh DOOR; there are: ${!WAY[*]}" >&2
		exit 2
	fi
	point=$NAME-q35
	[ "$NAME" != microvm ] || point=microvm-microvm
	DIR=$B/doors/$point LOG=$B/doors/$point/console.log
	"$TOP/scripts/packages.sh" build run doors
	build_baton -s
	rm -rf "$DIR"
	printf 'door   %s → Linux   QEMU %s\n' "${WAY[$NAME]}" "$ACCEL"
	"$TOP/tests/doors/run.sh" "$point" >/dev/null &
	{ tail -n +1 -F --pid=$! "$LOG" 2>/dev/null || true; } | story # which is not there yet
	wait $! || status=1
	verdict "$status" $((SECONDS - start))
}

main "$@"
