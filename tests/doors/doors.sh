#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# The tests of the doors, as TAP: through each of them to a real Linux, which must have been given what the
# same Linux is given by the same door without baton; what is refused; and Secure Boot.
#
#   doors.sh [PATTERN...]      those whose name matches a shell pattern; all without one
#
# SIG_KERNEL=BZIMAGE adds the test of a first Linux with CONFIG_KEXEC_SIG_FORCE that trusts the snakeoil key: no
# peer is built so.
#
# Consoles are kept in build/doors/NAME.log. Needs build/baton.bzImage, build/baton.elf and build/batonctl.

set -euo pipefail

# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TESTS=()
failed=0

# want REGEX: the console of this test has such a line
want() {
	grep -aqE -- "$1" "$LOG" || { echo "no line like '$1' in $LOG" && return 1; }
}

# want_not REGEX: it has none
want_not() {
	! grep -aE -m 1 -- "$1" "$LOG" || { echo "that line must not be there" && return 1; }
}

# ---- each door, compared ----------------------------------------------------------------------------------

same_as_direct() {
	local name=$1
	local ours=$WORK/$name.facts theirs=$WORK/$name.direct.facts
	through_baton "$name" "$LOG"
	directly "$name" "$WORK/$name.direct.log"
	facts "$LOG" >"$ours"
	facts "$WORK/$name.direct.log" >"$theirs"
	want 'µs\] baton +baton-' && want '^DOOR: end' || return 1
	case $name in
	# PVH has no BIOS call to read the screen with, and no ROMs but the VGA's are looked for.
	pvh) sed -i -E '/ screen |Adapter ROM/d' "$ours" "$theirs" ;;
	microvm) sed -i '/ screen /d' "$ours" "$theirs" ;;
	esac
	diff "$theirs" "$ours"
}

for name in $DOORS; do
	TESTS+=("$name")
	eval "test_${name//-/_}() { same_as_direct $name; }"
done

# ---- the file ---------------------------------------------------------------------------------------------

# sections FILE: "NAME BYTES ADDRESS OFFSET FLAGS" of each
sections() {
	objdump -h "$1" | awk '
		/^ +[0-9]+ / { line = $2 " " $3 " " $4 " " $6; getline; gsub(/[ ,]+/, ","); print line, $0 }'
}

