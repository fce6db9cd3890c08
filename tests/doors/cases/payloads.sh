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

# From the firmware's shell: load options with words for baton, and an initrd by its name on the volume.
TESTS+=(uefi-shell)
test_uefi_shell() {
	printf '\\baton.efi %s initrd=/boot/payload.cpio\r\n' "$WORDS" >"$WORK/startup.nsh"
	esp "$WORK/door.esp" baton.efi="$B/baton.bzImage" startup.nsh="$WORK/startup.nsh"
	mmd -i "$WORK/door.esp" ::/boot
	mcopy -i "$WORK/door.esp" "$COMMON/payload.cpio" ::/boot/payload.cpio
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	want '^DOOR: end' && want "DOOR: cmdline .baton.efi $WORDS initrd="
}

# The firmware gets the error, and goes on with its next boot entry.
TESTS+=(uefi-corrupt-payload)
test_uefi_corrupt_payload() {
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$COMMON/init"
	UNTIL='EFI Internal Shell' uefi "$LOG" -drive format=raw,file="$WORK/door.esp" -boot menu=off
	want 'baton: kernel-not-bzimage: no HdrS at 0x202' &&
		want 'back to the firmware with status 0x8000000000000001' && want_not 'µs\] baton' &&
		want_not 'Linux version'
}

TESTS+=(uefi-truncated-payload)
test_uefi_truncated_payload() {
	head -c 1000000 "$KERNEL" >"$WORK/kernel"
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$WORK/kernel"
	UNTIL='EFI Internal Shell' uefi "$LOG" -drive format=raw,file="$WORK/door.esp" -boot menu=off
	want 'baton: kernel-truncated: the kernel image has 1000000 bytes' &&
		want 'back to the firmware with status 0x8000000000000001' && want_not 'µs\] baton'
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

# A Linux without KHO, started by UEFI, hands nothing over: the chain begins with the baton that it starts.
TESTS+=(kexec-uefi-cold)
test_kexec_uefi_cold() {
	uefi "$LOG" -kernel "$KERNEL" -append "${WORDS/kho=on/kho=off}" -initrd "$COMMON/first-baton.cpio"
	want 'µs\] handover +none came in' && want '^DOOR: log KHO: exec from: baton-[0-9.]+ \(count 1\)' &&
		want '^DOOR: variable PlatformLang [0-9]+ bytes'
}

# Without KHO Linux loads at the top of memory: all of baton lies above 4 GiB, and nothing of scratch is known.
TESTS+=(kexec-high-cold)
test_kexec_high_cold() {
	MEM=16384 board "$LOG" -kernel "$KERNEL" -append "${WORDS/kho=on/kho=off}" -initrd "$COMMON/first-baton.cpio"
	want 'µs\] baton +.*, loaded at 0x4[0-9a-f]{8},' && want 'µs\] handover +none came in' &&
		want '^DOOR: log KHO: exec from: baton-[0-9.]+ \(count 1\)'
}

# A chain that begins under UEFI, and goes on through a Linux and a second baton: memory and EFI stay.
TESTS+=(uefi-origin)
test_uefi_origin() {
	local own="$WORDS reserve_mem=8M:4K:chain" revived
	printf '%s\n' "$own" >"$WORK/words"
	printf 'baton.reserve=8M:4K:chain %s\n' "$own" >"$WORK/cmdline"
	bundle "$WORK/bundle" --cmdline "$own"
	guest "$WORK/first.cpio" kernel="$WORK/bundle" cmdline="$WORK/words"
	esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$KERNEL" \
		EFI/baton/initrd="$WORK/first.cpio" EFI/baton/cmdline="$WORK/cmdline"
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
	revived=$(grep -ac "Revived memory reservation 'chain' from KHO" "$LOG")
	[ "$revived" -eq 2 ] || { echo "revived $revived times, expected 2" && return 1; }
	want '^DOOR: log KHO: exec from: baton-[0-9.]+ \(count 3\)' && want '^DOOR: variable PlatformLang [0-9]+ bytes'
}
