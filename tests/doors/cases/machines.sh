# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The machines of the table door × machine (compare.sh), and what is special to some of them.

PC='bios grub-bios uefi uefi-kernel grub-uefi pvh kexec kexec-uefi'
NODE='memory-backend-ram,size=192M'

# The processor has no random numbers of its own, so that those that came with the kernel count.
machine q35 'the usual machine' "$PC" qemu='-cpu qemu64 -device virtio-rng-pci' \
	fact='cpu model.*QEMU Virtual CPU' fact='cpus online 0$' fact='5-level paging: no'
machine pc 'an older board' "$PC" board=pc fact='DMI: QEMU Standard PC \(i440FX'
# Through its own doors: that of PVH is the table's row microvm.
machine microvm 'a board without BIOS, PCI or ACPI' 'bios microvm kexec' board="$MICROVM"
machine 128m 'little memory' "$PC microvm" mem=128M fact='iomem [0-9a-f]+-07[0-9a-f]{6} :' fact='nodes online 0$'
machine 16g 'much memory' "$PC microvm" mem=16G fact='iomem 100000000-4[37]fffffff : System RAM'
machine hole 'a hole from 1 to 4 GiB' "$PC" board=q35,max-ram-below-4g=1G mem=3G \
	fact='BIOS-e820: .gap 0x0000000040000000-' fact='iomem 100000000-17fffffff : System RAM'
# The first Linux has little scratch below 4 GiB, so that what is large comes to lie above. 4 MiB is the least, and
# the bundle with ballast in its initrd is larger.
machine above-4g 'baton and its payload above 4 GiB' 'kexec kexec-uefi' mem=6G append=kho_scratch=4M,256M,0M \
	setup=add_ballast check=lies_above_4g fact='iomem 100000000-1ffffffff : System RAM'
machine numa4 'four nodes, one of them without memory' "$PC" mem=576M smp=4 \
	qemu="-object $NODE,id=m0 -object $NODE,id=m1 -object $NODE,id=m2 -numa node,nodeid=0,memdev=m0,cpus=0 \
-numa node,nodeid=1,memdev=m1,cpus=1 -numa node,nodeid=2,memdev=m2,cpus=2 -numa node,nodeid=3,cpus=3" \
	fact='nodes online 0-3$' fact='nodes with memory 0-2$' fact='node 3 cpus 3$'
machine cpu-max 'a processor with all that QEMU has' "$PC microvm" qemu='-cpu max' \
	fact='cpu model.*QEMU TCG CPU' fact='cpu flags.* pdpe1gb .* smap '
machine 5-level '5-level paging' "$PC microvm" qemu='-cpu qemu64,+la57' check=has_5_levels \
	fact='5-level paging: yes'
# microvm without ACPI names Linux no CPU but the first.
machine 8cpus 'eight processors' "$PC" smp=8 fact='cpus online 0-7$' fact='smp: Brought up 1 node, 8 CPUs'
machine no-serial 'no serial port' "$PC microvm" console=debugcon
# A log of what the firmware has measured. Debian's GRUB 2.06 starts Linux as if there were no firmware.
machine tpm 'a TPM' 'uefi uefi-kernel kexec-uefi' tpm=yes fact='log efi: .*TPMEventLog' fact='tpm log 2: whole'
# Not by kexec: Linux tells whom it starts of 128 entries (arch/x86/kernel/kexec-bzimage64.c). And no other
# firmware here makes more.
machine e820 'a memory map in pieces' 'uefi grub-uefi' setup=build_fragment start=start_in_pieces \
	check=has_many_entries
table

# ---- what is special --------------------------------------------------------------------------------------

add_ballast() {
	head -c 3000000 /dev/urandom >"$DIR/ballast"
	REPORT=$DIR/report.cpio
	report_initrd "$REPORT" ballast="$DIR/ballast"
}

lies_above_4g() {
	want 'µs\] baton +.*, loaded at 0x1[0-9a-f]{8}, ' &&
		want 'kernel +0x1[0-9a-f]{8} – .* from 0x1[0-9a-f]{8}' &&
		want 'initrd +0x1[0-9a-f]{8} – .* (from|stays at) 0x1[0-9a-f]{8}'
}

# The first Linux runs with 5 levels, and baton with what it comes in with.
has_5_levels() { [[ $1 != kexec* ]] || want 'µs\] memory .*5-level'; }

# Firmware with a memory map in pieces: an application of ours breaks it up and starts what is to start.
build_fragment() { efi_app fragment; }

# start_in_pieces DOOR KERNEL INITRD
start_in_pieces() {
	local next=$2 esp=$DIR/door.esp files=(kernel="$2" initrd="$3")
	echo "initrd=/initrd $WORDS" >"$DIR/options"
	if [ "$1" = grub-uefi ]; then
		# GRUB puts an initrd at the end of the memory that it leaves out of the map: Linux moves it all
		# the same, baton does not take what is in no RAM.
		[ "$2" = "$KERNEL" ] || files=(kernel="$COMMON/bundle")
		next=$DIR/grub.efi
		printf 'linux /kernel %s\n' "$WORDS" >"$DIR/grub.cfg"
		[ ${#files[@]} -eq 1 ] || echo 'initrd /initrd' >>"$DIR/grub.cfg"
		echo boot >>"$DIR/grub.cfg"
		grub-mkimage -O x86_64-efi -p / -c "$DIR/grub.cfg" -o "$next" fat part_msdos linux
	fi
	esp "$esp" EFI/BOOT/BOOTX64.EFI="$DIR/fragment.efi" "${files[@]}"
	mmd -i "$esp" ::/EFI/test
	mcopy -i "$esp" "$next" ::/EFI/test/next.efi
	mcopy -i "$esp" "$DIR/options" ::/EFI/test/options
	run_uefi -drive format=raw,file="$esp"
}

# Linux writes one line an entry, and has room for 320. GRUB up to 2.06 counts them all, but passes on what fits.
has_many_entries() {
	local entries
	if [ "$1" = grub-uefi ] && says 'boot_params counts 1[6-9][0-9] e820 entries: only the 128 that fit are taken'; then
		return
	fi
	entries=$(grep -c 'log extended: .mem' "$DIR/facts")
	((entries > 160 && entries < 320)) || reason "$entries entries; expected 160 to 320"
}
