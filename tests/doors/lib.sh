# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the tests of the doors are made of: a Linux that says what it was given, disk images made without being
# root, and one function that starts a machine at a door.
#
#   KERNEL   the Linux that is started in the end: a bzImage; peer $TO, or 7.3, if not given
#   B        the build folder
#
# A test writes in its own folder only, $WORK; the console of its machine is $LOG.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-$TOP/build}
[[ $B == /* ]] || B=$TOP/$B
DOORS_DIR=$B/doors
COMMON=$DOORS_DIR/common # what is prepared once: nobody writes there afterwards
WORK=$DOORS_DIR/shown    # the folder of the test that runs
QEMU=${QEMU:-qemu-system-x86_64}
ACCEL=${ACCEL:-tcg}
LIMIT=${LIMIT:-120} # seconds for one machine; tests run side by side
FIRMWARE=/usr/share/OVMF
KEYS=/usr/share/ovmf
WORDS='console=ttyS0 panic=-1 no_timer_check nokaslr'
# shellcheck disable=SC2034 # for those who read this file
DOORS='bios grub-bios uefi uefi-kernel grub-uefi pvh microvm kexec kexec-uefi'

# shellcheck source-path=SCRIPTDIR source=../boot/newc.sh
. "$TOP/tests/boot/newc.sh"

# ---- what is started --------------------------------------------------------------------------------------

# guest OUT [NAME=FILE...]: an initramfs with the init that reports, and files beside it
guest() {
	local out=$1 pair
	shift
	{
		newc_dir dev
		newc_dir proc
		newc_dir sys
		newc_node dev/console 5 1
		newc_file init "$COMMON/init"
		for pair in "$@"; do
			newc_file "${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

# prepare: everything that more than one test needs, in $COMMON; and the settings for the processes of tests
prepare() {
	mkdir -p "$COMMON" "$WORK"
	KERNEL=${KERNEL:-$("$TOP/tests/linux/peer.sh" "${TO:-7.3}")}
	export KERNEL B QEMU ACCEL LIMIT
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$COMMON/init" "$TOP/tests/doors/report-init.c"
	printf '%s\n' "$WORDS" >"$COMMON/cmdline"
	guest "$COMMON/report.cpio"
	{
		newc_dir baton
		newc_file baton/kernel "$KERNEL"
		newc_file baton/initrd "$COMMON/report.cpio"
		newc_end
	} >"$COMMON/payload.cpio"
	bundle "$COMMON/bundle" --cmdline "$WORDS"
	guest "$COMMON/first-baton.cpio" kernel="$COMMON/bundle" cmdline="$COMMON/cmdline"
	guest "$COMMON/first-direct.cpio" kernel="$KERNEL" initrd="$COMMON/report.cpio" cmdline="$COMMON/cmdline"
	openssl rsa -in "$KEYS/PkKek-1-snakeoil.key" -passin pass:snakeoil -out "$COMMON/key.pem" \
		2>"$COMMON/openssl.log"
}

# bundle OUT [BATONCTL OPTION...]: baton with the kernel and the initrd that reports
bundle() {
	local out=$1
	shift
	"$B/batonctl" bundle --kernel "$KERNEL" --initrd "$COMMON/report.cpio" "$@" -o "$out" "$B/baton.bzImage" \
		>"$out.log" 2>&1
}

# sign IN OUT: with the key that the firmware's snakeoil variables trust
sign() {
	sbsign --key "$COMMON/key.pem" --cert "$KEYS/PkKek-1-snakeoil.pem" --output "$2" "$1" 2>"$2.log"
}

# want REGEX: the console of this test has such a line
want() {
	grep -aqE -- "$1" "$LOG" || { echo "no line like '$1' in $LOG" && return 1; }
}

# want_not REGEX: it has none
want_not() {
	! grep -aE -m 1 -- "$1" "$LOG" || { echo "that line must not be there" && return 1; }
}

# ---- images -----------------------------------------------------------------------------------------------

# esp OUT [PATH=FILE...]: a FAT volume with these files
esp() {
	local out=$1 pair
	shift
	rm -f "$out"
	truncate -s 64M "$out"
	mformat -i "$out" -F ::
	mmd -i "$out" ::/EFI ::/EFI/BOOT ::/EFI/baton
	for pair in "$@"; do
		mcopy -i "$out" "${pair#*=}" "::/${pair%%=*}"
	done
}

# grub_disc OUT KERNEL INITRD: a disc that GRUB starts from, by BIOS and by UEFI
grub_disc() {
	local tree=$1.d
	mkdir -p "$tree/boot/grub"
	cp "$2" "$tree/kernel"
	cp "$3" "$tree/initrd"
	cat >"$tree/boot/grub/grub.cfg" <<-END
		serial --unit=0
		terminal_output serial
		linux /kernel $WORDS
		initrd /initrd
		boot
	END
	grub-mkrescue -o "$1" "$tree" >"$1.log" 2>&1
	rm -rf "$tree"
}

# ---- machines ---------------------------------------------------------------------------------------------

# machine CONSOLE QEMU-WORD...: run it until the last Linux has said all, the firmware gave up, or time is up
machine() {
	local log=$1 pid tries=$((LIMIT * 5)) over=${UNTIL:-No bootable option|end +halted|Kernel panic}
	local qemu=("$QEMU" -accel "$ACCEL" -m "${MEM:-512}" -nodefaults -no-reboot -display none)
	shift
	if [ "$log" = - ]; then
		"${qemu[@]}" -serial stdio "$@"
		return
	fi
	: >"$log"
	"${qemu[@]}" -serial file:"$log" "$@" >"$log.qemu" 2>&1 &
	pid=$!
	while ((tries-- > 0)) && kill -0 "$pid" 2>/dev/null; do
		! grep -aqE "^DOOR: (end|failed)|$over" "$log" || break
		sleep 0.2
	done
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
}

uefi() {
	local log=$1
	shift
	machine "$log" -M q35 -vga std \
		-drive if=pflash,format=raw,unit=0,readonly=on,file="$FIRMWARE/OVMF_CODE_4M.fd" \
		-drive if=pflash,format=raw,unit=1,snapshot=on,file="$FIRMWARE/OVMF_VARS_4M.fd" "$@"
}

secure() {
	local log=$1
	shift
	machine "$log" -M q35,smm=on -vga std -global driver=cfi.pflash01,property=secure,value=on \
		-drive if=pflash,format=raw,unit=0,readonly=on,file="$FIRMWARE/OVMF_CODE_4M.secboot.fd" \
		-drive if=pflash,format=raw,unit=1,snapshot=on,file="$FIRMWARE/OVMF_VARS_4M.snakeoil.fd" "$@"
}

# door DOOR CONSOLE KERNEL INITRD ELF FIRST: start KERNEL with INITRD through the door.
#   ELF    what the PVH doors start instead
#   FIRST  initramfs of the first Linux, for the kexec doors
door() {
	local name=$1 log=$2 kernel=$3 initrd=$4 elf=$5 first=$6
	local words=(-append "$WORDS" -initrd "$initrd")
	case $name in
	bios) machine "$log" -M q35 -vga std -kernel "$kernel" "${words[@]}" ;;
	uefi-kernel) uefi "$log" -kernel "$kernel" "${words[@]}" ;;
	uefi)
		esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$KERNEL" \
			EFI/baton/initrd="$COMMON/report.cpio" EFI/baton/cmdline="$COMMON/cmdline"
		uefi "$log" -drive format=raw,file="$WORK/door.esp"
		;;
	grub-*)
		grub_disc "$WORK/door.iso" "$kernel" "$initrd"
		if [ "$name" = grub-bios ]; then
			machine "$log" -M q35 -vga std -cdrom "$WORK/door.iso"
		else
			uefi "$log" -cdrom "$WORK/door.iso"
		fi
		;;
	pvh) machine "$log" -M q35 -vga std -kernel "$elf" "${words[@]}" ;;
	# Without ACPI, because Linux finds no timer there that it could calibrate another by.
	microvm) machine "$log" -M microvm,acpi=off,pit=on,pic=on -kernel "$elf" "${words[@]}" ;;
	kexec) machine "$log" -M q35 -vga std -kernel "$KERNEL" -append "$WORDS" -initrd "$first" ;;
	kexec-uefi) uefi "$log" -kernel "$KERNEL" -append "$WORDS" -initrd "$first" ;;
	*) return 2 ;;
	esac
}

# through_baton DOOR CONSOLE, directly DOOR CONSOLE: the same Linux, with baton before it and without.
# Directly there is no folder of loose files, and Linux as a PVH kernel is an ELF file that is not kept.
through_baton() {
	door "$1" "$2" "$B/baton.bzImage" "$COMMON/payload.cpio" "$B/baton.elf" "$COMMON/first-baton.cpio"
}

directly() {
	local name=$1
	[ "$name" != uefi ] || name=uefi-kernel
	[ "$name" != pvh ] || name=bios
	door "$name" "$2" "$KERNEL" "$COMMON/report.cpio" "$KERNEL" "$COMMON/first-direct.cpio"
}

# facts CONSOLE: what the last Linux said, without what differs from start to start: where the kernel and
# buffers of boot loaders are, which boot services memory went unused, and words that a loader adds.
facts() {
	tr -d '\r' <"$1" | sed -nE '/^DOOR: begin/,$ { /^DOOR: /p }' | sed -E '
		/iomem .*Kernel (code|rodata|data|bss)/d
		/log efi: (Remove|Freeing) /d
		/efi runtime 0x4 /d
		s/(MEMATTR|INITRD|RNG|TPMEventLog)=0x[0-9a-f]+ ?//g
		s/(BOOT_IMAGE|initrd)=[^ ]* ?//; s/ +$//'
}
