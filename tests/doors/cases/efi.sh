# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # LOG is for the library
#
# The EFI door: initrds by name, and what Secure Boot forbids.

# from_shell WORD...: baton from the firmware's shell, with the payload on the volume as two files of odd size
from_shell() {
	local size
	size=$(stat -c %s "$COMMON/payload.cpio")
	head -c 1000001 "$COMMON/payload.cpio" >"$DIR/part1"
	tail -c $((size - 1000001)) "$COMMON/payload.cpio" >"$DIR/part2"
	printf '\\baton.efi %s %s\r\n' "$WORDS" "$*" >"$DIR/startup.nsh"
	run_esp baton.efi="$BATON" startup.nsh="$DIR/startup.nsh" part1="$DIR/part1" part2="$DIR/part2"
}

row uefi-initrds "as with Linux's own EFI stub, several initrds make one, byte by byte" \
	do='from_shell initrd=/part1 initrd=\part2' want='^DOOR: end' deny='baton: '
row uefi-initrd-missing 'an initrd that is not there' do='from_shell initrd=/part1 initrd=/part3' \
	until='back to the firmware' want='baton: file-unreadable: missing or empty: .part3' \
	want='back to the firmware with status 0x800000000000000e' deny='µs\] baton'

# Whoever types the command line of a machine with Secure Boot must not get at its memory by that. The words
# come by way of shim, because QEMU changes a kernel that it loads itself: its signature is then worth nothing.
refuse_powers() {
	local word
	own_key owner
	sign "$COMMON/bundle" "$DIR/bundle.signed"
	for word in baton.monitor baton.script=help baton.test=nmi; do
		LOG=$DIR/${word:6:4}.log
		WORDS="$WORDS $word" build_enrol
		run_shim EFI/BOOT/grubx64.efi="$DIR/bundle.signed"
		want "refused +secure-boot: ${word%%=*}" && want 'end +halted' && deny 'Linux version' || return 1
	done
}

row secure-powers 'with Secure Boot no word gives power over memory' do=refuse_powers

# secure_first NAME=FILE...: a Linux started with Secure Boot on, that kexecs what is in these files
secure_first() {
	REPORT=$DIR/first.cpio
	report_initrd "$REPORT" "$@"
	report_bundle "$DIR/first" --cmdline "$WORDS"
	sign "$DIR/first" "$DIR/first.signed"
	run_secure EFI/BOOT/BOOTX64.EFI="$DIR/first.signed"
}

monitor_by_kexec() {
	printf '%s baton.monitor\n' "$WORDS" >"$DIR/cmdline"
	secure_first kernel="$COMMON/bundle" cmdline="$DIR/cmdline"
}

loose_by_kexec() {
	sign "$BATON" "$DIR/baton.signed"
	secure_first kernel="$DIR/baton.signed" initrd="$COMMON/payload.cpio" cmdline="$COMMON/cmdline"
}

loose_by_hops() {
	own_key owner
	sign "$BATON" "$DIR/baton.signed"
	sign "$KERNEL" "$DIR/kernel.signed"
	WORDS="$WORDS baton.hops=1" build_enrol
	run_shim EFI/BOOT/grubx64.efi="$DIR/baton.signed" EFI/baton/kernel="$DIR/kernel.signed"
}

row secure-kexec 'what Linux says of Secure Boot goes on through kexec, and the refusal with it' \
	do=monitor_by_kexec want='Secure boot enabled' want='refused +secure-boot: baton.monitor' want='end +halted'
# A signature of baton's is worth as much as what baton starts: a kernel that nobody has signed must not come in by
# its initrd.
row secure-kexec-loose 'a kernel in the initrd of a signed baton' do=loose_by_kexec want='Secure boot enabled' \
	want='refused +secure-boot-payload: nothing vouches for a kernel in the initrd' want='end +halted' \
	deny='^DOOR: end'
row secure-hops-loose 'nor by way of a second baton, which cannot know what the EFI door knew' do=loose_by_hops \
	want='refused +secure-boot-payload: ' want='end +halted' deny='hop +1 of 1'
