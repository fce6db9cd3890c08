# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The 16-bit door on machines whose BIOS lacks what it asks for.

# odd_bios WHAT: baton, started by a BIOS with an option ROM that makes it so (odd-bios.asm), $WORK/odd.rom
odd_bios() {
	local rom=$WORK/odd.rom sum
	nasm -f bin -Werror "-D$1" -o "$rom" "$TOP/tests/doors/odd-bios.asm"
	sum=$(od -An -v -tu1 "$rom" | awk '{ for (i = 1; i <= NF; i++) sum += $i } END { print (256 - sum % 256) % 256 }')
	printf '%b' "\\x$(printf %x "$sum")" | dd of="$rom" bs=1 seek=511 conv=notrunc status=none
	UNTIL='baton: .*: ' board "$LOG" -option-rom "$rom" -kernel "$COMMON/bundle"
}

TESTS+=(bios-no-map)
test_bios_no_map() {
	odd_bios NO_MAP
	want '^baton: e820-missing: the BIOS gives no memory map' && want_not 'µs\] baton'
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
