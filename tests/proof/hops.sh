# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # RESULT is printed by run.sh
#
# A chain: Linux 7.3 hands over to baton, which starts itself HOPS times and then Linux 7.3. All memory is the same, the
# count has grown by one a kernel, and the last hop uses no more than the second.

HOPS=${PROOF_HOPS:-1000}
HOPS_LIMIT=600

# hop_line NUMBER: what is in use at that hop, without the time
hop_line() { sed -n "s/.* $1 of $HOPS: \(.*\), [0-9]* ticks.*/\1/p" "$PROOF/hops.console" | head -n 1; }

wait_hops() {
	local start=$SECONDS at
	while kill -0 "$MACHINE" 2>/dev/null && ((SECONDS - start < HOPS_LIMIT)); do
		sleep 1
		at=$(sed -n "s/.* hop *\([0-9]* of $HOPS\):.*/\1/p" "$PROOF/hops.console" | tail -n 1)
		(((SECONDS - start) % 15)) || comment "hop $at"
	done
	! kill -0 "$MACHINE" 2>/dev/null
}

part_hops() {
	local log=$PROOF/hops.console count second last sums rc=0
	machine_words hops "baton.hops=$HOPS" short
	machine_run hops
	wait_hops || rc=1
	machine_end hops
	count=$(sed -n 's/.*RELAY: handover from [^ ]* count \([0-9]*\).*/\1/p' "$log")
	second=$(hop_line 2)
	last=$(hop_line "$HOPS")
	sums=$(sed -n 's/.*RELAY: memory \(.*\)/\1/p' "$log" | tr -d '\r')
	RESULT="$HOPS hops: $last at the last as at the second"
	comment "hop 2: $second"
	comment "hop $HOPS: $last"
	comment "kexec-metadata counts $count"
	while read -r line; do comment "memory $line"; done <<<"$sums"
	# Linux counts 1, each of the HOPS + 1 batons one more
	[ "$count" = $((HOPS + 2)) ] || rc=1
	[ -n "$second" ] && [ "$second" = "$last" ] || rc=1
	[ "$(wc -l <<<"$sums")" -eq 2 ] && [ "$(sort -u <<<"$sums" | wc -l)" -eq 1 ] || rc=1
	grep -aq 'KHO restore succeeded' "$log" || rc=1
	[ $rc -eq 0 ] || RESULT="$HOPS hops: see $log"
	return $rc
}
