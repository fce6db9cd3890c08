# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The table door × machine: through each door of each machine to a real Linux, which must have been given what
# the same Linux is given by the same door without baton, and what the machine was told to have. A test is
# called DOOR-MACHINE.
#
#   on MACHINE BOARD MEMORY 'QEMU WORDS' 'DOORS' [REGEX...]
#
# MEMORY in MiB. Linux must say each REGEX, directly and through baton. What else is special to a machine is in
# the functions setup_MACHINE, check_MACHINE DOOR and start_MACHINE DOOR CONSOLE KERNEL INITRD, if there are
# such.
#
# A machine that QEMU cannot start, for want of memory too, fails: nothing here is ever skipped.

declare -A BOARDS MEMORY HAS SAYS
MACHINES=()
TABLE=() # DOOR-MACHINE that there are

on() {
	local name=$1 door
	MACHINES+=("$name")
	BOARDS[$name]=$2 MEMORY[$name]=$3 HAS[$name]=$4
	for door in $5; do
		TABLE+=("$door-$name")
	done
	shift 5
	SAYS[$name]=$(printf '%s\n' "$@")
}

PC='bios grub-bios uefi uefi-kernel grub-uefi pvh kexec kexec-uefi'
NODE='memory-backend-ram,size=192M'

# The usual machine. The processor has no random numbers of its own, so that those that came with the kernel count.
on q35 q35 512 '-cpu qemu64 -smp 1 -device virtio-rng-pci' "$PC" 'cpu model.*QEMU Virtual CPU' 'cpus online 0$' '5-level paging: no'
on pc pc 512 '' "$PC" 'DMI: QEMU Standard PC \(i440FX'
# Through its own doors: that of PVH is the table's row microvm.
on microvm "$MICROVM" 512 '' 'bios microvm kexec'
on 128m q35 128 '' "$PC microvm" 'iomem [0-9a-f]+-07[0-9a-f]{6} :' 'nodes online 0$'
on 16g q35 16384 '' "$PC microvm" 'iomem 100000000-4[37]fffffff : System RAM'
on hole q35,max-ram-below-4g=1G 3072 '' "$PC" 'BIOS-e820: .gap 0x0000000040000000-' \
	'iomem 100000000-17fffffff : System RAM'
# The first Linux has little scratch below 4 GiB, so that what is large comes to lie above.
on above-4g q35 6144 '' 'kexec kexec-uefi' 'iomem 100000000-1ffffffff : System RAM'
on numa4 q35 576 "-smp 4 -object $NODE,id=m0 -object $NODE,id=m1 -object $NODE,id=m2
	-numa node,nodeid=0,memdev=m0,cpus=0 -numa node,nodeid=1,memdev=m1,cpus=1
	-numa node,nodeid=2,memdev=m2,cpus=2 -numa node,nodeid=3,cpus=3" "$PC" \
	'nodes online 0-3$' 'nodes with memory 0-2$' 'node 3 cpus 3$'
on cpu-max q35 512 '-cpu max' "$PC microvm" 'cpu model.*QEMU TCG CPU' 'cpu flags.* pdpe1gb .* smap '
on 5-level q35 512 '-cpu qemu64,+la57' "$PC microvm" '5-level paging: yes'
# microvm without ACPI names Linux no CPU but the first.
on 8cpus q35 512 '-smp 8' "$PC" 'cpus online 0-7$' 'smp: Brought up 1 node, 8 CPUs'
on no-serial q35 512 '' "$PC microvm"
# A log of what the firmware has measured. Debian's GRUB 2.06 starts Linux as if there were no firmware.
on tpm q35 512 '' 'uefi uefi-kernel kexec-uefi' 'log efi: .*TPMEventLog' 'tpm log 2: whole'
# Not by kexec: Linux tells whom it starts of 128 entries (arch/x86/kernel/kexec-bzimage64.c). And no other
# firmware here makes more.
on e820 q35 512 '' 'uefi grub-uefi'

# ---- what is special --------------------------------------------------------------------------------------

# 4 MiB is the least, and the bundle with ballast in its initrd is larger.
setup_above_4g() {
	WORDS+=' kho_scratch=4M,256M,0M'
	head -c 3000000 /dev/urandom >"$WORK/ballast"
	REPORT=$WORK/report.cpio
	guest "$REPORT" ballast="$WORK/ballast"
}

