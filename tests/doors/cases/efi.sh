# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The EFI door: initrds by name, and what Secure Boot forbids.

# from_shell WORD...: baton from the firmware's shell, with the payload on the volume as two files of odd size
from_shell() {
	local size
	size=$(stat -c %s "$COMMON/payload.cpio")
	head -c 1000001 "$COMMON/payload.cpio" >"$WORK/part1"
	tail -c $((size - 1000001)) "$COMMON/payload.cpio" >"$WORK/part2"
	printf '\\baton.efi %s %s\r\n' "$WORDS" "$*" >"$WORK/startup.nsh"
	esp "$WORK/door.esp" baton.efi="$B/baton.bzImage" startup.nsh="$WORK/startup.nsh" \
		part1="$WORK/part1" part2="$WORK/part2"
	uefi "$LOG" -drive format=raw,file="$WORK/door.esp"
}

# They are joined to one initrd, byte by byte, as by Linux's own EFI stub.
TESTS+=(uefi-initrds)
test_uefi_initrds() {
	from_shell initrd=/part1 'initrd=\part2'
	want '^DOOR: end' && want_not 'baton: '
}

TESTS+=(uefi-initrd-missing)
test_uefi_initrd_missing() {
	UNTIL='back to the firmware' from_shell initrd=/part1 initrd=/part3
	want 'baton: file-unreadable: missing or empty: .part3' &&
		want 'back to the firmware with status 0x800000000000000e' && want_not 'µs\] baton'
}

# With Secure Boot, the command line must give nobody access to memory. The words come through shim, because QEMU
# changes a kernel that it loads itself, so that its signature is no longer valid.
TESTS+=(secure-powers)
test_secure_powers() {
	local word
	own_key owner
	sign "$COMMON/bundle" "$WORK/bundle.signed"
	for word in baton.monitor baton.script=help baton.test=nmi; do
		LOG=$WORK/secure-powers-${word:6:4}.log
		WORDS="$WORDS $word" build_enrol
		shim_esp EFI/BOOT/grubx64.efi="$WORK/bundle.signed"
		want "refused +secure-boot: ${word%%=*}" && want 'end +halted' && want_not 'Linux version' || return 1
	done
}

# secure_first NAME=FILE...: a Linux that is started with Secure Boot on and kexecs these files
secure_first() {
	REPORT=$WORK/first.cpio
	guest "$REPORT" "$@"
	bundle "$WORK/first" --cmdline "$WORDS"
	sign "$WORK/first" "$WORK/first.signed"
	secure_esp EFI/BOOT/BOOTX64.EFI="$WORK/first.signed"
	want 'Secure boot enabled'
}

# Linux passes the state of Secure Boot on through kexec, so baton refuses there as well.
TESTS+=(secure-kexec)
test_secure_kexec() {
	printf '%s baton.monitor\n' "$WORDS" >"$WORK/cmdline"
	secure_first kernel="$COMMON/bundle" cmdline="$WORK/cmdline"
	want 'refused +secure-boot: baton.monitor' && want 'end +halted'
}

# A signature on baton is worth nothing if baton starts unsigned kernels: it must not take one from its initrd.
TESTS+=(secure-kexec-loose)
test_secure_kexec_loose() {
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	secure_first kernel="$WORK/baton.signed" initrd="$COMMON/payload.cpio" cmdline="$COMMON/cmdline"
	want 'refused +secure-boot-payload: nothing vouches for a kernel in the initrd' && want 'end +halted' &&
		want_not '^DOOR: end'
}

# Nor through a second baton, which cannot know what the EFI door knew.
TESTS+=(secure-hops-loose)
test_secure_hops_loose() {
	own_key owner
	sign "$B/baton.bzImage" "$WORK/baton.signed"
	sign "$KERNEL" "$WORK/kernel.signed"
	WORDS="$WORDS baton.hops=1" build_enrol
	shim_esp EFI/BOOT/grubx64.efi="$WORK/baton.signed" EFI/baton/kernel="$WORK/kernel.signed"
	want 'refused +secure-boot-payload: ' && want 'end +halted' && want_not 'hop +1 of 1'
}
