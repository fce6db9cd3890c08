# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Instructions of preserve, unpreserve, blob add and blob remove with more and more blocks
# preserved. QEMU counts: with ICOUNT=0 a tick of the time-stamp counter is an instruction.
# All in one machine of 10 GiB, so that nothing but the number of blocks differs: how many pieces RAM is in costs some
# instructions as well. The blocks are not touched, so the memory that it seems to have need not be there.

read -ra MEASURES <<<"${PROOF_BLOCKS:-10 1000 1000000}"
MEASURES_LIMIT=300
SLACK=10 # per cent that the largest may need more than the smallest

# count_ticks NAME MEM WORDS: run it where ticks are instructions; its console is $DIR/NAME.console
# shellcheck disable=SC2034 # for machine_start
count_ticks() {
	LOG=$DIR/$1.console MEM=$2 ICOUNT=0
	proof_words short "$3"
	machine_run $MEASURES_LIMIT '' "${LINUX[@]}" || reason "$1: not at its end after $MEASURES_LIMIT s"
}

# measure BLOCKS: the line that baton prints
measure() {
	count_ticks "measure-$1" 10G "baton.test=measure:$1" >&2
	sed -n 's/.* measure *\([0-9]* blocks: .*\) ticks.*/\1/p' "$DIR/measure-$1.console"
}

# measure_hop: instructions of one hop, from its entry to its last line
measure_hop() {
	count_ticks measure-hop 1G baton.hops=3 >&2
	sed -n 's/.* hop *2 of 3: .*, \([0-9]*\) ticks.*/\1/p' "$DIR/measure-hop.console"
}

prove_measures() {
	local blocks line first=() now status=0 i
	for blocks in "${MEASURES[@]}"; do
		line=$(measure "$blocks")
		comment "instructions with $line"
		mapfile -t now < <(sed 's/.*: //; s/[^0-9 ]//g' <<<"$line" | tr -s ' ' '\n' | grep .)
		[ ${#now[@]} -eq 4 ] || return 1
		[ ${#first[@]} -gt 0 ] || first=("${now[@]}")
		for i in 0 1 2 3; do
			((now[i] * 100 <= first[i] * (100 + SLACK))) || status=1
		done
	done
	comment "instructions of a hop, from its entry to its last line: $(measure_hop)"
	return $status
}

row measures 'preserve, unpreserve, blob add and remove cost the same with 10 and 1,000,000 blocks' \
	do=prove_measures
