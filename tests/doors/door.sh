# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# One door: what starts baton, a machine that has it, and a Linux in the end that says what it was given.
#
#   do          -         what runs the test: a function and its words
#   until       (below)   the wait ends when the console has a line like that, or when Linux has said all;
#                         never: only when the time is up
#   board       q35       the machine
#   mem, smp    512M, 1
#   qemu        -         words for what else it has
#   console     serial    or debugcon: it has no serial port
#   video       std       its screen; no: it has none
#   tpm         no        yes: it has one
#   append      -         more words for the command line
#   peer        -         another Linux than $KERNEL that the test needs
#
# Of the table door × machine (compare.sh):
#
#   door        -         the door
#   machine     -         the name of the machine
#   fact        -         a regex for what Linux says, directly and through baton; may be given again
#   setup       -         a function: what must be made before the machine starts
#   start       -         a function DOOR KERNEL INITRD that starts it, where the door's own way will not do
#   check       -         a function DOOR: what more is to be seen on the console
#
# From the environment:
#
#   KERNEL      the Linux that is started in the end: a bzImage; peer $TO, or 7.3, if not given
#   FIRMWARE, KEYS   folders with another build of OVMF, and its snakeoil key

FIRMWARE=${FIRMWARE:-/usr/share/OVMF}
KEYS=${KEYS:-/usr/share/ovmf}
COMMON=$SUITE_DIR/common # what is prepared once: nobody writes there afterwards
REPORT=$COMMON/report.cpio # the initrd of the last Linux
FILES=$COMMON # those with the words of $WORDS
# Emulation on a busy machine loses timer interrupts: Linux is not to check the timer, nor to calibrate by it.
USUAL_WORDS='console=ttyS0 panic=-1 no_timer_check lpj=10000000 nokaslr kho=on'
WORDS=$USUAL_WORDS
MICROVM=microvm,acpi=off,pit=on,pic=on # without ACPI, because Linux finds no timer there to calibrate others by
# shellcheck disable=SC2034 # for the table and the times
DOORS='bios grub-bios uefi uefi-kernel grub-uefi pvh microvm kexec kexec-uefi'

LISTS+='fact '
USUAL+=([limit]=120 [do]='' [until]='No bootable option|end +halted|Kernel panic' [board]=q35 [mem]=512M [smp]=1 [qemu]=''
	[console]=serial [video]=std [tpm]=no [append]='' [peer]='' [door]='' [machine]='' [fact]='' [setup]='' [start]=''
	[check]='')

# ---- what is started --------------------------------------------------------------------------------------

# prepare_doors: everything that more than one test needs, in $COMMON
prepare_doors() {
	rm -rf "$SUITE_DIR/direct" "$SUITE_DIR/times" "$COMMON"
	mkdir -p "$COMMON"
	DIR=$COMMON
	KERNEL=${KERNEL:-$(peer "${TO:-7.3}")} || bail "no peer ${TO:-7.3}"
	[ -f "$KERNEL" ] || bail "there is no $KERNEL"
	build_guests || bail 'the inits do not compile'
	report_initrd "$REPORT"
	pack "$COMMON/payload.cpio" "$KERNEL" --initrd "$REPORT" || bail "$(cat "$DIR/reasons")"
	make_words "$COMMON" || bail "$(cat "$DIR/reasons")"
	openssl rsa -in "$KEYS/PkKek-1-snakeoil.key" -passin pass:snakeoil -out "$COMMON/key.pem" \
		2>"$COMMON/openssl.log"
}

# report_initrd OUT [NAME=FILE...]: an initramfs with the init that reports, and files beside it
report_initrd() {
	local out=$1
	shift
	make_initramfs "$out" "$GUEST/report-init" "$@"
}

# report_bundle OUT [BATONCTL-OPTION...]: baton with the kernel and the initrd that reports
report_bundle() {
	local out=$1
	shift
	bundle "$out" "$KERNEL" --initrd "$REPORT" "$@"
}

# make_words FOLDER: what has the command line $WORDS in it, and is taken from $FILES by door
make_words() {
	printf '%s\n' "$WORDS" >"$1/cmdline"
	printf '%s %s\n' "$WORDS" "$(abi_word "$COMMON/payload.cpio")" >"$1/cmdline-loose"
	report_bundle "$1/bundle" --cmdline "$WORDS" || return 1
	report_initrd "$1/first-baton.cpio" kernel="$1/bundle" cmdline="$1/cmdline"
	report_initrd "$1/first-direct.cpio" kernel="$KERNEL" initrd="$REPORT" cmdline="$1/cmdline"
}

# ---- machines ---------------------------------------------------------------------------------------------

# set_machine: as the row has it
# shellcheck disable=SC2034 # for machine_start
set_machine() {
	MEM=${C[mem]} SMP=${C[smp]} CONSOLE=${C[console]} BOARD=${C[board]} LIMIT=${C[limit]} UNTIL=${C[until]}
	VIDEO=(-vga "${C[video]}")
	[[ ${C[video]} != no && $BOARD != microvm* ]] || VIDEO=()
	# shellcheck disable=SC2206 # a list of words
	MORE=(${C[qemu]})
	# In turns, not side by side: with more CPUs than the host has Linux may stand still for minutes where they
	# wait for each other, with baton or without.
	[[ $ACCEL != tcg || $SMP = 1 ]] || ACCEL=tcg,thread=single
	[ -z "${C[append]}" ] || WORDS+=" ${C[append]}"
	[ "$CONSOLE" != debugcon ] || WORDS="${WORDS#console=ttyS0 } door.debugcon"
}

