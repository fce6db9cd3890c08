# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the tests of the doors are made of: a Linux that says what it was given, disk images made without being
# root, and one function that starts a machine at a door.
#
#   KERNEL   the Linux that is started in the end: a bzImage; peer $TO, or 7.3, if not given
#   B        the build folder
#   FIRMWARE, KEYS   folders with another build of OVMF, and its snakeoil key
#
# A test writes in its own folder only, $WORK; the console of its machine is $LOG.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-$TOP/build}
[[ $B == /* ]] || B=$TOP/$B
DOORS_DIR=$B/doors
COMMON=$DOORS_DIR/common # what is prepared once: nobody writes there afterwards
REPORT=$COMMON/report.cpio # the initrd of the last Linux
FILES=$COMMON            # those with the words of $WORDS
WORK=$DOORS_DIR/none     # the folder of the test that runs
QEMU=${QEMU:-qemu-system-x86_64}
ACCEL=${ACCEL:-tcg}
LIMIT=${LIMIT:-120} # seconds for one machine; tests run side by side
FIRMWARE=${FIRMWARE:-/usr/share/OVMF}
KEYS=${KEYS:-/usr/share/ovmf}
# Emulation on a busy machine loses timer interrupts: Linux is not to check the timer, nor to calibrate by it.
WORDS='console=ttyS0 panic=-1 no_timer_check lpj=10000000 nokaslr kho=on'
BOARD=q35        # the machine: these four, and $WORDS, are set by tests of others
MEM=512          # MiB
MORE=()          # QEMU's words for what else it has
VIDEO=(-vga std) # its screen
TPM=no           # yes: it has one
SERIAL=yes       # no: it has none, and the console is QEMU's debug console
MICROVM=microvm,acpi=off,pit=on,pic=on # without ACPI, because Linux finds no timer there to calibrate others by
# shellcheck disable=SC2034 # for those who read this file
DOORS='bios grub-bios uefi uefi-kernel grub-uefi pvh microvm kexec kexec-uefi'

# shellcheck source-path=SCRIPTDIR source=../machine/archive.sh
. "$TOP/tests/machine/archive.sh"

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
		newc_node dev/null 1 3
		newc_node dev/mem 1 1
		newc_node dev/port 1 4
		newc_file init "$COMMON/init"
		for pair in "$@"; do
			newc_file "${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

# prepare: everything that more than one test needs, in $COMMON; and the settings for the processes of tests
prepare() {
	rm -rf "$DOORS_DIR/direct" "$DOORS_DIR/times" "$COMMON"
	mkdir -p "$COMMON"
	KERNEL=${KERNEL:-$("$TOP/tests/linux/peer.sh" "${TO:-7.3}")}
	export KERNEL B QEMU ACCEL LIMIT
	make --no-print-directory -s -C "$TOP" B="$B" guests
	cp "$B/guest/report-init" "$COMMON/init"
	guest "$COMMON/report.cpio"
	{
		newc_dir baton
		newc_file baton/kernel "$KERNEL"
		newc_file baton/initrd "$COMMON/report.cpio"
		newc_end
	} >"$COMMON/payload.cpio"
	prepare_words "$COMMON"
	openssl rsa -in "$KEYS/PkKek-1-snakeoil.key" -passin pass:snakeoil -out "$COMMON/key.pem" \
		2>"$COMMON/openssl.log"
}

# prepare_words FOLDER: what has the command line $WORDS in it, and is taken from $FILES by door
prepare_words() {
	printf '%s\n' "$WORDS" >"$1/cmdline"
	bundle "$1/bundle" --cmdline "$WORDS"
	guest "$1/first-baton.cpio" kernel="$1/bundle" cmdline="$1/cmdline"
	guest "$1/first-direct.cpio" kernel="$KERNEL" initrd="$REPORT" cmdline="$1/cmdline"
}

# bundle OUT [BATONCTL OPTION...]: baton with the kernel and the initrd that reports
bundle() {
	local out=$1
	shift
	"$B/batonctl" bundle --kernel "$KERNEL" --initrd "$REPORT" "$@" -o "$out" "$B/baton.bzImage" \
		>"$out.log" 2>&1
}

# efi_app NAME [GCC WORD...]: $WORK/NAME.efi from NAME.c beside this file
efi_app() {
	local name=$1 lib=/usr/lib
	shift
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -ffreestanding -fpic -fshort-wchar -fno-stack-protector \
		-mno-red-zone -maccumulate-outgoing-args -DGNU_EFI_USE_MS_ABI -isystem /usr/include/efi \
		-isystem /usr/include/efi/x86_64 "$@" -c -o "$WORK/$name.o" "$TOP/tests/doors/$name.c"
	ld -nostdlib -shared -Bsymbolic -znocombreloc -T "$lib/elf_x86_64_efi.lds" "$lib/crt0-efi-x86_64.o" \
		"$WORK/$name.o" -L "$lib" -lefi -lgnuefi -o "$WORK/$name.so"
	objcopy -j .text -j .sdata -j .data -j .rodata -j .dynamic -j .dynsym -j '.rel*' -j .reloc -j .sbat \
		--target=efi-app-x86_64 "$WORK/$name.so" "$WORK/$name.efi"
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

# grub_disk OUT KERNEL INITRD: a disk that GRUB starts from, by BIOS and by UEFI
grub_disk() {
	local tree=$1.d
	mkdir -p "$tree/boot/grub"
	cp "$2" "$tree/kernel"
	cp "$3" "$tree/initrd"
	cat >"$tree/boot/grub/grub.cfg" <<-END
		$([ "$SERIAL" = no ] || printf 'serial --unit=0\nterminal_output serial\n')
		linux /kernel $WORDS
		initrd /initrd
		boot
	END
	grub-mkrescue -o "$1" "$tree" >"$1.log" 2>&1
	rm -rf "$tree"
}

# ---- machines ---------------------------------------------------------------------------------------------

# emulate_tpm: for one machine, until $WORK/tpm/pid is killed
emulate_tpm() {
	mkdir -p "$WORK/tpm"
	swtpm socket --tpm2 --tpmstate dir="$WORK/tpm" --ctrl type=unixio,path="$WORK/tpm/control" \
		--flags startup-clear --daemon --pid file="$WORK/tpm/pid"
}

# end_tpm: and wait for it, because a second one can't begin before
end_tpm() {
	local pid
	pid=$(cat "$WORK/tpm/pid" 2>/dev/null) || return 0
	while kill "$pid" 2>/dev/null; do
		sleep 0.1
	done
	rm -f "$WORK/tpm/pid"
}

# machine CONSOLE QEMU-WORD...: run it until the last Linux has said all, the firmware gave up, or time is up
machine() {
	local log=$1 pid tries=$((LIMIT * 5)) over=${UNTIL:-No bootable option|end +halted|Kernel panic}
	local qemu=("$QEMU" -accel "$ACCEL" -m "$MEM" -nodefaults -no-reboot -display none "${MORE[@]}")
	shift
	if [ "$TPM" = yes ]; then
		emulate_tpm
		qemu+=(-chardev "socket,id=tpm,path=$WORK/tpm/control" -tpmdev 'emulator,id=tpm0,chardev=tpm'
			-device 'tpm-crb,tpmdev=tpm0')
	fi
	: >"$log"
	if [ "$SERIAL" = no ]; then
		qemu+=(-serial none -chardev "file,id=e9,path=$log" -device 'isa-debugcon,iobase=0xe9,chardev=e9')
	else
		qemu+=(-serial file:"$log")
	fi
	"${qemu[@]}" "$@" >"$log.qemu" 2>&1 &
	pid=$!
	while ((tries-- > 0)) && kill -0 "$pid" 2>/dev/null; do
		! grep -aqE "^DOOR: (end|failed)|$over" "$log" || break
		sleep 0.2
	done
	kill "$pid" 2>/dev/null || true
	wait "$pid" 2>/dev/null || true
	[ "$TPM" = no ] || end_tpm
	sed -i '/terminating on signal/d' "$log.qemu"
	cat "$log.qemu" # nothing, or why there is no machine
}

# board CONSOLE QEMU-WORD...: with the firmware that the board has by itself
board() {
	local log=$1
	shift
	machine "$log" -M "$BOARD" "${VIDEO[@]}" "$@"
}

uefi() {
	board "$@" -drive if=pflash,format=raw,unit=0,readonly=on,file="$FIRMWARE/OVMF_CODE_4M.fd" \
		-drive if=pflash,format=raw,unit=1,snapshot=on,file="$FIRMWARE/OVMF_VARS_4M.fd"
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
	bios) board "$log" -kernel "$kernel" "${words[@]}" ;;
	uefi-kernel) uefi "$log" -kernel "$kernel" "${words[@]}" ;;
	uefi)
		esp "$WORK/door.esp" EFI/BOOT/BOOTX64.EFI="$B/baton.bzImage" EFI/baton/kernel="$KERNEL" \
			EFI/baton/initrd="$REPORT" EFI/baton/cmdline="$FILES/cmdline"
		uefi "$log" -drive format=raw,file="$WORK/door.esp"
		;;
	grub-*)
		grub_disk "$WORK/door.img" "$kernel" "$initrd"
		if [ "$name" = grub-bios ]; then
			board "$log" -drive format=raw,file="$WORK/door.img"
		else
			uefi "$log" -drive format=raw,file="$WORK/door.img"
		fi
		;;
	pvh) board "$log" -kernel "$elf" "${words[@]}" ;;
	microvm) machine "$log" -M "$MICROVM" -kernel "$elf" "${words[@]}" ;;
	kexec) board "$log" -kernel "$KERNEL" -append "$WORDS" -initrd "$first" ;;
	kexec-uefi) uefi "$log" -kernel "$KERNEL" -append "$WORDS" -initrd "$first" ;;
	*) return 2 ;;
	esac
}

# through_baton DOOR CONSOLE, directly DOOR CONSOLE: the same Linux, with baton before it and without.
# Directly there is no folder of loose files, and Linux as a PVH kernel is an ELF file that is not kept.
through_baton() {
	door "$1" "$2" "$B/baton.bzImage" "$COMMON/payload.cpio" "$B/baton.elf" "$FILES/first-baton.cpio"
}

directly() {
	local name=$1
	[ "$name" != uefi ] || name=uefi-kernel
	[ "$name" != pvh ] || name=bios
	door "$name" "$2" "$KERNEL" "$REPORT" "$KERNEL" "$FILES/first-direct.cpio"
}

# facts CONSOLE: what the last Linux said, without what differs from start to start: where the kernel and
# buffers of boot loaders are, memory of the BIOS that counts as a ROM where the sum of its bytes happens to be
# 0, which boot services memory went unused, and words that a loader adds. Without the tables in which Linux's own
# EFI stub notes its initrd and a random seed, which is a fact of its own. And without what it says of KHO: baton
# hands over an empty one, where directly there is none.
facts() {
	tr -d '\r' <"$1" | sed -nE '/^DOOR: begin/,$ { /^DOOR: /p }' | sed -E '
		/iomem .*Kernel (code|rodata|data|bss)/d
		/log efi: (Remove|Freeing) /d
		/iomem 000e[0-9a-f]{4}-.*Adapter ROM/d
		/log KHO:/d
		/efi runtime 0x4 /d
		/tpm events /d
		s/(INITRD|RNG)=0x[0-9a-f]+ ?//g
		s/(MEMATTR|TPMEventLog)=0x[0-9a-f]+ ?/\1 /g
		s/(BOOT_IMAGE|initrd)=[^ ]* ?//; s/ +$//'
}
