# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# More ways to a payload, and what is refused.

TESTS+=(uefi-bundle)
test_uefi_bundle() {
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$COMMON/bundle"
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want '^DOOR: end' && want "cmdline $WORDS"
}

# From the firmware's shell: load options with words of our own, and an initrd by its name on the volume.
TESTS+=(uefi-shell)
test_uefi_shell() {
	printf '\\baton.efi %s initrd=/boot/payload.cpio\r\n' "$WORDS" >"$WORK/startup.nsh"
	esp "$WORK/door.esp" baton.efi="$B/baton.bzImage" startup.nsh="$WORK/startup.nsh"
	mmd -i "$WORK/door.esp" ::/boot
	mcopy -i "$WORK/door.esp" "$COMMON/payload.cpio" ::/boot/payload.cpio
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want '^DOOR: end' && want "DOOR: cmdline .baton.efi $WORDS initrd="
}

TESTS+=(uefi-corrupt-payload)
test_uefi_corrupt_payload() {
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$COMMON/init"
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
	UNTIL='no long mode' machine "$LOG" -M pc -cpu qemu32 -kernel "$COMMON/bundle"
	want 'baton: cpu-not-64bit: '
}

# Linux hands over, by UEFI, to Linux through baton: both KHO and EFI arrive.
TESTS+=(kexec-uefi-kho)
test_kexec_uefi_kho() {
	bundle "$WORK/bundle.kho" --cmdline "$WORDS kho=on"
	guest "$WORK/first-kho.cpio" kernel="$WORK/bundle.kho" cmdline="$COMMON/cmdline"
	uefi "$LOG" -kernel "$KERNEL" -append "$WORDS kho=on" -initrd "$WORK/first-kho.cpio"
	want 'µs\] handover +kho-v' && want '^DOOR: end' && want '^DOOR: log KHO: exec from: baton-' &&
		want '^DOOR: variable SecureBoot 5 bytes'
}