# emulate_tpm: for the machine that starts next, in TPM
emulate_tpm() {
	local folder=$DIR/tpm tries=100
	rm -rf "$folder"
	mkdir -p "$folder"
	swtpm socket --tpm2 --tpmstate dir="$folder" --ctrl type=unixio,path="$folder/control" --flags startup-clear \
		>"$folder/log" 2>&1 &
	HELPERS+=($!)
	while [ ! -S "$folder/control" ] && ((tries-- > 0)); do
		sleep 0.1
	done
	TPM=(-chardev "socket,id=tpm,path=$folder/control" -tpmdev 'emulator,id=tpm0,chardev=tpm'
		-device 'tpm-crb,tpmdev=tpm0')
}

# run_guest QEMU-WORD...: run a machine until the last Linux has said all, the firmware gave up, or time is up
run_guest() {
	local TPM=()
	[ "${C[tpm]}" = no ] || emulate_tpm
	machine_run "$LIMIT" "^DOOR: (end|failed)|$UNTIL" "${TPM[@]}" "$@" || [ "$UNTIL" = never ] ||
		reason "still running after $LIMIT s; it last said: $(tail -n 1 "$LOG" | tr -d '\r')"
}

# run_board QEMU-WORD...: with the firmware that the board has by itself
run_board() { run_guest -M "$BOARD" "${VIDEO[@]}" "$@"; }

UEFI=(-drive "if=pflash,format=raw,unit=0,readonly=on,file=$FIRMWARE/OVMF_CODE_4M.fd"
	-drive "if=pflash,format=raw,unit=1,snapshot=on,file=$FIRMWARE/OVMF_VARS_4M.fd")
# shellcheck disable=SC2054 # QEMU's commas
SECURE_UEFI=(-M q35,smm=on -vga std -global driver=cfi.pflash01,property=secure,value=on
	-drive "if=pflash,format=raw,unit=0,readonly=on,file=$FIRMWARE/OVMF_CODE_4M.secboot.fd"
	-drive "if=pflash,format=raw,unit=1,snapshot=on,file=$FIRMWARE/OVMF_VARS_4M.snakeoil.fd")

run_uefi() { run_board "${UEFI[@]}" "$@"; }

# run_esp [PATH=FILE...]: UEFI, with these files on its EFI system partition
run_esp() {
	esp "$DIR/door.esp" "$@"
	run_uefi -drive format=raw,file="$DIR/door.esp"
}

# run_secure [PATH=FILE...]: the same with Secure Boot on
run_secure() {
	esp "$DIR/secure.esp" "$@"
	run_guest "${SECURE_UEFI[@]}" -drive format=raw,file="$DIR/secure.esp"
}

# run_kernel KERNEL [WORD...]: by QEMU's -kernel, without an initrd
run_kernel() { run_board -kernel "$1" -append "${*:2}"; }

# ---- doors ------------------------------------------------------------------------------------------------

# door DOOR KERNEL INITRD ELF FIRST: start KERNEL with INITRD through the door.
#   ELF    what the PVH doors start instead
#   FIRST  initramfs of the first Linux, for the kexec doors
door() {
	local name=$1 kernel=$2 initrd=$3 elf=$4 first=$5
	local words=(-append "$WORDS" -initrd "$initrd")
	case $name in
	bios) run_board -kernel "$kernel" "${words[@]}" ;;
	uefi-kernel) run_uefi -kernel "$kernel" "${words[@]}" ;;
	uefi)
		run_esp EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$KERNEL" EFI/baton/initrd="$REPORT" \
			EFI/baton/cmdline="$FILES/cmdline-loose"
		;;
	grub-bios)
		grub_disk "$DIR/door.img" "$kernel" "$initrd"
		run_board -drive format=raw,file="$DIR/door.img"
		;;
	grub-uefi)
		grub_disk "$DIR/door.img" "$kernel" "$initrd"
		run_uefi -drive format=raw,file="$DIR/door.img"
		;;
	pvh) run_board -kernel "$elf" "${words[@]}" ;;
	microvm) run_guest -M "$MICROVM" -kernel "$elf" "${words[@]}" ;;
	kexec) run_board -kernel "$KERNEL" -append "$WORDS" -initrd "$first" ;;
	kexec-uefi) run_uefi -kernel "$KERNEL" -append "$WORDS" -initrd "$first" ;;
	*) reason "there is no door $name" ;;
	esac
}

# through_baton DOOR, directly DOOR: the same Linux, with baton before it and without. Directly there is no
# folder of loose files, and Linux as a PVH kernel is an ELF file that is not kept.
through_baton() { door "$1" "$BATON" "$COMMON/payload.cpio" "$B/baton.elf" "$FILES/first-baton.cpio"; }

directly() {
	local name=$1
	[ "$name" != uefi ] || name=uefi-kernel
	[ "$name" != pvh ] || name=bios
	door "$name" "$KERNEL" "$REPORT" "$KERNEL" "$FILES/first-direct.cpio"
}
