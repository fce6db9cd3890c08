# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Secure Boot, and signatures elsewhere.

# secure_esp [PATH=FILE...]
secure_esp() {
	esp "$WORK/secure.esp" "$@"
	secure "$LOG" -drive format=raw,file="$WORK/secure.esp"
}

TESTS+=(secure-signed)
test_secure_signed() {
	sign "$COMMON/bundle" "$WORK/bundle.signed"
	secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/bundle.signed"
	want '^DOOR: end' && want 'DOOR: secure_boot 3' && want 'Secure boot enabled'
}

TESTS+=(secure-unsigned)
test_secure_unsigned() {
	secure_esp EFI/BOOT/BOOTX64.EFI="$COMMON/bundle"
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
	sign "$COMMON/bundle" "$WORK/bundle.signed"
	size=$(stat -c %s "$COMMON/bundle")
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
		EFI/baton/cmdline="$COMMON/cmdline"
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
		EFI/baton/initrd="$COMMON/report.cpio"
	want 'baton: secure-boot: nothing vouches for .EFI.baton.initrd' &&
		want 'back to the firmware with status 0x800000000000001a' && want_not 'µs\] baton'
}

# A signature makes the file longer. Every other door must still accept it.
TESTS+=(signed-elsewhere)
test_signed_elsewhere() {
	local d
	sign "$COMMON/bundle" "$WORK/bundle.signed"
	guest "$WORK/first-signed.cpio" kernel="$WORK/bundle.signed" cmdline="$COMMON/cmdline"
	for d in bios grub-bios uefi-kernel grub-uefi kexec kexec-uefi; do
		LOG=$WORK/signed-$d.log
		door "$d" "$LOG" "$WORK/bundle.signed" "$COMMON/report.cpio" '' "$WORK/first-signed.cpio"
		want '^DOOR: end' || return 1
	done
}

# A Linux that accepts only signed kernels accepts a signed baton, and neither an unsigned nor a changed one. It is
# built to trust the snakeoil key: SIG_KERNEL, or peer 7.3+sig.
TESTS+=(kexec-sig-force)
prepare_kexec_sig_force() {
	SIG_KERNEL=${SIG_KERNEL:-$("$TOP/tests/linux/peer.sh" 7.3+sig)} || true
	export SIG_KERNEL
}

test_kexec_sig_force() {
	local kind
	[ -f "$SIG_KERNEL" ] || { echo 'there is no peer 7.3+sig' && return 1; }
	sign "$COMMON/bundle" "$WORK/bundle.signed"
	cp "$COMMON/bundle" "$WORK/bundle"
	cp "$WORK/bundle.signed" "$WORK/flipped"
	flip "$WORK/flipped" 1000000
	for kind in bundle.signed bundle flipped; do
		guest "$WORK/first-sig.cpio" kernel="$WORK/$kind" cmdline="$COMMON/cmdline"
		LOG=$WORK/sig-$kind.log
		uefi "$LOG" -kernel "$SIG_KERNEL" -append "$WORDS" -initrd "$WORK/first-sig.cpio"
		case $kind in
		bundle.signed) want '^DOOR: end' && want 'µs\] baton' && want '^DOOR: variable PlatformLang [0-9]+ bytes' ;;
		bundle) want 'failed: kexec_file_load: No data available' ;;
		flipped) want 'failed: kexec_file_load: Key was rejected' ;;
		esac || return 1
	done
}