# covered FILE: does each byte belong to the headers or to exactly one section, in order?
covered() {
	local at=$((0xc00)) offset size
	while read -r _ size _ offset _; do
		((16#$offset == at)) || { printf '%s: a section at 0x%s, expected 0x%x\n' "$1" "$offset" $at && return 1; }
		at=$((at + (16#$size + 511) / 512 * 512))
	done < <(sections "$1")
	size=$(stat -c %s "$1")
	[ "$at" -eq "$size" ] || { echo "$1: $size bytes, sections up to $at" && return 1; }
}

SECTIONS='.sbat:READONLY,DATA .reloc:READONLY,DATA .text:READONLY,CODE .rodata:READONLY,DATA .data:DATA'
TESTS+=(pe-image)
test_pe_image() {
	local f rights
	for f in "$B/baton.bzImage" "$WORK/bundle"; do
		covered "$f" || return 1
		objdump -p "$f" | grep -q NX_COMPAT || { echo "$f: not NX_COMPAT" && return 1; }
		rights=$(sections "$f" | paste -sd ' ' | sed -E '
			s/([^ ]+) [^ ]+ [^ ]+ [^ ]+ ([^ ]+)/\1:\2/g; s/,?(CONTENTS|ALLOC|LOAD),?//g')
		[[ $rights =~ ^$SECTIONS(' .payload:READONLY,DATA')?$ ]] || { echo "$f: sections $rights" && return 1; }
		sections "$f" | awk '$3 !~ /000$/ { print "not on a page: " $0; bad = 1 } END { exit bad }' || return 1
	done
	file "$B/baton.bzImage" | grep -q 'Linux kernel x86 boot' || { echo 'no bzImage any more' && return 1; }
}

# ---- more ways to a payload -------------------------------------------------------------------------------

TESTS+=(uefi-bundle)
test_uefi_bundle() {
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$WORK/bundle"
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want '^DOOR: end' && want "cmdline $WORDS"
}

# From the firmware's shell: load options with words of our own, and an initrd by its name on the volume.
TESTS+=(uefi-shell)
test_uefi_shell() {
	printf '\\baton.efi %s initrd=/boot/payload.cpio\r\n' "$WORDS" >"$WORK/startup.nsh"
	esp "$WORK/door.esp" baton.efi="$B/baton.bzImage" startup.nsh="$WORK/startup.nsh"
	mmd -i "$WORK/door.esp" ::/boot
	mcopy -i "$WORK/door.esp" "$WORK/payload.cpio" ::/boot/payload.cpio
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want '^DOOR: end' && want "DOOR: cmdline .baton.efi $WORDS initrd="
}

TESTS+=(uefi-corrupt-payload)
test_uefi_corrupt_payload() {
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$WORK/init"
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want 'refused +kernel-not-bzimage: ' && want_not 'Linux version'
}

TESTS+=(uefi-no-payload)
test_uefi_no_payload() {
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage"
	UNTIL='EFI Internal Shell' uefi "$LOG" -drive format=raw,file="$WORK/door.esp" -boot menu=off
	want 'baton: payload-missing: ' && want 'back to the firmware with status 0x800000000000000e' &&
		want_not 'Linux version'
}

TESTS+=(uefi-little-memory)
test_uefi_little_memory() {
	local big=$WORK/big
	truncate -s 60M "$big"
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage"
	mcopy -i "$WORK/door.esp" "$big" ::/EFI/baton/kernel
	MEM=96 UNTIL='EFI Internal Shell' uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want 'baton: out-of-memory: ' && want 'back to the firmware with status 0x8000000000000009'
}

TESTS+=(cpu-32-bit)
test_cpu_32_bit() {
	UNTIL='no long mode' machine "$LOG" -M pc -cpu qemu32 -kernel "$WORK/bundle"
	want 'baton: cpu-not-64bit: '
}

# Linux hands over, by UEFI, to Linux through baton: both KHO and EFI arrive.
TESTS+=(kexec-uefi-kho)
test_kexec_uefi_kho() {
	bundle "$WORK/bundle.kho" --cmdline "$WORDS kho=on"
	guest "$WORK/first-kho.cpio" kernel="$WORK/bundle.kho" cmdline="$WORK/cmdline"
	uefi "$LOG" -kernel "$KERNEL" -append "$WORDS kho=on" -initrd "$WORK/first-kho.cpio"
	want 'µs\] handover +kho-v' && want '^DOOR: end' && want '^DOOR: log KHO: exec from: baton-' &&
		want '^DOOR: variable SecureBoot 5 bytes'
}

# ---- Secure Boot ------------------------------------------------------------------------------------------

# secure_esp [PATH=FILE...]
secure_esp() {
	esp "$WORK/secure.esp" "$@"
	secure "$LOG" -drive format=raw,file="$WORK/secure.esp"
}

TESTS+=(secure-signed)
test_secure_signed() {
	sign "$WORK/bundle" "$WORK/bundle.signed"
	secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/bundle.signed"
	want '^DOOR: end' && want 'DOOR: secure_boot 3' && want 'Secure boot enabled'
}

TESTS+=(secure-unsigned)
test_secure_unsigned() {
	secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/bundle"
	want 'failed to load .* Access Denied' && want_not 'µs\] baton'
}

# flip FILE OFFSET: change one byte
flip() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf '%b' "\\x$(printf %x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# One byte of the kernel in the bundle, one of the unused part of the header, one of the zeros between the two.
TESTS+=(secure-flipped)
test_secure_flipped() {
	local at size
	sign "$WORK/bundle" "$WORK/bundle.signed"
	size=$(stat -c %s "$WORK/bundle")
	for at in $((size - 100000)) $((0xbf0)) $((0x30000)); do
		cp "$WORK/bundle.signed" "$WORK/flipped"
		flip "$WORK/flipped" "$at"
		secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/flipped"
		echo "with byte $at changed:"
		want 'failed to load .* Access Denied' || return 1
		want_not 'µs\] baton' || return 1
	done
}

TESTS+=(secure-loose-unsigned)
test_secure_loose_unsigned() {
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	UNTIL='No bootable' secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/baton.signed" EFI/baton/kernel="$KERNEL" \
		EFI/baton/cmdline="$WORK/cmdline"
	want 'baton: secure-boot: nothing vouches for it, so it is not used: .EFI.baton.cmdline' &&
		want 'baton: secure-boot: the firmware does not verify .EFI.baton.kernel' &&
		want_not 'Linux version'
}

TESTS+=(secure-loose-signed)
test_secure_loose_signed() {
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	sign "$KERNEL" "$WORK/kernel.signed"
	UNTIL='µs\] jump' secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/baton.signed" \
		EFI/baton/kernel="$WORK/kernel.signed"
	want 'µs\] jump'
}

TESTS+=(secure-loose-initrd)
test_secure_loose_initrd() {
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	sign "$KERNEL" "$WORK/kernel.signed"
	secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/baton.signed" EFI/baton/kernel="$WORK/kernel.signed" \
		EFI/baton/initrd="$WORK/report.cpio"
	want 'baton: secure-boot: nothing vouches for .EFI.baton.initrd' &&
		want 'back to the firmware with status 0x800000000000001a' && want_not 'µs\] baton'
}

# A signature makes the file longer: every other door must take it all the same.
TESTS+=(signed-elsewhere)
test_signed_elsewhere() {
	local d
	sign "$WORK/bundle" "$WORK/bundle.signed"
	guest "$WORK/first-signed.cpio" kernel="$WORK/bundle.signed" cmdline="$WORK/cmdline"
	for d in bios grub-bios uefi-kernel kexec; do
		LOG=$WORK/signed-$d.log
		door "$d" "$LOG" "$WORK/bundle.signed" "$WORK/report.cpio" '' "$WORK/first-signed.cpio"
		want '^DOOR: end' || return 1
	done
}

# A Linux that takes signed kernels only takes baton signed, and not unsigned or changed.
[ -z "${SIG_KERNEL-}" ] || TESTS+=(kexec-sig-force)
test_kexec_sig_force() {
	local kind
	sign "$WORK/bundle" "$WORK/bundle.signed"
	cp "$WORK/bundle.signed" "$WORK/flipped"
	flip "$WORK/flipped" 1000000
	for kind in bundle.signed bundle flipped; do
		guest "$WORK/first-sig.cpio" kernel="$WORK/$kind" cmdline="$WORK/cmdline"
		LOG=$WORK/sig-$kind.log
		uefi "$LOG" -kernel "$SIG_KERNEL" -append "$WORDS" -initrd "$WORK/first-sig.cpio"
		case $kind in
		bundle.signed) want '^DOOR: end' && want 'µs\] baton' && want '^DOOR: variable SecureBoot' ;;
		bundle) want 'failed: kexec_file_load: No data available' ;;
		flipped) want 'failed: kexec_file_load: Key was rejected' ;;
		esac || return 1
	done
}

for cases in "$TOP"/tests/doors/cases/*.sh; do
	# shellcheck source=/dev/null
	. "$cases"
done

# ---- the runner -------------------------------------------------------------------------------------------

# chosen PATTERN...
chosen() {
	local name pattern
	for name in "${TESTS[@]}"; do
		[ $# -gt 0 ] || echo "$name"
		for pattern in "$@"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name != $pattern ]] || { echo "$name" && break; }
		done
	done
}

main() {
	local name names out
	mapfile -t names < <(chosen "$@")
	prepare
	echo "1..${#names[@]}"
	for name in "${names[@]}"; do
		LOG=$WORK/$name.log
		if out=$("test_${name//-/_}" 2>&1); then
			echo "ok - $name"
		else
			echo "not ok - $name"
			printf '#   %s\n' "${out//$'\n'/$'\n'#   }"
			failed=1
		fi
	done
	return "$failed"
}

main "$@"
