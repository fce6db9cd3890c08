# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What a QEMU test is made of: guests, payloads, a machine with a console and a monitor, and the checks.
# Everything a test makes is in its own folder, $DIR; the console is $DIR/console.log.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=${B:-$TOP/build}
[[ $B == /* ]] || B=$TOP/$B
BOOT=$B/boot
GUEST=$BOOT/guest
ACCEL=${ACCEL:-tcg}
QEMU=${QEMU:-qemu-system-x86_64}
BATON=$B/baton.bzImage
BATONCTL=$B/batonctl

# shellcheck source-path=SCRIPTDIR source=newc.sh
. "$TOP/tests/boot/newc.sh"

# reason TEXT...: why the test fails; the first one is the cause, the rest often follow from it
reason() {
	printf '%s\n' "$*" >>"$DIR/reasons"
	return 1
}

# ---- guests ---------------------------------------------------------------------------------------------

peer() { "$TOP/tests/linux/peer.sh" "$1"; }

peer_dir() { "$TOP/tests/linux/peer.sh" --dir "$1"; }

# build_relay_init: the init of both ends, $GUEST/relay-init
build_relay_init() {
	local src=$TOP/tests/boot/relay-init.c out=$GUEST/relay-init
	mkdir -p "$GUEST"
	[ "$out" -nt "$src" ] && return
	gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -s -o "$out.$$" "$src" -lfdt && mv "$out.$$" "$out"
}

# build_selftest_init VERSION: the kernel's own init.c of the KHO selftest, unmodified, out of that peer's
# tree, with the C library that is in the same tree
build_selftest_init() {
	local dir out
	dir=$(peer_dir "$1") || return 1
	out=$GUEST/selftest-init-$1
	mkdir -p "$GUEST"
	[ "$out" -nt "$dir/selftests/kho/init.c" ] && return
	gcc -s -static -Os -nostdinc -nostdlib -fno-asynchronous-unwind-tables -fno-ident \
		-I "$dir/include" -I "$dir/nolibc" -o "$out.$$" "$dir/selftests/kho/init.c" &&
		mv "$out.$$" "$out"
}

# make_archive OUT INIT [NAME=FILE...]: an initramfs
make_archive() {
	local out=$1 init=$2 pair
	shift 2
	{
		newc_dir dev
		newc_dir proc
		newc_dir debugfs
		newc_node dev/console 5 1
		newc_file init "$init"
		for pair in "$@"; do
			newc_file "${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

# make_payload_archive OUT NAME=FILE...: a payload for baton as an initrd, of which nothing is recorded
make_payload_archive() {
	local out=$1 pair
	shift
	{
		newc_dir baton
		for pair in "$@"; do
			newc_file "baton/${pair%%=*}" "${pair#*=}"
		done
		newc_end
	} >"$out"
}

# bundle OUT KERNEL [BATONCTL OPTION...]: baton with KERNEL inside
bundle() {
	local out=$1 kernel=$2
	shift 2
	"$BATONCTL" bundle --kernel "$kernel" "$@" -o "$out" "$BATON" >>"$DIR/bundle.log" 2>&1
}

# pack OUT KERNEL [BATONCTL OPTION...]: the same as a payload for baton as an initrd
pack() {
	local out=$1 kernel=$2
	shift 2
	"$BATONCTL" payload --kernel "$kernel" "$@" -o "$out" >>"$DIR/bundle.log" 2>&1
}

# ---- a machine ------------------------------------------------------------------------------------------

# machine_start MEM SMP QEMU-WORDS KERNEL INITRD CMDLINE: start it in the background, its id in $MACHINE
machine_start() {
	local mem=$1 smp=$2 extra=$3 kernel=$4 initrd=$5 cmdline=$6
	mkfifo "$DIR/monitor.in" "$DIR/monitor.out"
	exec {MONITOR}<>"$DIR/monitor.in" {ANSWERS}<>"$DIR/monitor.out"
	: >"$DIR/console.log"
	# shellcheck disable=SC2086 # a list of words
	"$QEMU" -accel "$ACCEL" -nodefaults -no-reboot -display none -m "$mem" -smp "$smp" \
		-chardev pipe,id=monitor,path="$DIR/monitor" -mon chardev=monitor,mode=readline \
		-serial file:"$DIR/console.log" -kernel "$kernel" -initrd "$initrd" -append "$cmdline" $extra \
		>"$DIR/qemu.log" 2>&1 &
	MACHINE=$!
}

machine_runs() { kill -0 "$MACHINE" 2>/dev/null; }

# machine_says REGEX: does its console hold a line like that by now?
machine_says() { grep -aqE -- "$1" "$DIR/console.log"; }

# machine_do COMMAND: give the monitor a command
machine_do() { printf '%s\n' "$1" >&"$MONITOR"; }

# machine_until SECONDS [REGEX]: wait until it ends by itself, or says REGEX.
# Returns 1 if the time is up.
machine_until() {
	local tries=$(($1 * 10))
	while ((tries-- > 0)); do
		machine_runs || return 0
		[ -z "${2-}" ] || ! machine_says "$2" || return 0
		sleep 0.1
	done
	return 1
}

# machine_stop: end it; nothing of it is left afterwards
machine_stop() {
	[ -n "${MACHINE-}" ] || return 0
	kill "$MACHINE" 2>/dev/null || true
	wait "$MACHINE" 2>/dev/null || true
	MACHINE=
	exec {MONITOR}>&- {ANSWERS}>&-
	rm -f "$DIR/monitor.in" "$DIR/monitor.out"
}

# machine_sum ADDRESS SIZE: the checksum of that piece of the machine's memory, as relay-init prints it
machine_sum() {
	local tries=100 size=$(($2))
	machine_do "pmemsave $1 $2 \"$DIR/memory\""
	while ((tries-- > 0)); do
		[ "$(stat -c %s "$DIR/memory" 2>/dev/null || echo 0)" -eq $size ] && break
		sleep 0.1
	done
	"$GUEST/relay-init" sum "$DIR/memory"
	rm -f "$DIR/memory"
}

# ---- checks ---------------------------------------------------------------------------------------------

# expect REGEX / expect_not REGEX: the console holds such a line, or none
expect() {
	machine_says "$1" || reason "no line like '$1'"
}

expect_not() {
	local line
	line=$(grep -aE -m 1 -- "$1" "$DIR/console.log") || return 0
	reason "a line that must not be there: $line"
}

# expect_refusal NAME KERNELS: baton refused, by that name, said what to do next, and started nothing after the
# KERNELS that ran before it
expect_refusal() {
	local linux
	expect "refused +$1: " || reason "refused instead: $(grep -aoE 'refused +[a-z0-9-]+' "$DIR/console.log" |
		awk '{ print $2 }' | paste -sd ' ')" || true
	expect 'next +[a-z]'
	linux=$(grep -acE 'Linux version [0-9]' "$DIR/console.log" || true)
	[ "$linux" -eq "$2" ] || reason "$linux kernels ran; expected $2"
}

# expect_report REGEX: baton reported an exception, with a line like that and a back-trace with names
expect_report() {
	expect 'exception +[0-9]+ ' && expect "$1" && expect 'trace +#0 ' && expect ' #[0-9]+ +0x[0-9a-f]+  [a-z_]+\+0x'
}

# plan_lines: "NAME DESTINATION END SOURCE" of every segment in baton's plan
plan_lines() {
	tr -d '\r' <"$DIR/console.log" |
		sed -nE 's/.* (kernel|boot_params|initrd) +(0x[0-9a-f]+) – (0x[0-9a-f]+) .* (from|at) (0x[0-9a-f]+).*/\1 \2 \3 \5/p'
}

# expect_overlap own|other: a source in baton's plan begins inside the destination of the same segment, or
# of another one
expect_overlap() {
	local name dst end src over kind
	while read -r over dst end _; do
		while read -r name _ _ src; do
			kind=$([ "$name" = "$over" ] && echo own || echo other)
			((src <= dst || src >= end)) || [ "$kind" != "$1" ] || return 0
		done < <(plan_lines)
	done < <(plan_lines)
	reason "no segment of the plan lies over ${1/own/its own} source: scratch was not tight"
}

# expect_same_ram: every kernel that ran was given the same RAM by its e820 table
expect_same_ram() {
	local kinds
	kinds=$(awk '/Linux version [0-9]/ { n++ }
		/BIOS-e820:.*(usable|System RAM)/ {
			sub(/.*\[mem /, ""); sub(/\].*/, ""); ram[n] = ram[n] " " $0
		}
		END { for (i = 1; i <= n; i++) print ram[i] }' "$DIR/console.log" | sort -u | wc -l)
	[ "$kinds" -le 1 ] || reason "the kernels were told of different RAM in their e820 tables"
}

# memory_lines: "ADDRESS SIZE SUM" of every reserve_mem region that a runner reported, in order
memory_lines() {
	sed -nE 's/.*RELAY: memory [^ ]+ at (0x[0-9a-f]+) size (0x[0-9a-f]+) sum (0x[0-9a-f]+).*/\1 \2 \3/p' \
		"$DIR/console.log"
}

# memory_kept: do the first and the last runner report the same?
memory_kept() { [ "$(memory_lines | sort -u | wc -l)" -eq 1 ]; }

# expect_reserved: what the first baton says it reserved is where Linux found it
expect_reserved() {
	local ours theirs size
	ours=$(tr -d '\r' <"$DIR/console.log" |
		sed -nE 's/.*µs\] reserve +0x0*([0-9a-f]+) – .* ([0-9]+) KiB  relay.*/\1 \2/p' | head -n 1)
	read -r theirs size _ < <(memory_lines) || reason 'Linux has no reserve_mem' || return 1
	theirs="${theirs#0x} $((size / 1024))"
	[ "$ours" = "$theirs" ] || reason "baton reserved '$ours', Linux found '$theirs'"
}

# expect_memory_kept: the first and the last runner report the same place and the same checksum
expect_memory_kept() {
	local lines
	mapfile -t lines < <(memory_lines)
	[ ${#lines[@]} -eq 2 ] || reason "${#lines[@]} reports of reserve_mem; expected one of each end" || return 1
	[ "${lines[0]}" = "${lines[1]}" ] || reason "reserve_mem was '${lines[0]}', is '${lines[1]}'"
}

# expect_memory_untouched: on a machine that stands still, what the first runner reported is in memory
expect_memory_untouched() {
	local addr size sum now
	read -r addr size sum < <(memory_lines) || reason "no report of reserve_mem" || return 1
	machine_runs || reason "the machine has ended: its memory cannot be compared" || return 1
	now=$(machine_sum "$addr" "$size")
	[ "$now" = "$sum" ] || reason "memory at $addr has checksum $now; the first kernel left $sum"
}
