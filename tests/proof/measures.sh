# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # RESULT is printed by run.sh
#
# Instructions of preserve, unpreserve, blob add and blob remove with more and more blocks
# preserved. QEMU counts: with -icount shift=0 a tick of the time-stamp counter is an instruction.
# The blocks are not touched, so the memory that the machine seems to have need not be there.

read -ra MEASURES <<<"${PROOF_BLOCKS:-10 1000 1000000}"
MEASURES_LIMIT=300
SLACK=10 # per cent that the largest may need more than the smallest

# counted NAME MEM WORDS: run it where ticks are instructions; the console is $PROOF/NAME.console
counted() {
	rm -f "$PROOF/$1.console"
	timeout "$MEASURES_LIMIT" "$QEMU" -accel tcg -icount shift=0,sleep=off -nodefaults -no-reboot \
		-display none -smp 1 -m "$2" -serial "file:$PROOF/$1.console" \
		-kernel "$(peer 7.3)" -initrd "$PROOF/short.cpio" \
		-append "console=ttyS0 kho=on panic=-1 no_timer_check baton.onerror=poweroff $3" \
		</dev/null >"$PROOF/$1.qemu" 2>&1 || true
}

# measure BLOCKS MEM: the line that baton prints
measure() {
	counted "measure-$1" "$2" "baton.test=measure:$1"
	sed -n 's/.* measure *\([0-9]* blocks: .*\) ticks.*/\1/p' "$PROOF/measure-$1.console"
}

# measure_hop: instructions of one hop, from its entry to its last line
measure_hop() {
	counted measure-hop 1G baton.hops=3
	sed -n 's/.* hop *2 of 3: .*, \([0-9]*\) ticks.*/\1/p' "$PROOF/measure-hop.console"
}

part_measures() {
	local blocks line first=() now rc=0 i
	for blocks in "${MEASURES[@]}"; do
		line=$(measure "$blocks" $((blocks > 100000 ? 10 : 1))G)
		comment "instructions with $line"
		mapfile -t now < <(sed 's/.*: //; s/[^0-9 ]//g' <<<"$line" | tr -s ' ' '\n' | grep .)
		[ ${#now[@]} -eq 4 ] || return 1
		[ ${#first[@]} -gt 0 ] || first=("${now[@]}")
		for i in 0 1 2 3; do
			((now[i] * 100 <= first[i] * (100 + SLACK))) || rc=1
		done
	done
	comment "instructions of a hop, from its entry to its last line: $(measure_hop)"
	RESULT="preserve, unpreserve, blob add and remove cost the same with 10 and 1,000,000 blocks"
	return $rc
}
