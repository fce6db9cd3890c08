# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Debian's shim between the firmware and baton. The firmware knows one key, by which shim and baton are signed;
# shim knows a second one besides, as the machine owner's, by which a kernel beside baton may be signed.

SHIM=/usr/lib/shim/shimx64.efi

# own_key NAME: a key that nobody knows yet, $WORK/NAME.key, with its certificate $WORK/NAME.pem
own_key() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" -keyout "$WORK/$1.key" -out "$WORK/$1.pem" \
		2>>"$WORK/openssl.log"
}

# build_enrol: the program that makes a key the machine owner's and starts shim, signed, $WORK/enrol.efi
build_enrol() {
	efi_app enrol -DWORDS="L\"$WORDS\""
	mv "$WORK/enrol.efi" "$WORK/enrol.unsigned"
	sign "$WORK/enrol.unsigned" "$WORK/enrol.efi"
}

# shim_esp [PATH=FILE...]: firmware, the program, shim, then EFI/BOOT/grubx64.efi, with the key "owner" enrolled
shim_esp() {
	openssl x509 -in "$WORK/owner.pem" -outform der -out "$WORK/owner.der"
	sbsiglist --owner 605dab50-e046-4300-abb6-3dd810dd8b23 --type x509 --output "$WORK/mok.esl" "$WORK/owner.der"
	sign "$SHIM" "$WORK/shim.efi"
	UNTIL='ENROL: back|No bootable option|end +halted|Kernel panic' secure_esp \
		EFI/BOOT/BOOTX64.EFI="$WORK/enrol.efi" EFI/BOOT/shimx64.efi="$WORK/shim.efi" \
		mok.esl="$WORK/mok.esl" "$@"
}

# sign_by KEY IN OUT
sign_by() {
	case $1 in
	nobody) cp "$2" "$3" ;;
	firmware) sign "$2" "$3" ;;
	*) sbsign --key "$WORK/$1.key" --cert "$WORK/$1.pem" --output "$3" "$2" 2>>"$WORK/sbsign.log" ;;
	esac
}

# make_loose KEY: baton, and a kernel to lie beside it that is signed by KEY, or by nobody
make_loose() {
	own_key owner
	own_key stranger
	build_enrol
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	sign_by "$1" "$KERNEL" "$WORK/kernel"
}

# loose KEY: both started through shim
loose() {
	make_loose "$1"
	shim_esp EFI/BOOT/grubx64.efi="$WORK/baton.signed" EFI/baton/kernel="$WORK/kernel"
}

# loose_old KEY: the same, with a shim that does not replace the firmware's LoadImage
loose_old() {
	make_loose "$1"
	shim_esp EFI/BOOT/grubx64.efi="$WORK/enrol.efi" EFI/BOOT/baton.efi="$WORK/baton.signed" \
		EFI/baton/kernel="$WORK/kernel"
}

# refused STATUS: with the status that shim or the firmware returned last
refused() {
	want 'baton: secure-boot: neither shim nor the firmware verifies .EFI.baton.kernel' &&
		want "baton: back to the firmware with status 0x80000000000000$1" &&
		want 'ENROL: back with 0x' && want_not 'Linux version' && want_not 'µs\] baton'
}

TESTS+=(shim-owner)
test_shim_owner() {
	loose owner
	want 'Linux version' && want 'Secure boot enabled' && want_not 'baton: secure-boot'
}

TESTS+=(shim-firmware)
test_shim_firmware() {
	loose firmware
	want 'Linux version' && want_not 'baton: secure-boot'
}

TESTS+=(shim-nobody)
test_shim_nobody() {
	loose nobody
	refused 1a
}

TESTS+=(shim-stranger)
test_shim_stranger() {
	loose stranger
	refused 1a
}

# Shim up to version 15 does not replace the firmware's LoadImage: only its protocol verifies with its keys.
TESTS+=(shim-15-owner)
test_shim_15_owner() {
	loose_old owner
	want "ENROL: LoadImage was shim's" && want 'Linux version' && want_not 'baton: secure-boot'
}

TESTS+=(shim-15-stranger)
test_shim_15_stranger() {
	loose_old stranger
	want "ENROL: LoadImage was shim's" && refused 0f
}

# The firmware alone does not know the owner's key.
TESTS+=(shim-absent)
test_shim_absent() {
	own_key owner
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	sign_by owner "$KERNEL" "$WORK/kernel"
	secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/baton.signed" EFI/baton/kernel="$WORK/kernel"
	want 'baton: secure-boot: the firmware does not verify .EFI.baton.kernel' && want_not 'µs\] baton'
}

# A bundle that the owner has signed, and the firmware does not know.
TESTS+=(shim-bundle)
test_shim_bundle() {
	own_key owner
	sign_by owner "$COMMON/bundle" "$WORK/bundle.owner"
	build_enrol
	shim_esp EFI/BOOT/grubx64.efi="$WORK/bundle.owner"
	want '^DOOR: end' && want 'DOOR: secure_boot 3' && want_not 'baton: secure-boot'
}
