# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A chain: Linux hands over to baton, which starts itself HOPS times and then Linux 7.3. All
# memory is the same, the count has grown by one a kernel, and the last hop uses no more than the
# second.

HOPS=${PROOF_HOPS:-1000}
HOPS_LIMIT=600

# hop_line NUMBER: what is in use at that hop, without the time
hop_line() { sed -n "s/.* $1 of $HOPS: \(.*\), [0-9]* ticks.*/\1/p" "$LOG" | head -n 1; }

prove_hops() {
	local count expected second last sums
	watched_words hops "baton.hops=$HOPS" short
	watched_start
	machine_until $HOPS_LIMIT || reason "not at its end after $HOPS_LIMIT s" || true
	machine_stop
	count=$(sed -n 's/.*RELAY: handover from [^ ]* count \([0-9]*\).*/\1/p' "$LOG")
	second=$(hop_line 2)
	last=$(hop_line "$HOPS")
	sums=$(sed -n 's/.*RELAY: memory \(.*\)/\1/p' "$LOG" | tr -d '\r')
	comment "hop 2: $second"
	comment "hop $HOPS: $last"
	comment "kexec-metadata counts $count"
	while read -r line; do comment "memory $line"; done <<<"$sums"
	# each of the HOPS + 1 batons counts one more, and so does a Linux that has kexec-metadata
	expected=$((HOPS + 1))
	! sed '/ hop  *1 of /q' "$LOG" | grep -q 'kexec-metadata' || expected=$((HOPS + 2))
	[ "$count" = $expected ] || reason "counted $count kernels; expected $expected"
	[[ -n $second && $second = "$last" ]] || reason "in use were '$second', are '$last'"
	[[ $(wc -l <<<"$sums") -eq 2 && $(sort -u <<<"$sums" | wc -l) -eq 1 ]] || reason 'memory was not kept'
	told "$HOPS hops: $last at the last as at the second"
}

row hops "baton after baton, and nothing leaks" do=prove_hops want='KHO restore succeeded'
