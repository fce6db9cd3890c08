# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Debian's shim between the firmware and baton. The firmware knows one key, by which shim and baton are signed;
# shim knows a second one besides, as the machine owner's, by which a kernel beside baton may be signed.

SHIM=/usr/lib/shim/shimx64.efi

# build_enrol: the program that makes a key the machine owner's and starts shim, signed, $DIR/enrol.efi
build_enrol() {
	efi_app enrol -DWORDS="L\"$WORDS\""
	mv "$DIR/enrol.efi" "$DIR/enrol.unsigned"
	sign "$DIR/enrol.unsigned" "$DIR/enrol.efi"
}

# run_shim [PATH=FILE...]: firmware, the program, shim, then EFI/BOOT/grubx64.efi, with the key "owner" enrolled
run_shim() {
	openssl x509 -in "$DIR/owner.pem" -outform der -out "$DIR/owner.der"
	sbsiglist --owner 605dab50-e046-4300-abb6-3dd810dd8b23 --type x509 --output "$DIR/mok.esl" "$DIR/owner.der"
	sign "$SHIM" "$DIR/shim.efi"
	UNTIL='ENROL: back|No bootable option|end +halted|Kernel panic' run_secure \
		EFI/BOOT/BOOTX64.EFI="$DIR/enrol.efi" EFI/BOOT/shimx64.efi="$DIR/shim.efi" mok.esl="$DIR/mok.esl" "$@"
}

# make_loose KEY: baton, and a kernel to lie beside it that is signed by KEY, or by nobody
make_loose() {
	own_key owner
	own_key stranger
	build_enrol
	sign "$BATON" "$DIR/baton.signed"
	sign_by "$1" "$KERNEL" "$DIR/kernel"
}

# loose KEY: both started through shim
loose() {
	make_loose "$1"
	run_shim EFI/BOOT/grubx64.efi="$DIR/baton.signed" EFI/baton/kernel="$DIR/kernel"
}

# loose_old KEY: the same, with a shim that does not replace the firmware's LoadImage
loose_old() {
	make_loose "$1"
	run_shim EFI/BOOT/grubx64.efi="$DIR/enrol.efi" EFI/BOOT/baton.efi="$DIR/baton.signed" \
		EFI/baton/kernel="$DIR/kernel"
}

# refused NAME 'WHAT IT SHOWS' STATUS [KEY=VALUE...]: with the status of whoever was asked last
refused() {
	row "$1" "$2" want='baton: secure-boot: neither shim nor the firmware verifies .EFI.baton.kernel' \
		want="baton: back to the firmware with status 0x80000000000000$3" want='ENROL: back with 0x' \
		deny='Linux version' deny='µs\] baton' "${@:4}"
}

row shim-owner "a kernel signed by the machine's owner" do='loose owner' want='Linux version' \
	want='Secure boot enabled' deny='baton: secure-boot'
row shim-firmware 'a kernel signed by the key that the firmware knows' do='loose firmware' want='Linux version' \
	deny='baton: secure-boot'
refused shim-nobody 'a kernel signed by nobody' 1a do='loose nobody'
refused shim-stranger 'a kernel signed by a stranger' 1a do='loose stranger'
# Shim up to version 15 leaves the firmware's LoadImage alone: only by its protocol it says what it knows.
row shim-15-owner "an older shim, and a kernel signed by the machine's owner" do='loose_old owner' \
	want="ENROL: LoadImage was shim's" want='Linux version' deny='baton: secure-boot'
refused shim-15-stranger 'an older shim, and a kernel signed by a stranger' 0f do='loose_old stranger' \
	want="ENROL: LoadImage was shim's"

without_shim() {
	own_key owner
	sign "$BATON" "$DIR/baton.signed"
	sign_by owner "$KERNEL" "$DIR/kernel"
	run_secure EFI/BOOT/BOOTX64.EFI="$DIR/baton.signed" EFI/baton/kernel="$DIR/kernel"
}

bundle_by_shim() {
	own_key owner
	sign_by owner "$COMMON/bundle" "$DIR/bundle.owner"
	build_enrol
	run_shim EFI/BOOT/grubx64.efi="$DIR/bundle.owner"
}

row shim-absent "the firmware alone does not know the owner's key" do=without_shim \
	want='baton: secure-boot: the firmware does not verify .EFI.baton.kernel' deny='µs\] baton'
row shim-bundle 'a bundle that the owner has signed, and the firmware does not know' do=bundle_by_shim \
	want='^DOOR: end' want='DOOR: secure_boot 3' deny='baton: secure-boot'
