# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The 16-bit door on machines whose BIOS lacks a function that it calls.

# odd_bios WHAT [WORD...]: baton, started by a BIOS with an option ROM that makes it so (odd-bios.asm)
odd_bios() {
	local rom=$DIR/odd.rom sum
	nasm -f bin -Werror "-D$1" -o "$rom" "$TOP/tests/doors/odd-bios.asm"
	sum=$(od -An -v -tu1 "$rom" | awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print (256 - sum % 256) % 256 }')
	printf '%b' "\\x$(printf %x "$sum")" | dd of="$rom" bs=1 seek=511 conv=notrunc status=none
	run_board -option-rom "$rom" -kernel "$COMMON/bundle" -append "console=ttyS0 ${*:2}"
}

# no_long_mode [WORD...]
no_long_mode() { run_board -cpu qemu32 -kernel "$COMMON/bundle" -append "console=ttyS0 $*"; }

REFUSAL='^baton: .*: |refused +[a-z0-9-]+: '

# ends_by WORD COMMAND...: it ends as baton.onerror=WORD says: a machine that is reset says it all again
# shellcheck disable=SC2034 # MORE is for machine_start
ends_by() {
	local word=$1 before=$SECONDS times
	shift
	MORE=(-action reboot=reset)
	LIMIT=10 UNTIL=never "$@" baton.onerror=halt "baton.onerror=$word" quiet
	times=$(says_times "$REFUSAL")
	case $word in
	reboot) ((times > 1)) ;;
	poweroff) ((times == 1 && SECONDS - before < 8)) ;;
	halt) ((times == 1 && SECONDS - before >= 8)) ;;
	esac || reason "$word: $times refusals after $((SECONDS - before)) s: $(cat "$LOG")"
}

all_ends() {
	local word
	for word in reboot poweroff halt; do
		ends_by "$word" odd_bios NO_MAP
	done
	ends_by reboot odd_bios NO_RAM
	ends_by reboot no_long_mode
	ends_by halt no_long_mode
}

row bios-no-map 'a BIOS that gives no memory map' do='odd_bios NO_MAP' until='baton: .*: ' \
	want='^baton: e820-missing: the BIOS gives no memory map' deny='µs\] baton'
row bios-no-ram 'a BIOS whose memory map names no RAM' do='odd_bios NO_RAM' until='end +halted' \
	want='refused +e820-empty: the memory map of 1 entries names no whole page of RAM' want='end +halted'
row bios-a20-shut 'a BIOS that leaves address line 20 off' do='odd_bios A20_SHUT' until='baton: .*: ' \
	want='^DOOR: end' deny='baton: '
row bios-a20-stuck 'address line 20 that cannot be switched on' do='odd_bios A20_STUCK' until='baton: .*: ' \
	want='^baton: a20-closed: address line 20 stays off' deny='µs\] baton'
row bios-on-error 'what is refused that early ends as baton.onerror= says' do=all_ends
