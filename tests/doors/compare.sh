# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The table door × machine: through each door of each machine to a real Linux, which must have been given what
# the same Linux is given by the same door without baton, and what the machine was told to have.
#
#   machine NAME 'WHAT IT IS' 'DOORS' [KEY=VALUE...]
#
# makes a row DOOR-NAME for each of the doors, when "table" is called after the last of them. A machine that QEMU
# cannot start, for want of memory too, fails: nothing here is ever skipped.

declare -A MACHINE_WHAT MACHINE_DOORS MACHINE_KEYS
MACHINES=()

machine() {
	local name=$1
	MACHINES+=("$name")
	MACHINE_WHAT[$name]=$2 MACHINE_DOORS[$name]=" $3 "
	shift 3
	MACHINE_KEYS[$name]=$(printf '%s\n' "$@")
}

# has_door MACHINE DOOR
has_door() { [[ ${MACHINE_DOORS[$1]} == *" $2 "* ]]; }

# table: door by door, because some doors have their Linux without baton in common, and would wait for each other
table() {
	local door machine keys
	for door in $DOORS; do
		for machine in "${MACHINES[@]}"; do
			has_door "$machine" "$door" || continue
			mapfile -t keys <<<"${MACHINE_KEYS[$machine]}"
			row "$door-$machine" "$door, ${MACHINE_WHAT[$machine]}" do=compare door="$door" machine="$machine" \
				"${keys[@]}"
		done
	done
}

# direct_log: the console of that Linux without baton, in $DIRECT. Some doors have one in common, so it is made by
# whoever comes first, and kept until the next run.
direct_log() {
	local door=${C[door]} start=${C[start]:-directly}
	if [ "$start" = directly ]; then
		[ "$door" != uefi ] || door=uefi-kernel
		[ "$door" != pvh ] || door=bios
	fi
	DIRECT=$SUITE_DIR/direct/$door-${C[machine]}.log
	mkdir -p "$SUITE_DIR/direct"
	exec 8>"$DIRECT.lock"
	flock 8
	[ -f "$DIRECT" ] || LOG=$DIRECT.new "$start" "$door" "$KERNEL" "$REPORT" || return 1
	[ -f "$DIRECT" ] || mv "$DIRECT.new" "$DIRECT"
	exec 8>&-
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

# want_fact REGEX: both Linuxes say so
want_fact() {
	local f
	for f in "$DIR/facts" "$DIR/direct.facts"; do
		grep -qE -- "$1" "$f" || reason "no line like '$1' in $f" || return 1
	done
}

# want_same: what Linux says through baton is the same as directly
want_same() {
	local ours=$DIR/facts theirs=$DIR/direct.facts
	case ${C[door]}-${C[machine]}-$BOARD in
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
	diff "$theirs" "$ours" >"$DIR/diff" || reason "not the same: $(head -n 40 "$DIR/diff")"
}

# compare: what do= is in the table
compare() {
	local start=${C[start]:-through_baton} regex
	[ -z "${C[setup]}" ] || "${C[setup]}"
	if [ "$WORDS" != "$USUAL_WORDS" ]; then
		FILES=$DIR
		make_words "$FILES" || return 1
	fi
	"$start" "${C[door]}" "$BATON" "$COMMON/payload.cpio" || return 1
	[ "$CONSOLE" = debugcon ] || want 'µs\] baton +baton-' || return 1
	want '^DOOR: log KHO: exec from: baton-' || return 1
	direct_log || return 1
	facts "$LOG" >"$DIR/facts"
	facts "$DIRECT" >"$DIR/direct.facts"
	while read -r regex; do
		[ -z "$regex" ] || want_fact "$regex" || return 1
	done <<<"^DOOR: end"$'\n'"${C[fact]}"
	want_same || return 1
	[ -z "${C[check]}" ] || "${C[check]}" "${C[door]}"
}

# ---- the table --------------------------------------------------------------------------------------------

# cell DOOR MACHINE: pass, FAIL or . (not run) by the TAP of this run; - where there is no such machine
cell() {
	if ! has_door "$2" "$1"; then
		echo -
	elif grep -q "^ok - $1-$2:" "$SUITE_DIR/tap"; then
		echo pass
	elif grep -q "^not ok - $1-$2:" "$SUITE_DIR/tap"; then
		echo FAIL
	else
		echo .
	fi
}

# has_run MACHINE: any of its points, in this run
has_run() { grep -qE -- "- ($(tr ' ' '|' <<<"$DOORS"))-$1:" "$SUITE_DIR/tap"; }

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
			printf ' %-12s' "$(cell "$door" "$machine")"
		done
		echo
	done
	echo "# The door microvm has a board of its own: -M $MICROVM"
	for machine in "${run[@]}"; do
		sed -E '/^(fact|setup|start|check)=/d' <<<"${MACHINE_KEYS[$machine]}" | paste -sd ' ' | sed "s/^/# $machine: /"
	done
}
