# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# More ways to a payload, and what is refused.

bundle_by_esp() { run_esp EFI/BOOT/BOOTX64.EFI="$COMMON/bundle"; }

row uefi-bundle 'a bundle on an EFI system partition needs nothing beside it' do=bundle_by_esp \
	want='^DOOR: end' want="cmdline $USUAL_WORDS"

uki_by_esp() {
	make_uki "$DIR/uki" cmdline="$COMMON/cmdline" initrd="$REPORT" linux="$KERNEL"
	run_esp EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$DIR/uki"
}

row uefi-uki 'a unified kernel image beside baton' do=uki_by_esp want='^DOOR: end' want="cmdline $USUAL_WORDS"

# From the firmware's shell: load options with words of our own, and an initrd by its name on the volume.
initrd_by_name() {
	printf '\\baton.efi %s initrd=/boot/payload.cpio\r\n' "$WORDS" >"$DIR/startup.nsh"
	esp "$DIR/door.esp" baton.efi="$BATON" startup.nsh="$DIR/startup.nsh"
	mmd -i "$DIR/door.esp" ::/boot
	mcopy -i "$DIR/door.esp" "$COMMON/payload.cpio" ::/boot/payload.cpio
	run_uefi -drive format=raw,file="$DIR/door.esp"
}

row uefi-shell "load options from the firmware's shell" do=initrd_by_name want='^DOOR: end' \
	want="DOOR: cmdline .baton.efi $USUAL_WORDS initrd="

# Two words initrd=, as for microcode: the firmware's files are joined, and the payload is in the second.
initrds_by_name() {
	make_archive "$DIR/front.cpio" front="$COMMON/cmdline"
	printf '\\baton.efi %s initrd=\\front.cpio initrd=\\payload.cpio\r\n' "$WORDS" >"$DIR/startup.nsh"
	esp "$DIR/door.esp" baton.efi="$BATON" startup.nsh="$DIR/startup.nsh" front.cpio="$DIR/front.cpio" \
		payload.cpio="$COMMON/payload.cpio"
	run_uefi -drive format=raw,file="$DIR/door.esp"
}

row uefi-shell-two 'two words initrd=' do=initrds_by_name want='^DOOR: end' want="DOOR: cmdline .baton.efi $USUAL_WORDS initrd="

# odd_payload [SIZE]: beside baton a file that is no kernel, or one that is cut off there
odd_payload() {
	head -c "${1:-1G}" "$([ $# -eq 0 ] && echo "$GUEST/report-init" || echo "$KERNEL")" >"$DIR/kernel"
	run_esp EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$DIR/kernel"
}

no_payload() { run_esp EFI/BOOT/BOOTX64.EFI="$BATON"; }

huge_payload() {
	truncate -s 60M "$DIR/big"
	run_esp EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$DIR/big"
}

# The firmware is told, and goes on to what else it may start.
row uefi-corrupt-payload 'a payload that is no kernel' do=odd_payload qemu='-boot menu=off' \
	until='EFI Internal Shell' want='baton: kernel-not-bzimage: no HdrS at 0x202' \
	want='back to the firmware with status 0x8000000000000001' deny='µs\] baton' deny='Linux version'
row uefi-truncated-payload 'a payload that is cut off' do='odd_payload 1000000' qemu='-boot menu=off' \
	until='EFI Internal Shell' want='baton: kernel-truncated: the kernel image has 1000000 bytes' \
	want='back to the firmware with status 0x8000000000000001' deny='µs\] baton' deny='Linux version'
row uefi-no-payload 'no payload at all' do=no_payload qemu='-boot menu=off' until='EFI Internal Shell' \
	want='baton: payload-missing: ' want='back to the firmware with status 0x800000000000000e' \
	deny='Linux version'
row uefi-little-memory 'a payload that there is no memory for' do=huge_payload mem=96M until='EFI Internal Shell' \
	want='baton: out-of-memory: ' want='back to the firmware with status 0x8000000000000009'

# large_initrd: padded with what Linux skips, so that it takes no memory a second time when it is unpacked
large_initrd() {
	local -x ESP_SIZE=600M
	cp "$REPORT" "$DIR/initrd"
	truncate -s 350M "$DIR/initrd"
	run_esp EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$KERNEL" EFI/baton/initrd="$DIR/initrd" \
		EFI/baton/cmdline="$COMMON/cmdline-loose"
	rm -f "$DIR/initrd" "$DIR/door.esp"
}

row uefi-large-initrd '350 MiB of loose initrd in 1 GiB of memory, and a chain of handovers begins' do=large_initrd mem=1G \
	want='^DOOR: end' want='µs\] origin +a chain of handovers begins here'

old_cpu() { run_guest -M pc -cpu qemu32 -kernel "$COMMON/bundle"; }

row cpu-32-bit 'a processor of 32 bits' do=old_cpu until='no long mode' want='baton: cpu-not-64bit: '

# kexec_without_kho DOOR: through a first Linux that hands nothing over
kexec_without_kho() { WORDS=${WORDS/kho=on/kho=off} door "$1" '' '' '' "$COMMON/first-baton.cpio"; }

row kexec-uefi-cold 'a Linux without KHO has nothing to hand over: the chain begins with the baton that it starts' \
	do='kexec_without_kho kexec-uefi' want='µs\] handover +none came in' \
	want='^DOOR: log KHO: exec from: baton-[0-9.]+ \(count 1\)' want='^DOOR: variable PlatformLang [0-9]+ bytes'
# Without KHO Linux loads at the top of memory: nothing of scratch is known.
row kexec-high-cold 'all of baton above 4 GiB, and no handover' do='kexec_without_kho kexec' mem=16G \
	want='µs\] baton +.*, loaded at 0x4[0-9a-f]{8},' want='µs\] handover +none came in' \
	want='^DOOR: log KHO: exec from: baton-[0-9.]+ \(count 1\)'

# A chain that begins under UEFI, and goes on through a Linux and a second baton: memory and EFI stay.
chain_by_esp() {
	local own="$WORDS reserve_mem=8M:4K:chain" revived
	printf '%s\n' "$own" >"$DIR/words"
	printf 'baton.reserve=8M:4K:chain %s %s\n' "$(abi_word "$COMMON/payload.cpio")" "$own" >"$DIR/cmdline"
	report_bundle "$DIR/bundle" --cmdline "$own" || return 1
	report_initrd "$DIR/first.cpio" kernel="$DIR/bundle" cmdline="$DIR/words"
	run_esp EFI/BOOT/BOOTX64.EFI="$BATON" EFI/baton/kernel="$KERNEL" EFI/baton/initrd="$DIR/first.cpio" \
		EFI/baton/cmdline="$DIR/cmdline"
	revived=$(says_times "Revived memory reservation 'chain' from KHO")
	[ "$revived" -eq 2 ] || reason "revived $revived times, expected 2"
}

row uefi-origin 'a chain that begins under UEFI' do=chain_by_esp \
	want='^DOOR: log KHO: exec from: baton-[0-9.]+ \(count 3\)' want='^DOOR: variable PlatformLang [0-9]+ bytes'