check_above_4g() {
	want 'µs\] baton +.*, loaded at 0x1[0-9a-f]{8}, ' &&
		want 'kernel +0x1[0-9a-f]{8} – .* from 0x1[0-9a-f]{8}' &&
		want 'initrd +0x1[0-9a-f]{8} – .* (from|stays at) 0x1[0-9a-f]{8}'
}

# The first Linux runs with 5 levels, and baton with what it comes in with.
check_5_level() {
	if [[ $1 == kexec* ]]; then
		want 'µs\] memory .*5-level'
	fi
}

setup_no_serial() {
	SERIAL=no
	WORDS="${WORDS#console=ttyS0 } door.debugcon"
}

# shellcheck disable=SC2034 # for machine
setup_tpm() { TPM=yes; }

# Firmware with a memory map in pieces: an application of ours breaks it up and starts what is to start.
setup_e820() { efi_app fragment; }

# start_e820 DOOR CONSOLE KERNEL INITRD
start_e820() {
	local log=$2 next=$3 esp=$WORK/door.esp files=(kernel="$3" initrd="$4")
	echo "initrd=/initrd $WORDS" >"$WORK/options"
	if [ "$1" = grub-uefi ]; then
		# GRUB puts an initrd at the end of the memory that it leaves out of the map: Linux moves it all
		# the same, baton does not take what is in no RAM.
		[ "$3" = "$KERNEL" ] || files=(kernel="$COMMON/bundle")
		next=$WORK/grub.efi
		printf 'linux /kernel %s\n' "$WORDS" >"$WORK/grub.cfg"
		[ ${#files[@]} -eq 1 ] || echo 'initrd /initrd' >>"$WORK/grub.cfg"
		echo boot >>"$WORK/grub.cfg"
		grub-mkimage -O x86_64-efi -p / -c "$WORK/grub.cfg" -o "$next" fat part_msdos linux
	fi
	esp "$esp" EFI/BOOT/BOOTX64.EFI="$WORK/fragment.efi" "${files[@]}"
	mmd -i "$esp" ::/EFI/test
	mcopy -i "$esp" "$next" ::/EFI/test/next.efi
	mcopy -i "$esp" "$WORK/options" ::/EFI/test/options
	uefi "$log" -drive format=raw,file="$esp"
}

# Linux writes one line an entry, and has room for 320. GRUB up to 2.06 counts them all, but passes on what fits.
check_e820() {
	local entries
	if [ "$1" = grub-uefi ] && want 'boot_params counts 1[6-9][0-9] e820 entries: only the 128 that fit are taken'; then
		return
	fi
	entries=$(grep -c 'log extended: .mem' "$WORK/facts")
	((entries > 160 && entries < 320)) || { echo "$entries entries" && return 1; }
}

# ---- running one ------------------------------------------------------------------------------------------

# set_machine NAME: for machine and door
# shellcheck disable=SC2034 # door.sh reads what is set here
set_machine() {
	local setup=setup_${1//-/_} usual=$WORDS
	BOARD=${BOARDS[$1]} MEM=${MEMORY[$1]}
	[[ $BOARD != microvm* ]] || VIDEO=()
	# shellcheck disable=SC2206 # a list of words
	MORE=(${HAS[$1]})
	# In turns, not side by side: with more CPUs than the host has Linux may stand still for minutes where they
	# wait for each other, with baton or without.
	[[ $ACCEL != tcg || ${HAS[$1]} != *-smp\ [2-9]* ]] || ACCEL=tcg,thread=single
	! declare -F "$setup" >/dev/null || "$setup"
	if [ "$WORDS" != "$usual" ]; then
		FILES=$WORK
		prepare_words "$FILES"
	fi
}

# direct_log DOOR MACHINE: the console of that Linux without baton, in $DIRECT. Some doors have one in common,
# so it is made by whoever comes first, and kept in $DOORS_DIR/direct until the next run.
direct_log() {
	local door=$1 start=start_${2//-/_}
	if ! declare -F "$start" >/dev/null; then
		start=directly
		[ "$door" != uefi ] || door=uefi-kernel
		[ "$door" != pvh ] || door=bios
	fi
	DIRECT=$DOORS_DIR/direct/$door-$2.log
	mkdir -p "$DOORS_DIR/direct"
	exec 8>"$DIRECT.lock"
	flock 8
	[ -f "$DIRECT" ] || "$start" "$door" "$DIRECT.new" "$KERNEL" "$REPORT" || return 1
	[ -f "$DIRECT" ] || mv "$DIRECT.new" "$DIRECT"
	exec 8>&-
}

# says FACTS REGEX...: there are such lines
says() {
	local file=$1 regex
	shift
	for regex in "$@"; do
		grep -qE -- "$regex" "$file" || { echo "no line like '$regex' in $file" && return 1; }
	done
}

# same DOOR MACHINE: is what Linux says through baton the same as directly?
same() {
	local ours=$WORK/facts theirs=$WORK/direct.facts
	case $1-$2-$BOARD in
	# PVH has no BIOS call to read the screen with, no ROMs but the VGA's are looked for, and QEMU gives a kernel that
	# it starts by it no random seed.
	pvh-*) sed -i -E '/ screen |Adapter ROM|random seed/d' "$ours" "$theirs" ;;
	# Without a screen Linux notes what a BIOS call that is not there has left in the registers.
	microvm-*) sed -i -E '/ screen |random seed/d' "$ours" "$theirs" ;;
	*-microvm*) sed -i '/ screen /d' "$ours" "$theirs" ;;
	# Linux does not count: behind the 128th entry it reads on to the end of boot_params, where GRUB has
	# written 40 more over what belongs there. baton takes the 128 that there are.
	grub-uefi-e820-*)
		sed -i '/ iomem /d; /BIOS-e820: .gap/d' "$ours" "$theirs"
		sed -i "$(awk '/BIOS-e820/ && ++n > 128 { printf "%dd;", NR }' "$theirs")" "$theirs"
		;;
	esac
	# baton makes one of the processor's where nobody else has given any.
	grep -q 'random seed: given' "$theirs" || sed -i '/random seed/d' "$ours" "$theirs"
	diff "$theirs" "$ours" >"$WORK/diff" || { head -n 40 "$WORK/diff" && return 1; }
}

