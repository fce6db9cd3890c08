# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What is compared after a relay: memory, where it lies, and what the kernels were told of it.

# plan_lines: "NAME DESTINATION END SOURCE" of every segment in baton's plan
plan_lines() {
	tr -d '\r' <"$LOG" |
		sed -nE 's/.* (kernel|boot_params|initrd) +(0x[0-9a-f]+) – (0x[0-9a-f]+) .* (from|at) (0x[0-9a-f]+).*/\1 \2 \3 \5/p'
}

# want_overlap own|other: a source in baton's plan begins inside the destination of the same segment, or
# of another one
want_overlap() {
	local name dst end src over kind
	while read -r over dst end _; do
		while read -r name _ _ src; do
			kind=$([ "$name" = "$over" ] && echo own || echo other)
			((src <= dst || src >= end)) || [ "$kind" != "$1" ] || return 0
		done < <(plan_lines)
	done < <(plan_lines)
	reason "no segment of the plan lies over ${1/own/its own} source: scratch was not tight"
}

# want_same_ram: every kernel that ran was given the same RAM by its e820 table
want_same_ram() {
	local kinds
	kinds=$(awk '/Linux version [0-9]/ { n++ }
		/BIOS-e820:.*(usable|System RAM)/ {
			sub(/.*\[mem /, ""); sub(/\].*/, ""); ram[n] = ram[n] " " $0
		}
		END { for (i = 1; i <= n; i++) print ram[i] }' "$LOG" | sort -u | wc -l)
	[ "$kinds" -le 1 ] || reason "the kernels were told of different RAM in their e820 tables"
}

# memory_lines: "ADDRESS SIZE SUM" of every reserve_mem region that a runner reported, in order
memory_lines() {
	sed -nE 's/.*RELAY: memory [^ ]+ at (0x[0-9a-f]+) size (0x[0-9a-f]+) sum (0x[0-9a-f]+).*/\1 \2 \3/p' \
		"$LOG"
}

# memory_kept: do all runners report the same?
memory_kept() { [ "$(memory_lines | sort -u | wc -l)" -eq 1 ]; }

# want_reserved: what the first baton says it reserved is where Linux found it
want_reserved() {
	local ours theirs size
	ours=$(tr -d '\r' <"$LOG" |
		sed -nE 's/.*µs\] reserve +0x0*([0-9a-f]+) – .* ([0-9]+) KiB  relay.*/\1 \2/p' | head -n 1)
	read -r theirs size _ < <(memory_lines) || reason 'Linux has no reserve_mem' || return 1
	theirs="${theirs#0x} $((size / 1024))"
	[ "$ours" = "$theirs" ] || reason "baton reserved '$ours', Linux found '$theirs'"
}

# want_memory_kept RUNNERS: each of so many Linuxes reports the same place and the same checksum
want_memory_kept() {
	local lines
	mapfile -t lines < <(memory_lines)
	[ ${#lines[@]} -eq "$1" ] || reason "${#lines[@]} reports of reserve_mem; expected $1" || return 1
	memory_kept || reason "reserve_mem was '${lines[0]}', is '${lines[-1]}'"
}

# memory_sum ADDRESS SIZE: the checksum of that piece of the machine's memory, as the inits print it
memory_sum() {
	machine_save "$1" "$2" "$DIR/memory"
	"$GUEST/sum" "$DIR/memory"
	rm -f "$DIR/memory"
}

# want_memory_untouched: on a machine that stands still, what the first runner reported is in memory
want_memory_untouched() {
	local addr size sum now
	read -r addr size sum < <(memory_lines) || reason "no report of reserve_mem" || return 1
	machine_runs || reason "the machine has ended: its memory cannot be compared" || return 1
	now=$(memory_sum "$addr" "$size")
	[ "$now" = "$sum" ] || reason "memory at $addr has checksum $now; the first kernel left $sum"
}
