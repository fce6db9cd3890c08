# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # LOG is for the library
#
# Secure Boot, and signatures elsewhere.

signed_bundle() {
	sign "$COMMON/bundle" "$DIR/bundle.signed"
	run_secure EFI/BOOT/BOOTX64.EFI="$DIR/bundle.signed"
}

unsigned_bundle() { run_secure EFI/BOOT/BOOTX64.EFI="$COMMON/bundle"; }

row secure-signed 'a signed bundle starts' do=signed_bundle want='^DOOR: end' want='DOOR: secure_boot 3' \
	want='Secure boot enabled'
row secure-unsigned 'one that is not signed does not' do=unsigned_bundle want='failed to load .* Access Denied' \
	deny='µs\] baton'

flipped_bundle() {
	local at size
	sign "$COMMON/bundle" "$DIR/bundle.signed"
	size=$(stat -c %s "$COMMON/bundle")
	for at in $((size - 100000)) $((0xbf0)) $((0x30000)); do
		cp "$DIR/bundle.signed" "$DIR/flipped"
		flip_bit "$DIR/flipped" "$at"
		run_secure EFI/BOOT/BOOTX64.EFI="$DIR/flipped"
		want 'failed to load .* Access Denied' && deny 'µs\] baton' || reason "with byte $at changed" || return 1
	done
}

row secure-flipped 'one changed byte of the kernel, of the header, or of the zeros between them' do=flipped_bundle

# loose_files KERNEL [FILE...]: a signed baton, with the kernel and these files beside it
loose_files() {
	sign "$BATON" "$DIR/baton.signed"
	run_secure EFI/BOOT/BOOTX64.EFI="$DIR/baton.signed" EFI/baton/kernel="$1" "${@:2}"
}

# loose_signed [FILE...]: with a signed kernel
loose_signed() {
	sign "$KERNEL" "$DIR/kernel.signed"
	loose_files "$DIR/kernel.signed" "$@"
}

loose_unsigned() { loose_files "$KERNEL" EFI/baton/cmdline="$COMMON/cmdline"; }

loose_initrd() { loose_signed EFI/baton/initrd="$COMMON/report.cpio"; }

row secure-loose-unsigned 'loose files that nobody vouches for' do=loose_unsigned until='No bootable' \
	want='baton: secure-boot: nothing vouches for it, so it is not used: .EFI.baton.cmdline' \
	want='baton: secure-boot: the firmware does not verify .EFI.baton.kernel' deny='Linux version'
row secure-loose-signed 'a loose kernel that is signed' do=loose_signed until='µs\] jump' want='µs\] jump'
row secure-loose-initrd 'an initrd beside it, for which nothing vouches' do=loose_initrd \
	want='baton: secure-boot: nothing vouches for .EFI.baton.initrd' \
	want='back to the firmware with status 0x800000000000001a' deny='µs\] baton'

# loose_uki [flip]: a unified kernel image that is signed; or one that was changed afterwards, in its initrd
loose_uki() {
	make_uki "$DIR/uki" cmdline="$COMMON/cmdline" initrd="$REPORT" linux="$KERNEL"
	sign "$DIR/uki" "$DIR/uki.signed"
	[ $# -eq 0 ] || flip_bit "$DIR/uki.signed" $(($(stat -c %s "$DIR/uki") - $(stat -c %s "$KERNEL") - 4096))
	loose_files "$DIR/uki.signed"
}

row secure-loose-uki 'a loose unified kernel image that is signed brings initrd and command line' do=loose_uki \
	want='^DOOR: end' want="cmdline $USUAL_WORDS" want='DOOR: secure_boot 3'
row secure-loose-uki-flipped 'one changed byte of its initrd' do='loose_uki flip' until='No bootable' \
	want='baton: secure-boot: the firmware does not verify .EFI.baton.kernel' deny='Linux version'

signed_elsewhere() {
	local d
	sign "$COMMON/bundle" "$DIR/bundle.signed"
	report_initrd "$DIR/first-signed.cpio" kernel="$DIR/bundle.signed" cmdline="$COMMON/cmdline"
	for d in bios grub-bios uefi-kernel grub-uefi kexec kexec-uefi; do
		LOG=$DIR/$d.log
		door "$d" "$DIR/bundle.signed" "$COMMON/report.cpio" '' "$DIR/first-signed.cpio"
		want '^DOOR: end' || return 1
	done
}

row signed-elsewhere 'a signature makes the file longer: every other door must take it all the same' \
	do=signed_elsewhere

# It trusts the snakeoil key by being built so.
SIG_KERNEL=${SIG_KERNEL:-7.3+sig}

# kexec_signed KIND: a Linux that takes signed kernels only is given the bundle signed, not signed, or changed
kexec_signed() {
	LOG=$DIR/$1.log
	report_initrd "$DIR/first-sig.cpio" kernel="$DIR/$1" cmdline="$COMMON/cmdline"
	run_uefi -kernel "$(peer "$SIG_KERNEL")" -append "$WORDS" -initrd "$DIR/first-sig.cpio"
}

signed_by_kexec() {
	sign "$COMMON/bundle" "$DIR/signed"
	cp "$COMMON/bundle" "$DIR/unsigned"
	cp "$DIR/signed" "$DIR/flipped"
	flip_bit "$DIR/flipped" 1000000
	kexec_signed signed
	want '^DOOR: end' && want 'µs\] baton' && want '^DOOR: variable PlatformLang [0-9]+ bytes' || return 1
	kexec_signed unsigned
	want 'failed: kexec_file_load: No data available' || return 1
	kexec_signed flipped
	want 'failed: kexec_file_load: Key was rejected'
}

row kexec-sig-force 'a Linux that takes signed kernels only' do=signed_by_kexec peer="$SIG_KERNEL"
