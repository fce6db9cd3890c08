# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The 16-bit door on machines whose BIOS lacks a function that it calls.

# odd_bios WHAT [WORD...]: baton, started by a BIOS with an option ROM that makes it so (odd-bios.asm)
odd_bios() {
	local rom=$WORK/odd.rom sum
	nasm -f bin -Werror "-D$1" -o "$rom" "$TOP/tests/doors/odd-bios.asm"
	sum=$(od -An -v -tu1 "$rom" | awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print (256 - sum % 256) % 256 }')
	printf '%b' "\\x$(printf %x "$sum")" | dd of="$rom" bs=1 seek=511 conv=notrunc status=none
	shift
	UNTIL=${UNTIL:-'baton: .*: '} board "$LOG" -option-rom "$rom" -kernel "$COMMON/bundle" -append "console=ttyS0 $*"
}

# said_times REGEX: how often
said_times() { grep -acE -- "$1" "$LOG" || true; }

REFUSAL='^baton: .*: |refused +[a-z0-9-]+: '

# shellcheck disable=SC2034 # MORE is for machine
# ends_by WORD COMMAND...: it ends as baton.onerror=WORD says: a machine that is reset says it all again
ends_by() {
	local word=$1 before=$SECONDS
	shift
	MORE=(-action reboot=reset)
	LIMIT=10 UNTIL='never said' "$@" baton.onerror=halt "baton.onerror=$word" quiet
	case $word in
	reboot) (($(said_times "$REFUSAL") > 1)) ;;
	poweroff) (($(said_times "$REFUSAL") == 1 && SECONDS - before < 8)) ;;
	halt) (($(said_times "$REFUSAL") == 1 && SECONDS - before >= 8)) ;;
	esac || { echo "after $((SECONDS - before)) s, $word:" && cat "$LOG" && return 1; }
}

# no_long_mode [WORD...]
no_long_mode() {
	board "$LOG" -cpu qemu32 -kernel "$COMMON/bundle" -append "console=ttyS0 $*"
}

TESTS+=(bios-no-map)
test_bios_no_map() {
	odd_bios NO_MAP
	want '^baton: e820-missing: the BIOS gives no memory map' && want_not 'µs\] baton'
}

TESTS+=(bios-no-ram)
test_bios_no_ram() {
	UNTIL='end +halted' odd_bios NO_RAM
	want 'refused +e820-empty: the memory map of 1 entries names no whole page of RAM' && want 'end +halted'
}

TESTS+=(bios-a20-shut)
test_bios_a20_shut() {
	odd_bios A20_SHUT
	want '^DOOR: end' && want_not 'baton: '
}

TESTS+=(bios-a20-stuck)
test_bios_a20_stuck() {
	odd_bios A20_STUCK
	want '^baton: a20-closed: address line 20 stays off' && want_not 'µs\] baton'
}

TESTS+=(bios-on-error)
test_bios_on_error() {
	local word
	for word in reboot poweroff halt; do
		ends_by "$word" odd_bios NO_MAP || return 1
	done
	ends_by reboot odd_bios NO_RAM && ends_by reboot no_long_mode && ends_by halt no_long_mode
}
