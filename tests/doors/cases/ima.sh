# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # LOG is for the library
#
# Measured by IMA: the list goes with each kexec, so that it gives PCR 10 of the TPM also in the last Linux.

# measured THROUGH KERNELS [FIRST]: kexec by what lies in FIRST; so many kernels must have measured
measured() {
	local said
	LOG=$DIR/$1.log
	run_board -kernel "$KERNEL" -append "$WORDS" -initrd "$3"
	want '^DOOR: end' || return 1
	said=$(python3 "$TOP/tests/doors/ima-replay.py" "$LOG" "$2" 2>&1) || reason "$1: $said"
}

ima_words() { printf '%s\n' "$WORDS" >"$DIR/cmdline"; }

ima_by_kexec() {
	ima_words
	report_initrd "$DIR/first-direct.cpio" kernel="$KERNEL" initrd="$REPORT" cmdline="$DIR/cmdline"
	measured direct 2 "$DIR/first-direct.cpio" || return 1
	report_bundle "$DIR/bundle" || return 1
	report_initrd "$DIR/first.cpio" kernel="$DIR/bundle" cmdline="$DIR/cmdline"
	measured baton 2 "$DIR/first.cpio" || return 1
	want 'µs\] +IMA list ' || return 1
	printf '%s baton.hops=3\n' "$WORDS" >"$DIR/cmdline"
	report_initrd "$DIR/first.cpio" kernel="$DIR/bundle" cmdline="$DIR/cmdline"
	measured hops 2 "$DIR/first.cpio"
}

row ima-kexec 'what IMA has measured goes on, through baton as without it' do=ima_by_kexec tpm=yes \
	append='ima_policy=tcb ima_hash=sha1 door.ima'