compare() {
	local door=$1 start=start_${2//-/_} check=check_${2//-/_} f regexes
	set_machine "$2"
	mapfile -t regexes <<<"^DOOR: end${SAYS[$2]:+$'\n'}${SAYS[$2]}"
	declare -F "$start" >/dev/null || start=through_baton
	"$start" "$door" "$LOG" "$B/baton.bzImage" "$COMMON/payload.cpio"
	[ "$SERIAL" = no ] || want 'µs\] baton +baton-' || return 1
	want '^DOOR: log KHO: exec from: baton-' || return 1
	direct_log "$door" "$2"
	facts "$LOG" >"$WORK/facts"
	facts "$DIRECT" >"$WORK/direct.facts"
	for f in "$WORK/facts" "$WORK/direct.facts"; do
		says "$f" "${regexes[@]}" || return 1
	done
	same "$door" "$2" || return 1
	! declare -F "$check" >/dev/null || "$check" "$door"
}

for name in $DOORS; do
	for point in "${TABLE[@]}"; do
		for f in "${MACHINES[@]}"; do
			[ "$name-$f" = "$point" ] || continue
			TESTS+=("$point")
			eval "test_${point//-/_}() { compare $name $f; }"
		done
	done
done

# ---- the table --------------------------------------------------------------------------------------------

# cell POINT: pass, FAIL or . (not run) by the TAP of this run; - where there is no such machine
cell() {
	if [[ " ${TABLE[*]} " != *" $1 "* ]]; then
		echo -
	elif grep -q "^ok - $1 " "$DOORS_DIR/tap"; then
		echo pass
	elif grep -q "^not ok - $1 " "$DOORS_DIR/tap"; then
		echo FAIL
	else
		echo .
	fi
}

# has_run MACHINE: any of its points, in this run
has_run() { grep -qE -- "- ($(tr ' ' '|' <<<"$DOORS"))-$1 " "$DOORS_DIR/tap"; }

print_table() {
	local door machine run=()
	for machine in "${MACHINES[@]}"; do
		! has_run "$machine" || run+=("$machine")
	done
	[ ${#run[@]} -gt 0 ] || return 0
	echo '# door × machine:'
	printf '#   %-11s' ''
	# shellcheck disable=SC2086 # a list of words
	printf ' %-12s' $DOORS
	echo
	for machine in "${run[@]}"; do
		printf '#   %-11s' "$machine"
		for door in $DOORS; do
			printf ' %-12s' "$(cell "$door-$machine")"
		done
		echo
	done
	echo "# The door microvm has a board of its own: -M $MICROVM"
	for machine in "${run[@]}"; do
		# shellcheck disable=SC2086 # a list of words
		echo "# $machine:" "-M ${BOARDS[$machine]} -m ${MEMORY[$machine]}" ${HAS[$machine]}
	done
}
AT_END+=(print_table)
